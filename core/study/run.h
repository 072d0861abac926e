/**
 * @file study/run.h
 * @brief What the files of the study loop share; nobody else includes it.
 */
#ifndef CLT_STUDY_RUN_H
#define CLT_STUDY_RUN_H

#include "base/vec.h"
#include "study/crew.h"
#include "study/journal.h"
#include "study/order.h"
#include "study/pruning.h"
#include "study/sheaf.h"
#include "study/study.h"

/** A trial, or a fold of one, that is under way or waits to run. Of folds those go first for which
 * a process waits, then those of the oldest trial. */
typedef struct clt_job {
    uint64_t number;
    uint64_t wish; /**< as those of clt_trial_row */
    uint64_t twin;
    uint64_t slot;    /**< of its stretch; see study/curves.h */
    uint64_t until;   /**< the step at which it is paused; 0: none */
    double spent;     /**< seconds of the attempts that brought it to where it was paused */
    uint32_t fold;    /**< from 1; 0: all of the trial */
    uint32_t attempt; /**< the last one that began; 0: none, of a fold in this run */
    uint32_t faults;  /**< attempts that ended by the trial's own fault, this run */
    uint32_t lost;    /**< attempts that ended by no fault of its own, this run */
    double *x;        /**< [dim_count] */
    bool queued;      /**< waits */
    bool alone;       /**< in a process of its own, which runs nothing after it */
    bool handed_back; /**< its attempt has begun in the store, but not in any process */
    bool launch;      /**< to be launched when what it wrote is durable */
    bool refused;     /**< never launched: its point has failed before, or it is a twin */
    bool given_up;    /**< it is being ended: a fold before it has failed */
    clt_sheaf *sheaf; /**< the fold's, which it shares with the trial's others; else NULL */
} clt_job;

/** One run of a study. */
typedef struct clt_run {
    const clt_study_setup *setup;
    clt_arena *arena;
    clt_study_row *study;
    clt_error *err;
    clt_crew *crew;
    clt_order order;
    clt_pruning pruning;
    CLT_VEC(clt_job) paused; /**< trials that may be gone on with */
    uint64_t last_begun;     /**< slot of the last stretch that began, plus 1 */
    bool nothing_due;        /**< no paused trial is to be gone on with, unless something ends */
    clt_journal journal;
    clt_keep keep;        /**< of checkpoints, where they are wanted */
    double journal_since; /**< clock: when the first of its writes came */
    size_t folds_pending; /**< writes of it that are folds, which are in no hurry */
    size_t pending;       /**< jobs to be launched when it is durable */
    CLT_VEC(clt_job) jobs;
    size_t open;               /**< trials with folds of which one has begun, in this run */
    clt_order_past past;       /**< the study as the run found it */
    uint64_t complete, failed; /**< in all */
    uint32_t failures;         /**< in a row */
    char last_why[512];        /**< of the last that failed, until one does not */
    bool exhausted, stopping;
    bool full;       /**< the disk is: nothing begins, what ends stays in the journal */
    double retry_at; /**< full: when the journal is tried again */
    double start;
} clt_run;

/** Starts the crew, finds or adds the study, brings the sampler to where it stands. */
clt_status clt_run_begin(clt_run *run, const clt_crew_hooks *hooks);

/** What the crew calls. */
clt_crew_hooks clt_run_hooks(clt_run *run);

/** Adds a job for each fold that a trial at x still needs. They own the sheaf, unless it has none.
 */
clt_status clt_run_add_folds(clt_run *run, clt_sheaf *sheaf, const double *x);

/** Adds a job that waits for the end of the trial whose twin it is. */
clt_status clt_run_add_twin(clt_run *run, const clt_trial_row *trial, const double *x);

/** A trial is over, or paused, at the job's point: to be stored, and for sampler and pruner to
 * know. */
clt_status clt_run_settle(clt_run *run, const clt_job *job, const clt_trial_row *trial);

/** The job of a trial, or of its fold; NULL: there is none. */
clt_job *clt_run_find_job(clt_run *run, uint64_t number, uint32_t fold);

/** Free order: notes that a trial was asked for, or its end told. */
clt_status clt_run_add_event(clt_run *run, uint64_t number, bool told);

/** Is a point that comes again not run again? */
bool clt_run_has_twins(const clt_run *run);

/** A twin comes to what the first trial at its point has come to, if that has ended. */
clt_status clt_run_settle_twin(clt_run *run, clt_job *job);

/** Frees a job; another one takes its place in the list. */
void clt_run_drop_job(clt_run *run, clt_job *job);

/** Appends to the journal; false when memory ran out. */
bool clt_run_add_write(clt_run *run, const clt_write *write);

/** May a trial be asked for, and is one wanted; or may a paused one be gone on with? */
bool clt_run_may_ask(const clt_run *run);

/** Is another new trial wanted, and is there a point for it? */
bool clt_run_wants_more(const clt_run *run);

/* study/rungs.c: what the pruner decides. */

/** What the pruner is told of trials. */
clt_prunable clt_rungs_prunable(const clt_run *run);

/** Opens the pruner and shows it what there is; paused trials wait. */
clt_status clt_rungs_begin(clt_run *run);

/** The slot of the stretch of a trial that is under way, and how far that goes. */
uint64_t clt_rungs_slot(const clt_run *run, uint64_t number);
uint64_t clt_rungs_until(clt_run *run, uint64_t number);

/** A stored trial that was gone on with, in *trial, becomes what it was when it was first paused;
 *  any other stays. */
clt_status clt_rungs_first_pause(clt_run *run, clt_trial_row *trial);

/** Notes the job's stretch, once its trial is in the journal. */
clt_status clt_rungs_note(clt_run *run, const clt_job *job, uint64_t since);

/** A trial has reported the goals' values. */
void clt_rungs_report(clt_run *run, uint64_t number, uint64_t step, const double *values);

/** A job has come to where it was to be paused. It may be dropped. */
clt_status clt_rungs_arrive(clt_run *run, clt_job *job, const clt_trial_row *trial);

/** Folds of a trial have ended: shows the pruner those that follow one another from the first. It
 *  may say that the trial ends with one of them: sheaf->pruned. */
clt_status clt_rungs_folds(clt_run *run, clt_sheaf *sheaf);

/** The same for folds from the store. The one with which a trial would have ended, had the run not,
 *  is wanted again. */
clt_status clt_rungs_recall_folds(clt_run *run, clt_sheaf *sheaf);

/** The job of the paused trial to go on with in the next slot, or NULL: a new trial is due there.
 */
clt_status clt_rungs_promote(clt_run *run, clt_job **job);

/** There is neither a new trial for the next slot nor a paused one. */
clt_status clt_rungs_skip(clt_run *run);

/** The job that is to be launched next of those that wait, or NULL. ending: only folds of trials of
 *  which others have begun. */
clt_job *clt_run_next(clt_run *run, bool ending);

/** Fills the free places: what waits first, then, unless the run is ending, new trials. What is to
 *  be launched waits for the journal. */
clt_status clt_run_plan(clt_run *run, bool ending);

/** Launches what waited for the journal. */
clt_status clt_run_launch(clt_run *run);

/** Have so many trials failed that the run is to end? CLT_TRIALS_FAILED. */
clt_status clt_run_check_failures(const clt_run *run);

/** A copy of x[dim_count] (NULL: zeros), to free(). */
double *clt_run_copy_point(const clt_run *run, const double *x);

#endif /* CLT_STUDY_RUN_H */

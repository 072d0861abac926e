/**
 * @file study/replay.h
 * @brief Does a study come out again? Every decision and, on request, every trial of it, compared
 * bit for bit with the store.
 *
 * Decisions: a fresh sampler is asked and told in the order that is on record: by the window, or by
 * the log of a study whose order is free. Whatever it proposes, it is told what the store has, so a
 * difference is named where it arises. Trials: run again at their stored parameters in attempts of
 * their own, with the experiment's limits; nothing is written. Zeros are compared without their
 * sign, which no store keeps. The times among a training's metrics (train/metrics.h) are not
 * compared; what was decided by them is, since the sampler is told those of the store.
 */
#ifndef CLT_STUDY_REPLAY_H
#define CLT_STUDY_REPLAY_H

#include "base/vec.h"
#include "study/plan.h"
#include "study/watcher.h"

/** What it is that differs. */
typedef enum clt_replay_what {
    CLT_REPLAY_PARAM,   /**< a parameter that was proposed */
    CLT_REPLAY_OUTCOME, /**< complete or failed, and of which class */
    CLT_REPLAY_VALUE,   /**< a goal's value */
    CLT_REPLAY_CURVE    /**< a point of the learning curve */
} clt_replay_what;

/** One difference. Texts have all digits, and live in the replay's arena. */
typedef struct clt_difference {
    uint64_t number; /**< of the trial */
    clt_replay_what what;
    const char *name; /**< "optimizer.lr", "accuracy", "outcome" */
    uint64_t step;    /**< CURVE: of which epoch; else 0 */
    const char *stored, *replayed;
} clt_difference;

/** Most differences that are kept; all are counted. */
enum { CLT_MOST_DIFFERENCES = 1000 };

/** A trial that cannot be run again, and why. */
typedef struct clt_skipped {
    uint64_t number;
    const char *why;
} clt_skipped;

/** What came of it. Zero it before the first call; the calls add to it. */
typedef struct clt_replay {
    clt_arena arena;
    CLT_VEC(clt_difference) differences;
    CLT_VEC(clt_skipped) skipped;
    uint64_t difference_count;
    uint64_t proposals, proposals_alike, params; /**< asked for again; of these alike; compared */
    uint64_t runs, runs_alike, points; /**< trials run again; of these alike; numbers compared */
    uint64_t times;     /**< numbers that are times, which never come out again: not compared */
    const char *halted; /**< why decisions from some trial on could not be derived, or NULL */
} clt_replay;

/** A study as its store has it, with curves. Everything outlives the replay. */
typedef struct clt_replay_setup {
    const clt_plan *plan; /**< of the stored text */
    const clt_study_row *study;
    const clt_trial_row *trials; /**< [count] */
    size_t count;
    const clt_event *events; /**< [event_count]; none where the order is fixed */
    size_t event_count;
    const clt_stretch_row *stretches; /**< [stretch_count]; none where no trial could be paused */
    size_t stretch_count;
    const clt_wish *wishes; /**< [wish_count] */
    size_t wish_count;
    const clt_ancestor *ancestors; /**< [ancestor_count] */
    size_t ancestor_count;
    const char *const *nursery; /**< see clt_crew_create() */
    clt_watcher watcher; /**< log, stop and wake are used, and trial_done with what was run now */
} clt_replay_setup;

/** Asks and tells all over again. CLT_NO_STORE where the log and the trials contradict. */
clt_status clt_replay_decisions(const clt_replay_setup *setup, clt_replay *replay, clt_error *err);

/** Runs trials again: number `only`, or all that are finished where it is UINT64_MAX.
 *  CLT_INTERRUPTED where the watcher wanted to stop. */
clt_status clt_replay_trials(const clt_replay_setup *setup, uint64_t only, clt_replay *replay,
                             clt_error *err);

/** Does all agree? */
bool clt_replay_agrees(const clt_replay *replay);

/** Frees it. */
void clt_replay_finish(clt_replay *replay);

/* ---- For the files of the replay alone ------------------------------------------------------ */

/** Are two numbers the same, bit for bit? NaN is NaN, and zeros have no sign. */
bool clt_replay_same(double a, double b);

/** Adds a difference between texts (NULL: memory ran out), or between numbers. */
clt_status clt_replay_add(clt_replay *replay, clt_difference difference, clt_error *err);
clt_status clt_replay_add_real(clt_replay *replay, clt_difference difference, double stored,
                               double replayed, clt_error *err);

#endif /* CLT_STUDY_REPLAY_H */

/**
 * @file study/store.h
 * @brief Where studies live: every finished trial is durable once its call has returned.
 *
 * An interface, so that a second kind of store can stand behind it. All text is UTF-8. Rows handed
 * out live in the caller's arena. A store is used by one thread.
 */
#ifndef CLT_STUDY_STORE_H
#define CLT_STUDY_STORE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/** What a study optimises. */
typedef struct clt_goal {
    const char *metric; /**< "accuracy" */
    bool maximize;
    bool has_reference;
    double reference; /**< where has_reference: how bad it may be, for the hypervolume; own sign */
} clt_goal;

/** How a metric is compared with its bound: <=, <, >=, >. The numbers are stored: append only. */
typedef enum clt_relation {
    CLT_AT_MOST = 0,
    CLT_BELOW = 1,
    CLT_AT_LEAST = 2,
    CLT_ABOVE = 3
} clt_relation;

/** What a study requires of an outcome; see study/demand.h. */
typedef struct clt_demand {
    const char *metric; /**< "parameters" */
    clt_relation relation;
    double bound;
} clt_demand;

/** What ended a study that had more to do. It holds while the study has so many trials. */
typedef struct clt_ended {
    const char *by;  /**< "target", "no_improvement", "expected_improvement"; "space", "sampler";
                          NULL: nothing */
    const char *why; /**< with figures, one line */
    uint64_t trials;
} clt_ended;

/** One study. */
typedef struct clt_study_row {
    int64_t id;              /**< given by the store */
    const char *name;        /**< unique in a store */
    const char *experiment;  /**< the experiment file's text, as it was read */
    const char *source;      /**< its absolute path: relative ones in it start from there */
    const char *identity;    /**< canonical text of what must not change when a study goes on */
    const char *environment; /**< where it began; see study/environment.h */
    uint64_t seed;
    int64_t created_ms;
    uint64_t window;       /**< of order = fixed; 0: order = free */
    const clt_goal *goals; /**< [goal_count], at least 1 */
    size_t goal_count;
    const clt_demand *demands; /**< [demand_count] */
    size_t demand_count;
    clt_ended ended;
} clt_study_row;

/** State of a trial; up to FAILED the numbers of COLLET_TRIAL_RUNNING and its friends. A PAUSED one
 *  has the values of its last step, and may be gone on with; a study may end with some. INTERRUPTED
 *  is never stored: it is how a RUNNING one is shown that no process runs any more. */
typedef enum clt_trial_state {
    CLT_TRIAL_RUNNING = 0,
    CLT_TRIAL_COMPLETE = 1,
    CLT_TRIAL_PRUNED = 2,
    CLT_TRIAL_FAILED = 3,
    CLT_TRIAL_PAUSED = 4,
    CLT_TRIAL_INTERRUPTED = 5
} clt_trial_state;

/** Why a trial FAILED. The numbers are stored: append only. */
#define CLT_FAILURES(X)                                                                            \
    X(CLT_FAIL_NONE, "none", "it did not fail")                                                    \
    X(CLT_FAIL_CRASH, "crash", "its process was ended by a signal")                                \
    X(CLT_FAIL_MEMORY, "memory", "it needed more memory than it may have")                         \
    X(CLT_FAIL_TIMEOUT, "timeout", "it took longer than it may")                                   \
    X(CLT_FAIL_NO_RESULT, "no-result", "its process ended without a result")                       \
    X(CLT_FAIL_NAN, "nan", "a loss or value was not a finite number")                              \
    X(CLT_FAIL_INVALID, "invalid", "what it sent breaks the contract")                             \
    X(CLT_FAIL_ERROR, "error", "a plugin said that it failed")                                     \
    X(CLT_FAIL_LOST, "lost", "its process was lost too often through no fault of its own")         \
    X(CLT_FAIL_QUARANTINE, "quarantine", "the same parameters have failed before")                 \
    X(CLT_FAIL_REJECTED, "rejected", "somebody has found its result to be wrong")                  \
    X(CLT_FAIL_INFINITE, "infinite", "a value was infinite")

/** Class of a failure. */
typedef enum clt_failure {
#define CLT_FAILURE_ENUM(name, text, meaning) name,
    CLT_FAILURES(CLT_FAILURE_ENUM)
#undef CLT_FAILURE_ENUM
} clt_failure;

/** One parameter of a trial; inactive ones have no row. */
typedef struct clt_param {
    const char *name; /**< "optimizer.adam.lr" */
    const char *text; /**< as the experiment file would write it */
    double value;     /**< a category's index */
} clt_param;

/** One metric at one step of a trial. */
typedef struct clt_point {
    uint64_t step;      /**< epochs */
    const char *metric; /**< "accuracy" */
    double value;       /**< in the metric's own sign; may be NaN */
} clt_point;

/** One trial. */
typedef struct clt_trial_row {
    uint64_t number; /**< from 0, without gaps */
    uint32_t fold;   /**< of an attempt, or of a result by itself: which fold, from 1; else 0 */
    uint64_t wish;   /**< which of the study's wishes it is, from 1; 0: the sampler proposed it */
    uint64_t twin;   /**< 1 + number of the earlier trial whose result it has; 0: it has its own */
    bool dropped;    /**< somebody has left it out: it is kept, but counts for nothing */
    clt_trial_state state;
    uint32_t attempt;    /**< from 1; rises when a trial is run again */
    int64_t started_ms;  /**< date */
    double seconds;      /**< how long it ran; 0 while RUNNING */
    uint64_t last_step;  /**< epochs done */
    const char *why;     /**< FAILED: one line; else NULL */
    clt_failure failure; /**< FAILED: its class */
    int signal;          /**< that ended its process, or 0 */
    const char *log;     /**< FAILED: the last lines that it printed; else NULL */
    const clt_param *params;
    size_t param_count;
    const double *values; /**< [goal_count + demand_count] of the study: of its goals, then of what
                               it requires; own sign; NULL when RUNNING or FAILED */
    size_t value_count;
    const clt_point *curve; /**< steps rising; all metrics */
    size_t curve_count;
} clt_trial_row;

/** Counts of a study, for lists. */
typedef struct clt_study_summary {
    clt_study_row study;
    uint64_t running, complete, pruned, failed, paused; /**< but for those that were dropped */
    uint64_t dropped;
    bool has_best;
    uint64_t best_number; /**< of the first goal, among those that meet what is required */
    double best_value;
} clt_study_summary;

/** What happened between host and sampler, in order = free. */
typedef struct clt_event {
    bool told; /**< the end of trial `number` was told; else trial `number` was asked for */
    uint64_t number;
} clt_event;

/** A stretch of a trial, where trials can be paused: from its beginning or a pause to the next, or
 *  to its end. */
typedef struct clt_stretch_row {
    uint64_t slot;    /**< rises with each that begins; see study/curves.h */
    uint64_t number;  /**< the trial's */
    uint64_t since;   /**< its last step when the stretch began; 0: a new trial */
    uint64_t until;   /**< the step at which it was to be paused; 0: its end */
    uint32_t bracket; /**< the trial's */
} clt_stretch_row;

/** Parameters that somebody wants a trial of: they are run before what the sampler proposes, first
 *  come first served. See study/wish.h. */
typedef struct clt_wish {
    const char *text; /**< "name = value\n" of each parameter that it names */
    bool withdrawn;   /**< somebody has taken it back: it is never granted */
} clt_wish;

/** A finished trial of an older study that a study begins with, as a point of its own space. */
typedef struct clt_ancestor {
    const char *source;  /**< "fashion, trial 3": where it comes from */
    clt_trial_row trial; /**< state, last_step, params, values; its number is its place */
} clt_ancestor;

/** An environment in which a study was run, from then on. */
typedef struct clt_environment_row {
    int64_t since_ms; /**< date */
    const char *text; /**< see study/environment.h */
} clt_environment_row;

/** What somebody does to a trial by hand. The numbers are stored: append only. */
typedef enum clt_edit_kind {
    CLT_EDIT_DROP = 0,    /**< leave it out */
    CLT_EDIT_RESTORE = 1, /**< take that back */
    CLT_EDIT_RETRY = 2,   /**< run it again under its number */
    CLT_EDIT_REJECT = 3   /**< its result is wrong: it has failed */
} clt_edit_kind;

/** One such change. They are only ever appended; see study/edit.h. */
typedef struct clt_edit {
    uint64_t number;
    clt_edit_kind kind;
    uint64_t before; /**< how many trials the study had then */
    int64_t at_ms;   /**< date */
    const char *was; /**< what the trial was: state, values, why it failed, attempts; one line */
    const char *why; /**< REJECT: one line, which is why it failed now. Not kept beside that */
} clt_edit;

/** A choice that a study had: its index is another now, or there is none. */
typedef struct clt_study_move {
    const char *name; /**< of the parameter */
    const char *text;
    bool gone;
    uint32_t value;
} clt_study_move;

/** A study goes on with another experiment; see study/change.h. */
typedef struct clt_study_change {
    const char *experiment, *identity;
    const clt_study_move *moves; /**< [move_count] */
    size_t move_count;
} clt_study_change;

typedef struct clt_store clt_store;

/** What a kind of store can do. Each function's contract stands with the call of its name below. */
typedef struct clt_store_ops {
    void (*close)(clt_store *store);
    clt_status (*add_study)(clt_store *store, clt_study_row *study, clt_error *err);
    clt_status (*find_study)(clt_store *store, const char *name, clt_arena *arena, bool *found,
                             clt_study_row *study, clt_error *err);
    clt_status (*list)(clt_store *store, clt_arena *arena, clt_study_summary **rows, size_t *count,
                       clt_error *err);
    clt_status (*begin)(clt_store *store, int64_t study, const clt_trial_row *trial,
                        clt_error *err);
    clt_status (*finish)(clt_store *store, int64_t study, const clt_trial_row *trial,
                         clt_error *err);
    clt_status (*add_fold)(clt_store *store, int64_t study, const clt_trial_row *fold,
                           clt_error *err);
    clt_status (*folds)(clt_store *store, int64_t study, uint64_t number, clt_arena *arena,
                        clt_trial_row **rows, size_t *count, clt_error *err);
    clt_status (*trials)(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                         clt_trial_row **rows, size_t *count, clt_error *err);
    clt_status (*open_group)(clt_store *store, clt_error *err);
    clt_status (*commit)(clt_store *store, clt_error *err);
    void (*roll_back)(clt_store *store);
    bool (*is_full)(const clt_store *store);
    clt_status (*add_event)(clt_store *store, int64_t study, clt_event event, clt_error *err);
    clt_status (*events)(clt_store *store, int64_t study, clt_arena *arena, clt_event **rows,
                         size_t *count, clt_error *err);
    clt_status (*add_stretch)(clt_store *store, int64_t study, const clt_stretch_row *row,
                              clt_error *err);
    clt_status (*stretches)(clt_store *store, int64_t study, clt_arena *arena,
                            clt_stretch_row **rows, size_t *count, clt_error *err);
    clt_status (*verify)(clt_store *store, clt_str *findings, clt_error *err);
    clt_status (*add_environment)(clt_store *store, int64_t study, const clt_environment_row *row,
                                  clt_error *err);
    clt_status (*environments)(clt_store *store, int64_t study, clt_arena *arena,
                               clt_environment_row **rows, size_t *count, clt_error *err);
    clt_status (*change_study)(clt_store *store, int64_t study, const clt_study_change *change,
                               clt_error *err);
    clt_status (*add_wish)(clt_store *store, int64_t study, const clt_wish *wish, clt_error *err);
    clt_status (*withdraw_wish)(clt_store *store, int64_t study, uint64_t wish, clt_error *err);
    clt_status (*wishes)(clt_store *store, int64_t study, clt_arena *arena, clt_wish **rows,
                         size_t *count, clt_error *err);
    clt_status (*add_ancestor)(clt_store *store, int64_t study, const clt_ancestor *row,
                               clt_error *err);
    clt_status (*ancestors)(clt_store *store, int64_t study, clt_arena *arena, clt_ancestor **rows,
                            size_t *count, clt_error *err);
    clt_status (*add_edit)(clt_store *store, int64_t study, const clt_edit *edit, clt_error *err);
    clt_status (*edits)(clt_store *store, int64_t study, clt_arena *arena, clt_edit **rows,
                        size_t *count, clt_error *err);
    clt_status (*rename_study)(clt_store *store, int64_t study, const char *name, clt_error *err);
    clt_status (*delete_study)(clt_store *store, int64_t study, clt_error *err);
    clt_status (*copy_study)(clt_store *store, const char *from, int64_t study, const char *name,
                             clt_error *err);
    clt_status (*note_ended)(clt_store *store, int64_t study, const clt_ended *ended,
                             clt_error *err);
    clt_status (*backup)(clt_store *store, const char *path, clt_error *err);
    clt_status (*tend)(clt_store *store, clt_error *err);
    bool (*is_run)(clt_store *store, int64_t study);
} clt_store_ops;

/** The head of every kind of store. */
struct clt_store {
    const clt_store_ops *ops;
};

/** Closes; does nothing for NULL. */
void clt_store_close(clt_store *store);

/** Adds a study; study->id is set. CLT_BAD_INPUT where the name is taken. */
clt_status clt_store_add_study(clt_store *store, clt_study_row *study, clt_error *err);

/** The study of that name in *study, from the arena; *found says whether there is one. */
clt_status clt_store_find_study(clt_store *store, const char *name, clt_arena *arena, bool *found,
                                clt_study_row *study, clt_error *err);

/** All studies in the order in which they were made. */
clt_status clt_store_list(clt_store *store, clt_arena *arena, clt_study_summary **rows,
                          size_t *count, clt_error *err);

/** Notes that a trial has begun: its number, attempt, date and params. Again for the same number
 *  with a higher attempt: the row of the unfinished one is replaced, that of a paused one is under
 *  way again. Durable on return. */
clt_status clt_store_begin(clt_store *store, int64_t study, const clt_trial_row *trial,
                           clt_error *err);

/** Notes the end of a trial that has begun, or that it is paused: state, seconds, last_step, why,
 * values, the whole curve. One transaction, durable on return. A trial that is final already stays
 * as it is: the same attempt told twice is harmless, another one is CLT_NO_STORE. */
clt_status clt_store_finish(clt_store *store, int64_t study, const clt_trial_row *trial,
                            clt_error *err);

/** Notes that one fold of a trial under way is complete: its number, seconds and curve. It goes
 * when the trial's end is noted, which has the whole curve. Durable on return; the same fold told
 * twice is harmless. CLT_NO_STORE where the trial is not under way. */
clt_status clt_store_add_fold(clt_store *store, int64_t study, const clt_trial_row *fold,
                              clt_error *err);

/** The complete folds of a trial under way, by fold, from the arena: number, fold, state, seconds,
 *  curve, last_step. */
clt_status clt_store_folds(clt_store *store, int64_t study, uint64_t number, clt_arena *arena,
                           clt_trial_row **rows, size_t *count, clt_error *err);

/** Opens a group: what the functions that add, begin and finish write until commit() becomes
 * durable with commit() alone, all or nothing. Without a group each of them is durable on return.
 */
clt_status clt_store_open_group(clt_store *store, clt_error *err);

/** Makes the group durable. After a failure nothing of it is in the store and no group is open. */
clt_status clt_store_commit(clt_store *store, clt_error *err);

/** Forgets the group; does nothing where none is open. */
void clt_store_roll_back(clt_store *store);

/** A copy of all that is durable at path, where nothing may be; whatever a run writes meanwhile. */
clt_status clt_store_backup(clt_store *store, const char *path, clt_error *err);

/** To be called now and then, between groups: does what is due, and looks whether the store is
 * still where it was opened. CLT_NO_STORE where it is not, as of every commit. */
clt_status clt_store_tend(clt_store *store, clt_error *err);

/** Does a process run the study now? A trial under way of one that nobody runs was interrupted, and
 *  runs again when the study goes on. True also where that cannot be known. */
bool clt_store_is_run(clt_store *store, int64_t study);

/** Did the last failure come of a full disk (or quota)? Then the same may be tried again later. */
bool clt_store_is_full(const clt_store *store);

/** Appends to the log of a study whose order is free. */
clt_status clt_store_add_event(clt_store *store, int64_t study, clt_event event, clt_error *err);

/** That log, oldest first, from the arena. */
clt_status clt_store_events(clt_store *store, int64_t study, clt_arena *arena, clt_event **rows,
                            size_t *count, clt_error *err);

/** Notes that a stretch of a trial begins. */
clt_status clt_store_add_stretch(clt_store *store, int64_t study, const clt_stretch_row *row,
                                 clt_error *err);

/** All stretches of a study by slot, from the arena; none where no trial could be paused. */
clt_status clt_store_stretches(clt_store *store, int64_t study, clt_arena *arena,
                               clt_stretch_row **rows, size_t *count, clt_error *err);

/** Notes that a study goes on in another environment than the last one. Durable on return. */
clt_status clt_store_add_environment(clt_store *store, int64_t study,
                                     const clt_environment_row *row, clt_error *err);

/** All environments of a study, oldest first, from the arena; the first is that of its row. */
clt_status clt_store_environments(clt_store *store, int64_t study, clt_arena *arena,
                                  clt_environment_row **rows, size_t *count, clt_error *err);

/** Replaces a study's experiment and identity, and the indices of choices in its trials. All of it
 *  or nothing, durable on return. */
clt_status clt_store_change_study(clt_store *store, int64_t study, const clt_study_change *change,
                                  clt_error *err);

/** Notes what ended a study, in place of what ended it before. Durable on return. */
clt_status clt_store_note_ended(clt_store *store, int64_t study, const clt_ended *ended,
                                clt_error *err);

/** Appends a wish to a study's. A trial that is begun with its number (from 1) grants it. */
clt_status clt_store_add_wish(clt_store *store, int64_t study, const clt_wish *wish,
                              clt_error *err);

/** Takes a wish (from 1) back: it stays, and is never granted. Durable on return; again is
 *  harmless. CLT_NO_STORE where there is none of that number, or a trial has granted it. */
clt_status clt_store_withdraw_wish(clt_store *store, int64_t study, uint64_t wish, clt_error *err);

/** All wishes of a study, those that were granted or taken back as well, in their order, from the
 * arena. */
clt_status clt_store_wishes(clt_store *store, int64_t study, clt_arena *arena, clt_wish **rows,
                            size_t *count, clt_error *err);

/** Appends to the trials that a study begins with. */
clt_status clt_store_add_ancestor(clt_store *store, int64_t study, const clt_ancestor *row,
                                  clt_error *err);

/** Those trials, in their order, from the arena. */
clt_status clt_store_ancestors(clt_store *store, int64_t study, clt_arena *arena,
                               clt_ancestor **rows, size_t *count, clt_error *err);

/** Changes a trial by hand, and notes it. RETRY: it is under way again without a result, and of
 * what it was run in only the first stretch is kept. REJECT: it has FAILED. DROP and RESTORE leave
 * what it came to. Where the order is free, the log takes back what was told of it. Durable on
 * return. CLT_NO_STORE where there is no such trial. */
clt_status clt_store_add_edit(clt_store *store, int64_t study, const clt_edit *edit,
                              clt_error *err);

/** All such changes of a study, oldest first, from the arena. */
clt_status clt_store_edits(clt_store *store, int64_t study, clt_arena *arena, clt_edit **rows,
                           size_t *count, clt_error *err);

/** Gives a study another name. CLT_BAD_INPUT where that is taken. */
clt_status clt_store_rename_study(clt_store *store, int64_t study, const char *name,
                                  clt_error *err);

/** Deletes a study with all that belongs to it. Durable on return. */
clt_status clt_store_delete_study(clt_store *store, int64_t study, clt_error *err);

/** Adds a copy of study `study` of the store at path `from` (NULL: of this store) under that name.
 *  CLT_BAD_INPUT where the name is taken. Durable on return. */
clt_status clt_store_copy_study(clt_store *store, const char *from, int64_t study, const char *name,
                                clt_error *err);

/** Checks the whole store: the file's own structure, and that what it says makes sense (numbers
 *  without gaps, final trials with their values, curves that go forward, no row that is missing or
 *  belongs to nothing). One line a finding in *findings; none is a sound store. */
clt_status clt_store_verify(clt_store *store, clt_str *findings, clt_error *err);

/** A failure's class as printed ("crash"), and what it means. */
const char *clt_failure_text(clt_failure failure);
const char *clt_failure_meaning(clt_failure failure);

/** A copy of a row in the arena, without its params; the names of metrics stay where they are;
 * false when memory ran out. */
bool clt_trial_row_copy(clt_arena *arena, const clt_trial_row *row, clt_trial_row *copy);

/** All trials of a study in the order of their numbers; with_curves says whether to read curves. */
clt_status clt_store_trials(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                            clt_trial_row **rows, size_t *count, clt_error *err);

#endif /* CLT_STUDY_STORE_H */

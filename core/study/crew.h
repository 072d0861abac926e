/**
 * @file study/crew.h
 * @brief The coordinator's side of attempts: launches them, listens, limits them, buries them.
 *
 * One nursery, up to `workers` attempts at a time, each of a trial or of one fold of it. An
 * objective's process whose trial was quick and left nothing behind is sent another, one whose fold
 * was quick another fold of that trial (study/child.h), unless [run] reuse is off. Nothing that an
 * attempt says is believed unchecked, and however it ends there is one outcome: a result, or a
 * failure with its class.
 */
#ifndef CLT_STUDY_CREW_H
#define CLT_STUDY_CREW_H

#include "study/keep.h"
#include "study/plan.h"

#include <stdbool.h>
#include <stdint.h>

/** Whose an attempt's outcome is. */
typedef enum clt_verdict {
    CLT_VERDICT_OWN,   /**< the trial's own */
    CLT_VERDICT_LOST,  /**< it ended through no fault of its own and should run again */
    CLT_VERDICT_SHARED /**< it failed in a process that had run other trials: it should run again,
                            in one of its own */
} clt_verdict;

/** What an attempt runs. */
typedef struct clt_launch {
    uint64_t number;  /**< the trial's */
    uint32_t fold;    /**< from 1; 0: all of the trial, which has no folds */
    uint32_t attempt; /**< from 1; no two of a fold have the same */
    uint64_t until;   /**< the step at which it is paused; 0: none */
    const double *x;  /**< [dim_count] */
} clt_launch;

/** What a crew tells while it is waited for; all in the coordinator's thread. Rows are valid during
 *  the call; their fold is the attempt's. */
typedef struct clt_crew_hooks {
    void *ctx;
    void (*begun)(void *ctx, const clt_trial_row *trial, uint64_t epochs);
    /** values[goal_count] of the goals; NaN where it did not report one. */
    void (*epoch)(void *ctx, const clt_trial_row *trial, uint64_t epoch, uint64_t epochs,
                  const double *values);
    void (*log)(void *ctx, const char *unit, int32_t level, const char *line);
    /** An attempt has ended: state, failure, signal, why, log, values, curve, seconds, last_step of
     *  the row are set, params are not; PAUSED is a state as well. values, curve and last_step are
     * those of the fold, where it ran one. x[dim_count] is where it was. */
    void (*ended)(void *ctx, const clt_trial_row *trial, const double *x, clt_verdict verdict);
    /** A trial was launched, but its process was held up before it came to it. */
    void (*not_run)(void *ctx, uint64_t number);
} clt_crew_hooks;

/** What the nursery found. Texts live as long as the crew. */
typedef struct clt_crew_facts {
    uint64_t train_rows, validation_rows, test_rows;
    const char *const *metrics; /**< [metric_count] */
    size_t metric_count;
    size_t folds;                    /**< of each trial; 0: a hold-out */
    const char *const *fold_metrics; /**< [folds][metric_count]: "accuracy@1" */
} clt_crew_facts;

typedef struct clt_crew clt_crew;

/** Starts a crew. argv: the program and arguments that become a nursery, which finds its socket at
 *  CLT_NURSERY_SOCKET; it must outlive the crew. Returns once the data is open; its errors are
 *  those of the experiment. wake: a descriptor that ends every wait when it becomes readable, -1:
 *  none; while the data is opened that is CLT_INTERRUPTED. limit: seconds after which data that is
 *  not open yet is given up, with CLT_STOPPED; 0: none. */
clt_status clt_crew_create(const clt_plan *plan, const char *const *argv, int wake, double limit,
                           const clt_crew_hooks *hooks, clt_crew **crew, clt_error *err);

/** Ends all attempts, the nursery and whatever they left. Does nothing for NULL. */
void clt_crew_destroy(clt_crew *crew);

/** What is known of the data. */
const clt_crew_facts *clt_crew_facts_of(const clt_crew *crew);

/** From here on attempts keep checkpoints, and go on from those that they find. keep outlives the
 *  crew. */
void clt_crew_use(clt_crew *crew, const clt_keep *keep);

/** Is every goal of the plan a metric of the data? CLT_BAD_INPUT with the metrics that there are.
 */
clt_status clt_crew_check_goals(const clt_crew *crew, clt_error *err);

/** Attempts that are under way, or were sent to a process that will come to them. */
size_t clt_crew_busy(const clt_crew *crew);

/** Places for trials. */
typedef struct clt_crew_room {
    size_t fresh; /**< processes that may be started */
    size_t hot;   /**< trials that processes which ran some will take */
    size_t idle;  /**< such processes that have none at hand, so that they may be ended */
} clt_crew_room;

/** What there is room for. */
clt_crew_room clt_crew_room_of(const clt_crew *crew);

/** Are there processes that run one trial after another? */
bool clt_crew_is_hot(const clt_crew *crew);

/** Launches an attempt in a process of its own. share: it may run others after it, where the plan
 *  allows it. */
clt_status clt_crew_launch(clt_crew *crew, const clt_launch *what, bool share, clt_error *err);

/** The same in a process that has run trials, or folds of the same one; there must be hot room. */
clt_status clt_crew_launch_hot(clt_crew *crew, const clt_launch *what, clt_error *err);

/** Ends the attempts at folds of trial `number` behind `fold`, as clt_crew_stop() does; each is
 * told of as lost. */
void clt_crew_end_folds(clt_crew *crew, uint64_t number, uint32_t fold);

/** Ends the attempt at trial `number`, whose last report decided that: it is told of as PRUNED,
 * with the values and the curve that it had then. Only while that report is heard of. */
void clt_crew_prune(clt_crew *crew, uint64_t number);

/** Lets a process end that has nothing at hand, if there is one. */
void clt_crew_end_idle(clt_crew *crew);

/** Is there a process that has run folds of that trial and has nothing at hand? Then the next one
 *  is to be launched hot: clt_crew_room_of() does not count such. */
bool clt_crew_waits_for_fold(const clt_crew *crew, uint64_t number);

/** Is a process about to end that has nothing at hand, so that there will be a place? */
bool clt_crew_is_ending(const clt_crew *crew);

/** Lets the processes end that wait for a fold. */
void clt_crew_end_waiting(clt_crew *crew);

/** Waits until something has happened, at most `seconds` (negative: no limit) and never long, and
 *  handles all of it. CLT_PLUGIN_FAILED where the nursery does not stay alive; CLT_INTERRUPTED and
 *  CLT_STOPPED as clt_crew_create() has them, of a nursery that takes the place of another.
 *
 *  Limits are kept by the times at which attempts did what they tell of, not by those at which it
 * is heard here, and only after all of it was heard. What time the coordinator was held up (it was
 *  stopped, or did something else) is nobody's: an attempt is judged by the time that it was
 *  listened to. */
clt_status clt_crew_wait(clt_crew *crew, double seconds, clt_error *err);

/** Seconds that the coordinator was held up from outside while it waited: it was stopped. */
double clt_crew_absence(const clt_crew *crew);

/** Seconds beyond the grace that clt_crew_stop() takes at most. */
#define CLT_STOP_TIME 5

/** Asks all attempts to end, kills them after the grace; each is told of as lost. */
clt_status clt_crew_stop(clt_crew *crew, clt_error *err);

#endif /* CLT_STUDY_CREW_H */

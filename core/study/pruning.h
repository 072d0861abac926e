/**
 * @file study/pruning.h
 * @brief The study's pruner: what it is shown, and what it decides.
 *
 * A study without a [pruner] has none: everything goes on. Where trials can be paused (they are
 * trained, and keep checkpoints) a trial is told beforehand how far to go; where they cannot, what
 * the pruner would pause is stopped.
 */
#ifndef CLT_STUDY_PRUNING_H
#define CLT_STUDY_PRUNING_H

#include "study/curves.h"
#include "study/order.h"

/** A study's pruner. Zero it before clt_pruning_open(). */
typedef struct clt_pruning {
    const clt_plan *plan;
    const collet_pruner *pruner; /**< NULL: there is none */
    void *self;
    clt_host host;
    collet_resource resource;
    bool paces;      /**< it says how far a new trial goes, so that stretches are stored */
    bool pauses;     /**< and trials can be paused there */
    bool folds;      /**< what is compared are folds, and not what they report on the way */
    bool warned;     /**< that it changes what is not its own */
    uint64_t window; /**< of the study; 0: free order */
    uint64_t since;  /**< first slot in the present ranges: those before have all ended */
    clt_curves curves;
    double *turned; /**< [goal_count] */
    clt_arena arena;
} clt_pruning;

/** What becomes of a trial. */
typedef struct clt_pruned {
    uint32_t action; /**< COLLET_PRUNE_CONTINUE ... */
    uint64_t until;  /**< CONTINUE: the resource at which it is to be paused; 0: to the end */
} clt_pruned;

/** What a pruner is told of the study's trials. */
typedef struct clt_prunable {
    uint64_t most; /**< resource of a full trial; 0: not known */
    bool folds;    /**< it counts folds */
    bool pauses;   /**< trials can be paused */
} clt_prunable;

/** Makes the plan's pruner, if it has one. planned: trials, as the sampler is told. CLT_BAD_INPUT,
 * with its line, where it cannot work so. */
clt_status clt_pruning_open(clt_pruning *p, const clt_plan *plan, uint64_t window, uint64_t planned,
                            clt_prunable trials, const clt_host_hooks *hooks, clt_error *err);

/** Destroys it; also after a failure. */
void clt_pruning_close(clt_pruning *p);

/** Shows it what a study that goes on has. */
clt_status clt_pruning_recall(clt_pruning *p, const clt_order_past *past, clt_error *err);

/** Is the trial's curve not to be seen, since somebody has left it out or found it to be wrong? */
bool clt_pruning_hides(const clt_trial_row *trial);

/** A new trial begins in that slot. *until: how far it goes; 0: to the end. */
clt_status clt_pruning_begin(clt_pruning *p, uint64_t number, uint64_t slot, uint64_t *until,
                             clt_error *err);

/** The trial's last stretch as the store has it, but for `since`, in *row; false where the study
 *  stores none. */
bool clt_pruning_stretch(clt_pruning *p, uint64_t number, clt_stretch_row *row);

/** Another attempt at a trial under way: it reports anew. */
void clt_pruning_again(clt_pruning *p, uint64_t number);

/** A trial has reported values[goal_count], in the goals' own signs. */
clt_status clt_pruning_report(clt_pruning *p, uint64_t number, uint64_t step, const double *values,
                              clt_pruned *out, clt_error *err);

/** A trial has come to where it was to be paused. */
clt_status clt_pruning_arrive(clt_pruning *p, uint64_t number, clt_pruned *out, clt_error *err);

/** What a pruner calls a state: COLLET_CURVE_COMPLETE ... */
uint32_t clt_pruning_state(clt_trial_state state);

/** A trial has ended, or is paused: COLLET_CURVE_PAUSED ... */
void clt_pruning_end(clt_pruning *p, uint64_t number, uint32_t state);

/** The paused trial to go on with in that slot, in *number, and how far; it has begun a stretch
 *  then. *found: there is one. */
clt_status clt_pruning_promote(clt_pruning *p, uint64_t slot, bool *found, uint64_t *number,
                               uint64_t *until, clt_error *err);

#endif /* CLT_STUDY_PRUNING_H */

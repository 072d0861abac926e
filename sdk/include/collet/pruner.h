/**
 * @file collet/pruner.h
 * @brief Kind "pruner/1": ends hopeless trials early.
 *
 * A pruner is a function of curves: it keeps no history of its own, so a study that goes on after
 * a crash decides as it would have. Resource is what curves are measured in: epochs, folds, or
 * what an objective reports. Values are minimised, as for samplers.
 *
 * Scenario I, stop rules (median, percentile): begin() is absent; decide() is called at every
 * point and says CONTINUE or STOP.
 *
 * Scenario II, successive halving: begin() gives a new trial its bracket and first rung; decide()
 * is called when the trial has reached the resource it wanted and says PAUSE; promote() later
 * names a paused trial to go on with, from its checkpoint, to the next rung.
 */
#ifndef COLLET_PRUNER_H
#define COLLET_PRUNER_H

#include <collet/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KIND_PRUNER "pruner/1"

/** State of the trial that a curve belongs to. */
enum {
    COLLET_CURVE_RUNNING = 0,
    COLLET_CURVE_PAUSED = 1,
    COLLET_CURVE_COMPLETE = 2,
    COLLET_CURVE_PRUNED = 3,
    COLLET_CURVE_FAILED = 4
};

/** [host] What a trial has reported so far. */
typedef struct collet_curve {
    uint32_t struct_size;
    uint32_t state; /**< COLLET_CURVE_RUNNING ... */
    uint64_t number;
    uint32_t bracket; /**< as begin() gave it; 0 without */
    uint32_t point_count;
    const uint64_t *steps; /**< [point_count], rising */
    const double *values;  /**< [point_count][objective_count], lower is better; may be NaN */
} collet_curve;

/** [host] Every curve of the study, in the order of trial numbers. */
typedef struct collet_curves {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t count;
    const collet_curve *const *curves;
} collet_curves;

/** Flags of a resource. */
enum {
    COLLET_RESOURCE_PAUSE = 1 << 0 /**< a trial can be paused, and go on from its checkpoint */
};

/** [host] What the study means to spend; valid until destroy(). */
typedef struct collet_resource {
    uint32_t struct_size;
    uint32_t objective_count;
    uint64_t max_step;     /**< resource of a full trial (epochs); 0: not known */
    uint64_t trial_budget; /**< trials that the study means to run; 0: not known */
    uint32_t flags;        /**< COLLET_RESOURCE_PAUSE ...; since ABI 1.2 */
    uint32_t reserved;
    const double *signs; /**< [objective_count]; -1: the user maximises it, and values on curves
                              are turned; 1: as they are; since ABI 1.2 */
} collet_resource;

enum {
    COLLET_PRUNE_CONTINUE = 0,
    COLLET_PRUNE_STOP = 1, /**< the trial ends as PRUNED */
    COLLET_PRUNE_PAUSE = 2 /**< the trial is checkpointed and waits for promote(); as good as STOP
                                where trials cannot be paused */
};

/** [plugin] A decision; the host zeroes it and sets struct_size before the call. */
typedef struct collet_decision {
    uint32_t struct_size;
    uint32_t action;  /**< COLLET_PRUNE_CONTINUE ... */
    uint32_t bracket; /**< begin(): where the trial belongs */
    uint32_t reserved;
    uint64_t next_step; /**< ask me again at this resource; 0: at the next report */
    uint64_t number;    /**< promote(): the paused trial to go on with */
} collet_decision;

/** [plugin] The vtable of kind "pruner/1". */
typedef struct collet_pruner {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */

    /** Makes an instance; config and resource live until destroy(). [instance] */
    collet_status (*create)(const collet_host *host, const void *config,
                            const collet_resource *resource, void **self);

    /** Frees the instance; does nothing for NULL. [instance] */
    void (*destroy)(void *self);

    /** Shall the trial of curve `own`, whose last point has just come, go on? peers holds all
     *  curves of the study, `own` among them. [instance] */
    collet_status (*decide)(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out);

    /** Optional. Bracket and first resource of the new trial `number`. [instance] */
    collet_status (*begin)(void *self, uint64_t number, const collet_curves *peers,
                           collet_decision *out);

    /** Optional. The paused trial to go on with before any new one is started, and up to which
     *  resource; COLLET_DONE when none is due. [instance] */
    collet_status (*promote)(void *self, const collet_curves *peers, collet_decision *out);
} collet_pruner;

#ifdef __cplusplus
}
#endif
#endif /* COLLET_PRUNER_H */

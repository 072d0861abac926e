/**
 * @file study/history.h
 * @brief A sampler and what it has been told; points as the store writes them.
 */
#ifndef CLT_STUDY_HISTORY_H
#define CLT_STUDY_HISTORY_H

#include "plugin/host.h"
#include "study/plan.h"

#include <collet/sampler.h>

/** A live sampler. Zero it before clt_teller_open(); it must not move while open. */
typedef struct clt_teller {
    const clt_plan *plan;
    clt_host host;
    const collet_sampler *sampler;
    void *self;
    bool warned;     /**< that it changes what is not its own */
    bool mended;     /**< that it has proposed what is not allowed was said */
    uint64_t before; /**< trials of an older study that it knows; the study's own come behind them,
                          so the sampler sees number 0 as this */
    collet_space space;
    double *turned; /**< [value_count of the plan]: of the trial that is told, goals so that less is
                         better, then what is beyond the demands */
    double *x;      /**< [dim_count]: its point as samplers see it */
    double *work;   /**< [4 * dim_count], to mend points with */
    clt_arena arena;
} clt_teller;

/** Makes the plan's sampler, for a study that was planned for so many trials when it began: a
 *  sampler that goes by that proposes the same in a study that was made longer. CLT_BAD_INPUT where
 *  it does not understand the space. */
clt_status clt_teller_open(clt_teller *teller, const clt_plan *plan, uint64_t planned,
                           const clt_host_hooks *hooks, clt_error *err);

/** Destroys it; also after a failure. */
void clt_teller_close(clt_teller *teller);

/** May the sampler be told of a trial at another point than it proposed, if only by a last bit?
 * Then what it knows of trials under way is had again by asking alone. */
bool clt_teller_moves(const clt_teller *teller);

/** Proposes trial `number` in x[dim_count]; *done is true when there is nothing left. A point that
 *  does not meet the constraints is moved to one that does, the same whenever it is asked for.
 *  again: how often it was asked for before, at most 255; each has a stream of its own. */
clt_status clt_teller_ask(clt_teller *teller, uint64_t number, uint32_t again, double *x,
                          bool *done, clt_error *err);

/** How much better than the best the sampler expects what it proposed last, for trial `number`, to
 *  be, in units of the goal; NaN where it cannot say. */
clt_status clt_teller_expected(clt_teller *teller, uint64_t number, double *expected,
                               clt_error *err);

/** Tells what became of a trial at x. Values are turned so that less is better, and demands are
 *  constraints. */
clt_status clt_teller_tell(clt_teller *teller, const clt_trial_row *trial, const double *x,
                           clt_error *err);

/** The params of point x as the store keeps them, from the arena, in *trial. */
clt_status clt_params_of(const clt_plan *plan, const double *x, clt_arena *arena,
                         clt_trial_row *trial, clt_error *err);

/** Is x, of a stored trial, a point of the space: whatever is active has a value, and nothing else?
 *  bounds: and do the values lie within the ranges, but for a last bit? Else CLT_NO_STORE. */
clt_status clt_point_check(const clt_plan *plan, const clt_trial_row *trial, const double *x,
                           bool bounds, clt_error *err);

/** x[dim_count] of a stored trial. CLT_NO_STORE where a name is not in the space, or a category has
 *  no such choice; CLT_BAD_INPUT where a choice is read otherwise now. */
clt_status clt_point_of(const clt_plan *plan, const clt_trial_row *trial, double *x,
                        clt_error *err);

/** The same of a trial that may be of other ranges, in which there was more: one with a name that
 *  is not in the space lies outside of it, by an infinite x[0]. False where it is such a one. */
bool clt_point_found(const clt_plan *plan, const clt_trial_row *trial, double *x);

#endif /* CLT_STUDY_HISTORY_H */

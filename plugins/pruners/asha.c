/*
 * asha - asynchronous successive halving.
 *
 * Definition: rungs stand at the resources r eta^(s+k), k = 0, 1, ... (r: min_resource, s:
 * early_stopping) up to R / eta, where R is the resource of a full trial: whoever leaves the last
 * rung runs to R, as in the paper, where R is the top rung. So with R = 10 and eta = 4 there is one
 * rung, at 1, and one at 4 would be no use: it had to be filled eta^2 trials deep before the first
 * trial is complete. A trial that comes to a rung goes on at once if it is among the best floor(m /
 * eta) of the m trials that have been there; else it is paused. Whenever there is a free place, the
 * highest rung is looked for that has a paused trial among its best floor(m / eta) by now: it goes
 * on from its checkpoint, to the next rung. Only where there is none a new trial begins.
 *
 * Where a trial cannot be paused (a black box without checkpoints) it is stopped instead, and the
 * best trial of a rung always goes on, as in Optuna's SuccessiveHalvingPruner.
 *
 * With several objectives, best means: dominated by the fewest of those on the rung.
 *
 * Options:
 *     min_resource    resource of the first rung (epochs); 0: 1, or as many    0
 *                     times eta as it takes for two of the study's trials to
 *                     come to their end
 *     eta             one in eta goes on from each rung                        4
 *     early_stopping  s: rungs that are left out at the bottom                 0
 *
 *     [pruner]
 *     use = asha
 *     eta = 3
 *
 * How it works: a decision depends on the curves alone, so a study goes on after a crash as it
 * would have. A trial whose value is NaN at a rung is stopped for good.
 *
 * Li et al.: A System for Massively Parallel Hyperparameter Tuning. MLSys 2020, algorithm 2.
 */
#include "prune/halving.h"

typedef struct asha_config {
    int64_t min_resource, eta, early_stopping;
} asha_config;

static const collet_option options[] = {
    COLLET_OPT_INT(asha_config, min_resource, "0", 0, 1000000000, NULL, COLLET_FIXED,
                   "resource of the first rung, in what trials report (epochs); 0: 1, or so many "
                   "times eta that two of the study's trials come to their end"),
    COLLET_OPT_INT(asha_config, eta, "4", 2, 1000, NULL, COLLET_FIXED,
                   "one in eta goes on from each rung"),
    COLLET_OPT_INT(asha_config, early_stopping, "0", 0, 30, NULL, COLLET_FIXED,
                   "rungs that are left out at the bottom"),
};

/* How many of `trials` come to their end behind so many rungs. */
static uint64_t behind(uint64_t trials, const prune_rungs *rungs)
{
    for (uint32_t k = 0; k < rungs->count; k++) {
        trials /= rungs->eta;
    }
    return trials;
}

static prune_rungs rungs_of(const prune_state *s)
{
    const asha_config *c = s->config;
    const collet_resource *r = s->resource;
    uint64_t first = c->min_resource > 0 ? (uint64_t)c->min_resource : 1, eta = (uint64_t)c->eta;
    for (int64_t i = 0; i < c->early_stopping && first < UINT64_MAX / eta; i++) {
        first *= eta;
    }
    prune_rungs rungs;
    prune_rungs_init(&rungs, 0, first, eta, r->max_step);
    while (c->min_resource == 0 && r->max_step > 0 && r->trial_budget > 0 && rungs.count > 0 &&
           behind(r->trial_budget, &rungs) < 2) {
        first *= eta;
        prune_rungs_init(&rungs, 0, first, eta, r->max_step);
    }
    return rungs;
}

static collet_status begin(void *self, uint64_t number, const collet_curves *peers,
                           collet_decision *out)
{
    prune_rungs rungs = rungs_of(self);
    (void)number;
    (void)peers;
    out->bracket = 0;
    out->next_step = prune_rung_step(&rungs, 0);
    return COLLET_OK;
}

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    prune_rungs rungs = rungs_of(self);
    return prune_halve(self, &rungs, own, peers, out);
}

static collet_status promote(void *self, const collet_curves *peers, collet_decision *out)
{
    prune_state *s = self;
    prune_rungs rungs = rungs_of(s);
    for (uint32_t k = rungs.count; k-- > 0;) {
        if (prune_rung_collect(s, &rungs, k, peers) != COLLET_OK) {
            return COLLET_E_NOMEM;
        }
        const collet_curve *due = prune_rung_due(s, &rungs, k, s->list.count / rungs.eta);
        if (due != NULL) {
            out->number = due->number;
            out->next_step = prune_rung_step(&rungs, k + 1);
            return COLLET_OK;
        }
    }
    return COLLET_DONE;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = prune_create,
                                     .destroy = prune_destroy,
                                     .decide = decide,
                                     .begin = begin,
                                     .promote = promote};

PRUNE_PLUGIN("asha", "asynchronous successive halving: the best go on", "arxiv.org/abs/1810.05934",
             vtable, COLLET_OPTIONS(options, asha_config));

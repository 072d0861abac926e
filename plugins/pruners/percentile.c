/*
 * percentile - keeps the best part of the trials.
 *
 * Definition: at step s a trial is stopped when the best of its values so far is worse than the
 * `percent`-th percentile of the values that complete trials had at step s, counted from the best
 * (linear interpolation between the two nearest). A trial whose values are all NaN is stopped too.
 *
 * With several objectives a value is a vector: the best so far is the best of each objective, and
 * the trial is stopped when more than `percent` % of the peers dominate it at that step. So a trial
 * at any end of the Pareto front goes on.
 *
 * Options:
 *     percent   how much of the trials is kept, in percent                     25
 *     startup   complete trials before any is stopped                          5
 *     warmup    steps of a trial before it may be stopped                      0
 *     interval  steps between two looks at a trial                             1
 *     peers     complete trials with a value at the same step that a look needs  1
 *
 *     [pruner]
 *     use     = percentile
 *     percent = 40
 *
 * How it works: peers are complete trials only. A look is taken at the first value of each
 * interval, counted from the end of the warm-up.
 *
 * Golovin et al.: Google Vizier: A Service for Black-Box Optimization. KDD 2017, section 3.2.1,
 * with a percentile in the place of the median.
 */
#include "prune/percentile.h"

typedef struct percentile_config {
    double percent;
    int64_t startup, warmup, interval, peers;
} percentile_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(percentile_config, percent, "25", 0, 100, NULL, COLLET_FIXED,
                    "how much of the trials is kept, in percent"),
    PRUNE_PERCENTILE_OPTIONS(percentile_config),
};

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    prune_state *s = self;
    const percentile_config *c = s->config;
    const prune_percentile rule = {c->startup, c->warmup, c->interval, c->peers};
    bool stop;
    collet_status status = prune_by_percentile(s, &rule, c->percent, own, peers, &stop);
    out->action = stop ? COLLET_PRUNE_STOP : COLLET_PRUNE_CONTINUE;
    return status;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = prune_create,
                                     .destroy = prune_destroy,
                                     .decide = decide};

PRUNE_PLUGIN("percentile", "keeps the best part of the trials", "doi.org/10.1145/3097983.3098043",
             vtable, COLLET_OPTIONS(options, percentile_config));

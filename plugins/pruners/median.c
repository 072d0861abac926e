/*
 * median - stops a trial that has never been as good as the median of the finished ones.
 *
 * Definition: at step s a trial is stopped when the best of its values so far is worse than the
 * median of the values that complete trials had at step s. A trial whose values are all NaN is
 * stopped as well.
 *
 * Options:
 *     startup   complete trials before any is stopped                          5
 *     warmup    steps of a trial before it may be stopped                      0
 *     interval  steps between two looks at a trial                             1
 *     peers     complete trials with a value at the same step that a look needs  1
 *
 *     [pruner]
 *     use    = median
 *     warmup = 2
 *
 * How it works: the unit percentile with percent = 50, where several objectives are explained too.
 * Trials that were stopped early are not among the peers, so the bar rises only with those that
 * came through.
 *
 * Golovin et al.: Google Vizier: A Service for Black-Box Optimization. KDD 2017, section 3.2.1
 * (which compares with running averages; here it is the value at the step, as Optuna does).
 */
#include "prune/percentile.h"

typedef struct median_config {
    int64_t startup, warmup, interval, peers;
} median_config;

static const collet_option options[] = {PRUNE_PERCENTILE_OPTIONS(median_config)};

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    prune_state *s = self;
    const median_config *c = s->config;
    const prune_percentile rule = {c->startup, c->warmup, c->interval, c->peers};
    bool stop;
    collet_status status = prune_by_percentile(s, &rule, 50, own, peers, &stop);
    out->action = stop ? COLLET_PRUNE_STOP : COLLET_PRUNE_CONTINUE;
    return status;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = prune_create,
                                     .destroy = prune_destroy,
                                     .decide = decide};

PRUNE_PLUGIN("median", "stops what is worse than the median of the others",
             "doi.org/10.1145/3097983.3098043", vtable, COLLET_OPTIONS(options, median_config));

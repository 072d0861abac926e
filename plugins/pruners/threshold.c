/*
 * threshold - stops a trial whose value leaves given bounds.
 *
 * Definition: at step s a trial is stopped when its value at s is below `lower`, above `upper` or
 * NaN. Both are in the metric's own sign: for maximize = accuracy, lower = 0.3 stops what is below
 * 30 %. With several objectives the bounds are those of the first.
 *
 * Options:
 *     lower     least value with which a trial goes on                         -1e308
 *     upper     greatest value with which a trial goes on                      1e308
 *     warmup    steps of a trial before it may be stopped                      0
 *     interval  steps between two looks at a trial                             1
 *
 *     [pruner]
 *     use    = threshold
 *     lower  = 0.5
 *     warmup = 2
 *
 * How it works: no other trial matters, so it works from the first one on: for networks that do
 * not learn at all, and losses that explode.
 */
#include "prune/prune.h"

#include <float.h>

typedef struct threshold_config {
    double lower, upper;
    int64_t warmup, interval;
} threshold_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(threshold_config, lower, "-1e308", -INFINITY, INFINITY, NULL, COLLET_FIXED,
                    "least value with which a trial goes on"),
    COLLET_OPT_REAL(threshold_config, upper, "1e308", -INFINITY, INFINITY, NULL, COLLET_FIXED,
                    "greatest value with which a trial goes on"),
    COLLET_OPT_INT(threshold_config, warmup, "0", 0, 1000000, NULL, COLLET_FIXED,
                   "steps of a trial before it may be stopped"),
    COLLET_OPT_INT(threshold_config, interval, "1", 1, 1000000, NULL, COLLET_FIXED,
                   "steps between two looks at a trial"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_resource *resource, void **self)
{
    const threshold_config *c = config;
    if (c->lower <= -1e308 && c->upper >= 1e308) {
        return collet_fail(host, COLLET_E_INVALID, "threshold needs lower or upper");
    }
    if (c->lower > c->upper) {
        return collet_fail(host, COLLET_E_INVALID, "lower is %g, which is above upper, %g",
                           c->lower, c->upper);
    }
    return prune_create(host, config, resource, self);
}

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    const prune_state *s = self;
    const threshold_config *c = s->config;
    (void)peers;
    out->action = COLLET_PRUNE_CONTINUE;
    if (prune_due(own, (uint64_t)c->warmup, (uint64_t)c->interval)) {
        double value =
            prune_sign(s->resource, 0) * own->values[(size_t)(own->point_count - 1) * s->m];
        bool inside = value >= c->lower && value <= c->upper; /* NaN: no */
        out->action = inside ? COLLET_PRUNE_CONTINUE : COLLET_PRUNE_STOP;
    }
    return COLLET_OK;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = create,
                                     .destroy = prune_destroy,
                                     .decide = decide};

PRUNE_PLUGIN("threshold", "stops what leaves given bounds", NULL, vtable,
             COLLET_OPTIONS(options, threshold_config));

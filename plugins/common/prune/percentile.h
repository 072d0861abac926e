/**
 * @file prune/percentile.h
 * @brief The rule that the units median and percentile share: to be among the better part of the
 * finished trials, at the same step.
 */
#ifndef PRUNE_PERCENTILE_H
#define PRUNE_PERCENTILE_H

#include "prune/prune.h"

/** Options of the rule. */
typedef struct prune_percentile {
    int64_t startup, warmup, interval, peers;
} prune_percentile;

/** The rows of an option table for a config struct with these four fields. */
/* clang-format off */
#define PRUNE_PERCENTILE_OPTIONS(config)                                                           \
    COLLET_OPT_INT(config, startup, "5", 0, 1000000, NULL, COLLET_FIXED,                           \
                   "complete trials before any is stopped"),                                       \
    COLLET_OPT_INT(config, warmup, "0", 0, 1000000, NULL, COLLET_FIXED,                            \
                   "steps of a trial before it may be stopped"),                                   \
    COLLET_OPT_INT(config, interval, "1", 1, 1000000, NULL, COLLET_FIXED,                          \
                   "steps between two looks at a trial"),                                          \
    COLLET_OPT_INT(config, peers, "1", 1, 1000000, NULL, COLLET_FIXED,                             \
                   "complete trials with a value at the same step that a look needs")
/* clang-format on */

/** Should `own` stop, as it is not among the best `percent` of its peers? *stop is set.
 *  COLLET_E_NOMEM. */
collet_status prune_by_percentile(prune_state *s, const prune_percentile *rule, double percent,
                                  const collet_curve *own, const collet_curves *peers, bool *stop);

#endif /* PRUNE_PERCENTILE_H */

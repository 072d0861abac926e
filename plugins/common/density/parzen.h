/**
 * @file density/parzen.h
 * @brief The two densities of a Parzen estimator: l, of the best trials, and g, of all others.
 *
 * Trials are in the order of their digest (density/trials.h). The first of them are l's, never one
 * without a value; what the digest holds of the others, and those under way, are g's, a trial that
 * stands for others with as much more weight. Where a branch is given, only its trials count
 * (search/branch.h).
 */
#ifndef DENSITY_PARZEN_H
#define DENSITY_PARZEN_H

#include "density/fit.h"
#include "density/trials.h"

/** Weights of kernels. */
typedef enum density_weights {
    DENSITY_UNIFORM,
    DENSITY_OLD_DECAY, /**< 1 for the newest 25 trials, then less */
    DENSITY_RANK,      /**< (ln (m + 1) / i)^rank_power for the i-th best of m; one goal */
    DENSITY_EI         /**< by how much the trial is better than the best one of g; one goal */
} density_weights;

typedef struct density_parzen_rules {
    double gamma, rank_power;  /**< share of the trials in l */
    double floor, floor_above; /**< least widths in l and in g */
    uint32_t cap;              /**< most trials in l */
    density_weights weights, weights_above;
    bool root;    /**< gamma is of the square root of the trials */
    bool pending; /**< trials under way are g's */
} density_parzen_rules;

typedef struct density_parzen {
    density_parzen_rules rules;
    density_trials *trials;  /**< its kernels get their widths here */
    const double *branch;    /**< a point of the branch; NULL: all trials count */
    density_fit fit;         /**< its rules are the caller's */
    density_rows below;      /**< l's kernels */
    density_mixture l, g;    /**< over all columns */
    const search_pick **low; /**< [rules.cap + 1], l's trials and the best one of g, or NULL */
    density_term *terms;     /**< [rules.cap + room], of l and g */
    density_term *part;      /**< the same, for one block */
    uint32_t room;           /**< of g */
} density_parzen;

/** Keeps the pointer to the trials. COLLET_E_NOMEM; density_parzen_finish() is needed all the
 * same. */
collet_status density_parzen_init(density_parzen *p, const density_parzen_rules *rules,
                                  density_trials *trials);
void density_parzen_finish(density_parzen *p);

/** Makes l and g, of the branch of the trial `branch` unless that is NULL. COLLET_E_NOMEM. */
collet_status density_parzen_make(density_parzen *p, const search_trial *branch);

/** l and g over the columns of one block, until the next call. */
void density_parzen_block(density_parzen *p, const density_block *block, density_mixture *l,
                          density_mixture *g);

#endif /* DENSITY_PARZEN_H */

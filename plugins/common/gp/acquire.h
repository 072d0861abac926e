/**
 * @file gp/acquire.h
 * @brief Where to evaluate next: log expected improvement, and its maximum over a mixed space.
 *
 * What is maximised is log EI (of several goals: of the hypervolume, gp/front.h), and with outcome
 * constraints the sum of it and of the logarithms of their probabilities to hold. Candidates drawn
 * over the whole space and around the best points known are ranked; from the most promising ones a
 * local search goes up: L-BFGS over what is continuous (and over numbers with many values, rounded
 * after), then each discrete dimension by trying its values, in turn until nothing moves. What the
 * host forbids ([constraints]) is no candidate, and no way up leads there.
 */
#ifndef GP_ACQUIRE_H
#define GP_ACQUIRE_H

#include "gp/front.h"
#include "gp/model.h"

/** What is maximised. */
typedef struct gp_acquisition {
    gp_model *models; /**< [goals + constraints] */
    uint32_t goals, constraints;
    bool improve;       /**< false: nothing feasible is known yet, the constraints alone count */
    double best;        /**< one goal: to get below, in its model's units */
    gp_front *front;    /**< several: to get before, in their models' units */
    const double *most; /**< [constraints] a constraint holds up to here, in its model's units */
    double *work;       /**< [gp_acquisition_work()] of several goals */
} gp_acquisition;

/** The acquisition at z[columns], and its gradient unless dz is NULL. */
double gp_acquisition_at(const gp_acquisition *a, const double *z, double *dz);

/** How many doubles the work of an acquisition takes. */
size_t gp_acquisition_work(const gp_layout *layout, uint32_t goals);

/** The search, its memory and what it may spend. */
typedef struct gp_search {
    const gp_layout *layout;
    const search_space *space;
    gp_acquisition acquisition;
    uint32_t candidates;
    bool *parent;    /**< [dim_count] others depend on it */
    double *u;       /**< [candidates][dim_count] coordinates, inactive ones too */
    double *score;   /**< [candidates] */
    uint32_t *order; /**< [candidates] by falling score */
    double *scratch, *scratch_kept;
    uint32_t *free; /**< [dim_count] dimensions that L-BFGS moves */
    uint32_t free_count;
} gp_search;

/** Candidates from which the search climbs; there must be more of them. */
enum { GP_STARTS = 8 };

/** COLLET_E_NOMEM; nothing is left behind then. */
collet_status gp_search_init(gp_search *s, const gp_layout *layout, uint32_t candidates);
void gp_search_finish(gp_search *s);

/** Looks for the maximum. anchors[count][dim_count] are good points known, the best first; of
 *  several goals none is better than the others. After it candidate order[0] is the best, order[1]
 *  the next, ... */
void gp_search_run(gp_search *s, const collet_rng *rng, const double *const *anchors, size_t count);

/** Candidate k as a point x[dim_count] of the space. */
void gp_search_point(const gp_search *s, uint32_t k, double *x);

#endif /* GP_ACQUIRE_H */

/**
 * @file population/choices.h
 * @brief Categories in an evolution strategy: a probability for each value of each category, moved
 * along the natural gradient towards the better points.
 *
 * The step adapts itself: it grows while steps agree and shrinks while they contradict each other.
 * No probability falls below a margin, so nothing is lost for good.
 *
 * Hamano, Saito, Nomura, Uchida, Shirakawa: CatCMA: Stochastic Optimization for Mixed-Category
 * Problems. GECCO (2024). Akimoto et al.: Adaptive Stochastic Natural Gradient Method for One-Shot
 * Neural Architecture Search. ICML (2019), for the step.
 */
#ifndef POPULATION_CHOICES_H
#define POPULATION_CHOICES_H

#include <collet/helpers.h>

/** Independent distributions over values 0 to sizes[i] - 1. Read the fields, change them by the
 *  functions. */
typedef struct choices {
    uint32_t count;
    uint32_t *sizes, *starts; /**< [count]; a distribution is q[starts[i]] ... */
    uint32_t total;           /**< sum of sizes */
    double *q;                /**< [total] */
    double *path, *gradient;  /**< [total] */
    double delta, gamma;      /**< of the step's adaptation */
} choices;

/** All even. sizes[count], each at least 2. COLLET_E_NOMEM; nothing is left behind then. */
collet_status choices_init(choices *s, const uint32_t *sizes, uint32_t count);

/** Frees what it holds. */
void choices_finish(choices *s);

/** Draws value[count]. */
void choices_sample(const choices *s, const collet_rng *rng, double *value);

/** Moves towards points with weights that sum to 1; a value that is NaN counts for nothing. */
void choices_update(choices *s, const double *const *points, const double *weights, size_t count);

#endif /* POPULATION_CHOICES_H */

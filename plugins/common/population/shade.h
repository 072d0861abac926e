/**
 * @file population/shade.h
 * @brief Success-history adaptation: which F and CR of differential evolution have worked.
 *
 * Tanabe, Fukunaga: Improving the Search Performance of SHADE Using Linear Population Size
 * Reduction. CEC (2014).
 */
#ifndef POPULATION_SHADE_H
#define POPULATION_SHADE_H

#include <collet/helpers.h>

enum { SHADE_MEMORY = 6 };

/** Plain data; zero it, then shade_init(). */
typedef struct shade {
    double f[SHADE_MEMORY], cr[SHADE_MEMORY]; /**< cr < 0: the terminal value, always 0 */
    uint32_t next;                            /**< place that is overwritten next */
    double weight, f1, f2, cr1, cr2;          /**< sums over this generation's successes */
} shade;

/** Everything 1/2. */
void shade_init(shade *s);

/** Draws F in (0, 1] from a Cauchy and CR in [0, 1] from a normal distribution. */
void shade_draw(const shade *s, const collet_rng *rng, double *f, double *cr);

/** A trial with f and cr was better than its parent by gain > 0. */
void shade_success(shade *s, double f, double cr, double gain);

/** The generation is over: its weighted Lehmer means go into memory. */
void shade_close(shade *s);

#endif /* POPULATION_SHADE_H */

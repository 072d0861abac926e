/**
 * @file problems/instance.h
 * @brief Instances of a test function: shifted, and rotated by a random orthogonal matrix.
 *
 * Hansen, Auger, Ros, Mersmann, Tusar, Brockhoff: COCO: A Platform for Comparing Continuous
 * Optimizers. Optimization Methods and Software 36 (2021).
 */
#ifndef PROBLEMS_INSTANCE_H
#define PROBLEMS_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

/** z = R (x - shift) + place, in every coordinate. */
typedef struct instance {
    uint32_t n;
    double *shift; /**< [n] */
    double *moved; /**< [n], room for x - shift */
    double *R;     /**< [n][n] by rows; NULL: not rotated */
} instance;

/** Draws one: the shift uniform in the inner half of the cube -half to half, R of normal numbers,
 *  orthonormalised row by row. false: no memory. */
bool instance_draw(instance *out, uint64_t seed, uint32_t n, double half, bool rotate);

/** Frees it. */
void instance_finish(instance *in);

/** Writes z[n] of x[n]. */
void instance_apply(const instance *in, const double *x, double place, double *z);

/** The next word of a small generator, and the same as a number in [0, 1). */
uint64_t problem_word(uint64_t *state);
double problem_uniform(uint64_t *state);

#endif /* PROBLEMS_INSTANCE_H */

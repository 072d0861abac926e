/**
 * @file gp/lbfgs.h
 * @brief Smooth minimisation within bounds by a limited-memory quasi-Newton method.
 *
 * The two-loop recursion of L-BFGS on the coordinates that are free, projected onto the box, with
 * backtracking. A coordinate at a bound is free unless its gradient points outward.
 *
 * Nocedal: Updating Quasi-Newton Matrices with Limited Storage. Math. Comp. 35 (1980).
 * Bertsekas: Projected Newton Methods for Optimization Problems with Simple Constraints. SIAM J.
 * Control and Optimization 20 (1982).
 */
#ifndef GP_LBFGS_H
#define GP_LBFGS_H

#include <stddef.h>

/** f(x[n]), and its gradient in g[n]; INFINITY where there is none. */
typedef double (*gp_function)(void *self, const double *x, double *g);

/** A problem, and when it is solved. */
typedef struct gp_problem {
    size_t n;
    gp_function f;
    void *self;
    const double *low, *high; /**< [n] */
    double gradient;          /**< stop where no component of the projected gradient is larger */
    double decrease;          /**< stop when a step wins less than this times max(1, |f|) */
    int evaluations;          /**< of f at most, about */
} gp_problem;

/** Doubles of work that a problem of n coordinates needs. */
size_t gp_lbfgs_work(size_t n);

/** Moves x[n], which lies within the bounds, to where f is least nearby; returns f there. */
double gp_lbfgs(const gp_problem *problem, double *x, double *work);

#endif /* GP_LBFGS_H */

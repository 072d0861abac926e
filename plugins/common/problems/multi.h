/**
 * @file problems/multi.h
 * @brief Test functions with two values, both to be minimised, and a known front.
 *
 * Zitzler, Deb, Thiele: Comparison of Multiobjective Evolutionary Algorithms: Empirical Results.
 * Evolutionary Computation 8 (2000), for ZDT. Deb, Thiele, Laumanns, Zitzler: Scalable Test
 * Problems for Evolutionary Multiobjective Optimization (2005), for DTLZ2.
 */
#ifndef PROBLEMS_MULTI_H
#define PROBLEMS_MULTI_H

#include <stdint.h>

/** A function of x[n], n at least 2, into f[2]. */
typedef struct multi_problem {
    const char *name;
    void (*f)(const double *x, uint32_t n, double f[2]);
    double low, high; /**< of all coordinates but the first, which goes from 0 to 1 */
} multi_problem;

/** The functions in order; NULL behind the last. */
const multi_problem *multi_problem_at(uint32_t index);

#endif /* PROBLEMS_MULTI_H */

/**
 * @file problems/real.h
 * @brief Test functions of real coordinates with a known minimum.
 *
 * Jamil, Yang: A Literature Survey of Benchmark Functions. IJMMNO 4 (2013); gallagher after Hansen
 * et al.: Real-Parameter Black-Box Optimization Benchmarking 2009, f21.
 */
#ifndef PROBLEMS_REAL_H
#define PROBLEMS_REAL_H

#include <stdint.h>

/** A function f(z[n]). */
typedef struct real_problem {
    const char *name;
    double (*f)(const double *z, uint32_t n);
    uint32_t least, most; /**< coordinates; most 0: any number */
    double half;          /**< usual search: -half to half in each coordinate; 0: no instances */
    double place;         /**< of the minimum, in each coordinate; where there are instances */
    double minimum, minimum_each; /**< its value: minimum + n * minimum_each */
} real_problem;

/** The functions in order; NULL behind the last. */
const real_problem *real_problem_at(uint32_t index);

#endif /* PROBLEMS_REAL_H */

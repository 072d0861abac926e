/**
 * @file problems/mixed.h
 * @brief Response surfaces of named parameters: whole numbers, categories and conditions.
 *
 * They look like what tuning a learner meets, with every minimum known: a bowl in the logarithm
 * around a place that moves with other parameters, whole numbers, categories of which the good ones
 * are close, parameters that exist under one category alone.
 */
#ifndef PROBLEMS_MIXED_H
#define PROBLEMS_MIXED_H

#include <collet/objective.h>

/** A parameter of a surface. */
typedef struct mixed_param {
    const char *name;
    const char *categories; /**< "a|b|c"; NULL: a number from low to high */
    double low, high;
    int parent;       /**< index of a category before it; -1: always there */
    const char *when; /**< the parent's value with which it is there */
} mixed_param;

/** A surface: f(v[count]), v a number or the index of a category, NaN where not there. */
typedef struct mixed_problem {
    const char *name;
    const mixed_param *params;
    uint32_t count;
    double (*f)(const double *v);
    double minimum;
} mixed_problem;

/** The surfaces in order; NULL behind the last. */
const mixed_problem *mixed_problem_at(uint32_t index);

/** Do the parameters of [params] fit it? COLLET_E_INVALID, with set_error(), where not. */
collet_status mixed_check(const mixed_problem *p, const collet_host *host,
                          const collet_space *space);

/** Reads v[count] of a point. COLLET_E_INVALID where a parameter is not there that should be. */
collet_status mixed_read(const mixed_problem *p, const collet_host *host, const collet_space *space,
                         const collet_point *point, double *v);

/** A sum over all pairs of parameters that take whole numbers from 0 to levels - 1: a table of
 *  random numbers for each pair, 0 for the drawn solution alone, which is the minimum: 0. */
double mixed_pairs(const double *x, uint32_t n, uint32_t levels, uint64_t seed);

#endif /* PROBLEMS_MIXED_H */

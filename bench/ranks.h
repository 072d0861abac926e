/**
 * @file ranks.h
 * @brief Comparing several algorithms on many instances, by ranks.
 *
 * Demsar: Statistical Comparisons of Classifiers over Multiple Data Sets. JMLR 7 (2006).
 */
#ifndef BENCH_RANKS_H
#define BENCH_RANKS_H

#include <stddef.h>

/** The median of values[n], which is put into order; NaN for none. */
double bench_median(double *values, size_t n);

/** Mean ranks of k algorithms over n instances, from 1 for the smallest: values[i * k + j] is that
 * of algorithm j; equal ones share their ranks. Returns the p of Friedman's test, corrected for
 * ties, that all are alike; 1 where k < 2. */
double bench_friedman(const double *values, size_t n, size_t k, double *ranks);

/** The two-sided p of Wilcoxon's signed-rank test of columns a and b, in the normal approximation;
 * of equal pairs half counts for each side. */
double bench_wilcoxon(const double *values, size_t n, size_t k, size_t a, size_t b);

/** Holm's correction of p[n], in place. */
void bench_holm(double *p, size_t n);

#endif /* BENCH_RANKS_H */

/**
 * @file practice.h
 * @brief More problems, for problems.c: those to practise on, neither listed nor held out.
 */
#ifndef BENCH_PRACTICE_H
#define BENCH_PRACTICE_H

#include "problems.h"

/** Number k of an instance, in [0, 1). */
double bench_draw(uint64_t instance, uint64_t k);

double practice_shifted(const double *x, size_t n, uint64_t instance);
double practice_valley(const double *x, size_t n, uint64_t instance);
double practice_rugged(const double *x, size_t n, uint64_t instance);
double practice_clauses(const double *x, size_t n, uint64_t instance);
double practice_boosted(const double *x, size_t n, uint64_t instance);
double practice_forest(const double *x, size_t n, uint64_t instance);
double practice_training(const double *x, size_t n, uint64_t instance);
double practice_codes(const double *x, size_t n, uint64_t instance);
double practice_buffers(const double *x, size_t n, uint64_t instance);
double practice_models(const double *x, size_t n, uint64_t instance);
double practice_optimizer(const double *x, size_t n, uint64_t instance);
double practice_branches(const double *x, size_t n, uint64_t instance);
double practice_pipeline(const double *x, size_t n, uint64_t instance);
double practice_nested(const double *x, size_t n, uint64_t instance);
double practice_solvers(const double *x, size_t n, uint64_t instance);

/* Continuous. */
double practice_michalewicz(const double *x, size_t n, uint64_t instance);
double practice_hills(const double *x, size_t n, uint64_t instance);
double practice_ridge(const double *x, size_t n, uint64_t instance);
double practice_cigar(const double *x, size_t n, uint64_t instance);
double practice_zakharov(const double *x, size_t n, uint64_t instance);
double practice_few(const double *x, size_t n, uint64_t instance);
double practice_curves(const double *x, size_t n, uint64_t instance);
double practice_rates(const double *x, size_t n, uint64_t instance);

#endif /* BENCH_PRACTICE_H */

/**
 * @file gp/warp.h
 * @brief Makes outcomes fit for a Gaussian process.
 */
#ifndef GP_WARP_H
#define GP_WARP_H

#include <stddef.h>

/** Fills gaps: NaN in y[n] becomes the worst finite number, an infinity the worst or the best. All
 *  0 where none is finite. work[n] holds the finite ones, rising, after; returns how many. */
size_t gp_fill(size_t n, double *y, double *work);

/** Cuts the tail of bad outcomes back: what is worse than the median and than `bend` keeps its rank
 *  alone, and gets the distance from there that a normal number of that rank has, in deviations of
 *  the better half. The rest stays as it is. sorted[count] is gp_fill()'s.
 *
 *  Song et al.: The Vizier Gaussian Process Bandit Algorithm (2024). */
void gp_cut_tail(size_t n, double *y, const double *sorted, size_t count, double bend);

/** Subtracts *mean and divides by *deviation (1 where all are the same). */
void gp_standardise(size_t n, double *y, double *mean, double *deviation);

#endif /* GP_WARP_H */

/**
 * @file gp/warp.h
 * @brief Makes outcomes fit for a Gaussian process: mean 0, deviation 1, tails cut back.
 */
#ifndef GP_WARP_H
#define GP_WARP_H

#include <stdbool.h>
#include <stddef.h>

/** How. */
enum { GP_WARP_NONE, GP_WARP_HALF, GP_WARP_LOG, GP_WARP_POWER };

/** y[n], of which NaN are missing: they become as bad as the worst. work[2 n] is overwritten.
 *  Infinities become the worst and best finite ones. */
void gp_warp(int how, size_t n, double *y, double *work);

#endif /* GP_WARP_H */

/**
 * @file gp/delta_kernel.h
 * @brief Weighted sums over the differences of one column, for each width of vectors (simd/simd.h):
 * the same bits for each.
 */
#ifndef GP_DELTA_KERNEL_H
#define GP_DELTA_KERNEL_H

#include "simd/simd.h"

#include <stdbool.h>

typedef struct gp_delta_kernels {
    /** sum w[j] (x[j] - at)^2; with `equal` the square is 1 wherever x[j] is not at. */
    double (*squares)(size_t n, const double *x, double at, bool equal, const double *w);
    /** sum w[j] (at - x[j]) */
    double (*differences)(size_t n, const double *x, double at, const double *w);
} gp_delta_kernels;

SIMD_DECLARE(gp_delta_kernels);

#endif /* GP_DELTA_KERNEL_H */

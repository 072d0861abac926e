/**
 * @file gp/factor_kernel.h
 * @brief The loops of gp/factor.h, for each width of vectors (simd/simd.h): the same bits for each.
 */
#ifndef GP_FACTOR_KERNEL_H
#define GP_FACTOR_KERNEL_H

#include "simd/simd.h"

#include <stdbool.h>

typedef struct gp_factor_kernels {
    /** gp_tn() */
    void (*tn)(size_t m, size_t n, size_t k, const double *a, size_t as, const double *b, size_t bs,
               double *c, size_t cs);
    /** b[count][m] of rows `first` on, from which all rows before have been subtracted. */
    void (*finish_block)(size_t first, size_t count, const double *r, size_t stride, size_t m,
                         double *b, size_t bs);
    /** Rows first .. first + count of R in the columns from there to n; what lies above is
     *  subtracted. False where a pivot is not positive. */
    bool (*factor_block)(size_t first, size_t count, size_t n, double *k, size_t stride);
    /** gp_factor_forward_one() and gp_factor_backward_one() */
    void (*forward_one)(size_t n, const double *r, size_t stride, double *y);
    void (*backward_one)(size_t n, const double *r, size_t stride, double *y);
    /** sum a[i] b[i] */
    double (*dot)(size_t n, const double *a, const double *b);
} gp_factor_kernels;

SIMD_DECLARE(gp_factor_kernels);

#endif /* GP_FACTOR_KERNEL_H */

/**
 * @file gp/product_kernel.h
 * @brief The product that factors are made with, for each width of vectors (simd/simd.h).
 */
#ifndef GP_PRODUCT_KERNEL_H
#define GP_PRODUCT_KERNEL_H

#include "simd/simd.h"

typedef struct gp_product_kernels {
    /** gp_tn(): the same bits for each width. */
    void (*tn)(size_t m, size_t n, size_t k, const double *a, size_t as, const double *b, size_t bs,
               double *c, size_t cs);
} gp_product_kernels;

SIMD_DECLARE(gp_product_kernels);

#endif /* GP_PRODUCT_KERNEL_H */

/**
 * @file nn/projection_kernel.h
 * @brief The search of nn/projection.h, for each width of vectors (simd/simd.h).
 */
#ifndef NN_PROJECTION_KERNEL_H
#define NN_PROJECTION_KERNEL_H

#include "simd/simd.h"

#include <stdint.h>

/** Filters of a panel. */
enum { NN_PROJECTION_FILTERS = 16 };

typedef struct nn_projection_kernels {
    /** value[16], the largest of `windows` sums of `width` rows of 16, and where[16], which it was,
     *  the first of equals. Window p adds products[slots[p + j] row + j 16] over j < width. */
    void (*search)(size_t width, size_t windows, const uint32_t *slots, const float *products,
                   size_t row, float *value, int32_t *where);
} nn_projection_kernels;

SIMD_DECLARE(nn_projection_kernels);

#endif /* NN_PROJECTION_KERNEL_H */

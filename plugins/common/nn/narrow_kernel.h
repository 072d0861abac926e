/**
 * @file nn/narrow_kernel.h
 * @brief The sums of nn/narrow.h, for each width of vectors (simd/simd.h).
 */
#ifndef NN_NARROW_KERNEL_H
#define NN_NARROW_KERNEL_H

#include "simd/simd.h"

#include <stdbool.h>
#include <stdint.h>

/** Filters of a call of the narrow kernels. */
enum { NN_NARROW_FILTERS = 16 };

/** One image for nn/narrow.h. */
typedef struct nn_narrow_part {
    uint32_t width, height; /**< of y */
    size_t channels, n;     /**< of x; filters of y, of which the pointers are at the first of 16 */
    size_t line;            /**< floats from a line of x to the next */
    const float *x;         /**< padded */
} nn_narrow_part;

typedef struct nn_narrow_kernels {
    /** y[height][width][n] and which, 16 filters of them, from w[3][3][channels][n]. */
    void (*forward)(const nn_narrow_part *p, const float *w, float *y, uint8_t *which);
    /** dw[3][3][channels][n], 16 filters of them, from dy; with `add` added to what it holds. */
    void (*backward)(const nn_narrow_part *p, const float *dy, const uint8_t *which, float *dw,
                     bool add);
} nn_narrow_kernels;

SIMD_DECLARE(nn_narrow_kernels);

#endif /* NN_NARROW_KERNEL_H */

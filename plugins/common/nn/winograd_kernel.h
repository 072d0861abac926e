/**
 * @file nn/winograd_kernel.h
 * @brief The transformations of nn/winograd.h, for each width of vectors (simd/simd.h). Vectors run
 * over channels.
 */
#ifndef NN_WINOGRAD_KERNEL_H
#define NN_WINOGRAD_KERNEL_H

#include "simd/simd.h"

#include <stdint.h>

typedef struct nn_winograd_kernels {
    /** v[16] `apart`, of channels = B' d B, d the pixels at at[16]. */
    void (*transform)(const float *const *at, size_t channels, size_t apart, float *v);
    /** A' m A, m[16] `apart` of filters, to z + at[4]; where that is negative nowhere. */
    void (*put)(const float *m, size_t filters, size_t apart, const int32_t *at, float *z);
    /** The largest of A' m A, and which it is. */
    void (*pool)(const float *m, size_t filters, size_t apart, float *y, uint8_t *which);
    /** dm[16] `apart` = A d A', d the pixels at at[4]. */
    void (*spread)(const float *const *at, size_t filters, size_t apart, float *dm);
    /** B dv B' is added to dx + at[16]; where that is negative nowhere. */
    void (*add)(const float *dv, size_t channels, size_t apart, const int32_t *at, float *dx);
} nn_winograd_kernels;

SIMD_DECLARE(nn_winograd_kernels);

#endif /* NN_WINOGRAD_KERNEL_H */

/**
 * @file nn/winners_kernel.h
 * @brief The sums of nn/winners.h, for each width of vectors (simd/simd.h).
 */
#ifndef NN_WINNERS_KERNEL_H
#define NN_WINNERS_KERNEL_H

#include "simd/simd.h"

#include <stdbool.h>
#include <stdint.h>

/** Most taps of a square that is pooled. */
enum { NN_WINNERS_TAPS = 15 * 15 };

/** What all winners of an image have in common, for nn/winners.h. */
typedef struct nn_winners_job {
    uint32_t filters, kernel, size; /**< size: pixels of a side of a pooled square */
    size_t run, line;               /**< floats of a run; of a line of padded x */
    size_t offset[NN_WINNERS_TAPS]; /**< of a tap's patch from that of the square's first */
} nn_winners_job;

typedef struct nn_winners_kernels {
    /** The winners of one square, whose first patch begins at x and dx: dw and dx gain. */
    void (*square)(const nn_winners_job *j, const float *x, const float *w, const float *dy,
                   const uint8_t *which, float *dw, float *dx);
} nn_winners_kernels;

SIMD_DECLARE(nn_winners_kernels);

#endif /* NN_WINNERS_KERNEL_H */

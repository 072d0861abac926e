/**
 * @file density/mixture_kernel.h
 * @brief The logarithm of a mixture at 32 candidates, for each width of vectors (simd/simd.h).
 */
#ifndef DENSITY_MIXTURE_KERNEL_H
#define DENSITY_MIXTURE_KERNEL_H

#include "density/mixture.h"
#include "simd/simd.h"

/** A mixture in one block of columns, and DENSITY_LANES candidates. */
typedef struct density_stretch {
    const density_rows *rows;
    const density_block *block;
    const float *x, *active;   /**< of the first candidate, column 0 */
    size_t room;               /**< floats from column to column */
    const density_term *terms; /**< [count] */
    const float *bases;        /**< [count + 1]: what is the same for all; the last of the prior */
    uint32_t count;
    float *logs; /**< [count][DENSITY_LANES], overwritten */
} density_stretch;

typedef struct density_mixture_kernels {
    /** out[DENSITY_LANES] = the logarithm of the sum of all kernels. The same bits for each width.
     */
    void (*log)(const density_stretch *s, float *out);
} density_mixture_kernels;

SIMD_DECLARE(density_mixture_kernels);

#endif /* DENSITY_MIXTURE_KERNEL_H */

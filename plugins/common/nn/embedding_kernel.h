/**
 * @file nn/embedding_kernel.h
 * @brief Sums of rows of a table, for each width of vectors (simd/simd.h).
 */
#ifndef NN_EMBEDDING_KERNEL_H
#define NN_EMBEDDING_KERNEL_H

#include "simd/simd.h"

#include <stdint.h>

/** Sums of chosen rows: out[place(i)][dim] = share(i) * sum of table[which[j]][dim] over j from
 *  starts[i] to starts[i + 1]. place(i) is places[i], or i where places is NULL; share(i) is one
 *  over the number of rows that are summed with `mean`, else 1. */
typedef struct nn_row_sums {
    size_t count;
    const uint64_t *starts;
    const uint32_t *which;
    const float *table;
    size_t dim;
    const uint32_t *places;
    int mean;
    float *out;
} nn_row_sums;

typedef struct nn_embedding_kernels {
    void (*sum)(const nn_row_sums *s);
} nn_embedding_kernels;

SIMD_DECLARE(nn_embedding_kernels);

#endif /* NN_EMBEDDING_KERNEL_H */

/**
 * @file linalg/linalg.h
 * @brief Products of small dense float matrices: the one place that chooses how they are computed.
 *
 * Where the processor has AVX-512 or AVX2 with FMA, tile.h does it: the shapes of mini-batches
 * (32 to 512 rows, some hundred columns) are too small for the packing of a general BLAS to pay.
 * Everything else is OpenBLAS. The choice depends on the processor and the shape only, so equal
 * arguments give equal bits on one machine.
 *
 * All matrices are row major and dense: the leading dimension is the number of columns. c never
 * overlaps an input. Any thread may call; sizes of 0 are fine.
 */
#ifndef LINALG_LINALG_H
#define LINALG_LINALG_H

#include <stddef.h>

/** c[m][n] = a[m][k] b[k][n] + 1 bias[n]; bias may be NULL. A dense layer's forward pass. */
void linalg_nn(size_t m, size_t n, size_t k, const float *a, const float *b, const float *bias,
               float *c);

/** c[m][n] = a[k][m]^T b[k][n]. A dense layer's gradient for its weights. */
void linalg_tn(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

/** c[m][n] = a[m][k] b[n][k]^T. A dense layer's gradient for its input. */
void linalg_nt(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

/** Name of what this processor gets: "avx512", "avx2" or "openblas". */
const char *linalg_kernel(void);

#endif /* LINALG_LINALG_H */

/**
 * @file linalg/linalg.h
 * @brief Products of dense float matrices: the one place that chooses how they are computed.
 *
 * OpenBLAS computes them, but for the small products of mini-batches on a processor with AVX-512
 * the kernel of linalg/tile.h is faster, because nothing has to be packed first. The choice
 * depends on processor and shape only, so equal arguments give equal bits on one machine.
 *
 * All matrices are row major and dense: the leading dimension is the number of columns. c never
 * overlaps an input. Sizes from 0 to INT_MAX. Any thread may call.
 */
#ifndef LINALG_LINALG_H
#define LINALG_LINALG_H

#include <stddef.h>

/** c[m][n] = a[m][k] b[k][n], plus bias[n] in each row unless bias is NULL. A dense layer's
 *  forward pass. */
void linalg_nn(size_t m, size_t n, size_t k, const float *a, const float *b, const float *bias,
               float *c);

/** c[m][n] = a[k][m]^T b[k][n]. A dense layer's gradient for its weights. */
void linalg_tn(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

/** c[m][n] = a[m][k] b[n][k]^T. A dense layer's gradient for its input. */
void linalg_nt(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

/** c[m][n] = A b[k][n], where row i of A is the k numbers from a + i step: neighbouring rows
 * overlap. k is a multiple of step. The windows of a sequence. */
void linalg_windows(size_t m, size_t n, size_t k, size_t step, const float *a, const float *b,
                    float *c);

/** to[columns][rows] = from[rows][columns]^T; rows of from lie from_row floats apart, those of to
 *  to_row. */
void linalg_transpose(size_t rows, size_t columns, const float *from, size_t from_row, float *to,
                      size_t to_row);

#endif /* LINALG_LINALG_H */

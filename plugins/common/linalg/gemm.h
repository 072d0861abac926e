/**
 * @file linalg/gemm.h
 * @brief Products of float matrices, row major; the one place that chooses who computes them.
 */
#ifndef LINALG_GEMM_H
#define LINALG_GEMM_H

#include <stdint.h>

/** c[m][n] = a[m][k] b[k][n] */
void gemm_nn(uint32_t m, uint32_t n, uint32_t k, const float *a, const float *b, float *c);

/** c[m][n] = a[k][m]^T b[k][n] */
void gemm_tn(uint32_t m, uint32_t n, uint32_t k, const float *a, const float *b, float *c);

/** c[m][n] = a[m][k] b[n][k]^T */
void gemm_nt(uint32_t m, uint32_t n, uint32_t k, const float *a, const float *b, float *c);

#endif /* LINALG_GEMM_H */

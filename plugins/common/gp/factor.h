/**
 * @file gp/factor.h
 * @brief Cholesky factors of covariance matrices that grow: K = R^T R.
 *
 * R is upper triangular, row major. Every element of R, and of what is solved with it, is computed
 * by the same operations in the same order, however much of R was there before and however many
 * columns are solved at a time. So a factor that was extended row by row equals, to the bit, one
 * that was computed at once; a study that goes on proposes what it would have proposed.
 */
#ifndef GP_FACTOR_H
#define GP_FACTOR_H

#include <stdbool.h>
#include <stddef.h>

/** c[m][n] -= a[k][m]^T b[k][n], with rows as, bs and cs doubles apart. Each element of c subtracts
 *  its k products in their order. */
void gp_tn(size_t m, size_t n, size_t k, const double *a, size_t as, const double *b, size_t bs,
           double *c, size_t cs);

/** k[n][n], rows `stride` apart, holds R in its first `known` columns and the upper triangle of K
 * in the others: those become R's. False where K is not positive definite. */
bool gp_factor_extend(size_t known, size_t n, double *k, size_t stride);

/** b[n][m] becomes R^-T b: the forward substitution for m columns. */
void gp_factor_forward(size_t n, const double *r, size_t stride, size_t m, double *b, size_t bs);

/** The same for one column: y[n] becomes R^-T y; and R^-1 y, the backward substitution. */
void gp_factor_forward_one(size_t n, const double *r, size_t stride, double *y);
void gp_factor_backward_one(size_t n, const double *r, size_t stride, double *y);

/** w[n][n] -= K^-1 in the upper triangle; work[n][stride] is overwritten. */
void gp_factor_subtract_inverse(size_t n, const double *r, size_t stride, double *work, double *w);

/** The logarithm of K's determinant. */
double gp_factor_log_determinant(size_t n, const double *r, size_t stride);

#endif /* GP_FACTOR_H */

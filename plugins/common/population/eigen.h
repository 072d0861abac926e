/**
 * @file population/eigen.h
 * @brief Eigenvectors of a covariance matrix.
 *
 * One-sided Jacobi: the columns of the Cholesky factor are rotated, two at a time, until all are
 * orthogonal. Then they are the eigenvectors, as long as the square roots of the eigenvalues. Small
 * eigenvalues come out to full relative accuracy, which tridiagonal methods do not give.
 *
 * Hestenes: Inversion of Matrices by Biorthogonalization and Related Results. J. SIAM 6 (1958).
 * Veselic, Hari: A Note on a One-Sided Jacobi Algorithm. Numer. Math. 56 (1989).
 */
#ifndef POPULATION_EIGEN_H
#define POPULATION_EIGEN_H

#include <stdint.h>

/** c[d][d], symmetric and positive definite but for rounding. Row k of vectors[d][d] becomes the
 *  k-th unit eigenvector, roots[k] > 0 the square root of its eigenvalue; in no order. */
void population_eigen(uint32_t d, const double *c, double *vectors, double *roots);

#endif /* POPULATION_EIGEN_H */

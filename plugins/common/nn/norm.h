/**
 * @file nn/norm.h
 * @brief Batch normalisation of n channels, without shift: the bias that follows is it.
 *
 *     y = scale (x - mean) / sqrt(variance + 1e-5)
 *
 * In training, mean and variance are those of the batch's rows (with images: rows are pixels). For
 * prediction running ones take their place, which follow the batches' by a tenth a batch; their
 * variance is the unbiased one.
 *
 * Ioffe, Szegedy: Batch normalization: accelerating deep network training by reducing internal
 * covariate shift. ICML (2015).
 */
#ifndef NN_NORM_H
#define NN_NORM_H

#include <stddef.h>
#include <stdint.h>

/** mean[n] and variance[n] (of all, not unbiased) of x[rows][n], rows > 0. Sums are taken in parts
 *  and put together in double, so that many rows do not cost digits. */
void nn_norm_statistics(size_t rows, uint32_t n, const float *x, float *mean, float *variance);

/** y[rows][n]; not x. */
void nn_norm_forward(size_t rows, uint32_t n, const float *x, const float *mean,
                     const float *variance, const float *scale, float *y);

/** d[rows][n], the gradient of y, becomes that of x, through mean and variance of the batch too;
 *  dscale[n] is written. */
void nn_norm_backward(size_t rows, uint32_t n, const float *x, const float *mean,
                      const float *variance, const float *scale, float *d, float *dscale);

/** The running statistics after a batch of rows: to_mean[n] and to_variance[n] from what they
 *  were and the batch's. */
void nn_norm_follow(size_t rows, uint32_t n, const float *mean, const float *variance,
                    const float *from_mean, const float *from_variance, float *to_mean,
                    float *to_variance);

#endif /* NN_NORM_H */

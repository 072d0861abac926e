/**
 * @file nn/dense.h
 * @brief A dense layer: y = f(x W + b), W stored [in][out].
 */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include "nn/activation.h"

#include <collet/plugin.h>

/** How weights start. Biases start at 0. */
typedef enum nn_init {
    NN_HE,     /**< normal, variance 2 / in: He, Zhang, Ren, Sun 2015 */
    NN_GLOROT, /**< uniform in +- sqrt(6 / (in + out)): Glorot, Bengio 2010 */
    NN_ZERO    /**< 0 */
} nn_init;

/** Fills w[count] for sums of in numbers, where each number is in out sums. */
void nn_weights_init(nn_init init, size_t count, double in, double out, const collet_rng *rng,
                     float *w);

/** Fills w[in][out]. */
void nn_dense_init(nn_init init, uint32_t in, uint32_t out, const collet_rng *rng, float *w);

/** y[rows][out] = f(x[rows][in] w[in][out] + b[out]); kept as nn_bias_activation() says. */
void nn_dense_forward(nn_activation f, uint32_t rows, uint32_t in, uint32_t out, const float *x,
                      const float *w, const float *b, float *y, float *kept);

/** From d[rows][out], the gradient of y, which is overwritten: dw[in][out], db[out], and dx[rows]
 *  [in] unless NULL (the first layer needs none). */
void nn_dense_backward(nn_activation f, uint32_t rows, uint32_t in, uint32_t out, const float *x,
                       const float *w, const float *y, const float *kept, float *d, float *dw,
                       float *db, float *dx);

#endif /* NN_DENSE_H */

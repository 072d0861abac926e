/**
 * @file nn/narrow.h
 * @brief A convolution of images of few channels with max pooling by 2, in one pass: the first
 * block of most networks.
 *
 * With kernels of 3 x 3 over one channel a sum has nine terms, so that what lies between
 * convolution and pooling costs more to write and to read than to compute. Here the four sums of a
 * square stay in registers, sixteen filters at once, and only the largest is written. The way back
 * goes from the winners straight to the gradient of the weights, whose nine sums stay in registers
 * for a whole image. There is no gradient of x: a first block needs none.
 */
#ifndef NN_NARROW_H
#define NN_NARROW_H

#include "nn/conv.h"
#include "nn/pool.h"

/** Is it of this kind: kernel 3, stride 1, at most 4 channels, at least 16 filters, pooling by 2?
 */
bool nn_narrow_suits(const nn_conv *c, const nn_pool *p);

/** From x[rows] and w[3][3][channels][filters]: y[rows], the largest of each square, and
 * which[rows] as nn_pool_max_forward() has it. scratch has nn_conv_padded() floats. */
void nn_narrow_forward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                       const float *w, float *y, uint8_t *which, float *scratch);

/** From dy[rows], the gradient of y, and which[rows]: writes dw, like w. */
void nn_narrow_backward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                        const float *dy, const uint8_t *which, float *dw, float *scratch);

#endif /* NN_NARROW_H */

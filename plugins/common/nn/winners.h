/**
 * @file nn/winners.h
 * @brief The gradient of a convolution that goes straight to max pooling.
 *
 * Of each square of outputs only the largest has a gradient, and where an activation such as relu
 * follows, not even each of these: for squares of 2 x 2 one number in four to ten. So instead of
 * two dense products over mostly zeros, each winner adds its share: dw of its filter gets d times
 * the patch of x that it has seen, and that patch of dx gets d times the filter. With the channels
 * last both are runs of kernel * channels numbers.
 */
#ifndef NN_WINNERS_H
#define NN_WINNERS_H

#include "nn/conv.h"
#include "nn/pool.h"

/** Fewest channels for which this is worth while: shorter runs are no vectors. */
enum { NN_WINNERS_CHANNELS = 16 };

/** Floats of scratch below. */
size_t nn_winners_scratch(const nn_conv *c);

/** w[kernel][kernel][channels][filters] as [filters][kernel][kernel][channels], and back. */
void nn_winners_by_filter(const nn_conv *c, const float *w, float *by_filter);
void nn_winners_from_filter(const nn_conv *c, const float *by_filter, float *w);

/** From dy[rows], the gradient of what p made of the convolution's outputs, and which[rows] as
 *  nn_pool_max_forward() has left it: adds to dw, which is by filter like w, and writes dx. */
void nn_winners_backward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                         const float *w, const float *dy, const uint8_t *which, float *dw,
                         float *dx, float *scratch);

#endif /* NN_WINNERS_H */

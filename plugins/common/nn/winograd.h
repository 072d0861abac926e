/**
 * @file nn/winograd.h
 * @brief A convolution with kernels of 3 x 3 and max pooling by 2, in 16 products instead of 36.
 *
 * Winograd's F(2 x 2, 3 x 3): the four sums of a square of 2 x 2 pixels come from 4 x 4 pixels of
 * x. Both these and the kernel are taken to 16 numbers by a few additions, multiplied one by one,
 * and brought back. Over channels and filters each of the 16 is a matrix product, over squares of
 * all images (linalg/tile.h). The square is that of pooling, so only its largest sum is written.
 *
 * Sums differ from those of nn_conv_forward() by rounding, a few units more than a sum of as many
 * terms has.
 *
 * Lavin, Gray: Fast Algorithms for Convolutional Neural Networks. CVPR 2016.
 */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/conv.h"
#include "nn/pool.h"

/** Is it of this kind: kernel 3, stride 1, pooling by 2, and channels enough that it pays? */
bool nn_winograd_suits(const nn_conv *c, const nn_pool *p);

/** Floats of the weights as nn_winograd_pack() writes them, and of scratch memory. */
size_t nn_winograd_packed(const nn_conv *c);
size_t nn_winograd_scratch(const nn_conv *c);

/** w[3][3][channels][filters] as the products want it. Once for all images of a batch. */
void nn_winograd_pack(const nn_conv *c, const float *w, float *packed);

/** From x[rows] and packed weights: y[rows], the largest of each square, and which[rows] as
 *  nn_pool_max_forward() has it. */
void nn_winograd_forward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                         const float *packed, float *y, uint8_t *which, float *scratch);

#endif /* NN_WINOGRAD_H */

/**
 * @file nn/winograd.h
 * @brief Convolutions with kernels of 3 x 3 in 16 products instead of 36, there and back.
 *
 * Winograd's F(2 x 2, 3 x 3): the four sums of a square of 2 x 2 pixels of z come from 4 x 4 pixels
 * of x. Both these (V) and the kernel (U) are taken to 16 numbers by a few additions, multiplied
 * one by one (M), and brought back. Over channels and filters each of the 16 is a matrix product,
 * over the squares of all images (linalg/tile.h). The way back is the same way turned around: the
 * gradient of M is that of z, spread; from it, dU = V' dM and dV = dM U'.
 *
 * nn_conv_forward() and nn_conv_backward() come here where the shape suits. Where z goes through
 * max pooling by 2 and nothing else reads it, nn_winograd_pooled() writes the largest of each
 * square alone. Sums differ by rounding from those in their usual order, by a few units more than a
 * sum of as many terms has.
 *
 * Lavin, Gray: Fast Algorithms for Convolutional Neural Networks. CVPR 2016.
 */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/conv.h"
#include "nn/pool.h"

/** Is it of this kind: kernel 3, stride 1, and channels enough that it pays? */
bool nn_winograd_suits(const nn_conv *c);

/** Floats of packed, turned and scratch below. */
size_t nn_winograd_packed(const nn_conv *c);
size_t nn_winograd_turned(const nn_conv *c);
size_t nn_winograd_scratch(const nn_conv *c);

/** w[3][3][channels][filters] as the way there and the way back want it. Once for all images of a
 *  batch. */
void nn_winograd_pack(const nn_conv *c, const float *w, float *packed);
void nn_winograd_turn(const nn_conv *c, const float *w, float *turned);

/** z[rows] from x[rows] and packed weights. */
void nn_winograd_forward(const nn_conv *c, uint32_t rows, const float *x, const float *packed,
                         float *z, float *scratch);

/** The same with max pooling by 2: y[rows], the largest of each square, and which[rows] as
 *  nn_pool_max_forward() has it. */
void nn_winograd_pooled(const nn_conv *c, uint32_t rows, const float *x, const float *packed,
                        float *y, uint8_t *which, float *scratch);

/** From dz[rows], the gradient of z: dw, like w, added to when add says so, else written; and
 *  dx[rows] from turned weights, unless NULL. */
void nn_winograd_backward(const nn_conv *c, uint32_t rows, const float *x, const float *turned,
                          const float *dz, float *dw, bool add, float *dx, float *scratch);

#endif /* NN_WINOGRAD_H */

/**
 * @file nn/conv.h
 * @brief A convolution over images with the channels last, without bias.
 *
 *     z[oy][ox][o] = sum over ky, kx, c of x[oy s + ky - top][ox s + kx - left][c] w[ky][kx][c][o]
 *
 * with zeros around the image. For one kernel row ky the numbers of x that a pixel needs lie in
 * sequence, [kx][c]; so a line of pixels is a strided product over the padded image itself, and so
 * are both gradients (linalg/tile.h). Nothing is unfolded into columns. Kernels of 3 x 3 over
 * several channels go by nn/winograd.h instead.
 *
 * Images are worked on one by one: what a call reads and writes of one image should fit the
 * cache. Everything is the caller's memory; any thread may call.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Shape of a convolution; filled by nn_conv_plan(). */
typedef struct nn_conv {
    uint32_t height, width, channels; /**< of x */
    uint32_t filters, kernel, stride;
    uint32_t top, left;             /**< zeros before the image */
    uint32_t out_height, out_width; /**< of z */
} nn_conv;

/** Padding that keeps the size: ceil(size / stride) pixels come out; odd zeros go behind. */
enum { NN_PAD_SAME = -1 };

/** Fills the rest of *c, whose first two lines are given. padding is NN_PAD_SAME or the number of
 *  zeros on each side. False when the padded image is smaller than the kernel. */
bool nn_conv_plan(nn_conv *c, int padding);

/** Floats of x, w and z; of one image. */
size_t nn_conv_in(const nn_conv *c);
size_t nn_conv_weights(const nn_conv *c);
size_t nn_conv_out(const nn_conv *c);

/** Floats that packed, turned and scratch below take. */
size_t nn_conv_packed(const nn_conv *c);
size_t nn_conv_turned(const nn_conv *c);
size_t nn_conv_scratch(const nn_conv *c);

/** w[kernel][kernel][channels][filters] in the orders that forward and backward read. Once for
 *  all images of a batch. */
void nn_conv_pack(const nn_conv *c, const float *w, float *packed);
void nn_conv_turn(const nn_conv *c, const float *w, float *turned);

/** z[rows] from x[rows] and packed weights. */
void nn_conv_forward(const nn_conv *c, uint32_t rows, const float *x, const float *packed, float *z,
                     float *scratch);

/** From dz[rows], the gradient of z: dw, like w, added to when add says so, else written; and
 *  dx[rows] from turned weights, unless NULL (the first layer needs none). */
void nn_conv_backward(const nn_conv *c, uint32_t rows, const float *x, const float *turned,
                      const float *dz, float *dw, bool add, float *dx, float *scratch);

/** Where an image lies: pixel (y, x) at at + y line + x channels. */
typedef struct nn_image {
    const float *at;
    size_t line;
} nn_image;

/** Floats of the part of x that outputs ask for with its zeros around it; 0 where it has none. */
size_t nn_conv_padded(const nn_conv *c);

/** x with its zeros: x itself where it has none, else copied to padded[nn_conv_padded()], which is
 *  zero but for images of the same shape before. */
nn_image nn_conv_pad(const nn_conv *c, const float *x, float *padded);

/** The way back: x, from padded without its zeros; 0 where outputs do not ask. */
void nn_conv_unpad(const nn_conv *c, const float *padded, float *x);

#endif /* NN_CONV_H */

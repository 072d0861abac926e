/**
 * @file nn/winograd_work.h
 * @brief What the way there and the way back of nn/winograd.h share: where the squares lie.
 */
#ifndef NN_WINOGRAD_WORK_H
#define NN_WINOGRAD_WORK_H

#include "nn/winograd.h"
#include "nn/winograd_kernel.h"

#include <string.h>

/** Sides of a tile of x and its numbers; pixels of a square of z. */
enum { WINOGRAD_SIDE = 4, WINOGRAD_TAPS = 16, WINOGRAD_OUTS = 4 };

/** Squares of z, and the memory for some of them, a chunk, which stays in the second-level cache.
 */
typedef struct winograd_work {
    size_t channels, filters, in, out; /* floats of an image of x and of z */
    size_t squares, chunk;             /* of an image; at once */
    int32_t *x_at, *z_at; /* [squares][16], [squares][4]: where they are in an image, -1: nowhere */
    float *nothing;       /* [larger of channels and filters] zeros, where pixels are nowhere */
    float *v, *m;         /* [16][chunk][channels], [16][chunk][filters] */
    float *dv, *du;       /* [16][chunk][channels], [16][channels][filters] */
    const nn_winograd_kernels *kernels;
} winograd_work;

/** Lays the work out in scratch. With `cut` squares that lie in z in part are left out. */
winograd_work nn_winograd_lay(const nn_conv *c, bool cut, float *scratch);

/** v of `count` squares from number `first` of the batch on. */
void nn_winograd_transform(const winograd_work *w, size_t first, size_t count, const float *x);

#endif /* NN_WINOGRAD_WORK_H */

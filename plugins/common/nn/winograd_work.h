/**
 * @file nn/winograd_work.h
 * @brief What the way there and the way back of nn/winograd.h share: where the squares lie, and
 * vectors of channels.
 */
#ifndef NN_WINOGRAD_WORK_H
#define NN_WINOGRAD_WORK_H

#include "nn/winograd.h"

#include <string.h>

/** Sides of a tile of x and its numbers; pixels of a square of z; channels of a vector. */
enum { WINOGRAD_SIDE = 4, WINOGRAD_TAPS = 16, WINOGRAD_OUTS = 4, WINOGRAD_LANES = 16 };

typedef float winograd_floats __attribute__((vector_size(4 * WINOGRAD_LANES)));

/** Squares of z, and the memory for some of them, a chunk, which stays in the second-level cache.
 */
typedef struct winograd_work {
    size_t channels, filters, in, out; /* floats of an image of x and of z */
    size_t squares, chunk;             /* of an image; at once */
    int32_t *x_at, *z_at; /* [squares][16], [squares][4]: where they are in an image, -1: nowhere */
    float *nothing;       /* [larger of channels and filters] zeros, where pixels are nowhere */
    float *v, *m;         /* [16][chunk][channels], [16][chunk][filters] */
    float *dv, *du;       /* [16][chunk][channels], [16][channels][filters] */
} winograd_work;

/** Lays the work out in scratch. With `cut` squares that lie in z in part are left out. */
winograd_work nn_winograd_lay(const nn_conv *c, bool cut, float *scratch);

/** v of `count` squares from number `first` of the batch on. */
void nn_winograd_transform(const winograd_work *w, size_t first, size_t count, const float *x);

/** A vector of which count numbers are there; the others are 0. By address, because functions do
 * not give vectors of this size on every processor. */
static inline __attribute__((always_inline)) void winograd_load(const float *from, size_t count,
                                                                winograd_floats *x)
{
    *x = (winograd_floats){0};
    memcpy(x, from, (count == WINOGRAD_LANES ? WINOGRAD_LANES : count) * sizeof *from);
}

static inline __attribute__((always_inline)) void winograd_store(float *to, size_t count,
                                                                 const winograd_floats *x)
{
    memcpy(to, x, (count == WINOGRAD_LANES ? WINOGRAD_LANES : count) * sizeof *to);
}

#endif /* NN_WINOGRAD_WORK_H */

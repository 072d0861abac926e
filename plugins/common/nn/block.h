/**
 * @file nn/block.h
 * @brief A block of a convolutional network: dropout(pool(f(norm(conv(x)) + b))), forward and back.
 *
 * What lies between convolution and pooling is not kept for the whole batch where that can be
 * helped. The largest of f(x + b) is f of the largest x, plus b, so with max pooling and a rising f
 * a few images at a time are convolved and pooled in the cache, and only then activated; the
 * gradient then has one number a square, and goes back from these alone (nn/winners.h). The first
 * block, where it has few channels, takes one pass each way (nn/narrow.h). Batch normalisation
 * needs all images first.
 */
#ifndef NN_BLOCK_H
#define NN_BLOCK_H

#include "nn/conv.h"
#include "nn/dense.h"
#include "nn/finish.h"
#include "nn/pool.h"

/** What makes one pixel of several. */
typedef enum nn_pooling { NN_MAX, NN_AVERAGE, NN_UNPOOLED } nn_pooling;

/** What is asked for. */
typedef struct nn_block_kind {
    uint32_t filters, kernel, stride;
    int padding; /**< NN_PAD_SAME or zeros on each side */
    nn_activation f;
    bool norm;
    nn_pooling pooling;
    uint32_t pool_size;
    double dropout;
} nn_block_kind;

/** One block with its memory. Sizes in floats are of one image. Zero it before nn_block_plan(). */
typedef struct nn_block {
    nn_conv conv;
    nn_finish finish;
    nn_pool pool;
    nn_pooling how;
    bool first;             /**< its x needs no gradient */
    bool winners;           /**< only the largest of each square has a gradient */
    bool narrow;            /**< convolved and pooled in one pass */
    bool winograd;          /**< the same, of many channels */
    bool pool_first;        /**< activated after pooling, else before */
    uint64_t w;             /**< where it lies in theta */
    size_t in, inner, out;  /**< floats of x, before pooling, after */
    uint32_t group;         /**< images that are convolved and pooled at once */
    float *packed, *turned; /**< weights as conv wants them */
    float *dw;              /**< [filters][kernel][kernel][channels], winners only */
    float *u;               /**< [max_rows][inner], with norm only: before it */
    float *a;               /**< [max_rows][inner], activated before pooling only */
    float *y;               /**< [max_rows][out] */
    uint8_t *which;         /**< [max_rows][out], max pooling only */
} nn_block;

/** Memory that blocks share, because they work one after the other. */
typedef struct nn_room {
    float *scratch; /**< of the largest convolution */
    float *group;   /**< inner of the largest group */
    float *inner;   /**< [max_rows][largest inner], gradients before pooling */
    size_t scratch_size, group_size, inner_size; /**< floats; inner's of one image */
} nn_room;

/** Plans block number (from 1) on images of height x width x channels; its segments "conv<number>"
 *  go to the layout. Fails with a message where the images are too small. */
collet_status nn_block_plan(nn_block *b, const collet_host *host, uint32_t number,
                            const nn_block_kind *kind, uint32_t height, uint32_t width,
                            uint32_t channels, nn_layout *layout);

/** Allocates for batches of up to max_rows images. False when memory ran out. */
bool nn_block_allocate(nn_block *b, uint32_t max_rows);

/** Frees what that has allocated. */
void nn_block_free(nn_block *b);

/** Makes the sizes of a room, zero at first, those that this block needs at least. */
void nn_room_fit(nn_room *room, const nn_block *b);

/** Allocates a room; false when memory ran out. And frees it. */
bool nn_room_allocate(nn_room *room, uint32_t max_rows);
void nn_room_free(nn_room *room);

/** Fills the block's part of theta, which is zero. */
void nn_block_init(const nn_block *b, nn_init init, const collet_rng *rng, float *theta);

/** y for x[rows]; rng NULL: for prediction. */
void nn_block_forward(nn_block *b, const nn_room *room, const collet_rng *rng, uint32_t rows,
                      const float *theta, const float *x);

/** From d, the gradient of y, which is overwritten: the block's part of grad, and dx unless NULL.
 */
void nn_block_backward(nn_block *b, const nn_room *room, uint32_t rows, const float *theta,
                       const float *x, float *d, float *grad, float *dx);

#endif /* NN_BLOCK_H */

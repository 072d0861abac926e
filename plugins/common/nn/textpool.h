/**
 * @file nn/textpool.h
 * @brief From a sequence of tokens to one row of numbers: their embeddings, and what pools these.
 *
 * The embedding is a sparse segment: going back writes the rows of the tokens that are in the
 * batch, which the index lists, and no others.
 */
#ifndef NN_TEXTPOOL_H
#define NN_TEXTPOOL_H

#include "nn/embedding.h"
#include "nn/layout.h"
#include "nn/projection.h"
#include "nn/textconv.h"

#include <stdbool.h>

/** What makes one row of several. */
typedef enum nn_textpooling {
    NN_TEXT_MEAN, /**< the mean of the tokens' rows */
    NN_TEXT_MAX,  /**< the largest number of each column */
    NN_TEXT_CONV  /**< convolutions, and the maximum over time; see nn/textconv.h */
} nn_textpooling;

/** What is asked for. */
typedef struct nn_textpool_kind {
    nn_textpooling how;
    uint32_t vocabulary, dim;        /**< the embedding's shape */
    uint32_t filters, first, widths; /**< CONV: of each width; first .. first + widths - 1 */
} nn_textpool_kind;

/** With its memory. Zero it before nn_textpool_plan(). */
typedef struct nn_textpool {
    nn_textpool_kind kind;
    uint32_t out; /**< numbers that a sequence becomes */
    uint64_t e;   /**< the embedding, where it lies in theta; of each width: */
    uint64_t w[NN_TEXTCONV_WIDTHS], b[NN_TEXTCONV_WIDTHS];
    nn_textconv conv;
    nn_projection projection; /**< CONV: the faster way, where words come again */
    nn_index index;           /**< of the batch that is to go back */
    float *y;                 /**< [max_rows][out] */
    uint64_t *place; /**< [max_rows][out]: where each number came from; not with the mean */
} nn_textpool;

/** Plans it; its segments "embedding" and "conv<width>" go to the layout. */
void nn_textpool_plan(nn_textpool *p, const nn_textpool_kind *kind, nn_layout *layout);

/** Allocates for batches of up to max_rows sequences. False when memory ran out. */
bool nn_textpool_allocate(nn_textpool *p, uint32_t max_rows);

/** Frees what that has allocated. */
void nn_textpool_free(nn_textpool *p);

/** Fills its part of theta, which is zero. */
void nn_textpool_init(const nn_textpool *p, const collet_rng *rng, float *theta);

/** y of the batch, valid until the next call; NULL when memory ran out. With `back` the batch is
 * indexed for going back. Without, a row's numbers do not depend on the other rows to their last
 * bits. */
float *nn_textpool_forward(nn_textpool *p, const float *theta, const collet_batch *batch,
                           bool back);

/** From d, the gradient of y, which is overwritten: its part of grad, of the embedding the rows
 * that the index names. y must be as forward() left it with `back`, but for what the caller set to
 * zero in it. */
void nn_textpool_backward(nn_textpool *p, const float *theta, const collet_batch *batch, float *d,
                          float *grad);

#endif /* NN_TEXTPOOL_H */

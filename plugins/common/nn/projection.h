/**
 * @file nn/projection.h
 * @brief The convolutions of nn/textconv.h over a batch in which words come again and again.
 *
 * A window's number is a sum over its places, W[f] . [e(p) .. e(p + w - 1)] = W[f, 0] . e(p) + ...
 * + W[f, w - 1] . e(p + w - 1), and each of these products depends on one token alone. Words follow
 * Zipf's law: of the tokens of 64 texts of 200 words about a third are different. So the products
 * of the different tokens are taken once, for 16 filters after the other, and what is left for a
 * window is to add up a few vectors. It takes products in the share of the different tokens, and
 * memory for one panel of 16 filters.
 *
 * The sums are those of nn_textconv_forward() but for rounding. Which of the two is faster depends
 * on the batch, so this is for training: a prediction must not depend on what else is in the batch.
 */
#ifndef NN_PROJECTION_H
#define NN_PROJECTION_H

#include "nn/embedding.h"
#include "nn/textconv.h"

#include <stdbool.h>

/** Shapes and scratch memory, which grows with the batch. Zero it before nn_projection_init(). */
typedef struct nn_projection {
    uint32_t dim, filters, first, widths;
    uint32_t taps;     /**< places of all widths' windows together */
    uint32_t *slot_of; /**< [vocabulary] a token's row of products */
    uint32_t *slots;   /**< the batch's tokens as rows of products, short sequences filled up */
    float *packed;     /**< [dim][taps][16] weights of a panel */
    float *different;  /**< [tokens][dim] embeddings of the different tokens */
    float *products;   /**< [tokens + 1][taps][16], the last one zero */
    size_t slot_room, token_room;
} nn_projection;

/** Allocates for tokens below vocabulary. 0, or -1 when memory ran out. */
int nn_projection_init(nn_projection *p, const nn_textconv *conv, uint32_t vocabulary);

/** Frees it. */
void nn_projection_finish(nn_projection *p);

/** Is it faster than nn_textconv_forward() for this batch, and its memory bounded? */
bool nn_projection_pays(const nn_projection *p, const collet_batch *batch, const nn_index *index);

/** As nn_textconv_forward(), with the index of the batch. 0, or -1 when memory ran out. */
int nn_projection_forward(nn_projection *p, const collet_batch *batch, const nn_index *index,
                          const float *e, const nn_textconv_weights *weights, float *y,
                          uint64_t *place);

#endif /* NN_PROJECTION_H */

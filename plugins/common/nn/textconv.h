/**
 * @file nn/textconv.h
 * @brief Convolutions over a sequence of embedded tokens with the maximum over time.
 *
 * For each width w and filter f: y = relu(b[f] + max over p of W[f] . [e(p) .. e(p + w - 1)]), p
 * from 0 to length - w; a sequence shorter than w goes on with zeros. Widths follow one another:
 * first, first + 1, ... Outputs of one row: filters of the first width, then of the next.
 *
 * Forward: the embedded tokens of some sequences lie end to end in a strip that fits the cache. A
 * window is a row of w * dim numbers that begins at its token, so the windows of a strip are the
 * rows of a matrix that overlap, and one product for each width gives all of them; windows that
 * reach from one sequence into the next are computed too and not looked at. Backward: each output
 * knows which window it came from, and only that window's gradient is not zero.
 *
 * Kim: Convolutional Neural Networks for Sentence Classification. EMNLP 2014.
 */
#ifndef NN_TEXTCONV_H
#define NN_TEXTCONV_H

#include <collet/model.h>

/** Most widths. */
enum { NN_TEXTCONV_WIDTHS = 8 };

/** A part of a sequence in a strip. */
typedef struct nn_textconv_piece {
    uint32_t row;
    uint32_t slot;   /**< of the strip, where it begins */
    uint32_t slots;  /**< how many it takes */
    uint32_t ends;   /**< does the sequence end in it? */
    uint64_t from;   /**< its first token's place in the sequence */
    uint64_t length; /**< of the whole sequence */
} nn_textconv_piece;

/** Shapes and scratch memory. Zero it before nn_textconv_init(). */
typedef struct nn_textconv {
    uint32_t dim, filters, first, widths;
    uint32_t columns; /**< filters, rounded up to 16 */
    uint32_t slots;   /**< tokens of a strip */
    uint32_t used, piece_count;
    nn_textconv_piece *pieces;         /**< [slots] */
    float *strip;                      /**< [slots][dim] */
    float *products;                   /**< [slots][columns] */
    float *packed[NN_TEXTCONV_WIDTHS]; /**< [width * dim][columns]: weights as the product wants
                                          them */
} nn_textconv;

/** Where weights and biases (or their gradients) of each width lie: [filters][width * dim] and
 *  [filters]. */
typedef struct nn_textconv_weights {
    float *w[NN_TEXTCONV_WIDTHS], *b[NN_TEXTCONV_WIDTHS];
} nn_textconv_weights;

/** Allocates for widths first .. first + widths - 1. 0, or -1 when memory ran out. */
int nn_textconv_init(nn_textconv *conv, uint32_t dim, uint32_t filters, uint32_t first,
                     uint32_t widths);

/** Frees it. */
void nn_textconv_finish(nn_textconv *conv);

/** y[rows][widths * filters] from the table e[vocabulary][dim]; place of the same shape is the
 *  window that each came from. */
void nn_textconv_forward(nn_textconv *conv, const collet_batch *batch, const float *e,
                         const nn_textconv_weights *weights, float *y, uint64_t *place);

/** From d[rows][widths * filters]: writes the gradients of the weights, and adds to the rows of
 *  de[vocabulary][dim] of the batch's tokens, which the caller has zeroed. */
void nn_textconv_backward(const nn_textconv *conv, const collet_batch *batch, const float *e,
                          const nn_textconv_weights *weights, const float *y, const uint64_t *place,
                          const float *d, const nn_textconv_weights *gradients, float *de);

#endif /* NN_TEXTCONV_H */

/**
 * @file nn/embedding.h
 * @brief Embeddings of tokens, pooled over each sequence; gradients only of the rows that occur.
 *
 * A table e[vocabulary][dim] has a row a token. A batch's sequences lie end to end in tokens;
 * offsets[rows + 1] says where each begins. An empty sequence pools to zeros.
 */
#ifndef NN_EMBEDDING_H
#define NN_EMBEDDING_H

#include <collet/model.h>

/** y[rows][dim]: the mean of each sequence's rows of e. */
void nn_embedding_mean(const collet_batch *batch, uint32_t dim, const float *e, float *y);

/** y[rows][dim]: the largest number of each column; winner[rows][dim] is the place of its token in
 *  tokens, the first one of equals (0 for an empty sequence). */
void nn_embedding_max(const collet_batch *batch, uint32_t dim, const float *e, float *y,
                      uint64_t *winner);

/** The different tokens of a batch, and in which rows each occurs. Memory is kept from batch to
 *  batch. Zero it before nn_index_init(). */
typedef struct nn_index {
    uint32_t vocabulary;
    uint32_t count;   /**< different tokens */
    uint32_t *tokens; /**< [count], rising */
    uint64_t *starts; /**< [count + 1] where each one's rows begin in owners */
    uint32_t *owners; /**< rows of the batch, one for each time that a token occurs */
    size_t owner_room;
    uint32_t *fill; /**< [vocabulary], zero between calls */
    uint64_t *bits; /**< [vocabulary / 64 + 1], zero between calls */
} nn_index;

/** Allocates for tokens below vocabulary. 0, or -1 when memory ran out. */
int nn_index_init(nn_index *index, uint32_t vocabulary);

/** Frees it. */
void nn_index_finish(nn_index *index);

/** Finds the different tokens of a batch. 0, or -1 when memory ran out. */
int nn_index_build(nn_index *index, const collet_batch *batch);

/** From d[rows][dim], the gradient of the mean, which is overwritten: writes the rows of
 * de[vocabulary] [dim] that the index names. */
void nn_embedding_mean_backward(const collet_batch *batch, const nn_index *index, uint32_t dim,
                                float *d, float *de);

/** The same for the maximum. */
void nn_embedding_max_backward(const collet_batch *batch, const nn_index *index, uint32_t dim,
                               const float *d, const uint64_t *winner, float *de);

/** Zeroes the rows of de[vocabulary][dim] that the index names. */
void nn_embedding_clear(const nn_index *index, uint32_t dim, float *de);

#endif /* NN_EMBEDDING_H */

#include "nn/embedding.h"

#include "nn/embedding_kernel.h"

#include <collet/helpers.h>

void nn_embedding_mean(const collet_batch *batch, uint32_t dim, const float *e, float *y)
{
    const nn_row_sums sums = {batch->rows, batch->offsets, batch->tokens, e, dim, NULL, 1, y};
    SIMD_BEST(nn_embedding_kernels)->sum(&sums);
}

COLLET_SIMD static void scale(size_t n, float by, float *x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] *= by;
    }
}

void nn_embedding_mean_backward(const collet_batch *batch, const nn_index *index, uint32_t dim,
                                float *d, float *de)
{
    for (uint32_t r = 0; r < batch->rows; r++) {
        uint64_t length = batch->offsets[r + 1] - batch->offsets[r];
        scale(dim, length > 0 ? 1.0f / (float)length : 0.0f, d + (size_t)r * dim);
    }
    const nn_row_sums sums = {
        index->count, index->starts, index->owners, d, dim, index->tokens, 0, de};
    SIMD_BEST(nn_embedding_kernels)->sum(&sums);
}

/* y[dim], winner[dim] against one more row of the table */
COLLET_SIMD static void challenge(size_t dim, const float *restrict row, uint64_t place,
                                  float *restrict y, uint64_t *restrict winner)
{
    for (size_t c = 0; c < dim; c++) {
        winner[c] = row[c] > y[c] ? place : winner[c];
        y[c] = row[c] > y[c] ? row[c] : y[c];
    }
}

void nn_embedding_max(const collet_batch *batch, uint32_t dim, const float *e, float *y,
                      uint64_t *winner)
{
    for (uint32_t r = 0; r < batch->rows; r++, y += dim, winner += dim) {
        uint64_t from = batch->offsets[r], to = batch->offsets[r + 1];
        for (uint32_t c = 0; c < dim; c++) {
            y[c] = to > from ? e[(size_t)batch->tokens[from] * dim + c] : 0;
            winner[c] = to > from ? from : 0;
        }
        for (uint64_t j = from + 1; j < to; j++) {
            challenge(dim, e + (size_t)batch->tokens[j] * dim, j, y, winner);
        }
    }
}

void nn_embedding_clear(const nn_index *index, uint32_t dim, float *de)
{
    for (uint32_t i = 0; i < index->count; i++) {
        memset(de + (size_t)index->tokens[i] * dim, 0, dim * sizeof *de);
    }
}

void nn_embedding_max_backward(const collet_batch *batch, const nn_index *index, uint32_t dim,
                               const float *d, const uint64_t *winner, float *de)
{
    nn_embedding_clear(index, dim, de);
    for (uint32_t r = 0; r < batch->rows; r++, d += dim, winner += dim) {
        for (uint32_t c = 0; c < dim && batch->offsets[r + 1] > batch->offsets[r]; c++) {
            de[(size_t)batch->tokens[winner[c]] * dim + c] += d[c];
        }
    }
}

/* ---- The index ------------------------------------------------------------------------------ */

void nn_index_finish(nn_index *index)
{
    free(index->tokens);
    free(index->starts);
    free(index->owners);
    free(index->fill);
    free(index->bits);
    *index = (nn_index){0};
}

int nn_index_init(nn_index *index, uint32_t vocabulary)
{
    size_t n = vocabulary;
    *index = (nn_index){.vocabulary = vocabulary,
                        .tokens = malloc(n * sizeof *index->tokens),
                        .starts = malloc((n + 1) * sizeof *index->starts),
                        .fill = calloc(n, sizeof *index->fill),
                        .bits = calloc(n / 64 + 1, sizeof *index->bits)};
    return index->tokens != NULL && index->starts != NULL && index->fill != NULL &&
                   index->bits != NULL
               ? 0
               : -1;
}

/* Lists the tokens whose bits are set, rising, and where their owners will begin; fill becomes
 * where the next owner of each goes. */
static void list_tokens(nn_index *index)
{
    uint64_t start = 0;
    uint32_t count = 0;
    for (uint32_t w = 0; w <= index->vocabulary / 64; w++) {
        for (uint64_t bits = index->bits[w]; bits != 0; bits &= bits - 1) {
            uint32_t token = w * 64 + (uint32_t)__builtin_ctzll(bits);
            uint32_t times = index->fill[token];
            index->tokens[count] = token;
            index->starts[count++] = start;
            index->fill[token] = (uint32_t)start;
            start += times;
        }
        index->bits[w] = 0;
    }
    index->starts[count] = start;
    index->count = count;
}

int nn_index_build(nn_index *index, const collet_batch *batch)
{
    size_t all = (size_t)batch->offsets[batch->rows];
    if (all > UINT32_MAX) {
        return -1; /* places in owners are 32 bits */
    }
    if (all > index->owner_room) {
        uint32_t *owners = realloc(index->owners, 2 * all * sizeof *owners);
        if (owners == NULL) {
            return -1;
        }
        index->owners = owners;
        index->owner_room = 2 * all;
    }
    for (size_t i = 0; i < all; i++) {
        uint32_t token = batch->tokens[i];
        index->fill[token]++;
        index->bits[token / 64] |= (uint64_t)1 << token % 64;
    }
    list_tokens(index);
    for (uint32_t r = 0; r < batch->rows; r++) {
        for (uint64_t j = batch->offsets[r]; j < batch->offsets[r + 1]; j++) {
            index->owners[index->fill[batch->tokens[j]]++] = r;
        }
    }
    for (uint32_t i = 0; i < index->count; i++) {
        index->fill[index->tokens[i]] = 0;
    }
    return 0;
}

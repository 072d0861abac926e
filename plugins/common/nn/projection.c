#include "nn/projection.h"

#include "linalg/linalg.h"
#include "nn/projection_kernel.h"

#include <collet/helpers.h>

/* Filters of a panel. */
enum { LANES = NN_PROJECTION_FILTERS };

static uint32_t widest(const nn_projection *p)
{
    return p->first + p->widths - 1;
}

static size_t stride(const nn_projection *p)
{
    return (size_t)p->taps * LANES;
}

void nn_projection_finish(nn_projection *p)
{
    free(p->slot_of);
    free(p->slots);
    free(p->packed);
    free(p->different);
    free(p->products);
    *p = (nn_projection){0};
}

int nn_projection_init(nn_projection *p, const nn_textconv *conv, uint32_t vocabulary)
{
    *p = (nn_projection){
        .dim = conv->dim, .filters = conv->filters, .first = conv->first, .widths = conv->widths};
    for (uint32_t i = 0; i < p->widths; i++) {
        p->taps += p->first + i;
    }
    p->slot_of = malloc((size_t)vocabulary * sizeof *p->slot_of);
    p->packed = collet_zeros(p->dim * stride(p));
    return p->slot_of != NULL && p->packed != NULL ? 0 : -1;
}

bool nn_projection_pays(const nn_projection *p, const collet_batch *batch, const nn_index *index)
{
    /* Adding a vector to a window takes as long as so many multiplications of the product. */
    const uint64_t add = 8, most_floats = (uint64_t)64 << 20;
    const uint64_t all = batch->offsets[batch->rows], different = index->count;
    return different * p->dim + all * add < all * p->dim && different * stride(p) < most_floats &&
           all + (uint64_t)batch->rows * widest(p) < INT32_MAX;
}

/* ---- A batch -------------------------------------------------------------------------------- */

/* Room for the batch; memory is kept from batch to batch. */
static int reserve(nn_projection *p, size_t slots, size_t tokens)
{
    if (slots > p->slot_room) {
        free(p->slots);
        p->slot_room = 0;
        p->slots = malloc(2 * slots * sizeof *p->slots);
        if (p->slots == NULL) {
            return -1;
        }
        p->slot_room = 2 * slots;
    }
    if (tokens > p->token_room) {
        const size_t room = tokens + tokens / 4;
        free(p->different);
        free(p->products);
        p->token_room = 0;
        p->different = collet_zeros(room * p->dim);
        p->products = collet_zeros((room + 1) * stride(p));
        if (p->different == NULL || p->products == NULL) {
            return -1;
        }
        p->token_room = room;
    }
    return 0;
}

/* Slots of a sequence: each width has a window in it. */
static size_t slots_of(const nn_projection *p, uint64_t length)
{
    return length > widest(p) ? length : widest(p);
}

/* The different tokens' embeddings side by side, and the batch's tokens as their numbers. */
static void number(nn_projection *p, const collet_batch *batch, const nn_index *index,
                   const float *e)
{
    for (uint32_t u = 0; u < index->count; u++) {
        p->slot_of[index->tokens[u]] = u;
        memcpy(p->different + (size_t)u * p->dim, e + (size_t)index->tokens[u] * p->dim,
               p->dim * sizeof *e);
    }
    uint32_t *slot = p->slots;
    for (uint32_t r = 0; r < batch->rows; r++) {
        const uint64_t from = batch->offsets[r], length = batch->offsets[r + 1] - from;
        for (uint64_t t = 0; t < length; t++) {
            *slot++ = p->slot_of[batch->tokens[from + t]];
        }
        for (uint64_t t = length; t < widest(p); t++) {
            *slot++ = index->count;
        }
    }
}

/* ---- A panel -------------------------------------------------------------------------------- */

/* packed[dim][taps][16] = the weights of filters from `filter` on; behind the last one stays what
 * was there, which nobody reads. */
static void pack(nn_projection *p, const nn_textconv_weights *weights, uint32_t filter)
{
    const uint32_t left = p->filters - filter, count = left < LANES ? left : LANES;
    float *to = p->packed;
    for (uint32_t i = 0; i < p->widths; i++) {
        const size_t width = p->first + i, k = width * p->dim;
        for (size_t j = 0; j < width; j++, to += LANES) {
            linalg_transpose(count, p->dim, weights->w[i] + filter * k + j * p->dim, k, to,
                             stride(p));
        }
    }
}

/* One sequence of so many tokens and its slots: y, place[count] of each width, filters apart. */
static void search_widths(const nn_projection *p, uint64_t length, const uint32_t *slots,
                          const nn_textconv_weights *weights, uint32_t filter, float *y,
                          uint64_t *place)
{
    const uint32_t left = p->filters - filter, count = left < LANES ? left : LANES;
    const nn_projection_kernels *kernels = SIMD_BEST(nn_projection_kernels);
    const float *products = p->products;
    for (uint32_t i = 0; i < p->widths; i++, y += p->filters, place += p->filters) {
        const size_t width = p->first + i;
        const size_t windows = length > width ? (size_t)length - width + 1 : 1;
        float value[LANES];
        int32_t where[LANES];
        kernels->search(width, windows, slots, products, stride(p), value, where);
        for (uint32_t f = 0; f < count; f++) {
            const float x = value[f] + weights->b[i][filter + f];
            y[f] = x > 0 ? x : 0;
            place[f] = (uint64_t)where[f];
        }
        products += width * LANES;
    }
}

int nn_projection_forward(nn_projection *p, const collet_batch *batch, const nn_index *index,
                          const float *e, const nn_textconv_weights *weights, float *y,
                          uint64_t *place)
{
    const size_t outputs = (size_t)p->widths * p->filters, different = index->count;
    const size_t slots = (size_t)batch->offsets[batch->rows] + (size_t)batch->rows * widest(p);
    if (reserve(p, slots, different) != 0) {
        return -1;
    }
    number(p, batch, index, e);
    memset(p->products + different * stride(p), 0, stride(p) * sizeof *p->products);
    for (uint32_t filter = 0; filter < p->filters; filter += LANES) {
        const uint32_t *slot = p->slots;
        pack(p, weights, filter);
        linalg_nn(different, stride(p), p->dim, p->different, p->packed, NULL, p->products);
        for (uint32_t r = 0; r < batch->rows; r++) {
            const uint64_t length = batch->offsets[r + 1] - batch->offsets[r];
            search_widths(p, length, slot, weights, filter, y + r * outputs + filter,
                          place + r * outputs + filter);
            slot += slots_of(p, length);
        }
    }
    return 0;
}

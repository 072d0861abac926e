#include "nn/textconv.h"

#include "linalg/linalg.h"

#include <collet/helpers.h>

/* Tokens of a strip: with its products it stays in the second cache. */
enum { STRIP = 128 };

static uint32_t widest(const nn_textconv *conv)
{
    return conv->first + conv->widths - 1;
}

void nn_textconv_finish(nn_textconv *conv)
{
    free(conv->pieces);
    free(conv->strip);
    free(conv->products);
    for (uint32_t i = 0; i < NN_TEXTCONV_WIDTHS; i++) {
        free(conv->packed[i]);
    }
    *conv = (nn_textconv){0};
}

int nn_textconv_init(nn_textconv *conv, uint32_t dim, uint32_t filters, uint32_t first,
                     uint32_t widths)
{
    *conv = (nn_textconv){.dim = dim, .filters = filters, .first = first, .widths = widths};
    conv->columns = (filters + 15) / 16 * 16;
    conv->slots = STRIP + 2 * widest(conv);
    conv->pieces = malloc(conv->slots * sizeof *conv->pieces);
    conv->strip = collet_zeros((size_t)conv->slots * dim);
    conv->products = collet_zeros((size_t)conv->slots * conv->columns);
    int failed = conv->pieces == NULL || conv->strip == NULL || conv->products == NULL;
    for (uint32_t i = 0; i < widths; i++) {
        conv->packed[i] = collet_zeros((size_t)(first + i) * dim * conv->columns);
        failed = failed || conv->packed[i] == NULL;
    }
    return failed ? -1 : 0;
}

/* packed[k][columns] = w[filters][k] transposed; the columns beyond stay zero. */
static void pack(const nn_textconv *conv, uint32_t i, const float *w)
{
    size_t k = (size_t)(conv->first + i) * conv->dim;
    enum { BLOCK = 16 };
    for (size_t from = 0; from < k; from += BLOCK) {
        for (size_t f = 0; f < conv->filters; f++) {
            for (size_t p = from; p < from + BLOCK && p < k; p++) {
                conv->packed[i][p * conv->columns + f] = w[f * k + p];
            }
        }
    }
}

/* ---- Forward -------------------------------------------------------------------------------- */

/* Slots that a sequence needs so that each width finds a window in it. */
static uint64_t slots_of(const nn_textconv *conv, uint64_t length)
{
    return length > widest(conv) ? length : widest(conv);
}

/* Puts the next part of a sequence at the end of the strip and moves *from to where the next part
 * begins: the last widest - 1 tokens come again, so that no window is lost. Returns whether the
 * sequence has ended. */
static int lay_piece(nn_textconv *conv, const collet_batch *batch, const float *e, uint32_t row,
                     uint64_t *from)
{
    const uint32_t *tokens = batch->tokens + batch->offsets[row] + *from;
    uint64_t length = batch->offsets[row + 1] - batch->offsets[row];
    uint64_t left = slots_of(conv, length) - *from;
    uint32_t room = conv->slots - conv->used;
    uint32_t slots = left < room ? (uint32_t)left : room;
    float *out = conv->strip + (size_t)conv->used * conv->dim;
    for (uint32_t s = 0; s < slots; s++, out += conv->dim) {
        if (*from + s < length) {
            memcpy(out, e + (size_t)tokens[s] * conv->dim, conv->dim * sizeof *out);
        } else {
            memset(out, 0, conv->dim * sizeof *out);
        }
    }
    conv->pieces[conv->piece_count++] =
        (nn_textconv_piece){row, conv->used, slots, slots == left, *from, length};
    conv->used += slots;
    *from += slots - (widest(conv) - 1);
    return slots == left;
}

/* y[n], place[n] against the products of windows `from` and on, c[count][columns] */
COLLET_SIMD static void keep_largest(size_t n, size_t count, size_t columns,
                                     const float *restrict c, uint64_t from, float *restrict y,
                                     uint64_t *restrict place)
{
    for (size_t p = 0; p < count; p++, c += columns) {
        uint64_t here = from + p;
        for (size_t f = 0; f < n; f++) {
            int better = c[f] > y[f];
            place[f] = better ? here : place[f];
            y[f] = better ? c[f] : y[f];
        }
    }
}

/* All windows of the strip, for each width. */
static void flush(nn_textconv *conv, float *y, uint64_t *place)
{
    size_t stride = (size_t)conv->widths * conv->filters;
    for (uint32_t i = 0; i < conv->widths; i++) {
        uint32_t width = conv->first + i;
        linalg_windows(conv->used - width + 1, conv->columns, (size_t)width * conv->dim, conv->dim,
                       conv->strip, conv->packed[i], conv->products);
        for (uint32_t k = 0; k < conv->piece_count; k++) {
            const nn_textconv_piece *p = &conv->pieces[k];
            size_t at = p->row * stride + (size_t)i * conv->filters;
            /* Where the sequence is shorter than the widest window, narrower ones end with it. */
            uint64_t end = p->length > width ? p->length : width;
            uint64_t slots = p->slots < end - p->from ? p->slots : end - p->from;
            keep_largest(conv->filters, (size_t)slots - width + 1, conv->columns,
                         conv->products + (size_t)p->slot * conv->columns, p->from, y + at,
                         place + at);
        }
    }
    conv->used = 0;
    conv->piece_count = 0;
}

COLLET_SIMD static void add_bias(size_t n, const float *restrict b, float *restrict y)
{
    for (size_t f = 0; f < n; f++) {
        float x = y[f] + b[f];
        y[f] = x > 0 ? x : 0;
    }
}

void nn_textconv_forward(nn_textconv *conv, const collet_batch *batch, const float *e,
                         const nn_textconv_weights *weights, float *y, uint64_t *place)
{
    size_t n = (size_t)batch->rows * conv->widths * conv->filters;
    for (size_t i = 0; i < n; i++) {
        y[i] = -INFINITY;
        place[i] = 0;
    }
    for (uint32_t i = 0; i < conv->widths; i++) {
        pack(conv, i, weights->w[i]);
    }
    for (uint32_t row = 0; row < batch->rows; row++) {
        uint64_t from = 0;
        do {
            if (conv->slots - conv->used < widest(conv)) {
                flush(conv, y, place);
            }
        } while (!lay_piece(conv, batch, e, row, &from));
    }
    flush(conv, y, place);
    for (size_t i = 0; i < (size_t)batch->rows * conv->widths; i++) {
        add_bias(conv->filters, weights->b[i % conv->widths], y + i * conv->filters);
    }
}

/* ---- Backward ------------------------------------------------------------------------------- */

/* One window of `count` tokens, each with its row of e, de: dw[count][dim] += g x, dx += g w. */
COLLET_SIMD static void go_back(size_t dim, const uint32_t *tokens, size_t count, float g,
                                const float *restrict e, const float *restrict w,
                                float *restrict dw, float *restrict de)
{
    for (size_t j = 0; j < count; j++, w += dim, dw += dim) {
        const float *x = e + tokens[j] * dim;
        float *dx = de + tokens[j] * dim;
        for (size_t c = 0; c < dim; c++) {
            dw[c] += g * x[c];
            dx[c] += g * w[c];
        }
    }
}

void nn_textconv_backward(const nn_textconv *conv, const collet_batch *batch, const float *e,
                          const nn_textconv_weights *weights, const float *y, const uint64_t *place,
                          const float *d, const nn_textconv_weights *gradients, float *de)
{
    const size_t filters = conv->filters;
    for (uint32_t i = 0; i < conv->widths; i++) {
        memset(gradients->w[i], 0, filters * (conv->first + i) * conv->dim * sizeof(float));
        memset(gradients->b[i], 0, filters * sizeof(float));
    }
    for (uint32_t row = 0; row < batch->rows; row++) {
        const uint32_t *tokens = batch->tokens + batch->offsets[row];
        uint64_t length = batch->offsets[row + 1] - batch->offsets[row];
        for (uint32_t i = 0; i < conv->widths; i++) {
            size_t width = conv->first + i, k = width * conv->dim;
            for (size_t f = 0; f < filters; f++, y++, d++, place++) {
                if (*y > 0 && *d != 0.0f) {
                    size_t left = (size_t)(length - *place), count = left < width ? left : width;
                    gradients->b[i][f] += *d;
                    go_back(conv->dim, tokens + *place, count, *d, e, weights->w[i] + f * k,
                            gradients->w[i] + f * k, de);
                }
            }
        }
    }
}

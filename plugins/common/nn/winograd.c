#include "nn/winograd.h"

#include "linalg/tile.h"

#include <collet/helpers.h>

/* Sides of a tile of x, its numbers, and channels that are worked on at once; rows of the tiles of
 * linalg, of which a chunk of squares is a multiple, and floats of a chunk, which stay in the
 * second-level cache. */
enum { SIDE = 4, TAPS = SIDE * SIDE, LANES = 16, STEP = 14, CHUNK_FLOATS = 48 << 10 };

typedef float floats __attribute__((vector_size(4 * LANES)));
typedef int32_t whole __attribute__((vector_size(4 * LANES)));
typedef uint8_t bytes __attribute__((vector_size(LANES)));
#define INLINE static inline __attribute__((always_inline))

bool nn_winograd_suits(const nn_conv *c, const nn_pool *p)
{
    return c->kernel == 3 && c->stride == 1 && p->size == 2 && c->channels >= 8 &&
           c->filters >= LANES;
}

/* Squares that are worked on at once. */
static size_t chunk_of(const nn_conv *c)
{
    const size_t steps = CHUNK_FLOATS / (TAPS * ((size_t)c->channels + c->filters)) / STEP;
    return STEP * (steps > 0 ? steps : 1);
}

size_t nn_winograd_packed(const nn_conv *c)
{
    return TAPS * (size_t)c->channels * c->filters;
}

size_t nn_winograd_scratch(const nn_conv *c)
{
    const size_t squares = ((size_t)c->out_height / 2) * (c->out_width / 2);
    return chunk_of(c) * TAPS * ((size_t)c->channels + c->filters) + c->channels + squares * TAPS;
}

/* to[16][n] = G w[3][3][n] G' */
COLLET_SIMD static void transform_weights(size_t n, const float *restrict w, float *restrict to)
{
    for (size_t i = 0; i < n; i++) {
        float half[SIDE][3];
        for (size_t x = 0; x < 3; x++) {
            const float a = w[x * n + i], b = w[(3 + x) * n + i], c = w[(6 + x) * n + i];
            half[0][x] = a;
            half[1][x] = (a + b + c) * 0.5f;
            half[2][x] = (a - b + c) * 0.5f;
            half[3][x] = c;
        }
        for (size_t y = 0; y < SIDE; y++) {
            const float a = half[y][0], b = half[y][1], c = half[y][2];
            to[(y * SIDE + 0) * n + i] = a;
            to[(y * SIDE + 1) * n + i] = (a + b + c) * 0.5f;
            to[(y * SIDE + 2) * n + i] = (a - b + c) * 0.5f;
            to[(y * SIDE + 3) * n + i] = c;
        }
    }
}

void nn_winograd_pack(const nn_conv *c, const float *w, float *packed)
{
    transform_weights((size_t)c->channels * c->filters, w, packed);
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

/* A vector of which count numbers are there, the others are 0. By address: vectors of this size are
 * no values that functions give in every processor. */
INLINE void load(const float *from, size_t count, floats *x)
{
    *x = (floats){0};
    memcpy(x, from, (count == LANES ? LANES : count) * sizeof *from);
}

INLINE void store(float *to, size_t count, const floats *x)
{
    memcpy(to, x, (count == LANES ? LANES : count) * sizeof *to);
}

/* Four numbers of a line or a column: B' d */
INLINE void transform_four(floats *d, size_t step)
{
    const floats a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = b - e;
}

/* count channels of a tile: v[16] apart = B' d B, d the pixels at at[16] */
INLINE void transform_tile(const float *const *at, size_t channel, size_t count, size_t apart,
                           float *v)
{
    floats d[TAPS];
    for (size_t t = 0; t < TAPS; t++) {
        load(at[t] + channel, count, &d[t]);
    }
    for (size_t i = 0; i < SIDE; i++) {
        transform_four(d + i, SIDE);
    }
    for (size_t i = 0; i < SIDE; i++) {
        transform_four(d + i * SIDE, 1);
    }
    for (size_t t = 0; t < TAPS; t++) {
        store(v + t * apart, count, &d[t]);
    }
}

COLLET_SIMD static void transform(const float *const *at, size_t channels, size_t apart, float *v)
{
    size_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
        transform_tile(at, c, LANES, apart, v + c);
    }
    if (c < channels) {
        transform_tile(at, c, channels - c, apart, v + c);
    }
}

/* for each lane: condition ? a : b, where condition is -1 or 0 */
#define SELECT(condition, a, b) (((condition) & (a)) | (~(condition) & (b)))

/* count filters of a square: the largest of A' m A and which it is */
INLINE void pool_tile(const float *m, size_t count, size_t apart, float *y, uint8_t *which)
{
    floats half[2][SIDE], sums[4];
    for (size_t x = 0; x < SIDE; x++) {
        floats d[SIDE];
        for (size_t i = 0; i < SIDE; i++) {
            load(m + (i * SIDE + x) * apart, count, &d[i]);
        }
        half[0][x] = d[0] + d[1] + d[2];
        half[1][x] = d[1] - d[2] - d[3];
    }
    for (size_t i = 0; i < 2; i++) {
        sums[2 * i] = half[i][0] + half[i][1] + half[i][2];
        sums[2 * i + 1] = half[i][1] - half[i][2] - half[i][3];
    }
    floats best = sums[0];
    whole at = {0};
    for (int32_t t = 1; t < 4; t++) {
        const whole more = sums[t] > best;
        best = (floats)SELECT(more, (whole)sums[t], (whole)best);
        at = SELECT(more, (whole){0} + t, at);
    }
    const bytes narrow = __builtin_convertvector(at, bytes);
    store(y, count, &best);
    memcpy(which, &narrow, count == LANES ? LANES : count);
}

COLLET_SIMD static void pool(const float *m, size_t filters, size_t apart, float *y, uint8_t *which)
{
    size_t f = 0;
    for (; f + LANES <= filters; f += LANES) {
        pool_tile(m + f, LANES, apart, y + f, which + f);
    }
    if (f < filters) {
        pool_tile(m + f, filters - f, apart, y + f, which + f);
    }
}

/* ---- Images --------------------------------------------------------------------------------- */

/* Where the 16 pixels of each square are in an image; -1 stands for a zero around it. */
static void locate(const nn_conv *c, const nn_pool *p, int32_t *at)
{
    for (uint32_t top = 0; top + 2 <= p->height; top += 2) {
        for (uint32_t left = 0; left + 2 <= p->width; left += 2) {
            for (uint32_t t = 0; t < TAPS; t++) {
                /* before the image they wrap around to more than its size */
                const uint32_t y = top + t / SIDE - c->top, x = left + t % SIDE - c->left;
                const bool there = y < c->height && x < c->width;
                *at++ = there ? (int32_t)((y * c->width + x) * c->channels) : -1;
            }
        }
    }
}

/* What a call works with. */
typedef struct work {
    size_t channels, filters, in, squares; /* floats of an image; squares of one */
    int32_t *at;                           /* [squares][16] */
    float *zeros, *v, *m; /* [channels], [16][chunk][channels], [16][chunk][filters] */
} work;

/* v of some squares, the first one number `first` of the batch. */
static void transform_all(const work *w, size_t first, size_t count, const float *x)
{
    size_t square = first % w->squares;
    const float *image = x + first / w->squares * w->in, *at[TAPS];
    for (size_t i = 0; i < count; i++) {
        for (size_t t = 0; t < TAPS; t++) {
            const int32_t offset = w->at[square * TAPS + t];
            at[t] = offset >= 0 ? image + offset : w->zeros;
        }
        transform(at, w->channels, count * w->channels, w->v + i * w->channels);
        if (++square == w->squares) {
            square = 0;
            image += w->in;
        }
    }
}

/* m of some squares from their v. */
static void multiply(const work *w, size_t count, const float *packed)
{
    tile_product product =
        tile_plain(count, w->filters, w->channels, w->v, w->channels, 1, packed, NULL, w->m);
    product.lines = TAPS;
    product.a_line = count * w->channels;
    product.b_line = w->channels * w->filters;
    product.c_line = count * w->filters;
    tile_multiply(&product);
}

void nn_winograd_forward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                         const float *packed, float *y, uint8_t *which, float *scratch)
{
    const size_t most = chunk_of(c);
    work w = {c->channels, c->filters, nn_conv_in(c), nn_pool_out(p) / c->filters,
              NULL,        scratch,    NULL,          NULL};
    w.v = w.zeros + w.channels;
    w.m = w.v + TAPS * most * w.channels;
    w.at = (int32_t *)(void *)(w.m + TAPS * most * w.filters);
    memset(w.zeros, 0, w.channels * sizeof *w.zeros);
    locate(c, p, w.at);
    const size_t all = rows * w.squares;
    for (size_t first = 0; first < all; first += most) {
        const size_t count = all - first < most ? all - first : most;
        transform_all(&w, first, count, x);
        multiply(&w, count, packed);
        for (size_t i = 0; i < count; i++) {
            const size_t to = (first + i) * w.filters;
            pool(w.m + i * w.filters, w.filters, count * w.filters, y + to, which + to);
        }
    }
}

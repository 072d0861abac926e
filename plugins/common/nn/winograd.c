#include "nn/winograd.h"

#include "linalg/tile.h"
#include "nn/winograd_work.h"

#include <collet/helpers.h>

/* Shorter names; rows of the tiles of linalg, of which a chunk is a multiple; floats of a chunk. */
enum { SIDE = WINOGRAD_SIDE, TAPS = WINOGRAD_TAPS, OUTS = WINOGRAD_OUTS };
enum { STEP = 14, CHUNK_FLOATS = 48 << 10, FEW = 8 };

/* ---- Shapes --------------------------------------------------------------------------------- */

bool nn_winograd_suits(const nn_conv *c)
{
    return c->kernel == 3 && c->stride == 1 && c->channels >= FEW && c->filters >= FEW &&
           nn_conv_in(c) <= INT32_MAX && nn_conv_out(c) <= INT32_MAX;
}

size_t nn_winograd_packed(const nn_conv *c)
{
    return TAPS * (size_t)c->channels * c->filters;
}

size_t nn_winograd_turned(const nn_conv *c)
{
    return 2 * nn_winograd_packed(c); /* the first half is on its way */
}

static size_t chunk_of(const nn_conv *c)
{
    const size_t steps = CHUNK_FLOATS / (TAPS * ((size_t)c->channels + c->filters)) / STEP;
    return STEP * (steps > 0 ? steps : 1);
}

static size_t squares_of(const nn_conv *c)
{
    return ((size_t)c->out_height + 1) / 2 * ((c->out_width + 1) / 2);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t nn_winograd_scratch(const nn_conv *c)
{
    return squares_of(c) * (TAPS + OUTS) + larger(c->channels, c->filters) +
           chunk_of(c) * TAPS * (2 * (size_t)c->channels + c->filters) + nn_winograd_packed(c);
}

/* Where pixel (y, x) is in an image; before the image they wrap around to more than its size. */
static int32_t offset(uint32_t y, uint32_t x, uint32_t height, uint32_t width, uint32_t n)
{
    return y < height && x < width ? (int32_t)((y * width + x) * n) : -1;
}

/* Where the pixels of each square are. */
static void locate(const nn_conv *c, uint32_t high, uint32_t wide, winograd_work *w)
{
    int32_t *x_at = w->x_at, *z_at = w->z_at;
    for (uint32_t s = 0; s < high * wide; s++) {
        const uint32_t top = s / wide * 2, left = s % wide * 2;
        for (uint32_t t = 0; t < TAPS; t++) {
            *x_at++ = offset(top + t / SIDE - c->top, left + t % SIDE - c->left, c->height,
                             c->width, c->channels);
        }
        for (uint32_t t = 0; t < OUTS; t++) {
            *z_at++ = offset(top + t / 2, left + t % 2, c->out_height, c->out_width, c->filters);
        }
    }
}

winograd_work nn_winograd_lay(const nn_conv *c, bool cut, float *scratch)
{
    const uint32_t more = cut ? 0 : 1;
    const uint32_t high = (c->out_height + more) / 2, wide = (c->out_width + more) / 2;
    winograd_work w = {.channels = c->channels,
                       .filters = c->filters,
                       .in = nn_conv_in(c),
                       .out = nn_conv_out(c),
                       .squares = (size_t)high * wide,
                       .chunk = chunk_of(c),
                       .kernels = SIMD_BEST(nn_winograd_kernels)};
    const size_t nothing = larger(w.channels, w.filters);
    w.v = scratch;
    w.m = w.v + TAPS * w.chunk * w.channels;
    w.dv = w.m + TAPS * w.chunk * w.filters;
    w.du = w.dv + TAPS * w.chunk * w.channels;
    w.nothing = w.du + nn_winograd_packed(c);
    w.x_at = (int32_t *)(void *)(w.nothing + nothing);
    w.z_at = w.x_at + w.squares * TAPS;
    memset(w.nothing, 0, nothing * sizeof *w.nothing);
    locate(c, high, wide, &w);
    return w;
}

/* ---- Weights -------------------------------------------------------------------------------- */

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

/* ---- V -------------------------------------------------------------------------------------- */

void nn_winograd_transform(const winograd_work *w, size_t first, size_t count, const float *x)
{
    size_t square = first % w->squares;
    const float *image = x + first / w->squares * w->in, *at[TAPS];
    for (size_t i = 0; i < count; i++) {
        for (size_t t = 0; t < TAPS; t++) {
            const int32_t offset_of = w->x_at[square * TAPS + t];
            at[t] = offset_of >= 0 ? image + offset_of : w->nothing;
        }
        w->kernels->transform(at, w->channels, count * w->channels, w->v + i * w->channels);
        if (++square == w->squares) {
            square = 0;
            image += w->in;
        }
    }
}

/* ---- Sums ----------------------------------------------------------------------------------- */

/* m of some squares from their v. */
static void multiply(const winograd_work *w, size_t count, const float *packed)
{
    tile_product product =
        tile_plain(count, w->filters, w->channels, w->v, w->channels, 1, packed, NULL, w->m);
    product.lines = TAPS;
    product.a_line = count * w->channels;
    product.b_line = w->channels * w->filters;
    product.c_line = count * w->filters;
    tile_multiply(&product);
}

/* What becomes of m: z, or with y its largest. */
typedef struct target {
    float *z, *y;
    uint8_t *which;
} target;

static void give(const winograd_work *w, size_t square, size_t i, size_t count, target to)
{
    const float *m = w->m + i * w->filters;
    const size_t apart = count * w->filters, at = square * w->filters;
    if (to.y != NULL) {
        w->kernels->pool(m, w->filters, apart, to.y + at, to.which + at);
    } else {
        const size_t row = square / w->squares, here = square % w->squares;
        w->kernels->put(m, w->filters, apart, w->z_at + here * OUTS, to.z + row * w->out);
    }
}

static void forward(const winograd_work *w, uint32_t rows, const float *x, const float *packed,
                    target to)
{
    const size_t all = rows * w->squares;
    for (size_t first = 0; first < all; first += w->chunk) {
        const size_t count = all - first < w->chunk ? all - first : w->chunk;
        nn_winograd_transform(w, first, count, x);
        multiply(w, count, packed);
        for (size_t i = 0; i < count; i++) {
            give(w, first + i, i, count, to);
        }
    }
}

void nn_winograd_forward(const nn_conv *c, uint32_t rows, const float *x, const float *packed,
                         float *z, float *scratch)
{
    const winograd_work w = nn_winograd_lay(c, false, scratch);
    forward(&w, rows, x, packed, (target){z, NULL, NULL});
}

void nn_winograd_pooled(const nn_conv *c, uint32_t rows, const float *x, const float *packed,
                        float *y, uint8_t *which, float *scratch)
{
    const winograd_work w = nn_winograd_lay(c, true, scratch);
    forward(&w, rows, x, packed, (target){NULL, y, which});
}

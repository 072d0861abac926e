#include "linalg/linalg.h"
#include "linalg/tile.h"
#include "nn/winograd_work.h"

#include <collet/helpers.h>

enum { SIDE = WINOGRAD_SIDE, TAPS = WINOGRAD_TAPS, OUTS = WINOGRAD_OUTS };

/* turned = U'[16][filters][channels], behind U itself */
void nn_winograd_turn(const nn_conv *c, const float *w, float *turned)
{
    const size_t channels = c->channels, filters = c->filters, size = channels * filters;
    nn_winograd_pack(c, w, turned);
    for (size_t t = 0; t < TAPS; t++) {
        linalg_transpose(channels, filters, turned + t * size, filters, turned + (TAPS + t) * size,
                         channels);
    }
}

/* ---- From dz to dM -------------------------------------------------------------------------- */

/* The gradient of m of some squares goes to where m was. */
static void spread_all(const winograd_work *w, size_t first, size_t count, const float *dz)
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = (first + i) / w->squares, square = (first + i) % w->squares;
        const float *at[OUTS];
        for (size_t t = 0; t < OUTS; t++) {
            const int32_t offset = w->z_at[square * OUTS + t];
            at[t] = offset >= 0 ? dz + row * w->out + offset : w->nothing;
        }
        w->kernels->spread(at, w->filters, count * w->filters, w->m + i * w->filters);
    }
}

/* ---- Products ------------------------------------------------------------------------------- */

/* du += V' dM, or with `add` false = */
static void multiply_weights(const winograd_work *w, size_t count, bool add)
{
    tile_product t =
        tile_plain(w->channels, w->filters, count, w->v, 1, w->channels, w->m, NULL, w->du);
    t.lines = TAPS;
    t.a_line = count * w->channels;
    t.b_line = count * w->filters;
    t.c_line = w->channels * w->filters;
    t.add = add;
    tile_multiply(&t);
}

/* dv = dM U' */
static void multiply_input(const winograd_work *w, size_t count, const float *turned)
{
    tile_product t = tile_plain(count, w->channels, w->filters, w->m, w->filters, 1,
                                turned + TAPS * w->channels * w->filters, NULL, w->dv);
    t.lines = TAPS;
    t.a_line = count * w->filters;
    t.b_line = w->channels * w->filters;
    t.c_line = count * w->channels;
    tile_multiply(&t);
}

/* ---- From dV to dx, from dU to dw ----------------------------------------------------------- */

static void add_all(const winograd_work *w, size_t first, size_t count, float *dx)
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = (first + i) / w->squares, square = (first + i) % w->squares;
        w->kernels->add(w->dv + i * w->channels, w->channels, count * w->channels,
                        w->x_at + square * TAPS, dx + row * w->in);
    }
}

/* dw[3][3][n] = G' du[16][n] G, or added */
COLLET_SIMD static void gather_weights(size_t n, const float *restrict du, bool add,
                                       float *restrict dw)
{
    for (size_t i = 0; i < n; i++) {
        float half[3][SIDE];
        for (size_t x = 0; x < SIDE; x++) {
            const float a = du[x * n + i], b = du[(SIDE + x) * n + i];
            const float c = du[(2 * SIDE + x) * n + i], d = du[(3 * SIDE + x) * n + i];
            half[0][x] = a + (b + c) * 0.5f;
            half[1][x] = (b - c) * 0.5f;
            half[2][x] = (b + c) * 0.5f + d;
        }
        for (size_t y = 0; y < 3; y++) {
            const float a = half[y][0], b = half[y][1], c = half[y][2], d = half[y][3];
            float *to = dw + y * 3 * n + i;
            to[0] = (add ? to[0] : 0) + a + (b + c) * 0.5f;
            to[n] = (add ? to[n] : 0) + (b - c) * 0.5f;
            to[2 * n] = (add ? to[2 * n] : 0) + (b + c) * 0.5f + d;
        }
    }
}

void nn_winograd_backward(const nn_conv *c, uint32_t rows, const float *x, const float *turned,
                          const float *dz, float *dw, bool add, float *dx, float *scratch)
{
    const winograd_work w = nn_winograd_lay(c, false, scratch);
    const size_t all = rows * w.squares;
    if (dx != NULL) {
        memset(dx, 0, rows * w.in * sizeof *dx);
    }
    for (size_t first = 0; first < all; first += w.chunk) {
        const size_t count = all - first < w.chunk ? all - first : w.chunk;
        nn_winograd_transform(&w, first, count, x);
        spread_all(&w, first, count, dz);
        multiply_weights(&w, count, first > 0);
        if (dx != NULL) {
            multiply_input(&w, count, turned);
            add_all(&w, first, count, dx);
        }
    }
    gather_weights(w.channels * w.filters, w.du, add, dw);
}

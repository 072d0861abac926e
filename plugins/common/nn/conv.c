#include "nn/conv.h"

#include "linalg/tile.h"
#include "nn/winograd.h"

#include <string.h>

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Pixels that come out of n, and the zeros before; 0 when there are none. */
static uint32_t plan_side(const nn_conv *c, uint32_t n, int padding, uint32_t *before)
{
    uint32_t k = c->kernel, s = c->stride;
    if (padding == NN_PAD_SAME) {
        uint32_t out = (n + s - 1) / s, span = (out - 1) * s + k;
        *before = span > n ? (span - n) / 2 : 0;
        return out;
    }
    *before = (uint32_t)padding;
    return n + 2 * *before >= k ? (n + 2 * *before - k) / s + 1 : 0;
}

bool nn_conv_plan(nn_conv *c, int padding)
{
    c->out_height = plan_side(c, c->height, padding, &c->top);
    c->out_width = plan_side(c, c->width, padding, &c->left);
    return c->out_height > 0 && c->out_width > 0;
}

size_t nn_conv_in(const nn_conv *c)
{
    return (size_t)c->height * c->width * c->channels;
}

size_t nn_conv_weights(const nn_conv *c)
{
    return (size_t)c->kernel * c->kernel * c->channels * c->filters;
}

size_t nn_conv_out(const nn_conv *c)
{
    return (size_t)c->out_height * c->out_width * c->filters;
}

/* ---- Images with zeros around them ---------------------------------------------------------- */

/* The part of x that outputs ask for, with its zeros: [tall][wide][channels]. */
static uint32_t tall(const nn_conv *c)
{
    return (c->out_height - 1) * c->stride + c->kernel;
}

static uint32_t wide(const nn_conv *c)
{
    return (c->out_width - 1) * c->stride + c->kernel;
}

static bool is_padded(const nn_conv *c)
{
    return c->top > 0 || c->left > 0 || tall(c) > c->height || wide(c) > c->width;
}

/* Copies from[height][width][n] to pixel (top, left) of to[to_height][to_width][n]; what does not
 * fit is left out. */
static void put(const float *from, uint32_t height, uint32_t width, float *to, uint32_t to_height,
                uint32_t to_width, uint32_t top, uint32_t left, uint32_t n)
{
    uint32_t copied = width < to_width - left ? width : to_width - left;
    for (uint32_t y = 0; y < height && top + y < to_height; y++) {
        memcpy(to + ((size_t)(top + y) * to_width + left) * n, from + (size_t)y * width * n,
               (size_t)copied * n * sizeof *to);
    }
}

nn_image nn_conv_pad(const nn_conv *c, const float *x, float *padded)
{
    if (!is_padded(c)) {
        return (nn_image){x, (size_t)c->width * c->channels};
    }
    put(x, c->height, c->width, padded, tall(c), wide(c), c->top, c->left, c->channels);
    return (nn_image){padded, (size_t)wide(c) * c->channels};
}

void nn_conv_unpad(const nn_conv *c, const float *padded, float *x)
{
    const size_t line = (size_t)c->width * c->channels, n = c->channels;
    const uint32_t there = wide(c) - c->left;
    if (there < c->width || tall(c) < c->top + c->height) {
        memset(x, 0, nn_conv_in(c) * sizeof *x);
    }
    for (uint32_t y = 0; y < c->height && c->top + y < tall(c); y++) {
        memcpy(x + y * line, padded + ((size_t)(c->top + y) * wide(c) + c->left) * n,
               (c->width < there ? c->width : there) * n * sizeof *x);
    }
}

size_t nn_conv_padded(const nn_conv *c)
{
    return is_padded(c) ? (size_t)tall(c) * wide(c) * c->channels : 0;
}

/* A pixel of x is reached from outputs (u, u - 1, ..., u - taps + 1), where taps is at most this.
 * dz gets as many zeros before and behind that all of them are there. */
static uint32_t most_taps(const nn_conv *c)
{
    return (c->kernel + c->stride - 1) / c->stride;
}

static uint32_t dz_tall(const nn_conv *c)
{
    return most_taps(c) - 1 + larger(c->out_height, (c->height - 1 + c->top) / c->stride + 1);
}

static uint32_t dz_wide(const nn_conv *c)
{
    return most_taps(c) - 1 + larger(c->out_width, (c->width - 1 + c->left) / c->stride + 1);
}

static size_t dz_size(const nn_conv *c)
{
    return (size_t)dz_tall(c) * dz_wide(c) * c->filters;
}

size_t nn_conv_scratch(const nn_conv *c)
{
    return nn_winograd_suits(c) ? nn_winograd_scratch(c) : nn_conv_padded(c) + dz_size(c);
}

/* ---- Weights in panels ---------------------------------------------------------------------- */

/* Columns of a panel, and floats of k rows of n columns in panels. */
static size_t panel_width(size_t n)
{
    return n < TILE_PANEL ? n : TILE_PANEL;
}

static size_t panels_size(size_t k, size_t n)
{
    return (n + TILE_PANEL - 1) / TILE_PANEL * panel_width(n) * k;
}

size_t nn_conv_packed(const nn_conv *c)
{
    return nn_winograd_suits(c)
               ? nn_winograd_packed(c)
               : panels_size((size_t)c->kernel * c->kernel * c->channels, c->filters);
}

size_t nn_conv_turned(const nn_conv *c)
{
    return nn_winograd_suits(c)
               ? nn_winograd_turned(c)
               : panels_size((size_t)c->kernel * c->kernel * c->filters, c->channels);
}

void nn_conv_pack(const nn_conv *c, const float *w, float *packed)
{
    if (nn_winograd_suits(c)) {
        nn_winograd_pack(c, w, packed);
        return;
    }
    size_t k = (size_t)c->kernel * c->kernel * c->channels, n = c->filters, step = panel_width(n);
    for (size_t j = 0; j < n; j += step) {
        size_t width = n - j < step ? n - j : step;
        for (size_t p = 0; p < k; p++, packed += step) {
            memcpy(packed, w + p * n + j, width * sizeof *w);
        }
    }
}

/* Taps of a kernel line, of k, that reach pixels of this phase. */
static uint32_t taps_of(const nn_conv *c, uint32_t phase)
{
    return phase < c->kernel ? (c->kernel - phase + c->stride - 1) / c->stride : 0;
}

/* to[filters][step] = the columns from j on of w[channels][filters], transposed */
static void turn_tap(const nn_conv *c, const float *w, size_t j, size_t step, float *to)
{
    size_t width = c->channels - j < step ? c->channels - j : step;
    for (size_t o = 0; o < c->filters; o++, to += step) {
        for (size_t i = 0; i < width; i++) {
            to[i] = w[(j + i) * c->filters + o];
        }
    }
}

/* The part of turned weights for one phase, [taps_y][taps_x][filters] x channels, in panels; the
 * taps in falling order, because an output further on is reached by a tap further back. */
static void turn_phase(const nn_conv *c, const float *w, uint32_t fy, uint32_t fx, float *to)
{
    uint32_t ty = taps_of(c, fy), tx = taps_of(c, fx);
    size_t step = panel_width(c->channels), tap = (size_t)c->channels * c->filters;
    for (size_t j = 0; j < c->channels; j += step) {
        for (uint32_t y = ty; y-- > 0;) {
            for (uint32_t x = tx; x-- > 0; to += c->filters * step) {
                size_t at = (size_t)(fy + y * c->stride) * c->kernel + fx + x * c->stride;
                turn_tap(c, w + at * tap, j, step, to);
            }
        }
    }
}

static size_t phase_size(const nn_conv *c, uint32_t fy, uint32_t fx)
{
    return panels_size((size_t)taps_of(c, fy) * taps_of(c, fx) * c->filters, c->channels);
}

void nn_conv_turn(const nn_conv *c, const float *w, float *turned)
{
    if (nn_winograd_suits(c)) {
        nn_winograd_turn(c, w, turned);
        return;
    }
    for (uint32_t fy = 0; fy < c->stride; fy++) {
        for (uint32_t fx = 0; fx < c->stride; fx++) {
            turn_phase(c, w, fy, fx, turned);
            turned += phase_size(c, fy, fx);
        }
    }
}

/* ---- Products ------------------------------------------------------------------------------- */

/* Lines are those of z, runs the kernel's. */
static void forward_one(const nn_conv *c, nn_image x, const float *packed, float *z)
{
    size_t run = (size_t)c->kernel * c->channels, step = panel_width(c->filters);
    tile_product t = {.lines = c->out_height,
                      .m = c->out_width,
                      .n = c->filters,
                      .runs = c->kernel,
                      .k = run,
                      .a = x.at,
                      .a_line = c->stride * x.line,
                      .a_row = (size_t)c->stride * c->channels,
                      .a_run = x.line,
                      .a_step = 1,
                      .b = packed,
                      .b_run = run * step,
                      .b_step = step,
                      .b_panel = c->kernel * run * step,
                      .c = z,
                      .c_line = (size_t)c->out_width * c->filters,
                      .c_row = c->filters};
    tile_multiply(&t);
}

/* Lines are the kernel's, runs those of z. With one channel and kernels of 3 the rows of all three
 * kernel lines make one tile, because three sums alone would wait for each other. */
static void weights_one(const nn_conv *c, nn_image x, const float *dz, float *dw, bool add)
{
    size_t m = (size_t)c->kernel * c->channels;
    bool threes = m == 3 && c->kernel == 3;
    tile_product t = {.lines = threes ? 1 : c->kernel,
                      .m = threes ? 9 : m,
                      .n = c->filters,
                      .runs = c->out_height,
                      .k = c->out_width,
                      .a = x.at,
                      .a_line = x.line,
                      .a_row = 1,
                      .a_three = threes ? x.line : 0,
                      .a_run = c->stride * x.line,
                      .a_step = (size_t)c->stride * c->channels,
                      .b = dz,
                      .b_run = (size_t)c->out_width * c->filters,
                      .b_step = c->filters,
                      .b_panel = TILE_PANEL,
                      .c = dw,
                      .c_line = m * c->filters,
                      .c_row = c->filters,
                      .add = add};
    tile_multiply(&t);
}

/* The first pixel of a side that belongs to phase f: those where the kernel's taps f, f + stride,
 * ... meet outputs. */
static uint32_t first_of(const nn_conv *c, uint32_t f, uint32_t before)
{
    return (f + c->stride - before % c->stride) % c->stride;
}

static uint32_t count_of(const nn_conv *c, uint32_t first, uint32_t n)
{
    return first < n ? (n - first + c->stride - 1) / c->stride : 0;
}

/* The pixels of dx of one phase; each phase is a convolution of its own over dz. */
static void input_phase(const nn_conv *c, uint32_t fy, uint32_t fx, nn_image dz,
                        const float *turned, float *dx)
{
    uint32_t ty = taps_of(c, fy), tx = taps_of(c, fx), before = most_taps(c);
    uint32_t y = first_of(c, fy, c->top), x = first_of(c, fx, c->left);
    /* the first tap's line and column in padded dz; taps 0: not read */
    size_t u = (y + c->top - fy) / c->stride + before - (ty > 0 ? ty : 1);
    size_t v = (x + c->left - fx) / c->stride + before - (tx > 0 ? tx : 1);
    size_t run = (size_t)tx * c->filters, step = panel_width(c->channels);
    tile_product t = {.lines = count_of(c, y, c->height),
                      .m = count_of(c, x, c->width),
                      .n = c->channels,
                      .runs = ty,
                      .k = run,
                      .a = dz.at + u * dz.line + v * c->filters,
                      .a_line = dz.line,
                      .a_row = c->filters,
                      .a_run = dz.line,
                      .a_step = 1,
                      .b = turned,
                      .b_run = run * step,
                      .b_step = step,
                      .b_panel = ty * run * step,
                      .c = dx + ((size_t)y * c->width + x) * c->channels,
                      .c_line = (size_t)c->stride * c->width * c->channels,
                      .c_row = (size_t)c->stride * c->channels};
    tile_multiply(&t);
}

static void input_one(const nn_conv *c, nn_image dz, const float *turned, float *dx)
{
    for (uint32_t fy = 0; fy < c->stride; fy++) {
        for (uint32_t fx = 0; fx < c->stride; fx++) {
            input_phase(c, fy, fx, dz, turned, dx);
            turned += phase_size(c, fy, fx);
        }
    }
}

void nn_conv_forward(const nn_conv *c, uint32_t rows, const float *x, const float *packed, float *z,
                     float *scratch)
{
    if (nn_winograd_suits(c)) {
        nn_winograd_forward(c, rows, x, packed, z, scratch);
        return;
    }
    memset(scratch, 0, nn_conv_padded(c) * sizeof *scratch);
    for (uint32_t r = 0; r < rows; r++) {
        forward_one(c, nn_conv_pad(c, x, scratch), packed, z);
        x += nn_conv_in(c);
        z += nn_conv_out(c);
    }
}

void nn_conv_backward(const nn_conv *c, uint32_t rows, const float *x, const float *turned,
                      const float *dz, float *dw, bool add, float *dx, float *scratch)
{
    if (nn_winograd_suits(c)) {
        nn_winograd_backward(c, rows, x, turned, dz, dw, add, dx, scratch);
        return;
    }
    float *padded = scratch + nn_conv_padded(c);
    uint32_t before = most_taps(c) - 1, dz_width = dz_wide(c);
    memset(scratch, 0, nn_conv_scratch(c) * sizeof *scratch);
    for (uint32_t r = 0; r < rows; r++) {
        weights_one(c, nn_conv_pad(c, x, scratch), dz, dw, add || r > 0);
        if (dx != NULL) {
            put(dz, c->out_height, c->out_width, padded, dz_tall(c), dz_width, before, before,
                c->filters);
            input_one(c, (nn_image){padded, (size_t)dz_width * c->filters}, turned, dx);
            dx += nn_conv_in(c);
        }
        x += nn_conv_in(c);
        dz += nn_conv_out(c);
    }
}

#include "nn/pool.h"

#include <collet/helpers.h>

size_t nn_pool_in(const nn_pool *p)
{
    return (size_t)p->height * p->width * p->channels;
}

size_t nn_pool_out(const nn_pool *p)
{
    return (size_t)(p->height / p->size) * (p->width / p->size) * p->channels;
}

/* A line of y: n floats that stand for width pixels of step channels each. The x of the pixel's
 * tap t lies at offset[t] from x, and pixels of x are size * step apart. */
typedef struct line {
    uint32_t width, step, size, taps;
    size_t offset[15 * 15];
} line;

static line line_of(const nn_pool *p)
{
    line l = {p->width / p->size, p->channels, p->size, p->size * p->size, {0}};
    for (uint32_t t = 0; t < l.taps; t++) {
        l.offset[t] = ((size_t)(t / p->size) * p->width + t % p->size) * p->channels;
    }
    return l;
}

COLLET_SIMD static void max_four(const line *l, const float *restrict x, float *restrict y,
                                 uint8_t *restrict which)
{
    const size_t n = l->step, below = l->offset[2];
    for (uint32_t i = 0; i < l->width; i++, x += 2 * n, y += n, which += n) {
        for (size_t o = 0; o < n; o++) {
            float a = x[o], b = x[n + o], c = x[below + o], d = x[below + n + o];
            float ab = b > a ? b : a, cd = d > c ? d : c;
            int32_t first = b > a ? 1 : 0, second = d > c ? 3 : 2;
            y[o] = cd > ab ? cd : ab;
            which[o] = (uint8_t)(cd > ab ? second : first);
        }
    }
}

COLLET_SIMD static void max_any(const line *l, const float *restrict x, float *restrict y,
                                uint8_t *restrict which)
{
    const size_t n = l->step;
    for (uint32_t i = 0; i < l->width; i++, x += l->size * n, y += n, which += n) {
        memcpy(y, x, n * sizeof *y);
        memset(which, 0, n);
        for (uint32_t t = 1; t < l->taps; t++) {
            const float *from = x + l->offset[t];
            for (size_t o = 0; o < n; o++) {
                which[o] = (uint8_t)(from[o] > y[o] ? t : which[o]);
                y[o] = from[o] > y[o] ? from[o] : y[o];
            }
        }
    }
}

COLLET_SIMD static void max_back(const line *l, const float *restrict dy,
                                 const uint8_t *restrict which, float *restrict dx)
{
    const size_t n = l->step;
    for (uint32_t i = 0; i < l->width; i++, dx += l->size * n, dy += n, which += n) {
        for (uint32_t t = 0; t < l->taps; t++) {
            float *to = dx + l->offset[t];
            for (size_t o = 0; o < n; o++) {
                to[o] = which[o] == t ? dy[o] : 0.0f;
            }
        }
    }
}

COLLET_SIMD static void average(const line *l, const float *restrict x, float *restrict y)
{
    const size_t n = l->step;
    const float share = 1.0f / (float)l->taps;
    for (uint32_t i = 0; i < l->width; i++, x += l->size * n, y += n) {
        memset(y, 0, n * sizeof *y);
        for (uint32_t t = 0; t < l->taps; t++) {
            const float *from = x + l->offset[t];
            for (size_t o = 0; o < n; o++) {
                y[o] += share * from[o];
            }
        }
    }
}

COLLET_SIMD static void average_back(const line *l, const float *restrict dy, float *restrict dx)
{
    const size_t n = l->step;
    const float share = 1.0f / (float)l->taps;
    for (uint32_t i = 0; i < l->width; i++, dx += l->size * n, dy += n) {
        for (uint32_t t = 0; t < l->taps; t++) {
            float *to = dx + l->offset[t];
            for (size_t o = 0; o < n; o++) {
                to[o] = share * dy[o];
            }
        }
    }
}

/* Lines of y in all, and how far they lie apart in y. */
static uint32_t lines(const nn_pool *p)
{
    return p->height / p->size;
}

static size_t y_line(const nn_pool *p)
{
    return (size_t)(p->width / p->size) * p->channels;
}

static size_t x_line(const nn_pool *p)
{
    return (size_t)p->size * p->width * p->channels;
}

void nn_pool_max_forward(const nn_pool *p, uint32_t rows, const float *x, float *y, uint8_t *which)
{
    const line l = line_of(p);
    for (uint32_t r = 0; r < rows; r++, x += nn_pool_in(p)) {
        for (uint32_t i = 0; i < lines(p); i++, y += y_line(p), which += y_line(p)) {
            (p->size == 2 ? max_four : max_any)(&l, x + i * x_line(p), y, which);
        }
    }
}

/* Pixels that no square covers would keep what was there. */
static void clear_rest(const nn_pool *p, uint32_t rows, float *dx)
{
    if (p->height % p->size != 0 || p->width % p->size != 0) {
        memset(dx, 0, rows * nn_pool_in(p) * sizeof *dx);
    }
}

void nn_pool_max_backward(const nn_pool *p, uint32_t rows, const float *dy, const uint8_t *which,
                          float *dx)
{
    const line l = line_of(p);
    clear_rest(p, rows, dx);
    for (uint32_t r = 0; r < rows; r++, dx += nn_pool_in(p)) {
        for (uint32_t i = 0; i < lines(p); i++, dy += y_line(p), which += y_line(p)) {
            max_back(&l, dy, which, dx + i * x_line(p));
        }
    }
}

void nn_pool_average_forward(const nn_pool *p, uint32_t rows, const float *x, float *y)
{
    const line l = line_of(p);
    for (uint32_t r = 0; r < rows; r++, x += nn_pool_in(p)) {
        for (uint32_t i = 0; i < lines(p); i++, y += y_line(p)) {
            average(&l, x + i * x_line(p), y);
        }
    }
}

void nn_pool_average_backward(const nn_pool *p, uint32_t rows, const float *dy, float *dx)
{
    const line l = line_of(p);
    clear_rest(p, rows, dx);
    for (uint32_t r = 0; r < rows; r++, dx += nn_pool_in(p)) {
        for (uint32_t i = 0; i < lines(p); i++, dy += y_line(p)) {
            average_back(&l, dy, dx + i * x_line(p));
        }
    }
}

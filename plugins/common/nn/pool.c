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

/* Several channels at once. Plain loops over the bytes of `which` become vector code for 32 or 64
 * channels only; of these types the compiler makes what the processor has. */
enum { LANES = 8 };
typedef float floats __attribute__((vector_size(4 * LANES)));
typedef int32_t whole __attribute__((vector_size(4 * LANES)));
typedef uint8_t bytes __attribute__((vector_size(LANES)));

/* for each lane: condition ? a : b, where condition is -1 or 0 */
#define SELECT(condition, a, b) (((condition) & (a)) | (~(condition) & (b)))
#define INLINE                  static inline __attribute__((always_inline))

INLINE void max_lanes(const line *l, uint32_t taps, const float *x, float *y, uint8_t *which)
{
    floats best, next;
    whole at = {0};
    memcpy(&best, x, sizeof best);
    for (uint32_t t = 1; t < taps; t++) {
        memcpy(&next, x + l->offset[t], sizeof next);
        whole more = next > best, tap = (whole){0} + (int32_t)t;
        best = (floats)SELECT(more, (whole)next, (whole)best);
        at = SELECT(more, tap, at);
    }
    bytes narrow = __builtin_convertvector(at, bytes);
    memcpy(y, &best, sizeof best);
    memcpy(which, &narrow, sizeof narrow);
}

INLINE void max_one(const line *l, const float *x, float *y, uint8_t *which)
{
    *y = *x;
    *which = 0;
    for (uint32_t t = 1; t < l->taps; t++) {
        if (x[l->offset[t]] > *y) {
            *y = x[l->offset[t]];
            *which = (uint8_t)t;
        }
    }
}

/* taps is that of the line; a constant for the usual square of 2 x 2 */
INLINE void max_line(const line *l, uint32_t taps, const float *x, float *y, uint8_t *which)
{
    const uint32_t n = l->step, vectors = n / LANES * LANES;
    for (uint32_t i = 0; i < l->width; i++, x += l->size * n, y += n, which += n) {
        for (uint32_t o = 0; o < vectors; o += LANES) {
            max_lanes(l, taps, x + o, y + o, which + o);
        }
        for (uint32_t o = vectors; o < n; o++) {
            max_one(l, x + o, y + o, which + o);
        }
    }
}

COLLET_SIMD static void max_four(const line *l, const float *x, float *y, uint8_t *which)
{
    max_line(l, 4, x, y, which);
}

COLLET_SIMD static void max_any(const line *l, const float *x, float *y, uint8_t *which)
{
    max_line(l, l->taps, x, y, which);
}

INLINE void max_lanes_back(const line *l, uint32_t taps, const float *dy, const uint8_t *which,
                           float *dx)
{
    floats d;
    bytes narrow;
    memcpy(&d, dy, sizeof d);
    memcpy(&narrow, which, sizeof narrow);
    whole at = __builtin_convertvector(narrow, whole);
    for (uint32_t t = 0; t < taps; t++) {
        whole here = (at == (int32_t)t) & (whole)d;
        memcpy(dx + l->offset[t], &here, sizeof here);
    }
}

INLINE void max_line_back(const line *l, uint32_t taps, const float *dy, const uint8_t *which,
                          float *dx)
{
    const uint32_t n = l->step, vectors = n / LANES * LANES;
    for (uint32_t i = 0; i < l->width; i++, dx += l->size * n, dy += n, which += n) {
        for (uint32_t o = 0; o < vectors; o += LANES) {
            max_lanes_back(l, taps, dy + o, which + o, dx + o);
        }
        for (uint32_t o = vectors; o < n; o++) {
            for (uint32_t t = 0; t < l->taps; t++) {
                dx[o + l->offset[t]] = which[o] == t ? dy[o] : 0.0f;
            }
        }
    }
}

COLLET_SIMD static void max_four_back(const line *l, const float *dy, const uint8_t *which,
                                      float *dx)
{
    max_line_back(l, 4, dy, which, dx);
}

COLLET_SIMD static void max_any_back(const line *l, const float *dy, const uint8_t *which,
                                     float *dx)
{
    max_line_back(l, l->taps, dy, which, dx);
}

INLINE void average_lanes(const line *l, const float *x, float share, float *y)
{
    floats sum, next;
    memcpy(&sum, x, sizeof sum);
    for (uint32_t t = 1; t < l->taps; t++) {
        memcpy(&next, x + l->offset[t], sizeof next);
        sum += next;
    }
    sum *= share;
    memcpy(y, &sum, sizeof sum);
}

INLINE float average_one(const line *l, const float *x, float share)
{
    float sum = *x;
    for (uint32_t t = 1; t < l->taps; t++) {
        sum += x[l->offset[t]];
    }
    return sum * share;
}

COLLET_SIMD static void average(const line *l, const float *x, float *y)
{
    const uint32_t n = l->step, vectors = n / LANES * LANES;
    const float share = 1.0f / (float)l->taps;
    for (uint32_t i = 0; i < l->width; i++, x += l->size * n, y += n) {
        for (uint32_t o = 0; o < vectors; o += LANES) {
            average_lanes(l, x + o, share, y + o);
        }
        for (uint32_t o = vectors; o < n; o++) {
            y[o] = average_one(l, x + o, share);
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
            (p->size == 2 ? max_four_back : max_any_back)(&l, dy, which, dx + i * x_line(p));
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

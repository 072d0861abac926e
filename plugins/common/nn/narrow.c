#include "nn/narrow.h"

#include <collet/helpers.h>

/* Filters at once; side of the kernel, its taps, and those of the pooled square. */
enum { LANES = 16, SIDE = 3, TAPS = SIDE * SIDE, SQUARE = 4, MOST_CHANNELS = 4 };

typedef float floats __attribute__((vector_size(4 * LANES)));
typedef int32_t whole __attribute__((vector_size(4 * LANES)));
typedef uint8_t bytes __attribute__((vector_size(LANES)));

#define SELECT(condition, a, b) (((condition) & (a)) | (~(condition) & (b)))
#define INLINE                  static inline __attribute__((always_inline))

/* Sums must not lie in arrays. Under sanitizers they do anyway. */
#if defined(COLLET_SANITIZED)
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 9")
#endif

/* Sixteen filters of one image: x is padded, with lines so far apart; y, which and w begin at the
 * first of the filters, of n. */
typedef struct part {
    uint32_t width, height; /* of y */
    size_t n, line;
    const float *x;
} part;

bool nn_narrow_suits(const nn_conv *c, const nn_pool *p)
{
    return c->kernel == SIDE && c->stride == 1 && c->channels <= MOST_CHANNELS &&
           c->filters >= LANES && p->size == 2;
}

/* The number of x that meets tap k of the kernel for number s of a square whose first is at x. */
INLINE float seen(const float *x, size_t line, size_t channels, size_t s, size_t k)
{
    return x[(s / 2 + k / SIDE) * line + (s % 2 + k % SIDE) * channels];
}

/* The largest of a square's four sums, and which it is. */
INLINE void keep_largest(const floats *sum, float *y, uint8_t *which)
{
    floats best = sum[0];
    whole at = {0};
    UNROLL
    for (int32_t s = 1; s < SQUARE; s++) {
        whole more = sum[s] > best, number = (whole){0} + s;
        best = (floats)SELECT(more, (whole)sum[s], (whole)best);
        at = SELECT(more, number, at);
    }
    bytes narrow = __builtin_convertvector(at, bytes);
    memcpy(y, &best, sizeof best);
    memcpy(which, &narrow, sizeof narrow);
}

/* channels is a constant where this is called. */
INLINE void forward_part(const part *p, size_t channels, const float *w, float *y, uint8_t *which)
{
    const size_t n = p->n, line = p->line;
    for (uint32_t i = 0; i < p->height; i++) {
        const float *x = p->x + 2 * i * line;
        for (uint32_t j = 0; j < p->width; j++, x += 2 * channels, y += n, which += n) {
            floats sum[SQUARE] = {{0}}, weight;
            for (size_t c = 0; c < channels; c++) {
                UNROLL
                for (size_t k = 0; k < TAPS; k++) {
                    memcpy(&weight, w + (k * channels + c) * n, sizeof weight);
                    UNROLL
                    for (size_t s = 0; s < SQUARE; s++) {
                        sum[s] += weight * seen(x + c, line, channels, s, k);
                    }
                }
            }
            keep_largest(sum, y, which);
        }
    }
}

/* Adds to the nine sums of a channel what one square gives. */
INLINE void add_square(const float *x, size_t line, size_t channels, const float *dy,
                       const uint8_t *which, floats *sum)
{
    floats d;
    bytes narrow;
    memcpy(&d, dy, sizeof d);
    memcpy(&narrow, which, sizeof narrow);
    const whole at = __builtin_convertvector(narrow, whole);
    UNROLL
    for (size_t s = 0; s < SQUARE; s++) {
        const floats here = (floats)((at == (int32_t)s) & (whole)d);
        UNROLL
        for (size_t k = 0; k < TAPS; k++) {
            sum[k] += here * seen(x, line, channels, s, k);
        }
    }
}

/* channels is a constant where this is called; add: to what dw holds. */
INLINE void backward_part(const part *p, size_t channels, const float *dy, const uint8_t *which,
                          float *dw, bool add)
{
    for (size_t c = 0; c < channels; c++) {
        floats sum[TAPS] = {{0}}, old;
        size_t at = 0;
        for (uint32_t i = 0; i < p->height; i++) {
            const float *x = p->x + 2 * i * p->line + c;
            for (uint32_t j = 0; j < p->width; j++, x += 2 * channels, at += p->n) {
                add_square(x, p->line, channels, dy + at, which + at, sum);
            }
        }
        UNROLL
        for (size_t k = 0; k < TAPS; k++) {
            float *to = dw + (k * channels + c) * p->n;
            memcpy(&old, to, sizeof old);
            sum[k] = add ? old + sum[k] : sum[k];
            memcpy(to, &sum[k], sizeof old);
        }
    }
}

COLLET_SIMD static void forward_1(const part *p, const float *w, float *y, uint8_t *which)
{
    forward_part(p, 1, w, y, which);
}

COLLET_SIMD static void forward_any(const part *p, size_t channels, const float *w, float *y,
                                    uint8_t *which)
{
    forward_part(p, channels, w, y, which);
}

COLLET_SIMD static void backward_1(const part *p, const float *dy, const uint8_t *which, float *dw,
                                   bool add)
{
    backward_part(p, 1, dy, which, dw, add);
}

COLLET_SIMD static void backward_any(const part *p, size_t channels, const float *dy,
                                     const uint8_t *which, float *dw, bool add)
{
    backward_part(p, channels, dy, which, dw, add);
}

static part part_of(const nn_conv *c, const nn_pool *p, const float *x, float *padded)
{
    const nn_image image = nn_conv_pad(c, x, padded);
    return (part){p->width / 2, p->height / 2, c->filters, image.line, image.at};
}

/* The next sixteen filters after those at o, of n; the last sixteen may have been seen in part,
 * which gives the same numbers once more. n when there are none. */
static size_t next(size_t o, size_t n)
{
    return o + 2 * LANES <= n ? o + LANES : o + LANES < n ? n - LANES : n;
}

void nn_narrow_forward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                       const float *w, float *y, uint8_t *which, float *scratch)
{
    memset(scratch, 0, nn_conv_padded(c) * sizeof *scratch);
    for (uint32_t r = 0; r < rows; r++) {
        const part q = part_of(c, p, x, scratch);
        for (size_t o = 0; o < q.n; o = next(o, q.n)) {
            if (c->channels == 1) {
                forward_1(&q, w + o, y + o, which + o);
            } else {
                forward_any(&q, c->channels, w + o, y + o, which + o);
            }
        }
        x += nn_conv_in(c);
        y += nn_pool_out(p);
        which += nn_pool_out(p);
    }
}

/* Sixteen filters for all images, then the next: those of the last part that were seen already are
 * begun anew. */
void nn_narrow_backward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                        const float *dy, const uint8_t *which, float *dw, float *scratch)
{
    memset(scratch, 0, nn_conv_padded(c) * sizeof *scratch);
    for (size_t o = 0; o < c->filters; o = next(o, c->filters)) {
        for (uint32_t r = 0; r < rows; r++) {
            const part q = part_of(c, p, x + r * nn_conv_in(c), scratch);
            const size_t at = r * nn_pool_out(p) + o;
            if (c->channels == 1) {
                backward_1(&q, dy + at, which + at, dw + o, r > 0);
            } else {
                backward_any(&q, c->channels, dy + at, which + at, dw + o, r > 0);
            }
        }
    }
}

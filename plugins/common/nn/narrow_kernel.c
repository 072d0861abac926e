/* The four sums of a square stay in registers, and so do the nine of the gradient of a channel's
 * weights. */
#include "nn/narrow_kernel.h"

#include "simd/vector.h"

enum { SIDE = 3, TAPS = SIDE * SIDE, SQUARE = 4 };

/* Vectors of filters at once on the way there: four sums alone would wait for each other, where
 * there are registers for more. */
enum { ABREAST = LANES == 16 ? 1 : 2, STRIDE = ABREAST * LANES };

/* The number of x that meets tap k of the kernel for number s of a square whose first is at x. */
INLINE float seen(const float *x, size_t line, size_t channels, size_t s, size_t k)
{
    return x[(s / 2 + k / SIDE) * line + (s % 2 + k % SIDE) * channels];
}

/* The largest of a square's four sums, which are `apart`, and which it is. */
INLINE void keep_largest(const floats *sum, size_t apart, float *y, uint8_t *which)
{
    floats best = sum[0];
    whole at = {0};
    UNROLL
    for (size_t s = 1; s < SQUARE; s++) {
        const whole more = sum[s * apart] > best, number = (whole){0} + (int32_t)s;
        best = (floats)SELECT(more, (whole)sum[s * apart], (whole)best);
        at = SELECT(more, number, at);
    }
    memcpy(y, &best, sizeof best);
    simd_store_bytes(which, LANES, &at);
}

/* STRIDE filters of one square at x. */
INLINE void forward_square(const float *x, size_t line, size_t channels, const float *w, size_t n,
                           float *y, uint8_t *which)
{
    floats sum[SQUARE * ABREAST] = {{0}}, weight[ABREAST];
    for (size_t c = 0; c < channels; c++) {
        UNROLL
        for (size_t k = 0; k < TAPS; k++) {
            UNROLL
            for (size_t v = 0; v < ABREAST; v++) {
                memcpy(&weight[v], w + (k * channels + c) * n + v * LANES, sizeof *weight);
            }
            UNROLL
            for (size_t s = 0; s < SQUARE; s++) {
                const float here = seen(x + c, line, channels, s, k);
                UNROLL
                for (size_t v = 0; v < ABREAST; v++) {
                    sum[s * ABREAST + v] += weight[v] * here;
                }
            }
        }
    }
    UNROLL
    for (size_t v = 0; v < ABREAST; v++) {
        keep_largest(sum + v, ABREAST, y + v * LANES, which + v * LANES);
    }
}

/* channels is a constant where this is called. */
INLINE void forward_part(const nn_narrow_part *p, size_t channels, const float *w, float *y,
                         uint8_t *which)
{
    for (uint32_t i = 0; i < p->height; i++) {
        const float *x = p->x + 2 * i * p->line;
        for (uint32_t j = 0; j < p->width; j++, x += 2 * channels, y += p->n, which += p->n) {
            forward_square(x, p->line, channels, w, p->n, y, which);
        }
    }
}

static void forward(const nn_narrow_part *p, const float *w, float *y, uint8_t *which)
{
    for (size_t o = 0; o < NN_NARROW_FILTERS; o += STRIDE) {
        if (p->channels == 1) {
            forward_part(p, 1, w + o, y + o, which + o);
        } else {
            forward_part(p, p->channels, w + o, y + o, which + o);
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

/* channels is a constant where this is called. */
INLINE void backward_part(const nn_narrow_part *p, size_t channels, const float *dy,
                          const uint8_t *which, float *dw, bool add)
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

static void backward(const nn_narrow_part *p, const float *dy, const uint8_t *which, float *dw,
                     bool add)
{
    for (size_t o = 0; o < NN_NARROW_FILTERS; o += LANES) {
        if (p->channels == 1) {
            backward_part(p, 1, dy + o, which + o, dw + o, add);
        } else {
            backward_part(p, p->channels, dy + o, which + o, dw + o, add);
        }
    }
}

SIMD_DEFINE(nn_narrow_kernels) = {.forward = forward, .backward = backward};

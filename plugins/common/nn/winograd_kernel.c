#include "nn/winograd_kernel.h"

#include "simd/vector.h"

/* Side of a tile of x, its numbers, and pixels of a square of z. */
enum { TILE_SIDE = 4, TILE_TAPS = TILE_SIDE * TILE_SIDE, OUTS = 4 };

/* ---- There ---------------------------------------------------------------------------------- */

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
    floats d[TILE_TAPS];
    UNROLL
    for (size_t t = 0; t < TILE_TAPS; t++) {
        simd_load(at[t] + channel, count, &d[t]);
    }
    UNROLL
    for (size_t i = 0; i < TILE_SIDE; i++) {
        transform_four(d + i, TILE_SIDE);
    }
    UNROLL
    for (size_t i = 0; i < TILE_SIDE; i++) {
        transform_four(d + i * TILE_SIDE, 1);
    }
    UNROLL
    for (size_t t = 0; t < TILE_TAPS; t++) {
        simd_store(v + t * apart, count, &d[t]);
    }
}

static void transform(const float *const *at, size_t channels, size_t apart, float *v)
{
    size_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
        transform_tile(at, c, LANES, apart, v + c);
    }
    if (c < channels) {
        transform_tile(at, c, channels - c, apart, v + c);
    }
}

/* The four sums of count filters of a square: A' m A */
INLINE void sum_square(const float *m, size_t count, size_t apart, floats *sums)
{
    floats half[2][TILE_SIDE];
    UNROLL
    for (size_t x = 0; x < TILE_SIDE; x++) {
        floats d[TILE_SIDE];
        UNROLL
        for (size_t i = 0; i < TILE_SIDE; i++) {
            simd_load(m + (i * TILE_SIDE + x) * apart, count, &d[i]);
        }
        half[0][x] = d[0] + d[1] + d[2];
        half[1][x] = d[1] - d[2] - d[3];
    }
    UNROLL
    for (size_t i = 0; i < 2; i++) {
        sums[2 * i] = half[i][0] + half[i][1] + half[i][2];
        sums[2 * i + 1] = half[i][1] - half[i][2] - half[i][3];
    }
}

INLINE void put_square(const float *m, size_t count, size_t apart, const int32_t *at, float *z)
{
    floats sums[OUTS];
    sum_square(m, count, apart, sums);
    UNROLL
    for (size_t t = 0; t < OUTS; t++) {
        if (at[t] >= 0) {
            simd_store(z + at[t], count, &sums[t]);
        }
    }
}

/* The largest of the four and which it is */
INLINE void pool_square(const float *m, size_t count, size_t apart, float *y, uint8_t *which)
{
    floats sums[OUTS];
    sum_square(m, count, apart, sums);
    floats best = sums[0];
    whole at = {0};
    UNROLL
    for (int32_t t = 1; t < OUTS; t++) {
        const whole more = sums[t] > best;
        best = (floats)SELECT(more, (whole)sums[t], (whole)best);
        at = SELECT(more, (whole){0} + t, at);
    }
    simd_store(y, count, &best);
    simd_store_bytes(which, count, &at);
}

static void put(const float *m, size_t filters, size_t apart, const int32_t *at, float *z)
{
    size_t f = 0;
    for (; f + LANES <= filters; f += LANES) {
        put_square(m + f, LANES, apart, at, z + f);
    }
    if (f < filters) {
        put_square(m + f, filters - f, apart, at, z + f);
    }
}

static void pool(const float *m, size_t filters, size_t apart, float *y, uint8_t *which)
{
    size_t f = 0;
    for (; f + LANES <= filters; f += LANES) {
        pool_square(m + f, LANES, apart, y + f, which + f);
    }
    if (f < filters) {
        pool_square(m + f, filters - f, apart, y + f, which + f);
    }
}

/* ---- Back ----------------------------------------------------------------------------------- */

/* Two numbers become four: A d */
INLINE void spread_two(const floats *a, const floats *b, floats *to, size_t step)
{
    to[0] = *a;
    to[step] = *a + *b;
    to[2 * step] = *a - *b;
    to[3 * step] = -*b;
}

/* count filters of a square: dm[16] apart = A d A', d the pixels at at[4] */
INLINE void spread_square(const float *const *at, size_t filter, size_t count, size_t apart,
                          float *dm)
{
    floats d[OUTS], half[TILE_SIDE][2], all[TILE_TAPS];
    UNROLL
    for (size_t t = 0; t < OUTS; t++) {
        simd_load(at[t] + filter, count, &d[t]);
    }
    UNROLL
    for (size_t x = 0; x < 2; x++) {
        spread_two(&d[x], &d[2 + x], &half[0][x], 2);
    }
    UNROLL
    for (size_t y = 0; y < TILE_SIDE; y++) {
        spread_two(&half[y][0], &half[y][1], &all[y * TILE_SIDE], 1);
    }
    UNROLL
    for (size_t t = 0; t < TILE_TAPS; t++) {
        simd_store(dm + t * apart, count, &all[t]);
    }
}

static void spread(const float *const *at, size_t filters, size_t apart, float *dm)
{
    size_t f = 0;
    for (; f + LANES <= filters; f += LANES) {
        spread_square(at, f, LANES, apart, dm + f);
    }
    if (f < filters) {
        spread_square(at, f, filters - f, apart, dm + f);
    }
}

/* Four numbers of a line or a column: B d */
INLINE void turn_four(floats *d, size_t step)
{
    const floats a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
    d[0] = a;
    d[step] = b - c + e;
    d[2 * step] = b + c - a;
    d[3 * step] = -e;
}

/* count channels of a tile: B dv B' is added to the pixels at at[16] of an image */
INLINE void add_tile(const float *dv, size_t count, size_t apart, const int32_t *at, float *dx)
{
    floats d[TILE_TAPS], sum;
    UNROLL
    for (size_t t = 0; t < TILE_TAPS; t++) {
        simd_load(dv + t * apart, count, &d[t]);
    }
    UNROLL
    for (size_t i = 0; i < TILE_SIDE; i++) {
        turn_four(d + i, TILE_SIDE);
    }
    UNROLL
    for (size_t i = 0; i < TILE_SIDE; i++) {
        turn_four(d + i * TILE_SIDE, 1);
    }
    UNROLL
    for (size_t t = 0; t < TILE_TAPS; t++) {
        if (at[t] >= 0) {
            simd_load(dx + at[t], count, &sum);
            sum += d[t];
            simd_store(dx + at[t], count, &sum);
        }
    }
}

static void add(const float *dv, size_t channels, size_t apart, const int32_t *at, float *dx)
{
    size_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
        add_tile(dv + c, LANES, apart, at, dx + c);
    }
    if (c < channels) {
        add_tile(dv + c, channels - c, apart, at, dx + c);
    }
}

SIMD_DEFINE(nn_winograd_kernels) = {
    .transform = transform, .put = put, .pool = pool, .spread = spread, .add = add};

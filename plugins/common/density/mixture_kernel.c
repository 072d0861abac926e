#include "density/mixture_kernel.h"

#include "density/normal.h"
#include "simd/vector.h"

/* Vectors of a stretch of candidates. */
enum { VECTORS = DENSITY_LANES / LANES };

/* e^x of all lanes, in place, for x <= 0; 0 below -87. As density_exp(). */
INLINE void exponential(floats *x)
{
    const floats zero = {0};
    whole alive = *x > zero - 87.0f;
    floats y = (floats)((whole)*x & alive);
    floats rounded = y * 1.44269504f + 12582912.0f;
    floats k = rounded - 12582912.0f;
    floats r = y - k * 0.693359375f + k * 2.12194440e-4f;
    floats e = r * (1.0f / 720) + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    whole power = (whole)e + ((whole)rounded << 23);
    *x = (floats)(power & alive);
}

/* sum[VECTORS] += log densities of one kernel at all candidates of the stretch. */
INLINE void add_kernel(const density_stretch *s, size_t row, floats *sum)
{
    const density_block *b = s->block;
    const size_t first = row * s->rows->space->column_count;
    const float *at = s->rows->at + first, *slope = s->rows->slope + first;
    const float *shift = s->rows->shift + first, *x = s->x + b->first * s->room;
    const float *active = s->active + b->first * s->room;
    floats u, m;
    uint32_t c = b->first;
    for (; c < b->numeric; c++, x += s->room, active += s->room) {
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            LOAD(u, x + v * LANES);
            u = (u - at[c]) * slope[c];
            sum[v] -= u * u;
        }
    }
    for (; c < b->numeric_if; c++, x += s->room, active += s->room) {
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            LOAD(u, x + v * LANES);
            LOAD(m, active + v * LANES);
            u = (u - at[c]) * slope[c];
            sum[v] += m * (shift[c] - u * u);
        }
    }
    for (; c < b->category; c++, x += s->room, active += s->room) {
        const whole gain = (whole)((floats){0} + slope[c]);
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            LOAD(u, x + v * LANES);
            sum[v] += (floats)(gain & (u == at[c]));
        }
    }
    for (; c < b->end; c++, x += s->room, active += s->room) {
        const whole gain = (whole)((floats){0} + slope[c]);
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            LOAD(u, x + v * LANES);
            LOAD(m, active + v * LANES);
            sum[v] += m * ((floats)(gain & (u == at[c])) + shift[c]);
        }
    }
}

/* logs of each kernel, and most[VECTORS], their largest, which begins with the prior's. */
INLINE void all_kernels(const density_stretch *s, floats *most)
{
    for (uint32_t k = 0; k < s->count; k++) {
        floats sum[VECTORS];
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            sum[v] = (floats){0} + s->bases[k];
        }
        add_kernel(s, s->terms[k].row, sum);
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            const whole more = sum[v] > most[v];
            STORE(s->logs + (size_t)k * DENSITY_LANES + v * LANES, sum[v]);
            most[v] = (floats)SELECT(more, (whole)sum[v], (whole)most[v]);
        }
    }
}

static void log_of_stretch(const density_stretch *s, float *out)
{
    const floats even = (floats){0} + s->bases[s->count];
    floats most[VECTORS], total[VECTORS], term;
    UNROLL
    for (size_t v = 0; v < VECTORS; v++) {
        most[v] = even;
    }
    all_kernels(s, most);
    UNROLL
    for (size_t v = 0; v < VECTORS; v++) {
        total[v] = even - most[v];
        exponential(&total[v]);
    }
    for (uint32_t k = 0; k < s->count; k++) {
        UNROLL
        for (size_t v = 0; v < VECTORS; v++) {
            LOAD(term, s->logs + (size_t)k * DENSITY_LANES + v * LANES);
            term -= most[v];
            exponential(&term);
            total[v] += term;
        }
    }
    for (size_t v = 0; v < VECTORS; v++) {
        for (size_t l = 0; l < LANES; l++) {
            out[v * LANES + l] = most[v][l] + density_ln(total[v][l]);
        }
    }
}

SIMD_DEFINE(density_mixture_kernels) = {.log = log_of_stretch};

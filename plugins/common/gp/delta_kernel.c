#include "gp/delta_kernel.h"

#include "gp/vector.h"
#include "simd/vector.h"

/* equal is a constant where this is called. */
INLINE double add_squares(size_t n, const double *x, double at, bool equal, const double *w)
{
    const doubles one = (doubles){0} + 1.0, zero = {0};
    doubles sum[GP_VECTORS] = {{0}}, delta, weight, square;
    double lanes[GP_LANES], rest = 0;
    size_t j = 0;
    for (; j + GP_LANES <= n; j += GP_LANES) {
        UNROLL
        for (size_t v = 0; v < GP_VECTORS; v++) {
            LOAD(delta, x + j + v * DOUBLES);
            LOAD(weight, w + j + v * DOUBLES);
            delta -= at;
            square = equal ? (doubles)((longs)one & (delta != zero)) : delta * delta;
            sum[v] += weight * square;
        }
    }
    for (; j < n; j++) {
        const double d = x[j] - at;
        rest += w[j] * (equal ? (d == 0 ? 0 : 1) : d * d);
    }
    memcpy(lanes, sum, sizeof lanes);
    return GP_SUM(lanes) + rest;
}

static double squares(size_t n, const double *x, double at, bool equal, const double *w)
{
    return equal ? add_squares(n, x, at, true, w) : add_squares(n, x, at, false, w);
}

static double differences(size_t n, const double *x, double at, const double *w)
{
    doubles sum[GP_VECTORS] = {{0}}, place, weight;
    double lanes[GP_LANES], rest = 0;
    size_t j = 0;
    for (; j + GP_LANES <= n; j += GP_LANES) {
        UNROLL
        for (size_t v = 0; v < GP_VECTORS; v++) {
            LOAD(place, x + j + v * DOUBLES);
            LOAD(weight, w + j + v * DOUBLES);
            sum[v] += weight * (at - place);
        }
    }
    for (; j < n; j++) {
        rest += w[j] * (at - x[j]);
    }
    memcpy(lanes, sum, sizeof lanes);
    return GP_SUM(lanes) + rest;
}

SIMD_DEFINE(gp_delta_kernels) = {.squares = squares, .differences = differences};

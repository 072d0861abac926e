#include "nn/projection_kernel.h"

#include "simd/vector.h"

#include <math.h>

/* Vectors of a panel, and those that are searched at once. */
enum { FILTERS = NN_PROJECTION_FILTERS, VECTORS = FILTERS / LANES, ABREAST = VECTORS < 2 ? 1 : 2 };

/* The sum of one window from p on, begins at 0. width is a constant where this is called. */
INLINE void add_window(size_t width, const uint32_t *slots, const float *products, size_t row,
                       floats *sum)
{
    floats x;
    for (size_t j = 0; j < width; j++) {
        const float *from = products + slots[j] * row + j * FILTERS;
        UNROLL
        for (size_t v = 0; v < ABREAST; v++) {
            LOAD(x, from + v * LANES);
            sum[v] += x;
        }
    }
}

INLINE void largest(size_t width, size_t windows, const uint32_t *slots, const float *products,
                    size_t row, float *value, int32_t *where)
{
    floats best[ABREAST];
    whole here = {0}, found[ABREAST] = {{0}};
    UNROLL
    for (size_t v = 0; v < ABREAST; v++) {
        best[v] = (floats){0} - INFINITY;
    }
    for (size_t p = 0; p < windows; p++, here += 1) {
        floats sum[ABREAST] = {{0}};
        add_window(width, slots + p, products, row, sum);
        UNROLL
        for (size_t v = 0; v < ABREAST; v++) {
            const whole better = sum[v] > best[v];
            best[v] = (floats)SELECT(better, (whole)sum[v], (whole)best[v]);
            found[v] = SELECT(better, here, found[v]);
        }
    }
    UNROLL
    for (size_t v = 0; v < ABREAST; v++) {
        STORE(value + v * LANES, best[v]);
        STORE(where + v * LANES, found[v]);
    }
}

/* The usual widths are constants, which leaves their sums in registers. */
static void search_some(size_t width, size_t windows, const uint32_t *slots, const float *products,
                        size_t row, float *value, int32_t *where)
{
    switch (width) {
    case 2:
        largest(2, windows, slots, products, row, value, where);
        break;
    case 3:
        largest(3, windows, slots, products, row, value, where);
        break;
    case 4:
        largest(4, windows, slots, products, row, value, where);
        break;
    case 5:
        largest(5, windows, slots, products, row, value, where);
        break;
    default:
        largest(width, windows, slots, products, row, value, where);
        break;
    }
}

static void search(size_t width, size_t windows, const uint32_t *slots, const float *products,
                   size_t row, float *value, int32_t *where)
{
    for (size_t f = 0; f < FILTERS; f += ABREAST * LANES) {
        search_some(width, windows, slots, products + f, row, value + f, where + f);
    }
}

SIMD_DEFINE(nn_projection_kernels) = {.search = search};

#include "search/axis.h"

#include <float.h>

/* `value` and `by`, which is of the size of a step, on the axis' own scale. */
static double forth(const search_axis *axis, double value, double by)
{
    return axis->log ? log(value + by) : value * axis->scale + by * axis->scale;
}

static double clamp(double u, double low, double high)
{
    return u < low ? low : u > high ? high : u;
}

void search_axis_init(search_axis *axis, const collet_dim *dim)
{
    axis->dim = dim;
    axis->count = collet_dim_count(dim);
    if (dim->low >= dim->high) {
        axis->count = 1; /* a continuous range of one point, too */
    }
    axis->log = (dim->flags & COLLET_DIM_LOG) != 0;
    axis->category = dim->type == COLLET_DIM_CATEGORY;
    double half = axis->count > 0 ? collet_dim_step(dim) / 2 : 0.0;
    double room = dim->high / 2 - dim->low / 2 + half;
    axis->scale = axis->log || room < DBL_MAX / 2 ? 1.0 : 0.25;
    axis->low = forth(axis, dim->low, -half);
    axis->high = forth(axis, dim->high, half);
}

double search_axis_unit(const search_axis *axis, double value)
{
    double width = axis->high - axis->low;
    if (axis->count == 1 || !(width > 0)) {
        return 0.5;
    }
    value = clamp(value, axis->dim->low, axis->dim->high);
    if (axis->log && axis->count > 0) { /* the middle of the share, not of the logarithm */
        double low, high;
        search_axis_share(axis, value, &low, &high);
        return (low + high) / 2;
    }
    return clamp((forth(axis, value, 0.0) - axis->low) / width, 0.0, 1.0);
}

double search_axis_value(const search_axis *axis, double u)
{
    const collet_dim *dim = axis->dim;
    if (axis->count == 1) {
        return dim->low;
    }
    double at = axis->low + clamp(u, 0.0, 1.0) * (axis->high - axis->low);
    double value = axis->log ? exp(at) : at / axis->scale;
    if (axis->count > 0) {
        double step = collet_dim_step(dim) * axis->scale;
        double k = floor((value * axis->scale - dim->low * axis->scale) / step + 0.5);
        value = collet_dim_nth(dim, clamp(k, 0.0, (double)(axis->count - 1)));
    }
    return clamp(value, dim->low, dim->high);
}

double search_axis_nth(const search_axis *axis, uint64_t k)
{
    return clamp(collet_dim_nth(axis->dim, (double)k), axis->dim->low, axis->dim->high);
}

void search_axis_share(const search_axis *axis, double value, double *low, double *high)
{
    double half = collet_dim_step(axis->dim) / 2, width = axis->high - axis->low;
    if (axis->count == 1 || !(width > 0)) {
        *low = 0.0;
        *high = 1.0;
        return;
    }
    *low = clamp((forth(axis, value, -half) - axis->low) / width, 0.0, 1.0);
    *high = clamp((forth(axis, value, half) - axis->low) / width, 0.0, 1.0);
}

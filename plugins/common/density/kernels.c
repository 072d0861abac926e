#include "density/kernels.h"

#include "density/normal.h"

#include <stdlib.h>

void density_rows_init(density_rows *r, const density_space *space)
{
    *r = (density_rows){.space = space};
}

void density_rows_finish(density_rows *r)
{
    free(r->at);
    free(r->width);
    free(r->slope);
    free(r->shift);
    *r = (density_rows){0};
}

static bool grow(float **numbers, size_t count)
{
    float *grown = realloc(*numbers, (count > 0 ? count : 1) * sizeof **numbers);
    *numbers = grown != NULL ? grown : *numbers;
    return grown != NULL;
}

collet_status density_rows_reserve(density_rows *r, uint32_t room)
{
    size_t count = (size_t)room * r->space->column_count;
    if (room <= r->room) {
        return COLLET_OK;
    }
    if (!grow(&r->at, count) || !grow(&r->width, count) || !grow(&r->slope, count) ||
        !grow(&r->shift, count)) {
        return COLLET_E_NOMEM;
    }
    r->room = room;
    return COLLET_OK;
}

void density_row_place(density_rows *r, uint32_t row, const double *x)
{
    size_t first = (size_t)row * r->space->column_count;
    for (uint32_t c = 0; c < r->space->column_count; c++) {
        const density_column *column = &r->space->columns[c];
        double value = x[column->dim];
        float at = isnan(value)       ? -1.0f
                   : column->category ? (float)value
                                      : (float)search_axis_unit(column->axis, value);
        r->at[first + c] = at;
        r->width[first + c] = 0.0f; /* not set yet */
        r->slope[first + c] = 0.0f;
        r->shift[first + c] = 0.0f;
    }
}

void density_row_copy(density_rows *r, uint32_t row, const density_rows *from, uint32_t other)
{
    uint32_t columns = r->space->column_count;
    size_t first = (size_t)row * columns, there = (size_t)other * columns;
    for (uint32_t c = 0; c < columns; c++) {
        r->at[first + c] = from->at[there + c];
        r->width[first + c] = r->slope[first + c] = r->shift[first + c] = 0.0f;
    }
}

/* Integral over [0, 1] of exp(-(x - at)^2 / 2 width^2). */
static float area(float at, float width)
{
    float inside = density_below((1.0f - at) / width) - density_below(-at / width);
    return inside * width * 2.50662827f;
}

/* The same sum over the values of a table, each times its share. Where shares are narrow, that is
 * the integral. */
static float sum(const density_column *column, float at, float width)
{
    const float *e = column->edges;
    uint32_t k = density_value_at(column, at - 5.0f * width);
    if (e[k + 1] - e[k] < 0.5f * width) {
        return area(at, width);
    }
    float total = 0;
    for (; k < column->count && e[k] < at + 5.0f * width; k++) {
        float z = ((e[k] + e[k + 1]) * 0.5f - at) / width;
        total += (e[k + 1] - e[k]) * density_exp(-0.5f * z * z);
    }
    return total;
}

void density_row_width(density_rows *r, uint32_t row, uint32_t column, float width)
{
    const density_column *d = &r->space->columns[column];
    size_t i = (size_t)row * r->space->column_count + column;
    float at = r->at[i], spread = width, norm;
    if (at < 0 || r->width[i] == width) {
        return;
    }
    r->width[i] = width;
    if (d->edges != NULL) {
        uint32_t k = density_value_at(d, at);
        float share = d->edges[k + 1] - d->edges[k];
        spread = __builtin_sqrtf(width * width + share * share * (1.0f / 12));
        norm = sum(d, at, spread);
    } else {
        norm = area(at, width);
    }
    r->slope[i] = 0.70710678f / spread;
    r->shift[i] = -density_ln(norm);
}

void density_row_even(density_rows *r, uint32_t row, uint32_t column, float even)
{
    size_t i = (size_t)row * r->space->column_count + column;
    if (r->at[i] < 0 || r->width[i] == even) {
        return;
    }
    float names = (float)r->space->columns[column].count;
    r->width[i] = even;
    r->shift[i] = density_ln(even);
    r->slope[i] = density_ln((even + (1.0f - even) * names) / even);
}

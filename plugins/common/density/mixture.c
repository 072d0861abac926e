#include "density/mixture.h"

#include "density/mixture_kernel.h"
#include "density/normal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Candidates ----------------------------------------------------------------------------- */

collet_status density_batch_init(density_batch *b, const density_space *space, uint32_t room)
{
    room = (room + DENSITY_LANES - 1) / DENSITY_LANES * DENSITY_LANES;
    size_t numbers = (size_t)room * (space->column_count + 1u);
    *b = (density_batch){.space = space, .room = room};
    b->x = calloc(numbers, sizeof *b->x);
    b->active = calloc(numbers, sizeof *b->active);
    b->points = calloc((size_t)room * (space->space->dim_count + 1u), sizeof *b->points);
    b->draws = calloc((size_t)room * 3, sizeof *b->draws);
    b->kernels = calloc(room + 1u, sizeof *b->kernels);
    b->words = calloc(room + 1u, sizeof *b->words);
    if (b->x == NULL || b->active == NULL || b->points == NULL || b->draws == NULL ||
        b->kernels == NULL || b->words == NULL || density_batch_terms(b, 64) < 0) {
        density_batch_finish(b);
        return COLLET_E_NOMEM;
    }
    return COLLET_OK;
}

void density_batch_finish(density_batch *b)
{
    free(b->x);
    free(b->active);
    free(b->points);
    free(b->draws);
    free(b->kernels);
    free(b->words);
    free(b->logs);
    free(b->bases);
    *b = (density_batch){0};
}

collet_status density_batch_terms(density_batch *b, uint32_t terms)
{
    if (terms <= b->terms) {
        return COLLET_OK;
    }
    float *logs = realloc(b->logs, ((size_t)terms + 1) * DENSITY_LANES * sizeof *logs);
    b->logs = logs != NULL ? logs : b->logs;
    float *bases = realloc(b->bases, ((size_t)terms + 1) * sizeof *bases);
    b->bases = bases != NULL ? bases : b->bases;
    if (logs == NULL || bases == NULL) {
        return COLLET_E_NOMEM;
    }
    b->terms = terms;
    return COLLET_OK;
}

void density_batch_set(density_batch *b, const double *x)
{
    uint32_t dims = b->space->space->dim_count;
    for (uint32_t i = 0; i < b->room && dims > 0; i++) {
        memcpy(b->points + (size_t)i * dims, x, dims * sizeof *x);
    }
    for (uint32_t c = 0; c < b->space->column_count; c++) {
        const density_column *column = &b->space->columns[c];
        double value = x[column->dim];
        bool active = !isnan(value);
        float at = !active            ? 0.0f
                   : column->category ? (float)value
                                      : (float)search_axis_unit(column->axis, value);
        for (uint32_t i = 0; i < b->room; i++) {
            b->x[(size_t)c * b->room + i] = at;
            b->active[(size_t)c * b->room + i] = active ? 1.0f : 0.0f;
        }
    }
}

double density_value(const density_batch *b, uint32_t i, uint32_t column)
{
    const density_column *d = &b->space->columns[column];
    size_t at = (size_t)column * b->room + i;
    if (b->active[at] == 0) {
        return (double)NAN;
    }
    double x = (double)b->x[at];
    return d->category ? x : search_axis_value(d->axis, x);
}

/* ---- Evaluated ------------------------------------------------------------------------------ */

/* The part of a kernel's log density that is the same for all candidates. */
static float base_of(const density_rows *rows, const density_block *b, const density_term *term)
{
    const float *shift = rows->shift + (size_t)term->row * rows->space->column_count;
    float base = density_ln(term->weight > 1e-30f ? term->weight : 1e-30f);
    for (uint32_t c = b->first; c < b->numeric; c++) {
        base += shift[c];
    }
    for (uint32_t c = b->numeric_if; c < b->category; c++) {
        base += shift[c];
    }
    return base;
}

void density_log(const density_mixture *m, const density_block *block, density_batch *b, float *out)
{
    float *bases = b->bases;
    for (uint32_t k = 0; k < m->count; k++) {
        bases[k] = base_of(m->rows, block, &m->terms[k]);
    }
    bases[m->count] = m->prior > 0 ? density_ln(m->prior) : -1e30f;
    for (uint32_t i = 0; i < b->count; i += DENSITY_LANES) {
        const density_stretch s = {m->rows,  block, b->x + i, b->active + i, b->room,
                                   m->terms, bases, m->count, b->logs};
        SIMD_BEST(density_mixture_kernels)->log(&s, out + i);
    }
}

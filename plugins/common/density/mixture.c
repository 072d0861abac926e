#include "density/mixture.h"

#include "density/normal.h"

#include <collet/helpers.h>

#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* Half of the candidates at a time: 64 bytes are what compilers handle well. */
enum { LANES = DENSITY_LANES / 2 };
typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t whole __attribute__((vector_size(4 * LANES)));

#define LOAD(v, from) memcpy(&(v), (from), sizeof(v))
#define STORE(to, v)  memcpy((to), &(v), sizeof(v))

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

/* e^x of all lanes, in place, for x <= 0; 0 below -87. As density_exp(). */
INLINE void exponential(lanes *x)
{
    const lanes zero = {0};
    whole alive = *x > zero - 87.0f;
    lanes y = (lanes)((whole)*x & alive);
    lanes rounded = y * 1.44269504f + 12582912.0f;
    lanes k = rounded - 12582912.0f;
    lanes r = y - k * 0.693359375f + k * 2.12194440e-4f;
    lanes e = r * (1.0f / 720) + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    whole power = (whole)e + ((whole)rounded << 23);
    *x = (lanes)(power & alive);
}

/* What a mixture's kernels have in common for one block. */
typedef struct frame {
    const density_rows *rows;
    const density_block *block;
    const float *x, *active; /* of the first lane, column 0 */
    size_t room;
} frame;

/* Log densities of one kernel at all candidates of the stretch, from sum[0] and sum[1] on. */
INLINE void kernel_log(const frame *f, size_t row, lanes *sum)
{
    const density_block *b = f->block;
    size_t first = row * f->rows->space->column_count;
    const float *at = f->rows->at + first, *slope = f->rows->slope + first;
    const float *shift = f->rows->shift + first;
    lanes left = sum[0], right = sum[1], x, y, m, n;
    uint32_t c = b->first;
    for (; c < b->numeric; c++) {
        LOAD(x, f->x + c * f->room);
        LOAD(y, f->x + c * f->room + LANES);
        x = (x - at[c]) * slope[c];
        y = (y - at[c]) * slope[c];
        left -= x * x;
        right -= y * y;
    }
    for (; c < b->numeric_if; c++) {
        LOAD(x, f->x + c * f->room);
        LOAD(y, f->x + c * f->room + LANES);
        LOAD(m, f->active + c * f->room);
        LOAD(n, f->active + c * f->room + LANES);
        x = (x - at[c]) * slope[c];
        y = (y - at[c]) * slope[c];
        left += m * (shift[c] - x * x);
        right += n * (shift[c] - y * y);
    }
    for (; c < b->category; c++) {
        LOAD(x, f->x + c * f->room);
        LOAD(y, f->x + c * f->room + LANES);
        whole gain = (whole)((lanes){0} + slope[c]);
        left += (lanes)(gain & (x == at[c]));
        right += (lanes)(gain & (y == at[c]));
    }
    for (; c < b->end; c++) {
        LOAD(x, f->x + c * f->room);
        LOAD(y, f->x + c * f->room + LANES);
        LOAD(m, f->active + c * f->room);
        LOAD(n, f->active + c * f->room + LANES);
        whole gain = (whole)((lanes){0} + slope[c]);
        left += m * ((lanes)(gain & (x == at[c])) + shift[c]);
        right += n * ((lanes)(gain & (y == at[c])) + shift[c]);
    }
    sum[0] = left;
    sum[1] = right;
}

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

INLINE void keep_larger(lanes *most, const lanes *x)
{
    whole more = *x > *most;
    *most = (lanes)(((whole)*x & more) | ((whole)*most & ~more));
}

/* *total += e^(x - most) for the half of the stretch that starts at x. */
INLINE void add_exponential(const float *x, const lanes *most, lanes *total)
{
    lanes term;
    LOAD(term, x);
    term -= *most;
    exponential(&term);
    *total += term;
}

/* Of one stretch of candidates: the kernels' logs, then the logarithm of their sum. bases[count +
 * 1], the last one of the prior. */
COLLET_SIMD static void log_of_stretch(const frame *f, const density_term *terms, uint32_t count,
                                       const float *bases, float *logs, float *out)
{
    const lanes zero = {0}, even = zero + bases[count];
    lanes most[2] = {even, even};
    for (uint32_t k = 0; k < count; k++) {
        lanes sum[2] = {zero + bases[k], zero + bases[k]};
        kernel_log(f, terms[k].row, sum);
        STORE(logs + (size_t)k * DENSITY_LANES, sum);
        keep_larger(&most[0], &sum[0]);
        keep_larger(&most[1], &sum[1]);
    }
    lanes total[2] = {even - most[0], even - most[1]};
    exponential(&total[0]);
    exponential(&total[1]);
    for (uint32_t k = 0; k < count; k++) {
        add_exponential(logs + (size_t)k * DENSITY_LANES, &most[0], &total[0]);
        add_exponential(logs + (size_t)k * DENSITY_LANES + LANES, &most[1], &total[1]);
    }
    for (uint32_t i = 0; i < DENSITY_LANES; i++) {
        out[i] = most[i / LANES][i % LANES] + density_ln(total[i / LANES][i % LANES]);
    }
}

void density_log(const density_mixture *m, const density_block *block, density_batch *b, float *out)
{
    float *bases = b->bases;
    for (uint32_t k = 0; k < m->count; k++) {
        bases[k] = base_of(m->rows, block, &m->terms[k]);
    }
    bases[m->count] = m->prior > 0 ? density_ln(m->prior) : -1e30f;
    for (uint32_t i = 0; i < b->count; i += DENSITY_LANES) {
        frame f = {m->rows, block, b->x + i, b->active + i, b->room};
        log_of_stretch(&f, m->terms, m->count, bases, b->logs, out + i);
    }
}

#include "search/point.h"

collet_status search_space_init(search_space *s, const collet_space *space)
{
    *s = (search_space){.space = space, .dim_count = space->dim_count};
    s->axes = calloc(space->dim_count > 0 ? space->dim_count : 1, sizeof(search_axis));
    if (s->axes == NULL) {
        return COLLET_E_NOMEM;
    }
    for (uint32_t i = 0; i < space->dim_count; i++) {
        search_axis *axis = &s->axes[i];
        search_axis_init(axis, collet_dim_at(space, i));
        s->conditional += axis->dim->condition_count > 0;
        if (axis->count != 1) {
            s->categories += axis->category;
            s->numeric += !axis->category;
        }
    }
    return COLLET_OK;
}

void search_space_finish(search_space *s)
{
    free(s->axes);
    s->axes = NULL;
}

bool search_allowed(const search_space *s, const double *x)
{
    const collet_space *space = s->space;
    return !COLLET_CAN(space, feasible) || space->feasible(space->context, x);
}

void search_mend(const search_space *s, const collet_rng *rng, double *x)
{
    const collet_space *space = s->space;
    if (COLLET_CAN(space, repair)) {
        (void)space->repair(space->context, rng, x); /* x stays as it is where that fails */
    }
}

void search_draw_allowed(const search_space *s, const collet_rng *rng, double *x)
{
    enum { DRAWS = 200 };
    for (int k = 0; k < DRAWS; k++) {
        search_draw(s, rng, x);
        if (search_allowed(s, x)) {
            return;
        }
    }
    search_mend(s, rng, x);
}

void search_draw(const search_space *s, const collet_rng *rng, double *x)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        double u = collet_uniform(rng);
        x[i] =
            collet_dim_active(s->space, i, x) ? collet_dim_value(s->axes[i].dim, u) : (double)NAN;
    }
}

void search_repair(const search_space *s, const collet_rng *rng, double *x)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        double u = collet_uniform(rng);
        if (!collet_dim_active(s->space, i, x)) {
            x[i] = (double)NAN;
        } else if (isnan(x[i])) {
            x[i] = collet_dim_value(axis->dim, u);
        } else if (axis->count > 0 || x[i] < axis->dim->low || x[i] > axis->dim->high) {
            x[i] = search_axis_value(axis, search_axis_unit(axis, x[i]));
        }
    }
}

bool search_same(const search_space *s, const double *a, const double *b)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

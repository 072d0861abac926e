#include "search/spread.h"

/* The stretch of [0, cells) in which a value lies. */
static uint32_t cell_of(const search_axis *axis, double value, uint32_t cells)
{
    uint32_t cell = (uint32_t)(axis->category ? value : search_axis_unit(axis, value) * cells);
    return cell < cells ? cell : cells - 1;
}

/* A stretch that is used least, by a random number from 0 to 1; what is left of that goes to *rest.
 */
static uint32_t choose(const search_history *h, uint32_t dim, const search_axis *axis,
                       uint32_t cells, double u, double *rest)
{
    uint32_t used[SEARCH_SPREAD_MOST] = {0}, least = UINT32_MAX, ties = 0, cell = 0;
    for (size_t i = 0; i < h->count && i < SEARCH_SPREAD_MOST; i++) {
        double value = h->trials[i]->x[dim];
        if (!isnan(value)) {
            used[cell_of(axis, value, cells)]++;
        }
    }
    for (uint32_t k = 0; k < cells; k++) {
        ties = used[k] < least ? 1 : ties + (used[k] == least);
        least = used[k] < least ? used[k] : least;
    }
    double place = u * ties;
    uint32_t skip = (uint32_t)place < ties ? (uint32_t)place : ties - 1;
    while (used[cell] != least || skip-- > 0) {
        cell++;
    }
    *rest = place - floor(place);
    return cell;
}

static double draw_axis(const search_history *h, uint32_t dim, const search_axis *axis,
                        uint32_t cells, double u)
{
    double rest;
    bool names = axis->category && axis->count <= SEARCH_SPREAD_MOST;
    cells = names ? (uint32_t)axis->count : cells;
    if (axis->count == 1 || (axis->category && !names)) {
        return collet_dim_value(axis->dim, u);
    }
    uint32_t cell = choose(h, dim, axis, cells, u, &rest);
    return names ? (double)cell : search_axis_value(axis, (cell + rest) / cells);
}

void search_spread(const search_space *s, const search_history *h, uint32_t cells,
                   const collet_rng *rng, double *x)
{
    cells = cells < 1 ? 1 : cells > SEARCH_SPREAD_MOST ? SEARCH_SPREAD_MOST : cells;
    for (uint32_t i = 0; i < s->dim_count; i++) {
        double u = collet_uniform(rng);
        x[i] = collet_dim_active(s->space, i, x) ? draw_axis(h, i, &s->axes[i], cells, u)
                                                 : (double)NAN;
    }
}

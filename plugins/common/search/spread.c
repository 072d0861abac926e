#include "search/spread.h"

#include <string.h>

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

/* Squared distance; an axis on which only one of them is active counts like two names. */
static double distance(const search_space *s, const double *a, const double *b)
{
    double sum = 0;
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        if (isnan(a[i]) || isnan(b[i]) || axis->category) {
            sum += a[i] == b[i] || (isnan(a[i]) && isnan(b[i])) ? 0.0 : 0.25;
        } else {
            double d = search_axis_unit(axis, a[i]) - search_axis_unit(axis, b[i]);
            sum += d * d;
        }
    }
    return sum;
}

static double nearest(const search_space *s, const search_history *h, const double *x)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < h->count && i < SEARCH_SPREAD_MOST; i++) {
        double d = distance(s, x, h->trials[i]->x);
        least = d < least ? d : least;
    }
    return least;
}

/* The stream of one try begins where the last one ended, so only the best try's start is kept: its
 * numbers are drawn again from the words. */
void search_spread(const search_space *s, const search_history *h, uint32_t cells,
                   const collet_rng *rng, double *x)
{
    uint64_t keys[SEARCH_SPREAD_TRIES];
    double best = -1;
    uint32_t winner = 0;
    cells = cells < 1 ? 1 : cells > SEARCH_SPREAD_MOST ? SEARCH_SPREAD_MOST : cells;
    rng->fill(rng->ctx, keys, SEARCH_SPREAD_TRIES);
    for (uint32_t k = 0; k <= SEARCH_SPREAD_TRIES; k++) { /* the last time the winner */
        uint64_t state = keys[k < SEARCH_SPREAD_TRIES ? k : winner];
        for (uint32_t i = 0; i < s->dim_count; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            uint64_t z = (state ^ (state >> 29)) * 0xbf58476d1ce4e5b9u;
            double u = (double)((z ^ (z >> 32)) >> 11) * (1.0 / 9007199254740992.0);
            x[i] = collet_dim_active(s->space, i, x) ? draw_axis(h, i, &s->axes[i], cells, u)
                                                     : (double)NAN;
        }
        double apart = k < SEARCH_SPREAD_TRIES ? nearest(s, h, x) : -1;
        winner = apart > best ? k : winner;
        best = apart > best ? apart : best;
    }
}

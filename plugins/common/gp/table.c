#include "gp/table.h"

#include "gp/warp.h"
#include "search/pareto.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Memory --------------------------------------------------------------------------------- */

static void discard(gp_table *t)
{
    free(t->trials);
    free(t->rows);
    free(t->u);
    free(t->y);
    free(t->x);
}

void gp_table_finish(gp_table *t)
{
    discard(t);
    gp_ranks_finish(&t->ranks);
    free(t->most);
    *t = (gp_table){0};
}

collet_status gp_table_init(gp_table *t, const collet_space *host_space, const search_space *space,
                            const search_history *history, const gp_layout *layout, size_t held)
{
    *t = (gp_table){.space = space,
                    .history = history,
                    .layout = layout,
                    .held = held,
                    .goals = host_space->objective_count,
                    .constraints = host_space->constraint_count};
    gp_ranks_init(&t->ranks, held / 3);
    t->most = calloc(t->constraints + 1u, sizeof *t->most);
    return t->most != NULL ? COLLET_OK : COLLET_E_NOMEM;
}

collet_status gp_table_grow(gp_table *t)
{
    if (t->history->count <= t->room) {
        return COLLET_OK;
    }
    const size_t room = 2 * t->history->count + 64;
    discard(t);
    t->trials = calloc(room, sizeof *t->trials);
    t->rows = calloc(room, sizeof *t->rows);
    t->u = calloc(room * (t->space->dim_count + 1u), sizeof *t->u);
    t->y = calloc(2 * (t->goals + 1u) * room, sizeof *t->y);
    t->x = calloc(room * (t->layout->columns + 1u), sizeof *t->x);
    const bool all =
        t->trials != NULL && t->rows != NULL && t->u != NULL && t->y != NULL && t->x != NULL;
    t->sorted = all ? t->y + (t->goals + 1u) * room : NULL;
    t->points = all ? t->sorted + room : NULL;
    t->room = all ? room : 0;
    return all ? COLLET_OK : COLLET_E_NOMEM;
}

collet_status gp_table_tell(gp_table *t, const search_trial *news, bool again)
{
    if (again) {
        gp_ranks_forget(&t->ranks);
        return COLLET_OK;
    }
    return gp_ranks_add(&t->ranks, news);
}

/* ---- Which trials --------------------------------------------------------------------------- */

static int by_rank(const void *a, const void *b)
{
    return search_trial_compare(*(const search_trial *const *)a, *(const search_trial *const *)b);
}

static int by_number(const void *a, const void *b)
{
    const search_trial *s = *(const search_trial *const *)a, *t = *(const search_trial *const *)b;
    return (s->number > t->number) - (s->number < t->number);
}

/* Is a better than b in all of several goals, or by what stands before them? */
static bool beats(const gp_table *t, const search_trial *a, const search_trial *b)
{
    return search_pareto_compare_trials(a, b, t->goals) < 0;
}

static void swap(const search_trial **a, const search_trial **b)
{
    const search_trial *c = *a;
    *a = *b;
    *b = c;
}

/* Takes list[i] into the front that is at list[from] ... list[to], beaten ones behind it; returns
 * where it ends then. */
static size_t take_in(const gp_table *t, const search_trial **list, size_t from, size_t to,
                      size_t i)
{
    for (size_t k = from; k < to; k++) {
        if (beats(t, list[k], list[i])) {
            return to;
        }
    }
    for (size_t k = from; k < to;) {
        if (beats(t, list[i], list[k])) {
            swap(&list[k], &list[--to]);
        } else {
            k++;
        }
    }
    swap(&list[i], &list[to]);
    return to + 1;
}

/* Moves the best of n trials to the beginning: by rank; with several goals those that nobody beats,
 * then those that then nobody does, until there are `best`. */
static void sort_best(const gp_table *t, size_t n, size_t best)
{
    if (t->goals == 1) {
        qsort(t->trials, n, sizeof *t->trials, by_rank);
        return;
    }
    for (size_t placed = 0; placed < best;) {
        size_t front = placed;
        for (size_t i = placed; i < n; i++) {
            front = take_in(t, t->trials, placed, front, i);
        }
        placed = front;
    }
}

/* Shortens the list of n: the best third is at its beginning, others are taken evenly from those
 * behind it, and the latest third stays. */
static void choose(const gp_table *t, const search_trial *const *sorted, size_t n, size_t most)
{
    const search_trial **list = t->trials;
    const size_t third = most / 3, rest = most - 2 * third, middle = n - 2 * third;
    memmove(list, sorted, third * sizeof *list);
    for (size_t k = 0; k < rest; k++) {
        list[third + k] = sorted[third + k * middle / rest];
    }
    memmove(list + third + rest, t->ranks.done + n - third, third * sizeof *list);
    qsort(list, most, sizeof *list, by_number);
}

size_t gp_table_list(gp_table *t, size_t count, size_t most)
{
    if (count > most && count == t->ranks.count && most == t->held && t->goals == 1) {
        choose(t, gp_ranks_sorted(&t->ranks), count, most);
        return most;
    }
    if (count > 0) {
        memcpy(t->trials, t->ranks.done, count * sizeof(const search_trial *));
    }
    if (count > most) {
        sort_best(t, count - most / 3, most / 3);
        choose(t, t->trials, count, most);
    }
    return count < most ? count : most;
}

size_t gp_table_list_running(gp_table *t, size_t n)
{
    const search_history *h = t->history;
    const size_t all = n + h->count - h->finished;
    size_t to = all;
    for (size_t i = h->count; to > n; i--) {
        if (h->trials[i - 1]->state == COLLET_TRIAL_RUNNING) {
            t->trials[--to] = h->trials[i - 1];
        }
    }
    return all;
}

void gp_table_make_rows(gp_table *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const search_trial *trial = t->trials[i];
        double *u = t->u + i * t->space->dim_count;
        gp_coordinates(t->layout, trial->x, u);
        t->rows[i] = (gp_row){2 * trial->number + (trial->state != COLLET_TRIAL_RUNNING), u};
    }
}

/* ---- What they are worth -------------------------------------------------------------------- */

double *gp_table_values(const gp_table *t, uint32_t k)
{
    return t->y + (k < t->goals ? k : t->goals) * t->room;
}

/* The median of goal k over the n listed trials that are complete; -INFINITY where none is. */
static double median_complete(const gp_table *t, uint32_t k, size_t n)
{
    double *y = gp_table_values(t, k);
    for (size_t i = 0; i < n; i++) {
        const search_trial *trial = t->trials[i];
        bool counts = trial->measured && trial->state == COLLET_TRIAL_COMPLETE;
        y[i] = counts ? trial->values[k] : (double)NAN;
    }
    const size_t count = gp_fill(n, y, t->sorted);
    return count > 0 ? t->sorted[count / 2] : -(double)INFINITY;
}

bool gp_table_is_unbeaten(const gp_table *t, const search_trial *trial, size_t n)
{
    size_t k = 0;
    while (k < n && !beats(t, t->trials[k], trial)) {
        k++;
    }
    return k == n;
}

/* The worst of goal k among the listed trials that nobody beats; -INFINITY with one goal. What is
 * worse than that does not matter, but what is worse in one goal may be the best in another. */
static double worst_of_front(const gp_table *t, uint32_t k, size_t n)
{
    double worst = -(double)INFINITY;
    for (size_t i = 0; t->goals > 1 && i < n; i++) {
        const search_trial *trial = t->trials[i];
        bool counts =
            trial->measured && trial->violation <= 0 && trial->state == COLLET_TRIAL_COMPLETE;
        if (counts && trial->values[k] > worst && gp_table_is_unbeaten(t, trial, n)) {
            worst = trial->values[k];
        }
    }
    return worst;
}

double *gp_table_value(gp_table *t, uint32_t k, size_t n)
{
    const bool goal = k < t->goals;
    const double median = goal ? median_complete(t, k, n) : 0;
    double *y = gp_table_values(t, k), mean, deviation;
    for (size_t i = 0; i < n; i++) {
        const search_trial *trial = t->trials[i];
        if (!trial->measured || trial->state == COLLET_TRIAL_FAILED) {
            y[i] = (double)NAN;
        } else if (!goal) {
            y[i] = trial->constraints[k - t->goals];
        } else {
            bool pruned = trial->state == COLLET_TRIAL_PRUNED;
            y[i] = pruned ? fmax(trial->values[k], median) : trial->values[k];
        }
    }
    const size_t count = gp_fill(n, y, t->sorted);
    if (goal) {
        gp_cut_tail(n, y, t->sorted, count, worst_of_front(t, k, n));
    }
    gp_standardise(n, y, &mean, &deviation);
    if (goal) {
        t->deviation = deviation;
    } else {
        t->most[k - t->goals] = -mean / deviation;
    }
    return y;
}

#include "density/trials.h"

#include <stdlib.h>
#include <string.h>

collet_status density_trials_init(density_trials *t, const density_space *columns, uint32_t best,
                                  uint32_t rest, uint32_t front)
{
    const collet_space *space = columns->space->space;
    *t = (density_trials){.space = columns->space, .front = front};
    search_history_init(&t->history, space);
    search_league_init(&t->league, space->objective_count);
    density_rows_init(&t->rows, columns);
    density_order_init(&t->order, &t->rows);
    return search_digest_init(&t->digest, best, rest);
}

void density_trials_finish(density_trials *t)
{
    density_order_finish(&t->order);
    density_rows_finish(&t->rows);
    search_seen_finish(&t->seen);
    search_digest_finish(&t->digest);
    search_league_finish(&t->league);
    search_history_finish(&t->history);
    free(t->free_rows);
    free(t->open);
    t->free_rows = NULL;
    t->open = NULL;
}

search_pick *density_trials_pick(const density_trials *t, uint32_t i)
{
    const search_digest *d = &t->digest;
    return i < d->best_count ? &d->best[i] : &d->rest[i - d->best_count];
}

/* ---- Rows ----------------------------------------------------------------------------------- */

/* Room for so many more. */
static collet_status reserve(density_trials *t, uint32_t count)
{
    uint32_t old = t->rows.room, room = old == 0 ? 64 : 2 * old;
    if (t->free_count >= count) {
        return COLLET_OK;
    }
    while (t->free_count + room - old < count) {
        room *= 2;
    }
    uint32_t *free_rows = realloc(t->free_rows, room * sizeof *free_rows);
    t->free_rows = free_rows != NULL ? free_rows : t->free_rows;
    density_open *open = realloc(t->open, room * sizeof *open);
    t->open = open != NULL ? open : t->open;
    if (free_rows == NULL || open == NULL || density_rows_reserve(&t->rows, room) < 0 ||
        density_order_reserve(&t->order) < 0) {
        return COLLET_E_NOMEM;
    }
    while (room > old) { /* low ones come first */
        t->free_rows[t->free_count++] = --room;
    }
    return COLLET_OK;
}

static uint32_t add_row(density_trials *t, uint64_t number, const double *x)
{
    uint32_t row = t->free_rows[--t->free_count];
    density_row_place(&t->rows, row, x);
    density_order_add(&t->order, row, number);
    return row;
}

static void remove_row(density_trials *t, uint32_t row)
{
    density_order_remove(&t->order, row);
    t->free_rows[t->free_count++] = row;
}

/* ---- Trials --------------------------------------------------------------------------------- */

/* The first trial under way whose number is not below. */
static uint32_t open_place(const density_trials *t, uint64_t number)
{
    uint32_t i = t->open_count;
    while (i > 0 && t->open[i - 1].number >= number) {
        i--;
    }
    return i;
}

collet_status density_trials_begin(density_trials *t, uint64_t number, const double *x)
{
    if (reserve(t, 1) < 0 || search_seen_add(&t->seen, t->space, x) < 0 ||
        search_history_open(&t->history, number, x) < 0) {
        return COLLET_E_NOMEM;
    }
    uint32_t i = open_place(t, number);
    memmove(t->open + i + 1, t->open + i, (t->open_count - i) * sizeof *t->open);
    t->open[i] = (density_open){number, add_row(t, number, x)};
    t->open_count++;
    return COLLET_OK;
}

static void close(density_trials *t, uint64_t number)
{
    uint32_t i = open_place(t, number);
    if (i < t->open_count && t->open[i].number == number) {
        remove_row(t, t->open[i].row);
        t->open_count--;
        memmove(t->open + i, t->open + i + 1, (t->open_count - i) * sizeof *t->open);
    }
}

/* A trial is over; there is room for it. */
static collet_status add(density_trials *t, const search_trial *trial)
{
    if (t->history.objective_count > 1) {
        t->stale = true;
        return search_league_add(&t->league, trial);
    }
    uint32_t row = add_row(t, trial->number, trial->x);
    uint32_t gone = search_digest_add(&t->digest, trial, row);
    if (gone != UINT32_MAX) {
        remove_row(t, gone);
    }
    return COLLET_OK;
}

/* Empties the digest. */
static void clear(density_trials *t)
{
    for (uint32_t i = 0; i < t->digest.best_count + t->digest.rest_count; i++) {
        remove_row(t, density_trials_pick(t, i)->tag);
    }
    search_digest_clear(&t->digest);
}

/* A trial has come to something else than it was sorted by. */
static collet_status sort_anew(density_trials *t)
{
    collet_status status = COLLET_OK;
    t->league.count = 0;
    if (t->history.objective_count == 1) {
        clear(t);
    }
    for (size_t i = 0; i < t->history.count && status >= 0; i++) {
        const search_trial *trial = t->history.trials[i];
        if (trial->state != COLLET_TRIAL_RUNNING) {
            status = reserve(t, 1) < 0 ? COLLET_E_NOMEM : add(t, trial);
        }
    }
    return status;
}

collet_status density_trials_tell(density_trials *t, const collet_trial *trial)
{
    const search_trial *news;
    if (trial->state == COLLET_TRIAL_RUNNING) {
        bool known = search_history_find(&t->history, trial->number) != NULL;
        return known ? COLLET_OK : density_trials_begin(t, trial->number, trial->x);
    }
    if (search_history_again(&t->history, trial) != NULL) {
        return sort_anew(t);
    }
    if (reserve(t, 1) < 0 || search_seen_add(&t->seen, t->space, trial->x) < 0 ||
        search_history_tell(&t->history, trial, &news) < 0) {
        return COLLET_E_NOMEM;
    }
    if (news == NULL) {
        return COLLET_OK;
    }
    close(t, news->number);
    return add(t, news);
}

collet_status density_trials_sort(density_trials *t)
{
    search_digest *d = &t->digest;
    uint32_t held = d->best_count + d->rest_count, room = d->best_room + d->rest_room;
    if (!t->stale) {
        return COLLET_OK;
    }
    if (reserve(t, room - held) < 0) {
        return COLLET_E_NOMEM;
    }
    clear(t);
    search_league_sort(&t->league, t->front);
    for (size_t i = 0; i < t->league.count; i++) {
        search_digest_append(d, t->league.list[i].trial);
    }
    held = d->best_count + d->rest_count;
    for (uint32_t i = 0; i < held; i++) {
        search_pick *pick = density_trials_pick(t, i);
        pick->tag = add_row(t, pick->trial->number, pick->trial->x);
    }
    t->stale = false;
    return COLLET_OK;
}

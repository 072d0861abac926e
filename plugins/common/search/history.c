#include "search/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void search_history_init(search_history *h, const collet_space *space)
{
    *h = (search_history){.dim_count = space->dim_count,
                          .objective_count = space->objective_count,
                          .constraint_count = space->constraint_count};
}

void search_history_finish(search_history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        free(h->trials[i]);
    }
    free(h->trials);
    h->trials = NULL;
    h->count = h->room = 0;
}

/* The first place whose number is not below; nearly always the last or behind it. */
static size_t place_of(const search_history *h, uint64_t number)
{
    size_t low = 0, high = h->count;
    if (high > 0 && h->trials[high - 1]->number < number) {
        return high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->trials[middle]->number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A trial and its three arrays in one piece, not yet in the list. */
static search_trial *create(const search_history *h, uint64_t number, const double *x)
{
    size_t doubles = (size_t)h->dim_count + h->objective_count + h->constraint_count;
    search_trial *t = malloc(sizeof *t + doubles * sizeof(double));
    if (t == NULL) {
        return NULL;
    }
    *t = (search_trial){.number = number, .state = COLLET_TRIAL_RUNNING};
    t->x = (double *)(void *)(t + 1);
    t->values = t->x + h->dim_count;
    t->constraints = t->values + h->objective_count;
    for (size_t i = h->dim_count; i < doubles; i++) {
        t->x[i] = (double)NAN;
    }
    if (h->dim_count > 0) {
        memcpy(t->x, x, h->dim_count * sizeof(double));
    }
    return t;
}

static search_trial *insert(search_history *h, size_t at, uint64_t number, const double *x)
{
    if (h->count == h->room) {
        size_t room = h->room == 0 ? 64 : 2 * h->room;
        search_trial **trials = realloc(h->trials, room * sizeof(search_trial *));
        if (trials == NULL) {
            return NULL;
        }
        h->trials = trials;
        h->room = room;
    }
    search_trial *t = create(h, number, x);
    if (t == NULL) {
        return NULL;
    }
    memmove(h->trials + at + 1, h->trials + at, (h->count - at) * sizeof(search_trial *));
    h->trials[at] = t;
    h->count++;
    return t;
}

/* A trial under way is where it was said to be last. */
static search_trial *take(search_history *h, uint64_t number, const double *x)
{
    size_t at = place_of(h, number);
    if (at < h->count && h->trials[at]->number == number) {
        search_trial *t = h->trials[at];
        if (t->state == COLLET_TRIAL_RUNNING && h->dim_count > 0) {
            memcpy(t->x, x, h->dim_count * sizeof *x);
        }
        return t;
    }
    return insert(h, at, number, x);
}

collet_status search_history_open(search_history *h, uint64_t number, const double *x)
{
    return take(h, number, x) == NULL ? COLLET_E_NOMEM : COLLET_OK;
}

static void measure(search_history *h, search_trial *t, const collet_trial *told)
{
    if (told->values != NULL) {
        t->measured = true;
        for (uint32_t i = 0; i < h->objective_count; i++) {
            t->values[i] = told->values[i];
            t->measured &= !isnan(told->values[i]);
        }
    }
    for (uint32_t i = 0; told->constraints != NULL && i < h->constraint_count; i++) {
        double c = told->constraints[i];
        t->constraints[i] = c;
        t->violation += isnan(c) ? (double)INFINITY : c > 0 ? c : 0.0;
    }
    h->measured += t->measured;
}

collet_status search_history_tell(search_history *h, const collet_trial *trial,
                                  const search_trial **news)
{
    search_trial *t = take(h, trial->number, trial->x);
    if (news != NULL) {
        *news = NULL;
    }
    if (t == NULL) {
        return COLLET_E_NOMEM;
    }
    if (t->state != COLLET_TRIAL_RUNNING || trial->state == COLLET_TRIAL_RUNNING) {
        return COLLET_OK;
    }
    t->state = trial->state;
    t->last_step = trial->last_step;
    if (h->dim_count > 0) {
        memcpy(t->x, trial->x, h->dim_count * sizeof(double));
    }
    measure(h, t, trial);
    h->finished++;
    if (news != NULL) {
        *news = t;
    }
    return COLLET_OK;
}

const search_trial *search_history_again(search_history *h, const collet_trial *trial)
{
    search_trial *t = (search_trial *)search_history_find(h, trial->number);
    bool further =
        trial->state != COLLET_TRIAL_PRUNED || (t != NULL && trial->last_step > t->last_step);
    if (t == NULL || t->state != COLLET_TRIAL_PRUNED || trial->state == COLLET_TRIAL_RUNNING ||
        !further) {
        return NULL;
    }
    h->measured -= t->measured;
    t->measured = false;
    t->violation = 0;
    t->state = trial->state;
    t->last_step = trial->last_step;
    measure(h, t, trial);
    return t;
}

const search_trial *search_history_find(const search_history *h, uint64_t number)
{
    size_t at = place_of(h, number);
    return at < h->count && h->trials[at]->number == number ? h->trials[at] : NULL;
}

bool search_history_moves(const search_history *h, const search_space *space, uint64_t number,
                          const double *x)
{
    const search_trial *t = search_history_find(h, number);
    return t != NULL && t->state == COLLET_TRIAL_RUNNING && !search_same(space, t->x, x);
}

size_t search_history_rank(const search_history *h, uint64_t number)
{
    return place_of(h, number);
}

bool search_history_pending(const search_history *h, const search_space *space, const double *x)
{
    size_t left = h->count - h->finished;
    for (size_t i = h->count; left > 0; i--) {
        const search_trial *t = h->trials[i - 1];
        if (t->state == COLLET_TRIAL_RUNNING) {
            left--;
            if (search_same(space, t->x, x)) {
                return true;
            }
        }
    }
    return false;
}

/* 0 complete, 1 pruned, 2 infeasible, 3 failed or not a number. */
static int class_of(const search_trial *t)
{
    if (!t->measured || t->state == COLLET_TRIAL_FAILED) {
        return 3;
    }
    if (t->violation > 0) {
        return 2;
    }
    return t->state == COLLET_TRIAL_PRUNED ? 1 : 0;
}

static int by(double a, double b)
{
    return (a > b) - (a < b);
}

int search_trial_compare(const search_trial *a, const search_trial *b)
{
    int class = class_of(a), order = class - class_of(b);
    if (order == 0 && class == 2) {
        order = by(a->violation, b->violation);
    }
    if (order == 0 && class == 1 && a->last_step != b->last_step) {
        order = a->last_step > b->last_step ? -1 : 1;
    }
    if (order == 0 && class < 3) {
        order = by(a->values[0], b->values[0]);
    }
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

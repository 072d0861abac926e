#include "search/league.h"

#include "search/pareto.h"

#include <stdlib.h>

void search_league_init(search_league *l, uint32_t objectives)
{
    *l = (search_league){.objectives = objectives};
}

void search_league_finish(search_league *l)
{
    free(l->list);
    free(l->front);
    free(l->order);
    free(l->crowding);
    *l = (search_league){0};
}

/* Room for one more. */
static bool reserve(search_league *l)
{
    if (l->count < l->room) {
        return true;
    }
    size_t room = 2 * l->room + 64;
    search_standing *list = realloc(l->list, room * sizeof *list);
    l->list = list != NULL ? list : l->list;
    const search_trial **front = realloc(l->front, room * sizeof *front);
    l->front = front != NULL ? front : l->front;
    size_t *order = realloc(l->order, room * sizeof *order);
    l->order = order != NULL ? order : l->order;
    double *crowding = realloc(l->crowding, room * sizeof *crowding);
    l->crowding = crowding != NULL ? crowding : l->crowding;
    bool all = list != NULL && front != NULL && order != NULL && crowding != NULL;
    l->room = all ? room : l->room;
    return all;
}

collet_status search_league_add(search_league *l, const search_trial *trial)
{
    if (!reserve(l)) {
        return COLLET_E_NOMEM;
    }
    search_standing news = {.trial = trial};
    for (size_t i = 0; i < l->count; i++) {
        int order = search_pareto_compare_trials(l->list[i].trial, trial, l->objectives);
        news.beaten += order < 0;
        l->list[i].beaten += order > 0;
    }
    l->list[l->count++] = news;
    return COLLET_OK;
}

static int by_standing(const void *a, const void *b)
{
    const search_standing *s = a, *t = b;
    if (s->beaten != t->beaten) {
        return s->beaten < t->beaten ? -1 : 1;
    }
    if (s->crowding != t->crowding) {
        return s->crowding > t->crowding ? -1 : 1;
    }
    return (s->trial->number > t->trial->number) - (s->trial->number < t->trial->number);
}

/* Crowding of the n that begin at `first`; as many dominate each. */
static void crowd(search_league *l, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        l->front[i] = l->list[first + i].trial;
    }
    search_pareto_crowding(l->front, n, l->objectives, l->order, l->crowding);
    for (size_t i = 0; i < n; i++) {
        l->list[first + i].crowding = l->crowding[i];
    }
    qsort(l->list + first, n, sizeof *l->list, by_standing);
}

void search_league_sort(search_league *l, size_t most)
{
    for (size_t i = 0; i < l->count; i++) {
        l->list[i].crowding = 0;
    }
    if (l->count > 0) {
        qsort(l->list, l->count, sizeof *l->list, by_standing);
    }
    for (size_t first = 0, end; first < l->count && first < most; first = end) {
        for (end = first; end < l->count && l->list[end].beaten == l->list[first].beaten;) {
            end++;
        }
        crowd(l, first, end - first);
    }
}

#include "prune/curves.h"

#include <math.h>
#include <stdlib.h>

void prune_list_finish(prune_list *list)
{
    free(list->items);
    *list = (prune_list){0};
}

bool prune_list_add(prune_list *list, const collet_curve *curve, const double *values)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : 2 * list->room;
        prune_entry *items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            return false;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = (prune_entry){curve, values, 0};
    return true;
}

/* Negative: a is better. */
static int by_value(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return (isnan(a) != 0) - (isnan(b) != 0);
    }
    return (a > b) - (a < b);
}

static int by_number(const prune_entry *a, const prune_entry *b)
{
    return (a->curve->number > b->curve->number) - (a->curve->number < b->curve->number);
}

static int compare_one(const void *first, const void *second)
{
    const prune_entry *a = first, *b = second;
    int order = by_value(a->values[0], b->values[0]);
    return order != 0 ? order : by_number(a, b);
}

bool prune_is_before(const prune_entry *a, const prune_entry *b)
{
    return compare_one(a, b) < 0;
}

static int compare_several(const void *first, const void *second)
{
    const prune_entry *a = first, *b = second;
    int order = (a->worse_than > b->worse_than) - (a->worse_than < b->worse_than);
    return order != 0 ? order : by_number(a, b);
}

void prune_list_sort(prune_list *list, uint32_t m)
{
    if (list->count < 2) {
        return;
    }
    if (m == 1) {
        qsort(list->items, list->count, sizeof *list->items, compare_one);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        prune_entry *entry = &list->items[i];
        entry->worse_than = 0;
        for (size_t k = 0; k < list->count; k++) {
            entry->worse_than += prune_dominates(list->items[k].values, entry->values, m);
        }
    }
    qsort(list->items, list->count, sizeof *list->items, compare_several);
}

const double *prune_reached(const collet_curve *curve, uint32_t m, uint64_t step)
{
    uint32_t low = 0, high = curve->point_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (curve->steps[middle] < step) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < curve->point_count ? curve->values + (size_t)low * m : NULL;
}

const double *prune_at(const collet_curve *curve, uint32_t m, uint64_t step)
{
    const double *values = prune_reached(curve, m, step);
    size_t at = values != NULL ? (size_t)(values - curve->values) / m : 0;
    return values != NULL && curve->steps[at] == step ? values : NULL;
}

uint64_t prune_last_step(const collet_curve *curve)
{
    return curve->point_count > 0 ? curve->steps[curve->point_count - 1] : 0;
}

void prune_best(const collet_curve *curve, uint32_t m, double *best)
{
    for (uint32_t k = 0; k < m; k++) {
        best[k] = (double)NAN;
        for (uint32_t i = 0; i < curve->point_count; i++) {
            best[k] = fmin(best[k], curve->values[(size_t)i * m + k]);
        }
    }
}

bool prune_dominates(const double *a, const double *b, uint32_t m)
{
    bool better = false;
    for (uint32_t k = 0; k < m; k++) {
        int order = by_value(a[k], b[k]);
        if (order > 0) {
            return false;
        }
        better = better || order < 0;
    }
    return better;
}

bool prune_has_nan(const double *values, uint32_t m)
{
    for (uint32_t k = 0; k < m; k++) {
        if (isnan(values[k])) {
            return true;
        }
    }
    return false;
}

bool prune_due(const collet_curve *curve, uint64_t warmup, uint64_t interval)
{
    uint64_t step = prune_last_step(curve);
    if (curve->point_count == 0 || step < warmup) {
        return false;
    }
    uint64_t first = (step - warmup) / interval * interval + warmup; /* of its interval */
    return curve->point_count == 1 || curve->steps[curve->point_count - 2] < first;
}

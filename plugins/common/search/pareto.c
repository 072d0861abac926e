#include "search/pareto.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int search_pareto_compare(const double *a, const double *b, uint32_t m)
{
    bool better = false, worse = false;
    for (uint32_t k = 0; k < m; k++) {
        better |= a[k] < b[k];
        worse |= a[k] > b[k];
    }
    return better == worse ? 0 : better ? -1 : 1;
}

/* 0 complete, 1 pruned, 2 infeasible, 3 failed or not a number. */
static int class_of(const search_trial *t)
{
    if (!t->measured || t->state == COLLET_TRIAL_FAILED) {
        return 3;
    }
    return t->violation > 0 ? 2 : t->state == COLLET_TRIAL_PRUNED ? 1 : 0;
}

int search_pareto_compare_trials(const search_trial *a, const search_trial *b, uint32_t m)
{
    int class = class_of(a), difference = class - class_of(b);
    if (difference != 0 || class == 3) {
        return difference;
    }
    if (class == 2) {
        return (a->violation > b->violation) - (a->violation < b->violation);
    }
    return search_pareto_compare(a->values, b->values, m);
}

void search_pareto_rank(const search_trial *const *trials, size_t n, uint32_t m, uint32_t *rank)
{
    size_t placed = 0;
    for (size_t i = 0; i < n; i++) {
        rank[i] = UINT32_MAX;
    }
    for (uint32_t front = 0; placed < n; front++) {
        for (size_t i = 0; i < n; i++) {
            bool dominated = rank[i] < front;
            for (size_t k = 0; k < n && !dominated; k++) { /* by one that is in no earlier front */
                dominated =
                    rank[k] >= front && search_pareto_compare_trials(trials[k], trials[i], m) < 0;
            }
            if (!dominated) {
                rank[i] = front;
                placed++;
            }
        }
    }
}

/* Insertion by one objective, ties by number: fronts are short. */
static void sort_by(const search_trial *const *trials, size_t n, uint32_t k, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0; at--) {
            const search_trial *left = trials[order[at - 1]], *right = trials[i];
            double a = left->values[k], b = right->values[k];
            if (a < b || (!(a > b) && left->number < right->number)) {
                break;
            }
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

void search_pareto_crowding(const search_trial *const *trials, size_t n, uint32_t m, size_t *order,
                            double *crowding)
{
    for (size_t i = 0; i < n; i++) {
        crowding[i] = 0;
    }
    for (uint32_t k = 0; k < m && n > 0 && trials[0]->measured; k++) {
        sort_by(trials, n, k, order);
        double width = trials[order[n - 1]]->values[k] - trials[order[0]]->values[k];
        crowding[order[0]] = crowding[order[n - 1]] = (double)INFINITY;
        for (size_t i = 1; i + 1 < n && width > 0 && isfinite(width); i++) {
            double gap = trials[order[i + 1]]->values[k] - trials[order[i - 1]]->values[k];
            crowding[order[i]] += gap / width;
        }
    }
}

#include "prune/percentile.h"

/* Values of complete trials at the step. *complete: how many there are in all. */
static bool collect(prune_state *s, const collet_curves *peers, uint64_t step, uint64_t *complete)
{
    s->list.count = 0;
    *complete = 0;
    for (uint64_t i = 0; i < peers->count; i++) {
        const collet_curve *peer = peers->curves[i];
        if (peer->state != COLLET_CURVE_COMPLETE) {
            continue;
        }
        ++*complete;
        const double *values = prune_at(peer, s->m, step);
        if (values != NULL && !prune_list_add(&s->list, peer, values)) {
            return false;
        }
    }
    return true;
}

/* The percentile of one objective by linear interpolation between the two nearest ranks, without
 * NaNs, which stand last; NaN where there is nothing else. */
static double percentile_of(prune_list *list, double percent)
{
    prune_list_sort(list, 1);
    size_t n = list->count;
    while (n > 0 && isnan(list->items[n - 1].values[0])) {
        n--;
    }
    if (n == 0) {
        return (double)NAN;
    }
    double at = percent / 100 * (double)(n - 1);
    size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;
    double a = list->items[below].values[0], b = list->items[above].values[0];
    return below == above ? a : a + (at - (double)below) * (b - a);
}

/* With several objectives: is it dominated by more than that share of the peers? */
static bool is_dominated(const prune_list *list, const double *best, uint32_t m, double percent)
{
    size_t better = 0;
    for (size_t i = 0; i < list->count; i++) {
        better += prune_dominates(list->items[i].values, best, m);
    }
    return (double)better > percent / 100 * (double)list->count;
}

collet_status prune_by_percentile(prune_state *s, const prune_percentile *rule, double percent,
                                  const collet_curve *own, const collet_curves *peers, bool *stop)
{
    uint64_t complete;
    *stop = false;
    if (!prune_due(own, (uint64_t)rule->warmup, (uint64_t)rule->interval)) {
        return COLLET_OK;
    }
    if (!collect(s, peers, prune_last_step(own), &complete)) {
        return prune_no_memory(s);
    }
    if (complete == 0 || complete < (uint64_t)rule->startup) {
        return COLLET_OK;
    }
    prune_best(own, s->m, s->scratch);
    if (prune_has_nan(s->scratch, s->m)) {
        *stop = true; /* it has never had a value */
    } else if (s->list.count >= (uint64_t)rule->peers && s->m == 1) {
        *stop = s->scratch[0] > percentile_of(&s->list, percent);
    } else if (s->list.count >= (uint64_t)rule->peers) {
        *stop = is_dominated(&s->list, s->scratch, s->m, percent);
    }
    return COLLET_OK;
}

#include "prune/halving.h"

void prune_rungs_init(prune_rungs *rungs, uint32_t bracket, uint64_t first, uint64_t eta,
                      uint64_t end)
{
    *rungs = (prune_rungs){.eta = eta, .bracket = bracket};
    for (uint64_t step = first; end == 0 || step <= end / eta; step *= eta) {
        rungs->steps[rungs->count++] = step;
        if (rungs->count == PRUNE_MOST_RUNGS || step > UINT64_MAX / eta) {
            break;
        }
    }
}

uint64_t prune_rung_step(const prune_rungs *rungs, uint32_t k)
{
    return k < rungs->count ? rungs->steps[k] : 0;
}

uint32_t prune_rungs_reached(const prune_rungs *rungs, const collet_curve *curve)
{
    uint64_t step = prune_last_step(curve);
    uint32_t k = 0;
    while (curve->point_count > 0 && k < rungs->count && rungs->steps[k] <= step) {
        k++;
    }
    return k;
}

collet_status prune_rung_collect(prune_state *s, const prune_rungs *rungs, uint32_t k,
                                 const collet_curves *peers)
{
    s->list.count = 0;
    for (uint64_t i = 0; i < peers->count; i++) {
        const collet_curve *peer = peers->curves[i];
        bool belongs = peer->bracket == rungs->bracket && peer->state != COLLET_CURVE_FAILED;
        const double *values = belongs ? prune_reached(peer, s->m, rungs->steps[k]) : NULL;
        bool counts = values != NULL && !prune_has_nan(values, s->m);
        if (counts && !prune_list_add(&s->list, peer, values)) {
            return prune_no_memory(s);
        }
    }
    return COLLET_OK;
}

const collet_curve *prune_rung_due(prune_state *s, const prune_rungs *rungs, uint32_t k,
                                   uint64_t keep)
{
    const prune_list *list = &s->list;
    const prune_entry *best = NULL;
    uint64_t before = 0;
    if (s->m > 1) {
        prune_list_sort(&s->list, s->m);
    }
    for (size_t i = 0; i < list->count; i++) {
        const prune_entry *entry = &list->items[i];
        bool waits = entry->curve->state == COLLET_CURVE_PAUSED &&
                     prune_rungs_reached(rungs, entry->curve) == k + 1;
        bool better = best == NULL || (s->m == 1 && prune_is_before(entry, best));
        best = waits && better ? entry : best;
    }
    for (size_t i = 0; i < list->count && best != NULL; i++) {
        const prune_entry *entry = &list->items[i];
        before += s->m == 1 ? prune_is_before(entry, best) : entry < best;
    }
    return best != NULL && before < keep ? best->curve : NULL;
}

bool prune_rung_keeps(const prune_state *s, const collet_curve *own, size_t keep)
{
    const prune_list *list = &s->list;
    size_t better = 0, at = 0;
    while (at < list->count && list->items[at].curve != own) {
        at++;
    }
    for (size_t i = 0; at < list->count && i < list->count; i++) {
        better += prune_dominates(list->items[i].values, list->items[at].values, s->m);
    }
    return at < list->count && better < keep;
}

/* The first rung that the last point has reached and the one before it had not. */
static uint32_t first_new_rung(const prune_rungs *rungs, const collet_curve *own)
{
    collet_curve before = *own;
    before.point_count -= before.point_count > 0;
    return prune_rungs_reached(rungs, &before);
}

collet_status prune_halve(prune_state *s, const prune_rungs *rungs, const collet_curve *own,
                          const collet_curves *peers, collet_decision *out)
{
    uint32_t reached = prune_rungs_reached(rungs, own);
    bool pauses = prune_can_pause(s->resource);
    out->action = COLLET_PRUNE_CONTINUE;
    out->next_step = prune_rung_step(rungs, reached);
    for (uint32_t k = first_new_rung(rungs, own); k < reached; k++) {
        if (prune_has_nan(prune_reached(own, s->m, rungs->steps[k]), s->m)) {
            out->action = COLLET_PRUNE_STOP;
            return COLLET_OK;
        }
        if (prune_rung_collect(s, rungs, k, peers) != COLLET_OK) {
            return COLLET_E_NOMEM;
        }
        size_t keep = s->list.count / rungs->eta;
        keep = keep == 0 && !pauses ? 1 : keep; /* who cannot come back later is not sent away */
        if (!prune_rung_keeps(s, own, keep)) {
            out->action = pauses ? COLLET_PRUNE_PAUSE : COLLET_PRUNE_STOP;
            return COLLET_OK;
        }
    }
    return COLLET_OK;
}

#include "density/parzen.h"

#include "search/branch.h"

#include <math.h>
#include <stdlib.h>

enum { NEW = 25 }; /* trials that are not old */

collet_status density_parzen_init(density_parzen *p, const density_parzen_rules *rules,
                                  density_trials *trials)
{
    *p = (density_parzen){.rules = *rules, .trials = trials};
    density_rows_init(&p->below, trials->rows.space);
    p->low = malloc((rules->cap + 2u) * sizeof *p->low);
    return p->low != NULL && density_rows_reserve(&p->below, rules->cap) == COLLET_OK &&
                   density_fit_reserve(&p->fit, rules->cap) == COLLET_OK
               ? COLLET_OK
               : COLLET_E_NOMEM;
}

void density_parzen_finish(density_parzen *p)
{
    density_fit_finish(&p->fit);
    density_rows_finish(&p->below);
    free(p->low);
    free(p->terms);
    free(p->part);
    p->low = NULL;
    p->terms = p->part = NULL;
}

/* As much room as there are kernels. */
static bool reserve(density_parzen *p)
{
    const uint32_t room = p->trials->rows.room;
    const size_t size = ((size_t)p->rules.cap + room) * sizeof *p->terms;
    if (p->terms != NULL && p->room >= room) {
        return true;
    }
    density_term *terms = realloc(p->terms, size);
    p->terms = terms != NULL ? terms : p->terms;
    density_term *part = realloc(p->part, size);
    p->part = part != NULL ? part : p->part;
    bool all = terms != NULL && part != NULL && density_fit_reserve(&p->fit, room) == COLLET_OK;
    p->room = all ? room : p->room;
    return all;
}

/* ---- Which trials are l's ------------------------------------------------------------------- */

/* Does a trial count? */
static bool belongs(const density_parzen *p, const double *x)
{
    return p->branch == NULL || search_branch_same(p->trials->space->dim_count, p->branch, x);
}

/* Those that count and are measured. */
static double count_measured(const density_parzen *p)
{
    const search_history *h = &p->trials->history;
    size_t n = 0;
    if (p->branch == NULL) {
        return (double)h->measured;
    }
    for (size_t i = 0; i < h->count; i++) {
        const search_trial *trial = h->trials[i];
        n += trial->measured && trial->state != COLLET_TRIAL_RUNNING && belongs(p, trial->x);
    }
    return (double)n;
}

static uint32_t count_below(const density_parzen *p)
{
    const density_parzen_rules *r = &p->rules;
    double n = count_measured(p), share = ceil(r->gamma * (r->root ? sqrt(n) : n));
    share = share < n ? share : n; /* trials without a value never belong to l */
    return share < (double)r->cap ? (uint32_t)share : r->cap;
}

/* Lists the trials of l, the best first, and the next one, if there is any. Returns how many are
 * of l. */
static uint32_t list_below(density_parzen *p)
{
    const search_digest *d = &p->trials->digest;
    uint32_t most = count_below(p), count = 0;
    for (uint32_t i = 0; i < d->best_count && count <= most; i++) {
        if (belongs(p, d->best[i].trial->x)) {
            p->low[count++] = &d->best[i];
        }
    }
    p->low[count] = NULL;
    return count < most ? count : most;
}

/* ---- Weights -------------------------------------------------------------------------------- */

/* 1 for the newest trials; before those a ramp from 1/n, for the oldest, to 1. */
static double age_weight(const search_history *h, uint64_t number)
{
    double n = (double)h->count, rank = (double)search_history_rank(h, number);
    double old = n - NEW;
    return rank >= old || old <= 1 ? 1.0 : 1 / n + (1 - 1 / n) * rank / (old - 1);
}

/* By how much a trial is better than another; NaN where that has no meaning. */
static double better_by(const search_trial *a, const search_trial *b)
{
    bool plain = a->state == COLLET_TRIAL_COMPLETE && b->state == COLLET_TRIAL_COMPLETE &&
                 a->measured && b->measured && !(a->violation > 0) && !(b->violation > 0);
    double difference = plain ? b->values[0] - a->values[0] : (double)NAN;
    return isfinite(difference) ? difference : (double)NAN;
}

/* Expected improvement over the best trial of g. False where values cannot be compared. */
static bool ei_weights(const density_parzen *p)
{
    const density_mixture *l = &p->l;
    const search_pick *const *best = p->low;
    double sum = 0;
    if (best[l->count] == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        sum += better_by(best[i]->trial, best[l->count]->trial);
    }
    if (!(sum > 0) || !isfinite(sum)) {
        return false;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        double share = better_by(best[i]->trial, best[l->count]->trial) / sum;
        l->terms[i].weight = (float)(share > 1e-6 ? share : 1e-6);
    }
    return true;
}

static void weigh(const density_parzen *p)
{
    const density_parzen_rules *r = &p->rules;
    const search_history *h = &p->trials->history;
    bool one = h->objective_count == 1; /* else no trial of a front is better */
    if (one && r->weights == DENSITY_EI && ei_weights(p)) {
        return;
    }
    for (uint32_t i = 0; i < p->l.count; i++) {
        double weight = 1;
        if (one && r->weights == DENSITY_RANK) {
            weight = pow(log((p->l.count + 1.0) / (i + 1.0)), r->rank_power);
        } else if (r->weights == DENSITY_OLD_DECAY) {
            weight = age_weight(h, p->low[i]->trial->number);
        }
        p->l.terms[i].weight = (float)weight;
    }
}

/* ---- The two densities ---------------------------------------------------------------------- */

static void make_below(density_parzen *p)
{
    p->l = (density_mixture){.rows = &p->below, .terms = p->terms, .count = list_below(p)};
    for (uint32_t i = 0; i < p->l.count; i++) {
        density_row_copy(&p->below, i, &p->trials->rows, p->low[i]->tag);
        p->l.terms[i].row = i;
    }
    weigh(p);
    p->fit.widths.floor = p->rules.floor;
    density_fit_mixture(&p->fit, NULL, &p->below, &p->l);
}

static void add_above(density_parzen *p, uint32_t row, uint64_t number, double weight)
{
    bool old = p->rules.weights_above == DENSITY_OLD_DECAY;
    weight *= old ? age_weight(&p->trials->history, number) : 1;
    p->g.terms[p->g.count++] = (density_term){row, (float)weight};
}

/* Those that are a sample of the rest count for all of it. l has been made. */
static void make_above(density_parzen *p)
{
    density_trials *t = p->trials;
    const search_digest *d = &t->digest;
    const double share = d->rest_count > 0 ? (double)(d->count - d->best_count) / d->rest_count : 0;
    p->g = (density_mixture){.rows = &t->rows, .terms = p->terms + p->rules.cap};
    for (uint32_t i = 0, low = 0; i < d->best_count + d->rest_count; i++) {
        const search_pick *pick = density_trials_pick(t, i);
        if (low < p->l.count && pick == p->low[low]) {
            low++;
        } else if (belongs(p, pick->trial->x)) {
            add_above(p, pick->tag, pick->trial->number, i < d->best_count ? 1 : share);
        }
    }
    for (uint32_t i = 0; i < t->open_count && p->rules.pending; i++) {
        const uint64_t number = t->open[i].number;
        const search_trial *trial =
            p->branch == NULL ? NULL : search_history_find(&t->history, number);
        if (trial == NULL || belongs(p, trial->x)) {
            add_above(p, t->open[i].row, number, 1);
        }
    }
    p->fit.widths.floor = p->rules.floor_above;
    density_fit_mixture(&p->fit, &t->order, &t->rows, &p->g);
}

collet_status density_parzen_make(density_parzen *p, const search_trial *branch)
{
    if (!reserve(p)) {
        return COLLET_E_NOMEM;
    }
    p->branch = branch != NULL ? branch->x : NULL;
    make_below(p);
    make_above(p);
    return COLLET_OK;
}

void density_parzen_block(density_parzen *p, const density_block *block, density_mixture *l,
                          density_mixture *g)
{
    *l = p->l;
    *g = p->g;
    if (p->below.space->block_count > 1) {
        *l = density_fit_block(&p->fit, block, &p->l, p->part);
        *g = density_fit_block(&p->fit, block, &p->g, p->part + p->l.count);
    }
}

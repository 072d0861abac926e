/*
 * tpe - tree-structured Parzen estimator: draws points from the density of what did well, and takes
 * the one that is likeliest there compared with everywhere else.
 *
 * Definition: the trials are put in order: complete and feasible ones by their value, then pruned
 * ones (longest first), infeasible ones by how much, failed ones; with several goals by how many
 * others dominate them, then by the room that they have in their front. The first min(ceil(gamma
 * n), gamma_cap) are "below", all others, those under way too, are "above". Each side becomes a
 * density, l(x) and g(x): a kernel for each trial, a product over all parameters at once, and an
 * even draw. Points are drawn from l; the next trial is the one with the largest l(x) / g(x) that
 * was not there before. The first `startup` trials form a Latin hypercube.
 *
 * Options:
 *     startup        trials with a value before the densities are asked            10
 *     spread         those lie apart; off: drawn independently                     on
 *     gamma          share of the trials in l                                      0.15
 *     gamma_rule     linear: gamma n trials; sqrt: gamma sqrt n                    linear
 *     gamma_cap      most trials in l                                              25
 *     weights        of the kernels of l: rank: (ln (m+1)/i)^rank_power for the    rank
 *                    i-th best of m; ei: by how much the trial is better than the
 *                    best one of g; uniform; old_decay: less for older trials
 *     rank_power                                                                   2
 *     weights_above  of the kernels of g: uniform, old_decay                       uniform
 *     bandwidth      width of a kernel in a numeric parameter: neighbour: the      neighbour
 *                    larger gap to a neighbour; neighbour_prior: with the middle
 *                    of the range among the neighbours; scott: by the spread
 *     floor          least width in l, as a share of the range                     0.02
 *     floor_above    least width in g                                              0.04
 *     exponent       n kernels are at least (n + 2)^-exponent wide                 1.25
 *     clip           off: none of the three bounds above                           on
 *     sharp          points are drawn from kernels of so much of their width       0.75
 *     prior          weight of the even draw, in mean kernels                      1
 *     candidates     points drawn from l                                           64
 *     above          most kernels in g: half of them the next best trials, half an 256
 *                    even sample of the rest, which counts for all of it
 *     kernels        joint: over all parameters; grouped: over those with the same joint
 *                    conditions; single: each parameter has its own densities
 *     pending        trials under way count as above                               on
 *     explore        share of trials that are drawn evenly all the same            0
 *     branches       of a space with conditions other branches than the best       on
 *                    one are looked at as well (one goal, joint kernels)
 *
 *     [sampler]
 *     use        = tpe
 *     candidates = 128
 *
 * With several goals rank and ei are uniform.
 *
 * The original is weights = uniform, kernels = single, gamma = 0.25, gamma_rule = sqrt, bandwidth =
 * neighbour_prior, floor = floor_above = 0.01, exponent = 1, sharp = 1, candidates = 24, startup =
 * 20, spread = off, branches = off.
 *
 * How it works: a parameter that a trial does not have is even in its kernel, so conditional
 * parameters stay in one joint density (density/kernels.h). A branch of the space, that is a set of
 * parameters that are there together, is left only when it was worse than the best one with as
 * many trials: else each third trial is drawn within it, from the densities of its own trials, and
 * each tenth in the one with the fewest (search/branch.h). ask() depends on the set of trials
 * alone. Nothing in it grows with their number but a table of points that were there: the trials
 * below and those with a kernel above are kept as a digest (search/digest.h), their places sorted
 * in every column (density/order.h). No function of the C library is in the densities, so they are
 * the same on every processor.
 *
 * Bergstra, Bardenet, Bengio, Kegl: Algorithms for Hyper-Parameter Optimization. NIPS 2011.
 * Watanabe: Tree-Structured Parzen Estimator: Understanding Its Algorithm Components and Their
 * Roles for Better Empirical Performance. arXiv:2304.11127 (2023), for the components and joint
 * kernels. Bergstra, Yamins, Cox: Making a Science of Model Search. ICML 2013.
 */
#include "density/fit.h"
#include "search/branch.h"
#include "search/digest.h"
#include "search/fresh.h"
#include "search/league.h"
#include "search/spread.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>
#include <string.h>

typedef struct tpe_config {
    int64_t startup, gamma_cap, candidates, above;
    double gamma, rank_power, floor, floor_above, exponent, sharp, prior, explore;
    int32_t spread, gamma_rule, weights, weights_above, bandwidth, clip, kernels, pending, branches,
        reserved;
} tpe_config;

enum { SPREADS = 20 }; /* first points drawn for one that is allowed */
enum { GAMMA_LINEAR, GAMMA_SQRT };
enum { WEIGHTS_UNIFORM, WEIGHTS_OLD_DECAY, WEIGHTS_RANK, WEIGHTS_EI };

static const collet_option options[] = {
    COLLET_OPT_INT(tpe_config, startup, "10", 1, 1000000, NULL, COLLET_FIXED,
                   "trials with a value before the densities are asked"),
    COLLET_OPT_BOOL(tpe_config, spread, "on", COLLET_FIXED,
                    "those lie apart; off: drawn independently"),
    COLLET_OPT_REAL(tpe_config, gamma, "0.15", 0, 100, NULL, COLLET_FIXED | COLLET_OPEN_MIN,
                    "share of the trials in l"),
    COLLET_OPT_ENUM(tpe_config, gamma_rule, "linear", "linear|sqrt", COLLET_FIXED,
                    "trials in l: gamma n, or gamma sqrt n"),
    COLLET_OPT_INT(tpe_config, gamma_cap, "25", 1, 10000, NULL, COLLET_FIXED, "most trials in l"),
    COLLET_OPT_ENUM(tpe_config, weights, "rank", "uniform|old_decay|rank|ei", COLLET_FIXED,
                    "of the kernels of l"),
    COLLET_OPT_REAL(tpe_config, rank_power, "2", 0, 10, NULL, COLLET_FIXED,
                    "exponent of those by rank"),
    COLLET_OPT_ENUM(tpe_config, weights_above, "uniform", "uniform|old_decay", COLLET_FIXED,
                    "of the kernels of g"),
    COLLET_OPT_ENUM(tpe_config, bandwidth, "neighbour", "neighbour|neighbour_prior|scott",
                    COLLET_FIXED, "rule for the widths of kernels"),
    COLLET_OPT_REAL(tpe_config, floor, "0.02", 0, 1, NULL, COLLET_FIXED,
                    "least width of a kernel of l, as a share of the range"),
    COLLET_OPT_REAL(tpe_config, floor_above, "0.04", 0, 1, NULL, COLLET_FIXED,
                    "least width of a kernel of g, as a share of the range"),
    COLLET_OPT_REAL(tpe_config, exponent, "1.25", 0, 10, NULL, COLLET_FIXED | COLLET_OPEN_MIN,
                    "n kernels are at least (n + 2) to the power of minus this wide"),
    COLLET_OPT_BOOL(tpe_config, clip, "on", COLLET_FIXED | COLLET_ADVANCED,
                    "off: kernels as narrow as the rule says"),
    COLLET_OPT_REAL(tpe_config, sharp, "0.75", 0, 10, NULL, COLLET_FIXED,
                    "points are drawn from kernels of so much of their width"),
    COLLET_OPT_REAL(tpe_config, prior, "1", 0, 1000, NULL, COLLET_FIXED,
                    "weight of the even draw, in mean kernels"),
    COLLET_OPT_INT(tpe_config, candidates, "64", 1, 100000, NULL, COLLET_FIXED,
                   "points drawn from l"),
    COLLET_OPT_INT(tpe_config, above, "256", 1, 100000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "most kernels in g, without those of trials under way"),
    COLLET_OPT_ENUM(tpe_config, kernels, "joint", "joint|grouped|single", COLLET_FIXED,
                    "over all parameters, those with the same conditions, or one"),
    COLLET_OPT_BOOL(tpe_config, pending, "on", COLLET_FIXED,
                    "trials under way count as bad ones meanwhile"),
    COLLET_OPT_REAL(tpe_config, explore, "0", 0, 1, NULL, COLLET_FIXED,
                    "share of trials that are drawn evenly all the same"),
    COLLET_OPT_BOOL(tpe_config, branches, "on", COLLET_FIXED,
                    "of a space with conditions other branches are looked at as well"),
};

/* A trial under way and its kernel. */
typedef struct open_trial {
    uint64_t number;
    uint32_t row;
} open_trial;

typedef struct tpe {
    const tpe_config *config;
    search_space space;
    search_history history;
    search_seen seen;
    search_digest digest; /* its tags are rows of `above` */
    search_league league; /* with several goals: what the digest is made of */
    bool stale;           /* the digest lacks trials of the league */
    density_space columns;
    density_rows above, below; /* of all that are held; of l, made for each ask */
    density_order order;       /* of the former */
    density_fit fit;
    density_batch batch;
    density_term *terms; /* [gamma_cap + above.room], of both */
    density_term *part;  /* the same, those that know something of a block */
    uint32_t *free_rows; /* [free_count], of `above` */
    open_trial *open;    /* [open_count], by number */
    uint32_t free_count, open_count;
    float *score, *score_above; /* [batch.room] */
    double *x;                  /* [dim_count], a point under consideration */
    const search_trial *branch; /* the densities are of trials of its branch alone; NULL: of all */
    const search_pick **low;    /* [gamma_cap + 1], the trials of l and the best one of g */
} tpe;

/* ---- What is known -------------------------------------------------------------------------- */

/* Room for so many more rows. */
static collet_status reserve(tpe *t, uint32_t count)
{
    uint32_t old = t->above.room, room = old == 0 ? 64 : 2 * old;
    if (t->free_count >= count) {
        return COLLET_OK;
    }
    while (t->free_count + room - old < count) {
        room *= 2;
    }
    size_t terms_room = (size_t)t->config->gamma_cap + room;
    uint32_t *free_rows = realloc(t->free_rows, room * sizeof *free_rows);
    t->free_rows = free_rows != NULL ? free_rows : t->free_rows;
    open_trial *open = realloc(t->open, room * sizeof *open);
    t->open = open != NULL ? open : t->open;
    density_term *terms = realloc(t->terms, terms_room * sizeof *terms);
    t->terms = terms != NULL ? terms : t->terms;
    density_term *part = realloc(t->part, terms_room * sizeof *part);
    t->part = part != NULL ? part : t->part;
    if (free_rows == NULL || open == NULL || terms == NULL || part == NULL ||
        density_batch_terms(&t->batch, room) < 0 || density_fit_reserve(&t->fit, room) < 0 ||
        density_rows_reserve(&t->above, room) < 0 || density_order_reserve(&t->order) < 0) {
        return COLLET_E_NOMEM;
    }
    while (room > old) { /* low ones come first */
        t->free_rows[t->free_count++] = --room;
    }
    return COLLET_OK;
}

static uint32_t add_row(tpe *t, uint64_t number, const double *x)
{
    uint32_t row = t->free_rows[--t->free_count];
    density_row_place(&t->above, row, x);
    density_order_add(&t->order, row, number);
    return row;
}

static void remove_row(tpe *t, uint32_t row)
{
    density_order_remove(&t->order, row);
    t->free_rows[t->free_count++] = row;
}

/* The first trial under way whose number is not below. */
static uint32_t open_place(const tpe *t, uint64_t number)
{
    uint32_t i = t->open_count;
    while (i > 0 && t->open[i - 1].number >= number) {
        i--;
    }
    return i;
}

/* A trial is under way from now on; or, where it was, at another point. */
static collet_status begin(tpe *t, uint64_t number, const double *x)
{
    if (reserve(t, 1) < 0 || search_seen_add(&t->seen, &t->space, x) < 0 ||
        search_history_open(&t->history, number, x) < 0) {
        return COLLET_E_NOMEM;
    }
    uint32_t i = open_place(t, number);
    if (i < t->open_count && t->open[i].number == number) {
        remove_row(t, t->open[i].row);
        t->open[i].row = add_row(t, number, x);
        return COLLET_OK;
    }
    memmove(t->open + i + 1, t->open + i, (t->open_count - i) * sizeof *t->open);
    t->open[i] = (open_trial){number, add_row(t, number, x)};
    t->open_count++;
    return COLLET_OK;
}

static collet_status digest(tpe *t, const search_trial *trial)
{
    uint32_t row = add_row(t, trial->number, trial->x);
    uint32_t gone = search_digest_add(&t->digest, trial, row);
    if (gone != UINT32_MAX) {
        remove_row(t, gone);
    }
    return COLLET_OK;
}

/* A trial is over; it may have been under way. */
static collet_status end(tpe *t, const search_trial *trial)
{
    uint32_t i = open_place(t, trial->number);
    if (i < t->open_count && t->open[i].number == trial->number) {
        remove_row(t, t->open[i].row);
        t->open_count--;
        memmove(t->open + i, t->open + i + 1, (t->open_count - i) * sizeof *t->open);
    }
    if (t->history.objective_count > 1) {
        t->stale = true;
        return search_league_add(&t->league, trial);
    }
    return digest(t, trial);
}

/* Empties the digest. */
static void clear(tpe *t)
{
    search_digest *d = &t->digest;
    for (uint32_t i = 0; i < d->best_count; i++) {
        remove_row(t, d->best[i].tag);
    }
    for (uint32_t i = 0; i < d->rest_count; i++) {
        remove_row(t, d->rest[i].tag);
    }
    search_digest_clear(d);
}

/* A trial has come to something else than it was sorted by. */
static collet_status sort_anew(tpe *t)
{
    collet_status status = COLLET_OK;
    t->stale = t->history.objective_count > 1;
    t->league.count = 0;
    if (!t->stale) {
        clear(t);
    }
    for (size_t i = 0; i < t->history.count && status >= 0; i++) {
        const search_trial *trial = t->history.trials[i];
        if (trial->state == COLLET_TRIAL_RUNNING) {
            continue;
        }
        status = t->stale            ? search_league_add(&t->league, trial)
                 : reserve(t, 1) < 0 ? COLLET_E_NOMEM
                                     : digest(t, trial);
    }
    return status;
}

/* With several goals a new trial may change the order of all: the digest is made anew. */
static collet_status renew(tpe *t)
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
    search_league_sort(&t->league, (size_t)t->config->gamma_cap);
    for (size_t i = 0; i < t->league.count; i++) {
        search_digest_append(d, t->league.list[i].trial);
    }
    held = d->best_count + d->rest_count;
    for (uint32_t i = 0; i < held; i++) {
        search_pick *pick = i < d->best_count ? &d->best[i] : &d->rest[i - d->best_count];
        pick->tag = add_row(t, pick->trial->number, pick->trial->x);
    }
    t->stale = false;
    return COLLET_OK;
}

static collet_status tell(void *self, const collet_trial *trial)
{
    tpe *t = self;
    const search_trial *news;
    if (trial->state == COLLET_TRIAL_RUNNING) {
        bool known = search_history_find(&t->history, trial->number) != NULL;
        bool moves = search_history_moves(&t->history, &t->space, trial->number, trial->x);
        return known && !moves ? COLLET_OK : begin(t, trial->number, trial->x);
    }
    if (search_history_again(&t->history, trial) != NULL) {
        return sort_anew(t);
    }
    if (reserve(t, 1) < 0 || search_seen_add(&t->seen, &t->space, trial->x) < 0 ||
        search_history_tell(&t->history, trial, &news) < 0) {
        return COLLET_E_NOMEM;
    }
    return news != NULL ? end(t, news) : COLLET_OK;
}

/* ---- The two densities ---------------------------------------------------------------------- */

/* Does a trial count for the densities? */
static bool belongs(const tpe *t, const double *x)
{
    return t->branch == NULL || search_branch_same(t->space.dim_count, t->branch->x, x);
}

/* Those that are measured, and among them these of the branch where there is one. */
static double count_measured(const tpe *t)
{
    size_t n = 0;
    if (t->branch == NULL) {
        return (double)t->history.measured;
    }
    for (size_t i = 0; i < t->history.count; i++) {
        const search_trial *trial = t->history.trials[i];
        n += trial->measured && trial->state != COLLET_TRIAL_RUNNING && belongs(t, trial->x);
    }
    return (double)n;
}

static uint32_t count_below(const tpe *t)
{
    const tpe_config *c = t->config;
    double n = count_measured(t);
    double share = ceil(c->gamma * (c->gamma_rule == GAMMA_SQRT ? sqrt(n) : n));
    share = share < n ? share : n; /* trials without a value never belong to l */
    return share < (double)c->gamma_cap ? (uint32_t)share : (uint32_t)c->gamma_cap;
}

/* Pick i of all that the digest holds: the best, then the rest. */
static const search_pick *pick_at(const search_digest *d, uint32_t i)
{
    return i < d->best_count ? &d->best[i] : &d->rest[i - d->best_count];
}

/* Lists the trials of l, the best first, and the next one, if there is any. Returns how many are
 * of l. */
static uint32_t list_below(tpe *t)
{
    const search_digest *d = &t->digest;
    uint32_t most = count_below(t), count = 0;
    for (uint32_t i = 0; i < d->best_count && count <= most; i++) {
        if (belongs(t, d->best[i].trial->x)) {
            t->low[count++] = &d->best[i];
        }
    }
    t->low[count] = NULL;
    return count < most ? count : most;
}

/* 1 for the newest 25 trials; before those a ramp from 1/n, for the oldest, to 1. */
static double age_weight(const tpe *t, uint64_t number)
{
    double n = (double)t->history.count, rank = (double)search_history_rank(&t->history, number);
    double old = n - 25;
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
static bool ei_weights(const tpe *t, density_mixture *l)
{
    const search_pick *const *best = t->low;
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

static void weigh(const tpe *t, density_mixture *l)
{
    const tpe_config *c = t->config;
    bool one = t->history.objective_count == 1; /* else no trial of a front is better */
    if (one && c->weights == WEIGHTS_EI && ei_weights(t, l)) {
        return;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        double weight = 1;
        if (one && c->weights == WEIGHTS_RANK) {
            weight = pow(log((l->count + 1.0) / (i + 1.0)), c->rank_power);
        } else if (c->weights == WEIGHTS_OLD_DECAY) {
            weight = age_weight(t, t->low[i]->trial->number);
        }
        l->terms[i].weight = (float)weight;
    }
}

/* l, the density of the best trials. */
static density_mixture make_below(tpe *t)
{
    density_mixture l = {.rows = &t->below, .terms = t->terms, .count = list_below(t)};
    for (uint32_t i = 0; i < l.count; i++) {
        density_row_copy(&t->below, i, &t->above, t->low[i]->tag);
        l.terms[i].row = i;
    }
    weigh(t, &l);
    t->fit.widths.floor = t->config->floor;
    density_fit_mixture(&t->fit, NULL, &t->below, &l);
    return l;
}

static void add_above(const tpe *t, density_mixture *g, uint32_t row, uint64_t number,
                      double weight)
{
    weight *= t->config->weights_above == WEIGHTS_OLD_DECAY ? age_weight(t, number) : 1;
    g->terms[g->count++] = (density_term){row, (float)weight};
}

/* g, the density of all others. Those that are a sample of the rest count for all of it. l has been
 * made. */
static density_mixture make_above(tpe *t, uint32_t below)
{
    const search_digest *d = &t->digest;
    const double share = d->rest_count > 0 ? (double)(d->count - d->best_count) / d->rest_count : 0;
    density_mixture g = {.rows = &t->above, .terms = t->terms + t->config->gamma_cap};
    for (uint32_t i = 0, low = 0; i < d->best_count + d->rest_count; i++) {
        const search_pick *pick = pick_at(d, i);
        if (low < below && pick == t->low[low]) {
            low++;
        } else if (belongs(t, pick->trial->x)) {
            add_above(t, &g, pick->tag, pick->trial->number, i < d->best_count ? 1 : share);
        }
    }
    for (uint32_t i = 0; i < t->open_count && t->config->pending; i++) {
        const search_trial *trial =
            t->branch == NULL ? NULL : search_history_find(&t->history, t->open[i].number);
        if (trial == NULL || belongs(t, trial->x)) {
            add_above(t, &g, t->open[i].row, t->open[i].number, 1);
        }
    }
    t->fit.widths.floor = t->config->floor_above;
    density_fit_mixture(&t->fit, &t->order, &t->above, &g);
    return g;
}

/* ---- The next point ------------------------------------------------------------------------- */

/* Has candidate i the active dimensions of the branch? */
static bool is_of_branch(const tpe *t, uint32_t i)
{
    for (uint32_t c = 0; c < t->columns.column_count; c++) {
        bool active = !isnan(density_value(&t->batch, i, c));
        if (active == isnan(t->branch->x[t->columns.columns[c].dim])) {
            return false;
        }
    }
    return true;
}

/* Candidates in the columns of one block, each with log l - log g. */
static void draw(tpe *t, const density_block *block, const density_mixture *l,
                 const density_mixture *g, const collet_rng *rng)
{
    density_draw(l, block, t->config->sharp, rng, &t->batch);
    density_log(l, block, &t->batch, t->score);
    density_log(g, block, &t->batch, t->score_above);
    for (uint32_t i = 0; i < t->batch.count; i++) {
        t->score[i] -= t->score_above[i];
    }
    for (uint32_t i = 0; t->branch != NULL && i < t->batch.count; i++) {
        t->score[i] = is_of_branch(t, i) ? t->score[i] : -INFINITY;
    }
}

/* Puts the best candidate into t->x and takes it out of the running. */
static void take_best(tpe *t, const density_block *block)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < t->batch.count; i++) {
        best = t->score[i] > t->score[best] ? i : best;
    }
    for (uint32_t c = block->first; c < block->end; c++) {
        t->x[t->columns.columns[c].dim] = density_value(&t->batch, best, c);
    }
    t->score[best] = -INFINITY;
    search_complete(&t->space, t->x);
}

static bool is_new(const tpe *t, const double *x)
{
    return !search_seen_has(&t->seen, &t->space, x);
}

static bool is_good(const tpe *t, const double *x)
{
    return is_new(t, x) && search_allowed(&t->space, x);
}

/* The best candidate that is new and allowed, or else the best one moved to where it is allowed.
 * False: that is none new; x is then the best of all. */
static bool propose(tpe *t, const collet_rng *rng, uint64_t number, double *x)
{
    const density_space *s = &t->columns;
    bool one = t->history.objective_count == 1 && s->block_count == 1 && s->conditional > 0;
    t->branch = one && t->config->branches ? search_branch(&t->history, number) : NULL;
    density_mixture all_below = make_below(t), all_above = make_above(t, all_below.count);
    for (uint32_t i = 0; i < t->space.dim_count; i++) {
        t->x[i] = (double)NAN;
    }
    search_complete(&t->space, t->x);
    for (uint32_t k = 0; k < s->block_count; k++) {
        if (s->conditional > 0) {
            density_batch_set(&t->batch, t->x);
        }
        const density_block *block = &s->blocks[k];
        density_mixture l = all_below, g = all_above;
        if (s->block_count > 1) {
            l = density_fit_block(&t->fit, block, &all_below, t->part);
            g = density_fit_block(&t->fit, block, &all_above, t->part + all_below.count);
        }
        draw(t, block, &l, &g, rng);
        take_best(t, block);
    }
    memcpy(x, t->x, t->space.dim_count * sizeof *x);
    for (uint32_t i = 1; i < t->batch.count && s->block_count > 0 && !is_good(t, t->x); i++) {
        take_best(t, &s->blocks[s->block_count - 1]);
    }
    if (!is_good(t, t->x)) {
        memcpy(t->x, x, t->space.dim_count * sizeof *x);
        search_mend(&t->space, rng, t->x);
        if (!is_new(t, t->x)) {
            return false;
        }
    }
    memcpy(x, t->x, t->space.dim_count * sizeof *x);
    return true;
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    tpe *t = self;
    const tpe_config *c = t->config;
    bool fresh = false;
    bool early = t->history.measured < (size_t)c->startup;
    if (t->space.dim_count == 0) {
        return begin(t, number, x);
    }
    if (renew(t) < 0) {
        return COLLET_E_NOMEM;
    }
    if (early && c->spread) {
        search_spread(&t->space, &t->history, (uint32_t)c->startup, rng, x);
        for (int k = 0; k < SPREADS && !search_allowed(&t->space, x); k++) {
            search_spread(&t->space, &t->history, (uint32_t)c->startup, rng, x);
        }
        search_mend(&t->space, rng, x);
        fresh = is_new(t, x);
    } else if (early || (c->explore > 0 && collet_uniform(rng) < c->explore)) {
        search_draw_allowed(&t->space, rng, x);
        fresh = is_new(t, x);
    } else {
        fresh = propose(t, rng, number, x);
    }
    if (!fresh && search_fresh(&t->space, &t->seen, rng, t->x)) {
        memcpy(x, t->x, t->space.dim_count * sizeof *x);
    }
    search_mend(&t->space, rng, x);
    return begin(t, number, x);
}

/* ---- Birth and death ------------------------------------------------------------------------ */

static void destroy(void *self)
{
    tpe *t = self;
    if (t == NULL) {
        return;
    }
    density_batch_finish(&t->batch);
    density_fit_finish(&t->fit);
    density_order_finish(&t->order);
    density_rows_finish(&t->above);
    density_rows_finish(&t->below);
    density_space_finish(&t->columns);
    search_seen_finish(&t->seen);
    search_digest_finish(&t->digest);
    search_league_finish(&t->league);
    search_history_finish(&t->history);
    search_space_finish(&t->space);
    free(t->terms);
    free(t->part);
    free(t->free_rows);
    free(t->open);
    free(t->score);
    free(t->score_above);
    free(t->low);
    free(t->x);
    free(t);
}

/* All that a finished trial or a candidate needs room for. */
static bool prepare(tpe *t, const collet_space *space)
{
    const tpe_config *c = t->config;
    uint32_t cap = (uint32_t)c->gamma_cap, half = ((uint32_t)c->above + 1) / 2;
    search_history_init(&t->history, space);
    search_league_init(&t->league, space->objective_count);
    if (search_space_init(&t->space, space) < 0 ||
        density_space_init(&t->columns, &t->space, (density_blocks)c->kernels) < 0 ||
        search_digest_init(&t->digest, cap + half, (uint32_t)c->above - half) < 0) {
        return false;
    }
    density_rows_init(&t->above, &t->columns);
    density_rows_init(&t->below, &t->columns);
    density_order_init(&t->order, &t->above);
    t->fit.prior = c->prior;
    t->fit.widths = (density_widths){.rule = (density_rule)c->bandwidth,
                                     .exponent = c->exponent,
                                     .clip = c->clip != 0,
                                     .dims = t->columns.column_count};
    if (density_rows_reserve(&t->below, cap) < 0 || density_fit_reserve(&t->fit, cap) < 0 ||
        density_batch_init(&t->batch, &t->columns, (uint32_t)c->candidates) < 0 ||
        density_batch_terms(&t->batch, cap) < 0) {
        return false;
    }
    t->batch.count = (uint32_t)c->candidates;
    t->score = malloc(t->batch.room * sizeof *t->score);
    t->score_above = malloc(t->batch.room * sizeof *t->score_above);
    t->x = malloc((t->space.dim_count + 1u) * sizeof *t->x);
    t->low = malloc((cap + 2u) * sizeof *t->low);
    return t->low != NULL && t->score != NULL && t->score_above != NULL && t->x != NULL &&
           reserve(t, 1) == COLLET_OK;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    tpe *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    if (!prepare(t, space)) {
        destroy(t);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory for kernels and candidates");
    }
    *self = t;
    return COLLET_OK;
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_MULTI |
             COLLET_SAMPLER_CONSTRAINT | COLLET_SAMPLER_FROM_HISTORY,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "tpe",
                                 "1.0.0",
                                 "tree-structured Parzen estimator: more of what did well",
                                 "arxiv.org/abs/2304.11127",
                                 &vtable,
                                 COLLET_OPTIONS(options, tpe_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "tpe",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

/*
 * tpe - tree-structured Parzen estimator: draws from the density of what did well, and takes the
 * draw that is likeliest there compared with everywhere else.
 *
 * Bergstra, Bardenet, Bengio, Kegl: Algorithms for Hyper-Parameter Optimization. NIPS 2011.
 * Watanabe: Tree-Structured Parzen Estimator. arXiv:2304.11127 (2023).
 */
#include "density/mixture.h"
#include "density/order.h"
#include "density/width.h"
#include "search/digest.h"
#include "search/history.h"
#include "search/seen.h"
#include "search/spread.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>
#include <string.h>

typedef struct tpe_config {
    int64_t startup, gamma_cap, candidates, above, rounds;
    double gamma, prior, floor, exponent, change, explore;
    int32_t gamma_rule, weights, weights_above, bandwidth, blocks, clip, pending, spread;
} tpe_config;

enum { GAMMA_LINEAR, GAMMA_SQRT };
enum { WEIGHTS_EI, WEIGHTS_RANK, WEIGHTS_UNIFORM, WEIGHTS_OLD_DECAY };

static const collet_option options[] = {
    COLLET_OPT_INT(tpe_config, startup, "10", 1, 1000000, NULL, COLLET_FIXED,
                   "trials before the densities are asked"),
    COLLET_OPT_BOOL(tpe_config, spread, "on", COLLET_FIXED,
                    "those lie apart; off: they are drawn independently"),
    COLLET_OPT_ENUM(tpe_config, gamma_rule, "linear", "linear|sqrt", COLLET_FIXED,
                    "trials in l: gamma n, or gamma sqrt n"),
    COLLET_OPT_REAL(tpe_config, gamma, "0.15", 0, 1, NULL, COLLET_FIXED | COLLET_OPEN_MIN,
                    "share of the trials in l"),
    COLLET_OPT_INT(tpe_config, gamma_cap, "25", 1, 10000, NULL, COLLET_FIXED, "most trials in l"),
    COLLET_OPT_ENUM(tpe_config, weights, "ei", "ei|rank|uniform|old_decay", COLLET_FIXED,
                    "of the kernels of l"),
    COLLET_OPT_ENUM(tpe_config, weights_above, "uniform", "uniform|old_decay", COLLET_FIXED,
                    "of the kernels of g"),
    COLLET_OPT_ENUM(tpe_config, bandwidth, "neighbour_prior", "neighbour|neighbour_prior|scott",
                    COLLET_FIXED, "rule for the widths of kernels"),
    COLLET_OPT_REAL(tpe_config, floor, "0.03", 0, 1, NULL, COLLET_FIXED,
                    "least width of a kernel, as a share of the range"),
    COLLET_OPT_REAL(tpe_config, exponent, "2", 0, 10, NULL, COLLET_FIXED | COLLET_OPEN_MIN,
                    "least width is also (n + 2) to the power of minus this"),
    COLLET_OPT_BOOL(tpe_config, clip, "on", COLLET_FIXED | COLLET_ADVANCED, "off: no least width"),
    COLLET_OPT_REAL(tpe_config, prior, "1", 0, 1000, NULL, COLLET_FIXED,
                    "weight of the even draw, in kernels"),
    COLLET_OPT_INT(tpe_config, candidates, "0", 0, 100000, NULL, COLLET_FIXED,
                   "points drawn from l; 0: by space"),
    COLLET_OPT_INT(tpe_config, above, "256", 1, 100000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "most kernels in g, those of trials under way not counted"),
    COLLET_OPT_INT(tpe_config, rounds, "0", 0, 1000, NULL, COLLET_FIXED,
                   "rounds of candidates around the best one"),
    COLLET_OPT_REAL(tpe_config, change, "0.3", 0, 1, NULL, COLLET_FIXED,
                    "share of the parameters that such a candidate draws anew"),
    COLLET_OPT_REAL(tpe_config, explore, "0", 0, 1, NULL, COLLET_FIXED,
                    "share of trials that are drawn evenly all the same"),
    {"kernels", "parameters that share kernels: all, those with the same conditions, none", "joint",
     "joint|grouped|single", NULL, 0, 0, COLLET_ENUM, COLLET_FIXED,
     COLLET_FIELD(tpe_config, blocks, int32_t), 1},
    COLLET_OPT_BOOL(tpe_config, pending, "on", COLLET_FIXED,
                    "trials under way count as bad ones meanwhile"),
};

/* A trial under way with a kernel. */
typedef struct open_trial {
    uint64_t number;
    uint32_t row;
} open_trial;

typedef struct tpe {
    const tpe_config *config;
    const collet_host *host;
    search_space space;
    search_history history;
    search_digest digest;
    search_seen seen;
    density_space columns;
    density_rows above, below; /* kernels of g, of all that are held; of l, made for each ask */
    density_order order;       /* of the former */
    density_batch batch;
    density_term *terms_below, *terms_above; /* [.. ] */
    uint32_t terms_room;
    uint32_t *free_rows, free_count;
    open_trial *open; /* by number */
    uint32_t open_count;
    bool *is_above;              /* [rows of above] */
    float *sorted, *widths;      /* [rows of above], for one column */
    uint32_t *sorted_rows;       /* [rows of above] */
    float *score, *score_above;  /* [batch.room] */
    float *keep_x, *keep_active; /* [columns] */
    double *x;                   /* [dim_count], a point under consideration */
    uint32_t candidates;
} tpe;

/* ---- What is known -------------------------------------------------------------------------- */

/* Room for one more row. */
static collet_status reserve(tpe *t)
{
    if (t->free_count > 0) {
        return COLLET_OK;
    }
    uint32_t old = t->above.room, room = old == 0 ? 64 : 2 * old;
    uint32_t *free_rows = realloc(t->free_rows, room * sizeof *free_rows);
    t->free_rows = free_rows != NULL ? free_rows : t->free_rows;
    open_trial *open = realloc(t->open, room * sizeof *open);
    t->open = open != NULL ? open : t->open;
    bool *is_above = realloc(t->is_above, room * sizeof *is_above);
    t->is_above = is_above != NULL ? is_above : t->is_above;
    float *sorted = realloc(t->sorted, room * sizeof *sorted);
    t->sorted = sorted != NULL ? sorted : t->sorted;
    float *widths = realloc(t->widths, room * sizeof *widths);
    t->widths = widths != NULL ? widths : t->widths;
    uint32_t *sorted_rows = realloc(t->sorted_rows, room * sizeof *sorted_rows);
    t->sorted_rows = sorted_rows != NULL ? sorted_rows : t->sorted_rows;
    density_term *terms = realloc(t->terms_above, room * sizeof *terms);
    t->terms_above = terms != NULL ? terms : t->terms_above;
    if (free_rows == NULL || open == NULL || is_above == NULL || sorted == NULL || widths == NULL ||
        sorted_rows == NULL || terms == NULL || density_batch_terms(&t->batch, room) < 0 ||
        density_rows_reserve(&t->above, room) < 0 || density_order_reserve(&t->order) < 0) {
        return COLLET_E_NOMEM;
    }
    for (uint32_t i = old; i < room; i++) {
        t->is_above[i] = false;
        t->free_rows[t->free_count++] = old + room - 1 - i; /* low ones first */
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

static uint32_t open_place(const tpe *t, uint64_t number)
{
    uint32_t i = t->open_count;
    while (i > 0 && t->open[i - 1].number >= number) {
        i--;
    }
    return i;
}

/* A trial is under way now. */
static collet_status begin(tpe *t, uint64_t number, const double *x)
{
    collet_status status = reserve(t);
    if (status == COLLET_OK) {
        status = search_seen_add(&t->seen, &t->space, x);
    }
    if (status == COLLET_OK) {
        status = search_history_open(&t->history, number, x);
    }
    if (status == COLLET_OK) {
        uint32_t i = open_place(t, number);
        memmove(t->open + i + 1, t->open + i, (t->open_count - i) * sizeof *t->open);
        t->open[i] = (open_trial){number, add_row(t, number, x)};
        t->open_count++;
    }
    return status;
}

/* A trial is over; it may have been under way. */
static void end(tpe *t, const search_trial *trial)
{
    uint32_t i = open_place(t, trial->number);
    if (i < t->open_count && t->open[i].number == trial->number) {
        remove_row(t, t->open[i].row);
        t->open_count--;
        memmove(t->open + i, t->open + i + 1, (t->open_count - i) * sizeof *t->open);
    }
    uint32_t row = add_row(t, trial->number, trial->x);
    uint32_t gone = search_digest_add(&t->digest, trial, row);
    if (gone != UINT32_MAX) {
        remove_row(t, gone);
    }
}

static collet_status tell(void *self, const collet_trial *trial)
{
    tpe *t = self;
    const search_trial *news;
    if (trial->state == COLLET_TRIAL_RUNNING) {
        return search_history_find(&t->history, trial->number) == NULL
                   ? begin(t, trial->number, trial->x)
                   : COLLET_OK;
    }
    collet_status status = reserve(t);
    if (status == COLLET_OK) {
        status = search_seen_add(&t->seen, &t->space, trial->x);
    }
    if (status == COLLET_OK) {
        status = search_history_tell(&t->history, trial, &news);
    }
    if (status == COLLET_OK && news != NULL) {
        end(t, news);
    }
    return status;
}

/* ---- The two densities ---------------------------------------------------------------------- */

static uint32_t count_below(const tpe *t)
{
    const tpe_config *c = t->config;
    double n = (double)t->history.measured;
    double share = ceil(c->gamma * (c->gamma_rule == GAMMA_SQRT ? sqrt(n) : n));
    uint32_t count = share < (double)c->gamma_cap ? (uint32_t)share : (uint32_t)c->gamma_cap;
    return count < t->digest.best_count ? count : t->digest.best_count;
}

/* Oldest last: 1 for the newest 25, before that rising from 1/n. */
static double age_weight(const tpe *t, uint64_t number)
{
    double n = (double)t->history.count, rank = (double)search_history_rank(&t->history, number);
    double old = n - 25;
    return rank >= old ? 1.0 : old > 1 ? 1 / n + (1 - 1 / n) * rank / (old - 1) : 1.0;
}

/* Can values be subtracted? */
static bool plain(const search_trial *trial)
{
    return trial->state == COLLET_TRIAL_COMPLETE && trial->measured && !(trial->violation > 0) &&
           isfinite(trial->values[0]);
}

/* Expected improvement: how much better than the best of g. False where that has no meaning. */
static bool ei_weights(const tpe *t, uint32_t count, density_term *terms)
{
    const search_pick *best = t->digest.best;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 >= t->digest.best_count || !plain(best[i].trial)) {
            return false;
        }
    }
    if (count == 0 || !plain(best[count].trial)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        double better = best[count].trial->values[0] - best[i].trial->values[0];
        terms[i].weight = (float)better;
        sum += better;
    }
    if (!(sum > 0) || !isfinite(sum)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        double better = best[count].trial->values[0] - best[i].trial->values[0];
        terms[i].weight = (float)(better / sum * count + 1e-6);
    }
    return true;
}

static void weigh_below(const tpe *t, uint32_t count, density_term *terms)
{
    int rule = t->config->weights;
    if (rule == WEIGHTS_EI && ei_weights(t, count, terms)) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        double weight = 1;
        if (rule == WEIGHTS_RANK) {
            weight = log(count + 1.0) - log(i + 1.0);
        } else if (rule == WEIGHTS_OLD_DECAY) {
            weight = age_weight(t, t->digest.best[i].trial->number);
        }
        terms[i].weight = (float)weight;
    }
}

/* Divides by the sum; the prior has as much as `prior` mean kernels. */
static void normalise(density_mixture *m, double prior)
{
    double sum = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        sum += (double)m->terms[i].weight;
    }
    double even = m->count == 0 ? 1.0 : prior * sum / m->count;
    m->prior = (float)(even / (sum + even));
    for (uint32_t i = 0; i < m->count; i++) {
        m->terms[i].weight = (float)((double)m->terms[i].weight / (sum + even));
    }
}

static density_widths width_rule(const tpe *t)
{
    const tpe_config *c = t->config;
    return (density_widths){.rule = (density_rule)c->bandwidth,
                            .floor = c->floor,
                            .exponent = c->exponent,
                            .clip = c->clip != 0,
                            .dims = t->columns.column_count};
}

/* Of a category column: what part of each kernel is even, with a pseudo-count of prior / (n + 1).
 */
static void set_even(const tpe *t, density_mixture *m, density_rows *rows, uint32_t column)
{
    uint32_t n = 0, columns = t->columns.column_count;
    for (uint32_t i = 0; i < m->count; i++) {
        n += rows->at[(size_t)m->terms[i].row * columns + column] >= 0;
    }
    double names = (double)t->columns.columns[column].count, prior = t->config->prior * names;
    float even = (float)(prior / (n + 1.0 + prior));
    for (uint32_t i = 0; i < m->count; i++) {
        density_row_even(rows, m->terms[i].row, column, even > 1e-6f ? even : 1e-6f);
    }
}

/* t->sorted_rows[n] are the rows of one column, by rising place. */
static void set_widths(tpe *t, density_rows *rows, uint32_t column, uint32_t n)
{
    density_widths rule = width_rule(t);
    for (uint32_t i = 0; i < n; i++) {
        t->sorted[i] = rows->at[(size_t)t->sorted_rows[i] * t->columns.column_count + column];
    }
    density_set_widths(&rule, n, t->sorted, t->widths);
    for (uint32_t i = 0; i < n; i++) {
        density_row_width(rows, t->sorted_rows[i], column, t->widths[i]);
    }
}

/* l, the density of the best trials. */
static void make_below(tpe *t, uint32_t count, density_mixture *m)
{
    uint32_t columns = t->columns.column_count;
    *m = (density_mixture){.rows = &t->below, .terms = t->terms_below, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        density_row_copy(&t->below, i, &t->above, t->digest.best[i].tag);
        m->terms[i].row = i;
    }
    weigh_below(t, count, m->terms);
    normalise(m, t->config->prior);
    for (uint32_t c = 0; c < columns; c++) {
        uint32_t n = 0;
        if (t->columns.columns[c].category) {
            set_even(t, m, &t->below, c);
            continue;
        }
        for (uint32_t i = 0; i < count; i++) { /* few: by insertion */
            float at = t->below.at[(size_t)i * columns + c];
            uint32_t k = n;
            for (;
                 at >= 0 && k > 0 && t->below.at[(size_t)t->sorted_rows[k - 1] * columns + c] > at;
                 k--) {
                t->sorted_rows[k] = t->sorted_rows[k - 1];
            }
            t->sorted_rows[k] = i;
            n += at >= 0;
        }
        set_widths(t, &t->below, c, n);
    }
}

static void add_above(const tpe *t, density_mixture *m, uint32_t row, uint64_t number,
                      double weight)
{
    if (t->config->weights_above == WEIGHTS_OLD_DECAY - WEIGHTS_UNIFORM) {
        weight *= age_weight(t, number);
    }
    m->terms[m->count++] = (density_term){row, (float)weight};
}

/* g, the density of all others. Those of which there is only a sample count for the rest as well.
 */
static void make_above(tpe *t, uint32_t below, density_mixture *m)
{
    const search_digest *d = &t->digest;
    *m = (density_mixture){.rows = &t->above, .terms = t->terms_above};
    for (uint32_t i = below; i < d->best_count; i++) {
        add_above(t, m, d->best[i].tag, d->best[i].trial->number, 1);
    }
    double rest = d->rest_count > 0 ? (double)(d->count - d->best_count) / d->rest_count : 0;
    for (uint32_t i = 0; i < d->rest_count; i++) {
        add_above(t, m, d->rest[i].tag, d->rest[i].trial->number, rest);
    }
    for (uint32_t i = 0; i < t->open_count && t->config->pending; i++) {
        add_above(t, m, t->open[i].row, t->open[i].number, 1);
    }
    normalise(m, t->config->prior);
    for (uint32_t i = 0; i < m->count; i++) {
        t->is_above[m->terms[i].row] = true;
    }
    for (uint32_t c = 0; c < t->columns.column_count; c++) {
        const uint32_t *sorted = t->order.sorted + (size_t)c * t->order.room;
        uint32_t n = 0;
        if (t->columns.columns[c].category) {
            set_even(t, m, &t->above, c);
            continue;
        }
        for (uint32_t i = 0; i < t->order.count[c]; i++) {
            t->sorted_rows[n] = sorted[i];
            n += t->is_above[sorted[i]];
        }
        set_widths(t, &t->above, c, n);
    }
    for (uint32_t i = 0; i < m->count; i++) {
        t->is_above[m->terms[i].row] = false;
    }
}

/* ---- Candidates ----------------------------------------------------------------------------- */

/* Of a mixture what knows something about a block; with one block, all. */
static void restrict_to(density_mixture *m, const density_block *b, double prior)
{
    uint32_t columns = m->rows->space->column_count, count = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        bool knows = false;
        for (uint32_t c = b->first; c < b->end; c++) {
            knows |= m->rows->at[(size_t)m->terms[i].row * columns + c] >= 0;
        }
        m->terms[count] = m->terms[i];
        count += knows;
    }
    m->count = count;
    normalise(m, prior);
}

/* score = log l - log g. */
static void judge(tpe *t, const density_mixture *l, const density_mixture *g,
                  const density_block *b)
{
    density_log(l, b, &t->batch, t->score);
    density_log(g, b, &t->batch, t->score_above);
    for (uint32_t i = 0; i < t->batch.count; i++) {
        t->score[i] -= t->score_above[i];
    }
}

static uint32_t best_of(const tpe *t)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < t->batch.count; i++) {
        best = t->score[i] > t->score[best] ? i : best;
    }
    return best;
}

/* Candidate i, in the columns of a block, into the point x. */
static void take(const tpe *t, const density_block *b, uint32_t i, double *x)
{
    for (uint32_t c = b->first; c < b->end; c++) {
        x[t->columns.columns[c].dim] = density_value(&t->batch, i, c);
    }
}

/* Constants where they are active, and NaN in what is not. */
static void complete(const tpe *t, double *x)
{
    for (uint32_t i = 0; i < t->space.dim_count; i++) {
        bool active = collet_dim_active(t->space.space, i, x);
        bool constant = t->columns.column_of[i] == UINT32_MAX;
        x[i] = !active ? (double)NAN : constant ? t->space.axes[i].dim->low : x[i];
    }
}

/* Candidates that share most of their columns with the best one; it stays the first of them. */
static void refine(tpe *t, const density_mixture *l, const density_mixture *g,
                   const density_block *b, const collet_rng *rng)
{
    uint32_t room = t->batch.room;
    for (int64_t round = 0; round < t->config->rounds; round++) {
        uint32_t best = best_of(t);
        for (uint32_t c = b->first; c < b->end; c++) {
            t->keep_x[c] = t->batch.x[(size_t)c * room + best];
            t->keep_active[c] = t->batch.active[(size_t)c * room + best];
        }
        const density_keep keep = {t->keep_x, t->keep_active, t->config->change};
        density_draw(l, b, &keep, rng, &t->batch);
        for (uint32_t c = b->first; c < b->end; c++) {
            t->batch.x[(size_t)c * room] = t->keep_x[c];
            t->batch.active[(size_t)c * room] = t->keep_active[c];
        }
        judge(t, l, g, b);
    }
}

/* The best candidate that is new. False: all are known; x is then the best of those. */
static bool pick(tpe *t, const density_block *b, double *x)
{
    for (uint32_t k = 0; k < t->batch.count; k++) {
        uint32_t best = best_of(t);
        take(t, b, best, t->x);
        complete(t, t->x);
        if (k == 0 || !search_seen_has(&t->seen, &t->space, t->x)) {
            memcpy(x, t->x, t->space.dim_count * sizeof *x);
        }
        if (!search_seen_has(&t->seen, &t->space, t->x)) {
            return true;
        }
        t->score[best] = -INFINITY;
    }
    return false;
}

/* Points of the space, or 0 where there are too many to go through. */
static uint64_t points_of(const search_space *s)
{
    uint64_t points = 1;
    for (uint32_t i = 0; i < s->dim_count; i++) {
        uint64_t count = s->axes[i].count;
        if (count == 0 || count > 65536 || (points *= count) > 65536) {
            return 0;
        }
    }
    return points;
}

/* A point that is new, drawn evenly, or in a small space found by going through all of it. False: x
 * is as it was. */
static bool find_new(tpe *t, const collet_rng *rng, double *x)
{
    uint64_t points = points_of(&t->space);
    for (int k = 0; k < 100; k++) {
        search_draw(&t->space, rng, t->x);
        if (!search_seen_has(&t->seen, &t->space, t->x)) {
            memcpy(x, t->x, t->space.dim_count * sizeof *x);
            return true;
        }
    }
    uint64_t first = points > 0 ? collet_below(rng, points) : 0;
    for (uint64_t k = 0; k < points; k++) {
        uint64_t left = (first + k) % points;
        for (uint32_t i = 0; i < t->space.dim_count; i++) {
            const search_axis *axis = &t->space.axes[i];
            t->x[i] = search_axis_nth(axis, left % axis->count);
            left /= axis->count;
        }
        complete(t, t->x);
        if (!search_seen_has(&t->seen, &t->space, t->x)) {
            memcpy(x, t->x, t->space.dim_count * sizeof *x);
            return true;
        }
    }
    return false;
}

static bool propose(tpe *t, const collet_rng *rng, double *x)
{
    const density_space *s = &t->columns;
    uint32_t below = count_below(t);
    density_mixture all_below, all_above;
    make_below(t, below, &all_below);
    make_above(t, below, &all_above);
    for (uint32_t i = 0; i < t->space.dim_count; i++) {
        t->x[i] = s->column_of[i] == UINT32_MAX ? t->space.axes[i].dim->low : (double)NAN;
    }
    for (uint32_t k = 0; k < s->block_count; k++) {
        const density_block *b = &s->blocks[k];
        density_mixture l = all_below, g = all_above;
        if (s->block_count > 1) {
            make_below(t, below, &l);
            make_above(t, below, &g);
            restrict_to(&l, b, t->config->prior);
            restrict_to(&g, b, t->config->prior);
        }
        if (s->conditional > 0) {
            density_batch_set(&t->batch, t->x);
        }
        density_draw(&l, b, NULL, rng, &t->batch);
        judge(t, &l, &g, b);
        refine(t, &l, &g, b, rng);
        if (k + 1 == s->block_count) {
            return pick(t, b, x);
        }
        take(t, b, best_of(t), t->x);
    }
    complete(t, t->x);
    memcpy(x, t->x, t->space.dim_count * sizeof *x);
    return !search_seen_has(&t->seen, &t->space, x);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    tpe *t = self;
    const tpe_config *c = t->config;
    bool fresh;
    if (t->history.measured < (size_t)c->startup) {
        if (c->spread) {
            search_spread(&t->space, &t->history, (uint32_t)c->startup, rng, x);
        } else {
            search_draw(&t->space, rng, x);
        }
        fresh = !search_seen_has(&t->seen, &t->space, x);
    } else if (c->explore > 0 && collet_uniform(rng) < c->explore) {
        search_draw(&t->space, rng, x);
        fresh = !search_seen_has(&t->seen, &t->space, x);
    } else {
        fresh = propose(t, rng, x);
    }
    if (!fresh) {
        find_new(t, rng, x);
    }
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
    density_order_finish(&t->order);
    density_rows_finish(&t->above);
    density_rows_finish(&t->below);
    density_space_finish(&t->columns);
    search_seen_finish(&t->seen);
    search_digest_finish(&t->digest);
    search_history_finish(&t->history);
    search_space_finish(&t->space);
    free(t->terms_below);
    free(t->terms_above);
    free(t->free_rows);
    free(t->open);
    free(t->is_above);
    free(t->sorted);
    free(t->widths);
    free(t->sorted_rows);
    free(t->score);
    free(t->score_above);
    free(t->keep_x);
    free(t->keep_active);
    free(t->x);
    free(t);
}

static uint32_t candidates_of(const tpe *t)
{
    int64_t count = t->config->candidates;
    if (count == 0) {
        count = 24 + 32 * (int64_t)t->space.numeric;
        count = count > 512 ? 512 : count;
    }
    return (uint32_t)count;
}

static collet_status prepare(tpe *t, const collet_space *space)
{
    const tpe_config *c = t->config;
    uint32_t cap = (uint32_t)c->gamma_cap, half = ((uint32_t)c->above + 1) / 2;
    density_blocks how = (density_blocks)c->blocks;
    search_history_init(&t->history, space);
    collet_status status = search_space_init(&t->space, space);
    if (status == COLLET_OK) {
        status = density_space_init(&t->columns, &t->space, how);
    }
    if (status == COLLET_OK) {
        status = search_digest_init(&t->digest, cap + half, (uint32_t)c->above - half);
    }
    if (status < 0) {
        return status;
    }
    t->candidates = candidates_of(t);
    density_rows_init(&t->above, &t->columns);
    density_rows_init(&t->below, &t->columns);
    density_order_init(&t->order, &t->above);
    status = density_batch_init(&t->batch, &t->columns, t->candidates);
    if (status == COLLET_OK) {
        status = density_rows_reserve(&t->below, cap);
    }
    if (status == COLLET_OK) {
        status = density_batch_terms(&t->batch, cap);
    }
    size_t columns = t->columns.column_count + 1u;
    t->batch.count = t->candidates;
    t->score = malloc(t->batch.room * sizeof *t->score);
    t->score_above = malloc(t->batch.room * sizeof *t->score_above);
    t->keep_x = malloc(columns * sizeof *t->keep_x);
    t->keep_active = malloc(columns * sizeof *t->keep_active);
    t->x = malloc((t->space.dim_count + 1u) * sizeof *t->x);
    t->terms_below = malloc(cap * sizeof *t->terms_below);
    bool all = t->score != NULL && t->score_above != NULL && t->keep_x != NULL &&
               t->keep_active != NULL && t->x != NULL && t->terms_below != NULL;
    return status == COLLET_OK && all ? reserve(t) : COLLET_E_NOMEM;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    tpe *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    t->host = host;
    if (prepare(t, space) < 0) {
        destroy(t);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = t;
    return COLLET_OK;
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_CONSTRAINT |
             COLLET_SAMPLER_FROM_HISTORY,
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
                                 "more of what did well: tree-structured Parzen estimator",
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

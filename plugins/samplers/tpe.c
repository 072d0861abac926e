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
 * alone. Nothing in it grows with their number but a table of points that were there: only the
 * trials below, a sample of those above and those under way have kernels (density/trials.h). How l
 * and g are made of them is in density/parzen.h. No function of the C library is in the densities,
 * so they are the same on every processor.
 *
 * Bergstra, Bardenet, Bengio, Kegl: Algorithms for Hyper-Parameter Optimization. NIPS 2011.
 * Watanabe: Tree-Structured Parzen Estimator: Understanding Its Algorithm Components and Their
 * Roles for Better Empirical Performance. arXiv:2304.11127 (2023), for the components and joint
 * kernels. Bergstra, Yamins, Cox: Making a Science of Model Search. ICML 2013.
 */
#include "density/parzen.h"
#include "search/branch.h"
#include "search/fresh.h"
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

typedef struct tpe {
    const tpe_config *config;
    search_space space;
    density_space columns;
    density_trials trials;
    density_parzen parzen;      /* l and g */
    density_batch batch;        /* points drawn from l */
    float *score, *score_above; /* [batch.room] */
    double *x;                  /* [dim_count], a point under consideration */
    const search_trial *branch; /* the densities are of trials of its branch alone; NULL: of all */
} tpe;

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
static void draw(tpe *t, const density_block *block, const collet_rng *rng)
{
    density_mixture l, g;
    density_parzen_block(&t->parzen, block, &l, &g);
    density_draw(&l, block, t->config->sharp, rng, &t->batch);
    density_log(&l, block, &t->batch, t->score);
    density_log(&g, block, &t->batch, t->score_above);
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
    return !search_seen_has(&t->trials.seen, &t->space, x);
}

static bool is_good(const tpe *t, const double *x)
{
    return is_new(t, x) && search_allowed(&t->space, x);
}

/* Puts a point into t->x, block by block: parents stand before what depends on them. */
static void compose(tpe *t, const collet_rng *rng)
{
    const density_space *s = &t->columns;
    for (uint32_t i = 0; i < t->space.dim_count; i++) {
        t->x[i] = (double)NAN;
    }
    search_complete(&t->space, t->x);
    for (uint32_t k = 0; k < s->block_count; k++) {
        if (s->conditional > 0) {
            density_batch_set(&t->batch, t->x);
        }
        draw(t, &s->blocks[k], rng);
        take_best(t, &s->blocks[k]);
    }
}

/* Makes the densities of the next trial. */
static collet_status prepare(tpe *t, uint64_t number)
{
    const density_space *s = &t->columns;
    const search_history *h = &t->trials.history;
    bool one = h->objective_count == 1 && s->block_count == 1 && s->conditional > 0;
    t->branch = one && t->config->branches ? search_branch(h, number) : NULL;
    collet_status status = density_parzen_make(&t->parzen, t->branch);
    return status < 0 ? status : density_batch_terms(&t->batch, t->trials.rows.room);
}

/* The best candidate that is new and allowed, or else the best one moved to where it is allowed.
 * False: that is none new; x is then the best of all. */
static bool propose(tpe *t, const collet_rng *rng, double *x)
{
    const density_space *s = &t->columns;
    compose(t, rng);
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

/* One of the first points, which lie apart. */
static void spread(tpe *t, const collet_rng *rng, double *x)
{
    const uint32_t cells = (uint32_t)t->config->startup;
    search_spread(&t->space, &t->trials.history, cells, rng, x);
    for (int k = 0; k < SPREADS && !search_allowed(&t->space, x); k++) {
        search_spread(&t->space, &t->trials.history, cells, rng, x);
    }
    search_mend(&t->space, rng, x);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    tpe *t = self;
    const tpe_config *c = t->config;
    bool fresh = false, early = t->trials.history.measured < (size_t)c->startup;
    if (t->space.dim_count == 0) {
        return density_trials_begin(&t->trials, number, x);
    }
    if (density_trials_sort(&t->trials) < 0 || (!early && prepare(t, number) < 0)) {
        return COLLET_E_NOMEM;
    }
    if (early && c->spread) {
        spread(t, rng, x);
        fresh = is_new(t, x);
    } else if (early || (c->explore > 0 && collet_uniform(rng) < c->explore)) {
        search_draw_allowed(&t->space, rng, x);
        fresh = is_new(t, x);
    } else {
        fresh = propose(t, rng, x);
    }
    if (!fresh && search_fresh(&t->space, &t->trials.seen, rng, t->x)) {
        memcpy(x, t->x, t->space.dim_count * sizeof *x);
    }
    search_mend(&t->space, rng, x);
    return density_trials_begin(&t->trials, number, x);
}

static collet_status tell(void *self, const collet_trial *trial)
{
    tpe *t = self;
    return density_trials_tell(&t->trials, trial);
}

/* ---- Birth and death ------------------------------------------------------------------------ */

static void destroy(void *self)
{
    tpe *t = self;
    if (t == NULL) {
        return;
    }
    density_batch_finish(&t->batch);
    density_parzen_finish(&t->parzen);
    density_trials_finish(&t->trials);
    density_space_finish(&t->columns);
    search_space_finish(&t->space);
    free(t->score);
    free(t->score_above);
    free(t->x);
    free(t);
}

static density_parzen_rules rules_of(const tpe_config *c)
{
    return (density_parzen_rules){.gamma = c->gamma,
                                  .root = c->gamma_rule != 0,
                                  .cap = (uint32_t)c->gamma_cap,
                                  .weights = (density_weights)c->weights,
                                  .rank_power = c->rank_power,
                                  .weights_above = (density_weights)c->weights_above,
                                  .floor = c->floor,
                                  .floor_above = c->floor_above,
                                  .pending = c->pending != 0};
}

/* All that candidates and the first trials need room for. */
static bool init(tpe *t, const collet_space *space)
{
    const tpe_config *c = t->config;
    const density_parzen_rules rules = rules_of(c);
    uint32_t half = ((uint32_t)c->above + 1) / 2, rest = (uint32_t)c->above - half;
    if (search_space_init(&t->space, space) < 0 ||
        density_space_init(&t->columns, &t->space, (density_blocks)c->kernels) < 0 ||
        density_trials_init(&t->trials, &t->columns, rules.cap + half, rest, rules.cap) < 0 ||
        density_parzen_init(&t->parzen, &rules, &t->trials) < 0 ||
        density_batch_init(&t->batch, &t->columns, (uint32_t)c->candidates) < 0 ||
        density_batch_terms(&t->batch, rules.cap) < 0) {
        return false;
    }
    t->parzen.fit.prior = c->prior;
    t->parzen.fit.widths = (density_widths){.rule = (density_rule)c->bandwidth,
                                            .exponent = c->exponent,
                                            .clip = c->clip != 0,
                                            .dims = t->columns.column_count};
    t->batch.count = (uint32_t)c->candidates;
    t->score = malloc(t->batch.room * sizeof *t->score);
    t->score_above = malloc(t->batch.room * sizeof *t->score_above);
    t->x = malloc((t->space.dim_count + 1u) * sizeof *t->x);
    return t->score != NULL && t->score_above != NULL && t->x != NULL;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    tpe *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    if (!init(t, space)) {
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

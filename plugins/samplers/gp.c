/*
 * gp - Bayesian optimisation by a Gaussian process: few trials, each well chosen.
 *
 * Definition: outcomes are a draw of a Gaussian process with a Matern 5/2 kernel, which has a
 * weight for each dimension; real and whole numbers lie in the unit interval (in the logarithm
 * where they say so, whole ones and steps in the middle of their share), categories are equal or
 * not, and a dimension that is inactive is one unit from any active one. Proposed is the point that
 * maximises the logarithm of the expected improvement over the best outcome; with several goals, of
 * the hypervolume over the front.
 *
 * Options:
 *     startup     trials drawn at random before the model is asked                10
 *     noise       outcomes are noisy; off: the same point gives the same          on
 *     candidates  points drawn to begin the search of the acquisition with      1024
 *     points      most trials that the model holds                               500
 *
 *     [sampler]
 *     use     = gp
 *     startup = 20
 *
 * How it works: outcomes worse than the median count by their rank, so that a few terrible ones do
 * not flatten the rest; the others as they are (common/gp/warp.h). The weights, the scale and the
 * variance of the noise are the most probable ones under weak priors (common/gp/fit.h). They are
 * fitted to the first m trials, m = startup and then a twentieth more each time, each from where
 * the last fit ended and up to 100 trials from two fixed places as well, since there are several
 * optima. So they depend on the trials alone, not on when they were told, and a study that goes on
 * proposes what it would have. In between the factor of the covariance grows by a row a trial. The
 * acquisition is searched from drawn candidates (common/gp/acquire.h). A point comes
 * twice only once all are known or the same point has brought two outcomes.
 *
 * Several goals have a process each. What the front, as the processes expect it, leaves to be won
 * is cut into boxes, and the expected gain of each is exact (common/gp/front.h); it goes up to a
 * reference 0.3 of the front's extent behind its worst values, or a deviation of the outcomes. By
 * their rank alone count outcomes that are also worse than all of the front. Of long fronts 200
 * points count, 100 with three goals and 50 or fewer with more, the ends and then those furthest
 * apart: with more than four goals take another sampler.
 *
 * Trials under way count as if they had brought what the model expects (Kriging believer). A failed
 * trial counts like the worst, a pruned one like its last value but not better than the median of
 * complete ones. Constraints have models of their own; their probability to hold multiplies the
 * improvement. Beyond `points` trials the model holds a third each of the best (with several goals
 * front by front), the latest and an even choice of the others.
 *
 * Jones, Schonlau, Welch: Efficient Global Optimization of Expensive Black-Box Functions. Journal
 * of Global Optimization 13 (1998). Ament et al.: Unexpected Improvements to Expected Improvement
 * for Bayesian Optimization (2023). Yang, Emmerich, Deutz, Back: Efficient Computation of Expected
 * Hypervolume Improvement Using Box Decomposition Algorithms. JOGO 75 (2019).
 */
#include "gp/acquire.h"
#include "gp/chain.h"
#include "gp/table.h"
#include "search/history.h"
#include "search/seen.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>

/* Good points around which candidates are drawn; draws before a point that is known is proposed
 * again. */
enum { ANCHORS = 5, DRAWS = 100 };

typedef struct gp_config {
    int64_t startup, candidates, points;
    int32_t noise;
} gp_config;

static const collet_option options[] = {
    COLLET_OPT_INT(gp_config, startup, "10", 1, 1000000, NULL, COLLET_FIXED,
                   "trials drawn at random before the model is asked"),
    COLLET_OPT_BOOL(gp_config, noise, "on", COLLET_FIXED,
                    "outcomes are noisy; off: the same point gives the same"),
    COLLET_OPT_INT(gp_config, candidates, "1024", 16, 1000000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "points drawn to begin the search of the acquisition with"),
    COLLET_OPT_INT(gp_config, points, "500", 10, 5000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "most trials that the model holds"),
};

typedef struct gp {
    const collet_host *host;
    const gp_config *config;
    search_space space;
    search_history history;
    search_seen seen; /* points of finished trials */
    gp_layout layout;
    gp_table table;
    gp_chain chain;
    gp_search search;
    gp_front front; /* of several goals */
    uint32_t goals;
    uint32_t models;  /* one for each goal, then one for each constraint */
    gp_model *model;  /* [models] */
    double *z, *work; /* [columns]; of the acquisition */
    double expected;  /* the improvement by the point of the last ask; NaN: not known */
    bool noisy;       /* the same point has brought two outcomes */
} gp;

/* ---- Making --------------------------------------------------------------------------------- */

static void destroy(void *self)
{
    gp *g = self;
    if (g == NULL) {
        return;
    }
    for (uint32_t k = 0; g->model != NULL && k < g->models; k++) {
        gp_model_finish(&g->model[k]);
    }
    free(g->model);
    free(g->z);
    gp_chain_finish(&g->chain);
    gp_table_finish(&g->table);
    gp_search_finish(&g->search);
    gp_front_finish(&g->front);
    gp_layout_finish(&g->layout);
    search_seen_finish(&g->seen);
    search_history_finish(&g->history);
    search_space_finish(&g->space);
    free(g);
}

static bool build(gp *g, const collet_space *space)
{
    uint32_t candidates = (uint32_t)g->config->candidates;
    search_history_init(&g->history, space);
    if (search_space_init(&g->space, space) < 0 || gp_layout_init(&g->layout, &g->space) < 0 ||
        gp_search_init(&g->search, &g->layout, candidates) < 0) {
        return false;
    }
    g->goals = space->objective_count;
    g->models = g->goals + space->constraint_count;
    if (g->goals > 1 && gp_front_init(&g->front, g->goals) < 0) {
        return false;
    }
    if (gp_table_init(&g->table, space, &g->space, &g->history, &g->layout,
                      (size_t)g->config->points) < 0 ||
        gp_chain_init(&g->chain, g->host, &g->table, (size_t)g->config->startup,
                      (size_t)g->config->points, !g->config->noise) < 0) {
        return false;
    }
    g->model = calloc(g->models, sizeof *g->model);
    g->z = calloc(g->layout.columns + gp_acquisition_work(&g->layout, g->goals), sizeof *g->z);
    if (g->model == NULL || g->z == NULL) {
        return false;
    }
    g->work = g->z + g->layout.columns;
    for (uint32_t k = 0; k < g->models; k++) {
        gp_model_init(&g->model[k], &g->layout);
    }
    return true;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    gp *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    g->host = host;
    g->config = config;
    if (!build(g, space)) {
        destroy(g);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = g;
    return COLLET_OK;
}

/* ---- Asking --------------------------------------------------------------------------------- */

/* Lists the trials of the models, finished ones first, and takes them up. */
static collet_status update(gp *g, size_t *finished, size_t *all)
{
    const double *p = gp_chain_last(&g->chain);
    size_t n = gp_table_list(&g->table, g->history.finished, (size_t)g->config->points);
    *finished = n;
    *all = gp_table_list_running(&g->table, n);
    gp_table_make_rows(&g->table, *all);
    for (uint32_t k = 0; k < g->models; k++) {
        const double *y = gp_table_value(&g->table, k, n);
        collet_status status = gp_model_update(&g->model[k], p + k * GP_PARAMETERS(&g->layout),
                                               g->table.rows, *all, n, y);
        if (status < 0) {
            return status;
        }
    }
    return COLLET_OK;
}

/* Points of the table = what the models expect of the feasible complete trials and of those under
 * way: noise must not be what is to be beaten. Returns how many; 0 where nothing feasible is known.
 */
static size_t expect(gp *g, size_t finished, size_t all)
{
    size_t count = 0;
    double variance;
    for (size_t i = 0; i < finished; i++) {
        const search_trial *t = g->table.trials[i];
        if (t->measured && t->violation <= 0 && t->state == COLLET_TRIAL_COMPLETE) {
            double *point = g->table.points + count++ * g->goals;
            for (uint32_t k = 0; k < g->goals; k++) {
                point[k] = gp_model_fitted(&g->model[k], i, gp_table_values(&g->table, k)[i]);
            }
        }
    }
    for (size_t i = finished; count > 0 && i < all; i++) {
        double *point = g->table.points + count++ * g->goals;
        gp_encode(&g->layout, g->table.rows[i].u, g->z, 1);
        for (uint32_t k = 0; k < g->goals; k++) {
            gp_model_at(&g->model[k], g->z, &point[k], &variance, NULL, NULL);
        }
    }
    return count;
}

/* Takes up what is to be beaten; false where nothing feasible is known. */
static bool aim(gp *g, size_t finished, size_t all)
{
    gp_acquisition *a = &g->search.acquisition;
    size_t count = expect(g, finished, all);
    *a = (gp_acquisition){g->model,         g->goals,  g->models - g->goals, true,
                          (double)INFINITY, &g->front, g->table.most,        g->work};
    for (size_t i = 0; g->goals == 1 && i < count; i++) {
        a->best = fmin(a->best, g->table.points[i]);
    }
    if (g->goals > 1) {
        (void)gp_front_make(&g->front, g->table.points, count, g->table.sorted);
    }
    if (count == 0 && a->constraints == 0) { /* all have failed: what is likely to be low */
        a->best = -1;
    }
    a->improve = count > 0 || a->constraints == 0;
    return count > 0;
}

/* The coordinates of the best finished trials, in their order. */
static size_t find_anchors(const gp *g, size_t finished, const double **anchors)
{
    size_t at[ANCHORS], count = 0;
    for (size_t i = 0; i < finished; i++) {
        size_t place = count;
        while (place > 0 &&
               search_trial_compare(g->table.trials[i], g->table.trials[at[place - 1]]) < 0) {
            place--;
        }
        if (place < ANCHORS) {
            count += count < ANCHORS;
            memmove(at + place + 1, at + place, (count - place - 1) * sizeof *at);
            at[place] = i;
        }
    }
    for (size_t k = 0; k < count; k++) {
        anchors[k] = g->table.rows[at[k]].u;
    }
    return count;
}

/* The same with several goals: some that nobody beats, each as likely, in any order. */
static size_t draw_anchors(const gp *g, const collet_rng *rng, size_t finished,
                           const double **anchors)
{
    size_t seen = 0;
    for (size_t i = 0; i < finished; i++) {
        if (gp_table_is_unbeaten(&g->table, g->table.trials[i], finished)) { /* a reservoir */
            size_t place = (size_t)collet_below(rng, ++seen);
            if (seen <= ANCHORS) {
                anchors[seen - 1] = anchors[place];
                anchors[place] = g->table.rows[i].u;
            } else if (place < ANCHORS) {
                anchors[place] = g->table.rows[i].u;
            }
        }
    }
    return seen < ANCHORS ? seen : ANCHORS;
}

/* Is x under way, or known already where that settles it? */
static bool is_taken(const gp *g, const double *x)
{
    if (search_history_pending(&g->history, &g->space, x)) {
        return true;
    }
    bool taken = search_seen_has(&g->seen, &g->space, x);
    if (taken && g->noisy) { /* another outcome may be had, where there was one */
        taken = false;
        for (size_t i = 0; i < g->history.count && !taken; i++) {
            const search_trial *t = g->history.trials[i];
            taken = !t->measured && search_same(&g->space, x, t->x);
        }
    }
    return taken;
}

static void draw(const gp *g, const collet_rng *rng, double *x)
{
    for (int k = 0; k < DRAWS; k++) {
        search_draw_allowed(&g->space, rng, x);
        if (!is_taken(g, x)) {
            break;
        }
    }
}

static collet_status propose(gp *g, const collet_rng *rng, double *x)
{
    const double *anchors[ANCHORS] = {NULL};
    size_t finished, all;
    collet_status status = gp_chain_extend(&g->chain);
    status = status < 0 ? status : update(g, &finished, &all);
    if (status < 0) {
        return status;
    }
    bool known = aim(g, finished, all);
    gp_search_run(&g->search, rng, anchors,
                  g->goals > 1 ? draw_anchors(g, rng, finished, anchors)
                               : find_anchors(g, finished, anchors));
    for (uint32_t k = 0; k < g->search.candidates; k++) {
        gp_search_point(&g->search, g->search.order[k], x);
        if (!is_taken(g, x) && search_allowed(&g->space, x)) {
            g->expected = known && g->goals == 1
                              ? exp(g->search.score[g->search.order[k]]) * g->table.deviation
                              : (double)NAN;
            return COLLET_OK;
        }
    }
    draw(g, rng, x);
    return COLLET_OK;
}

/* A trial that is under way at another point now: factors that have its row are of no use. */
static void forget_moved(gp *g, uint64_t number, const double *x)
{
    const bool moved = search_history_moves(&g->history, &g->space, number, x);
    for (uint32_t k = 0; moved && k < g->models; k++) {
        gp_model_forget(&g->model[k]);
    }
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    gp *g = self;
    collet_status status = COLLET_OK;
    g->expected = (double)NAN;
    if (gp_table_grow(&g->table) < 0) {
        return collet_fail(g->host, COLLET_E_NOMEM, "out of memory");
    }
    if (g->history.finished < (size_t)g->config->startup || g->layout.thetas == 0) {
        draw(g, rng, x);
    } else {
        status = propose(g, rng, x);
    }
    if (status == COLLET_E_NUMERIC) {
        draw(g, rng, x);
        status = COLLET_OK;
    }
    forget_moved(g, number, x);
    status = status < 0 ? status : search_history_open(&g->history, number, x);
    return status == COLLET_E_NOMEM ? collet_fail(g->host, status, "out of memory") : status;
}

/* Has another trial at the same point brought something else? */
static bool contradicts(const gp *g, const search_trial *news)
{
    for (size_t i = 0; g->config->noise && news->measured && i < g->history.count; i++) {
        const search_trial *t = g->history.trials[i];
        bool differs = memcmp(t->values, news->values, g->goals * sizeof *t->values) != 0;
        if (t->measured && differs && t->state == news->state &&
            search_same(&g->space, t->x, news->x)) {
            return true;
        }
    }
    return false;
}

static collet_status tell(void *self, const collet_trial *trial)
{
    gp *g = self;
    forget_moved(g, trial->number, trial->x);
    const search_trial *news = search_history_again(&g->history, trial);
    const bool again = news != NULL;
    collet_status status = again ? COLLET_OK : search_history_tell(&g->history, trial, &news);
    if (status >= 0 && news != NULL) {
        g->noisy =
            g->noisy || (search_seen_has(&g->seen, &g->space, news->x) && contradicts(g, news));
        gp_chain_drop(&g->chain, news);
        status = search_seen_add(&g->seen, &g->space, news->x);
        status = status < 0 ? status : gp_table_tell(&g->table, news, again);
    }
    return status < 0 ? collet_fail(g->host, status, "out of memory") : COLLET_OK;
}

/* Of outcomes better than the median, which are as they were told: an improvement is one of these.
 */
static collet_status expected_improvement(void *self, double *value)
{
    *value = ((const gp *)self)->expected;
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
    .expected_improvement = expected_improvement,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "gp",
                                 "1.0.0",
                                 "Bayesian optimisation by Gaussian processes",
                                 "doi.org/10.1023/A:1008306431147",
                                 &vtable,
                                 COLLET_OPTIONS(options, gp_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "gp",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

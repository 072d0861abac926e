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
#include "gp/warp.h"
#include "search/history.h"
#include "search/pareto.h"
#include "search/seen.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>

/* The most points of a fit; trials times dimensions up to which it starts anew as
 * well; good points around which
 * candidates are drawn; draws before a point that is known is proposed again. */
enum { FIT_POINTS = 300, FIT_ANEW = 2000, ANCHORS = 5, DRAWS = 100 };

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

/* Hyperparameters fitted to the first `count` finished trials. */
typedef struct fitted {
    size_t count;
    double *p; /* [models][parameters] */
} fitted;

typedef struct gp {
    const collet_host *host;
    const gp_config *config;
    search_space space;
    search_history history;
    search_seen seen; /* points of finished trials */
    gp_layout layout;
    gp_fit fit;
    gp_search search;
    gp_front front; /* of several goals */
    uint32_t goals;
    uint32_t models;      /* one for each goal, then one for each constraint */
    gp_model *model;      /* [models] */
    double *p, *z, *most; /* [parameters], [columns], [models]: work */
    double *work;         /* of the acquisition */
    double deviation;     /* of the outcomes of one goal: what its model calls 1 */
    double expected;      /* the improvement by the point of the last ask; NaN: not known */
    bool noisy;           /* the same point has brought two outcomes */
    fitted *fits;         /* [fit_count], by count */
    size_t fit_count, fit_room;
    /* What one ask looks at: */
    size_t room;
    const search_trial **trials; /* [room] */
    gp_row *rows;                /* [room] */
    double *u;                   /* [room][dim_count] */
    double *y;                   /* [goals + 1][room], the last one for constraints */
    double *sorted;              /* [room] */
    double *points;              /* [room][goals]: what the models expect of trials */
    double *x;                   /* [columns][room] */
} gp;

/* ---- Making --------------------------------------------------------------------------------- */

static void discard_tables(gp *g)
{
    free(g->trials);
    free(g->rows);
    free(g->u);
    free(g->y);
    free(g->x);
}

static void destroy(void *self)
{
    gp *g = self;
    if (g == NULL) {
        return;
    }
    for (uint32_t k = 0; g->model != NULL && k < g->models; k++) {
        gp_model_finish(&g->model[k]);
    }
    for (size_t k = 0; k < g->fit_count; k++) {
        free(g->fits[k].p);
    }
    free(g->fits);
    free(g->model);
    free(g->p);
    discard_tables(g);
    gp_search_finish(&g->search);
    gp_fit_finish(&g->fit);
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
    g->model = calloc(g->models, sizeof *g->model);
    g->p = calloc(GP_PARAMETERS(&g->layout) + g->layout.columns + g->models +
                      gp_acquisition_work(&g->layout, g->goals),
                  sizeof *g->p);
    if (g->model == NULL || g->p == NULL) {
        return false;
    }
    g->z = g->p + GP_PARAMETERS(&g->layout);
    g->most = g->z + g->layout.columns;
    g->work = g->most + g->models;
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

/* Room for all trials known. */
static bool grow(gp *g)
{
    if (g->history.count <= g->room) {
        return true;
    }
    size_t room = 2 * g->history.count + 64;
    discard_tables(g);
    g->trials = calloc(room, sizeof *g->trials);
    g->rows = calloc(room, sizeof *g->rows);
    g->u = calloc(room * (g->space.dim_count + 1u), sizeof *g->u);
    g->y = calloc(2 * (g->goals + 1u) * room, sizeof *g->y);
    g->x = calloc(room * (g->layout.columns + 1u), sizeof *g->x);
    g->sorted = g->y + (g->goals + 1u) * room;
    g->points = g->sorted + room;
    bool all = g->trials != NULL && g->rows != NULL && g->u != NULL && g->y != NULL && g->x != NULL;
    g->room = all ? room : 0;
    return all;
}

/* ---- Which trials, and what they are worth --------------------------------------------------- */

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int by_rank(const void *a, const void *b)
{
    return search_trial_compare(*(const search_trial *const *)a, *(const search_trial *const *)b);
}

static int by_number(const void *a, const void *b)
{
    const search_trial *s = *(const search_trial *const *)a, *t = *(const search_trial *const *)b;
    return (s->number > t->number) - (s->number < t->number);
}

/* Is a better than b in all of several goals, or by what stands before them? */
static bool beats(const gp *g, const search_trial *a, const search_trial *b)
{
    return search_pareto_compare_trials(a, b, g->goals) < 0;
}

static void swap(const search_trial **a, const search_trial **b)
{
    const search_trial *t = *a;
    *a = *b;
    *b = t;
}

/* Moves the best of n trials to the beginning: by rank; with several goals those that nobody beats,
 * then those that then nobody does, until there are `best`. */
static void sort_best(const gp *g, const search_trial **t, size_t n, size_t best)
{
    if (g->goals == 1) {
        qsort(t, n, sizeof *t, by_rank);
        return;
    }
    for (size_t placed = 0; placed < best;) {
        size_t front = placed; /* t[placed] ... of those seen so far; beaten ones behind it */
        for (size_t i = placed; i < n; i++) {
            size_t k = placed;
            while (k < front && !beats(g, t[k], t[i])) {
                k++;
            }
            if (k < front) {
                continue;
            }
            for (k = placed; k < front;) {
                if (beats(g, t[i], t[k])) {
                    swap(&t[k], &t[--front]);
                } else {
                    k++;
                }
            }
            swap(&t[i], &t[front++]);
        }
        placed = front;
    }
}

/* Lists the first `count` finished trials; of more than `most` a third each of the best, the
 * latest, and an even choice by rank of the others. By number. Returns how many. */
static size_t list_finished(gp *g, size_t count, size_t most)
{
    const search_trial **t = g->trials;
    size_t n = 0;
    for (size_t i = 0; n < count && i < g->history.count; i++) {
        if (g->history.trials[i]->state != COLLET_TRIAL_RUNNING) {
            t[n++] = g->history.trials[i];
        }
    }
    if (n <= most) {
        return n;
    }
    size_t third = most / 3, rest = most - 2 * third, middle = n - 2 * third;
    sort_best(g, t, n - third, third);
    for (size_t k = 0; k < rest; k++) {
        t[third + k] = t[third + k * middle / rest];
    }
    memmove(t + third + rest, t + n - third, third * sizeof *t);
    qsort(t, most, sizeof *t, by_number);
    return most;
}

/* Where the values of model k go: each goal's stay while the others' are made. */
static double *values_of(const gp *g, uint32_t k)
{
    return g->y + lesser(k, g->goals) * g->room;
}

/* The median of goal k over the n listed trials that are complete; -INFINITY where none is. */
static double median_complete(gp *g, uint32_t k, size_t n)
{
    size_t count = 0;
    double *y = values_of(g, k);
    for (size_t i = 0; i < n; i++) {
        const search_trial *t = g->trials[i];
        y[i] = t->measured && t->state == COLLET_TRIAL_COMPLETE ? t->values[k] : (double)NAN;
    }
    count = gp_fill(n, y, g->sorted);
    return count > 0 ? g->sorted[count / 2] : -(double)INFINITY;
}

/* The worst of goal k among the listed trials that nobody beats; -INFINITY with one goal. What is
 * worse than that does not matter, but what is worse in one goal may be the best in another. */
static double worst_of_front(const gp *g, uint32_t k, size_t n)
{
    double worst = -(double)INFINITY;
    for (size_t i = 0; g->goals > 1 && i < n; i++) {
        const search_trial *t = g->trials[i];
        size_t j = 0;
        if (!t->measured || t->violation > 0 || t->state != COLLET_TRIAL_COMPLETE ||
            !(t->values[k] > worst)) {
            continue;
        }
        while (j < n && !beats(g, g->trials[j], t)) {
            j++;
        }
        worst = j == n ? t->values[k] : worst;
    }
    return worst;
}

/* Fills in what model k learns of the n listed trials, and returns it; for a constraint, up to
 * where it holds. */
static double *value(gp *g, uint32_t k, size_t n)
{
    const bool goal = k < g->goals;
    double median = goal ? median_complete(g, k, n) : 0, *y = values_of(g, k), mean, deviation;
    for (size_t i = 0; i < n; i++) {
        const search_trial *t = g->trials[i];
        if (!t->measured || t->state == COLLET_TRIAL_FAILED) {
            y[i] = (double)NAN;
        } else if (!goal) {
            y[i] = t->constraints[k - g->goals];
        } else {
            bool pruned = t->state == COLLET_TRIAL_PRUNED;
            y[i] = pruned ? fmax(t->values[k], median) : t->values[k];
        }
    }
    size_t count = gp_fill(n, y, g->sorted);
    if (goal) {
        gp_cut_tail(n, y, g->sorted, count, worst_of_front(g, k, n));
    }
    gp_standardise(n, y, &mean, &deviation);
    if (goal) {
        g->deviation = deviation;
    } else {
        g->most[k - g->goals] = -mean / deviation;
    }
    return y;
}

/* The n listed trials as rows. A trial's end may tell another point than was asked for. */
static void make_rows(gp *g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const search_trial *t = g->trials[i];
        double *u = g->u + i * g->space.dim_count;
        gp_coordinates(&g->layout, t->x, u);
        g->rows[i] = (gp_row){2 * t->number + (t->state != COLLET_TRIAL_RUNNING), u};
    }
}

/* ---- Hyperparameters ------------------------------------------------------------------------ */

/* Lists and encodes what the fit to the first `count` trials is made to. */
static collet_status prepare_fit(gp *g, size_t count)
{
    size_t n = list_finished(g, count, lesser((size_t)g->config->points, FIT_POINTS));
    if (g->fit.room < n) {
        gp_fit_finish(&g->fit);
        collet_status status = gp_fit_init(&g->fit, &g->layout, lesser(n + n / 2 + 16, FIT_POINTS));
        if (status < 0) {
            return status;
        }
    }
    make_rows(g, n);
    for (size_t i = 0; i < n; i++) {
        gp_encode(&g->layout, g->rows[i].u, g->x + i, g->room);
    }
    g->fit.n = n;
    g->fit.x = g->x;
    g->fit.stride = g->room;
    g->fit.noiseless = !g->config->noise;
    return COLLET_OK;
}

/* p = the best of what is found from the last fit (may be NULL) and, with few trials, anew. */
static void fit_best(gp *g, const double *last, double *p)
{
    const size_t bytes = GP_PARAMETERS(&g->layout) * sizeof *p;
    double least = (double)INFINITY;
    gp_fit_default(&g->fit, 0, p);
    for (int start = last != NULL ? -1 : 0; start < GP_DEFAULTS; start++) {
        if (start < 0) {
            memcpy(g->p, last, bytes);
        } else if (last == NULL || g->fit.n * g->layout.thetas <= FIT_ANEW) {
            gp_fit_default(&g->fit, start, g->p);
        } else {
            break;
        }
        double loss = gp_fit_run(&g->fit, g->p);
        if (loss < least) {
            least = loss;
            memcpy(p, g->p, bytes);
        }
    }
}

/* Appends a fit to the first `count` trials to the chain. */
static collet_status append_fit(gp *g, size_t count)
{
    if (g->fit_count == g->fit_room) {
        size_t room = 2 * g->fit_room + 32;
        fitted *fits = realloc(g->fits, room * sizeof *fits);
        if (fits == NULL) {
            return COLLET_E_NOMEM;
        }
        g->fits = fits;
        g->fit_room = room;
    }
    const size_t parameters = GP_PARAMETERS(&g->layout);
    const double *last = g->fit_count > 0 ? g->fits[g->fit_count - 1].p : NULL;
    double *p = calloc(g->models * parameters, sizeof *p);
    if (p == NULL || prepare_fit(g, count) < 0) {
        free(p);
        return COLLET_E_NOMEM;
    }
    for (uint32_t k = 0; k < g->models; k++) {
        g->fit.y = value(g, k, g->fit.n);
        fit_best(g, last == NULL ? NULL : last + k * parameters, p + k * parameters);
    }
    g->fits[g->fit_count++] = (fitted){count, p};
    return COLLET_OK;
}

/* Brings the chain of fits up to the trials that have finished. */
static collet_status refit(gp *g)
{
    for (;;) {
        size_t last = g->fit_count > 0 ? g->fits[g->fit_count - 1].count : 0;
        size_t count = last > 0 ? last + 1 + last / 20 : (size_t)g->config->startup;
        if (count > g->history.finished) {
            return COLLET_OK;
        }
        if (g->host->cancelled(g->host->ctx)) {
            return COLLET_E_CANCELLED;
        }
        collet_status status = append_fit(g, count);
        if (status < 0) {
            return status;
        }
    }
}

/* ---- Asking --------------------------------------------------------------------------------- */

/* Lists the trials of the models, finished ones first, and takes them up. */
static collet_status update(gp *g, size_t *finished, size_t *all)
{
    const double *p = g->fits[g->fit_count - 1].p;
    size_t n = list_finished(g, g->history.finished, (size_t)g->config->points);
    *finished = *all = n;
    for (size_t i = 0; i < g->history.count; i++) {
        if (g->history.trials[i]->state == COLLET_TRIAL_RUNNING) {
            g->trials[(*all)++] = g->history.trials[i];
        }
    }
    make_rows(g, *all);
    for (uint32_t k = 0; k < g->models; k++) {
        const double *y = value(g, k, n);
        collet_status status =
            gp_model_update(&g->model[k], p + k * GP_PARAMETERS(&g->layout), g->rows, *all, n, y);
        if (status < 0) {
            return status;
        }
    }
    return COLLET_OK;
}

/* g->points = what the models expect of the feasible complete trials and of those under way: noise
 * must not be what is to be beaten. Returns how many; 0 where nothing feasible is known. */
static size_t expect(gp *g, size_t finished, size_t all)
{
    size_t count = 0;
    double variance;
    for (size_t i = 0; i < finished; i++) {
        const search_trial *t = g->trials[i];
        if (t->measured && t->violation <= 0 && t->state == COLLET_TRIAL_COMPLETE) {
            double *point = g->points + count++ * g->goals;
            for (uint32_t k = 0; k < g->goals; k++) {
                point[k] = gp_model_fitted(&g->model[k], i, values_of(g, k)[i]);
            }
        }
    }
    for (size_t i = finished; count > 0 && i < all; i++) {
        double *point = g->points + count++ * g->goals;
        gp_encode(&g->layout, g->rows[i].u, g->z, 1);
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
    *a = (gp_acquisition){g->model, g->goals,         g->models - g->goals,
                          true,     (double)INFINITY, &g->front,
                          g->most,  g->work};
    for (size_t i = 0; g->goals == 1 && i < count; i++) {
        a->best = fmin(a->best, g->points[i]);
    }
    if (g->goals > 1) {
        (void)gp_front_make(&g->front, g->points, count, g->sorted);
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
        while (place > 0 && by_rank(&g->trials[i], &g->trials[at[place - 1]]) < 0) {
            place--;
        }
        if (place < ANCHORS) {
            count += count < ANCHORS;
            memmove(at + place + 1, at + place, (count - place - 1) * sizeof *at);
            at[place] = i;
        }
    }
    for (size_t k = 0; k < count; k++) {
        anchors[k] = g->rows[at[k]].u;
    }
    return count;
}

/* The same with several goals: some that nobody beats, each as likely, in any order. */
static size_t draw_anchors(const gp *g, const collet_rng *rng, size_t finished,
                           const double **anchors)
{
    size_t seen = 0;
    for (size_t i = 0; i < finished; i++) {
        size_t k = 0;
        while (k < finished && !beats(g, g->trials[k], g->trials[i])) {
            k++;
        }
        if (k == finished) { /* a reservoir */
            size_t place = (size_t)collet_below(rng, ++seen);
            if (seen <= ANCHORS) {
                anchors[seen - 1] = anchors[place];
                anchors[place] = g->rows[i].u;
            } else if (place < ANCHORS) {
                anchors[place] = g->rows[i].u;
            }
        }
    }
    return lesser(seen, ANCHORS);
}

/* Is x under way, or known already where that settles it? */
static bool is_taken(const gp *g, const double *x)
{
    for (size_t i = 0; i < g->history.count; i++) {
        const search_trial *t = g->history.trials[i];
        bool settled = t->state == COLLET_TRIAL_RUNNING || !t->measured || !g->noisy;
        if (settled && search_same(&g->space, x, t->x)) {
            return true;
        }
    }
    return false;
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
    collet_status status = refit(g);
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
                              ? exp(g->search.score[g->search.order[k]]) * g->deviation
                              : (double)NAN;
            return COLLET_OK;
        }
    }
    draw(g, rng, x);
    return COLLET_OK;
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    gp *g = self;
    collet_status status = COLLET_OK;
    g->expected = (double)NAN;
    if (!grow(g)) {
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

/* Forgets the fits that would have seen the new trial. */
static void drop_fits(gp *g, const search_trial *news)
{
    const search_history *h = &g->history;
    size_t before = h->finished; /* counted from the end, where most news are */
    for (size_t i = h->count; i > 0 && h->trials[i - 1]->number >= news->number; i--) {
        before -= h->trials[i - 1]->state != COLLET_TRIAL_RUNNING;
    }
    while (g->fit_count > 0 && g->fits[g->fit_count - 1].count > before) {
        free(g->fits[--g->fit_count].p);
    }
}

static collet_status tell(void *self, const collet_trial *trial)
{
    gp *g = self;
    const search_trial *news = search_history_again(&g->history, trial);
    collet_status status =
        news != NULL ? COLLET_OK : search_history_tell(&g->history, trial, &news);
    if (status < 0) {
        return collet_fail(g->host, status, "out of memory");
    }
    if (news == NULL) {
        return COLLET_OK;
    }
    g->noisy |= search_seen_has(&g->seen, &g->space, news->x) && contradicts(g, news);
    drop_fits(g, news);
    status = search_seen_add(&g->seen, &g->space, news->x);
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

static const collet_unit unit = {
    COLLET_SIZE(collet_unit),
    0,
    COLLET_KIND_SAMPLER,
    "gp",
    "1.0.0",
    "Bayesian optimisation by a Gaussian process, of one goal or several",
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

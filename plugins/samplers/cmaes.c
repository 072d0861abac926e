/*
 * cmaes - a normal distribution that moves, widens and turns towards the better trials.
 *
 * Definition: CMA-ES on the numeric parameters, each measured from 0 to 1 on its own scale: lambda
 * trials are drawn from N(m, sigma^2 C); when as many have ended they are ranked, and m, sigma and
 * C are moved (weighted recombination, cumulative step sizes, rank-one and active rank-mu updates).
 * Whole and stepped parameters keep a margin, so that the distribution never freezes on one value;
 * categories have a probability for each value, moved in the same step. An inactive parameter has
 * its coordinate all the same, which then does not matter.
 *
 * Options:
 *     population     lambda; 0: 4 + floor(3 ln d), d being the number of parameters          0
 *     sigma          first standard deviation, as a share of each range                      0.15
 *     start          centre | random: where m begins                                         centre
 *     covariance     full | diagonal | auto: variances only where d > 100                    auto
 *     restarts       off | ipop | bipop: what follows when a run has converged. ipop begins at a
 *                    random point with twice the population; bipop takes turns between that and
 *                    short runs with small populations                                       bipop
 *     adapt_rate     on: slows down where progress is noise; for noisy or very rugged goals,
 *                    which then take several times as many trials                            off
 *
 *     [sampler]
 *     use   = cmaes
 *     sigma = 0.2
 *
 * How it works: beyond the bounds the space is mirrored, so the distribution needs no truncation. A
 * trial that ends after its generation was closed counts in the next one, drawn in so far that it
 * cannot mislead it; with several workers no trial is lost. Trials told before the first ask (an
 * older study) set the start: mean and covariance of the best tenth. Failed trials rank last,
 * pruned ones behind complete ones, infeasible ones by their violation. A point that is under way
 * is not proposed again. Next to a few hundred trials and with d up to 200 it is at home; below
 * some 10 d trials a model-based sampler does better.
 *
 * Hansen: The CMA Evolution Strategy: A Tutorial. arXiv 1604.00772 (2016).
 * Hansen: Benchmarking a BI-Population CMA-ES on the BBOB-2009 Function Testbed. GECCO (2009).
 * Auger, Hansen: A Restart CMA Evolution Strategy With Increasing Population Size. CEC (2005).
 * Nomura et al.: Warm Starting CMA-ES for Hyperparameter Optimization. AAAI (2021).
 * Margin, learning rates, categories: see the headers of plugins/common/population.
 */
#include "population/choices.h"
#include "population/cma.h"
#include "population/group.h"
#include "search/history.h"
#include "search/seen.h"
#include "search/sobol.h"

enum { START_CENTRE, START_RANDOM };
enum { COVARIANCE_AUTO, COVARIANCE_FULL, COVARIANCE_DIAGONAL };
enum { RESTARTS_BIPOP, RESTARTS_IPOP, RESTARTS_OFF };
enum { AUTO_FULL = 100, TRIES = 50, FRESH_TRIES = 10 };

typedef struct cmaes_config {
    int64_t population;
    double sigma;
    int32_t start, covariance, restarts, adapt_rate;
} cmaes_config;

static const collet_option options[] = {
    COLLET_OPT_INT(cmaes_config, population, "0", 0, 100000, NULL, COLLET_FIXED,
                   "trials of a generation; 0: 4 + floor(3 ln d), d the number of parameters"),
    COLLET_OPT_REAL(cmaes_config, sigma, "0.15", 0, 10, NULL, COLLET_FIXED | COLLET_OPEN_MIN,
                    "first standard deviation, as a share of each range"),
    COLLET_OPT_ENUM(cmaes_config, start, "centre", "centre|random", COLLET_FIXED,
                    "where the mean begins"),
    COLLET_OPT_ENUM(cmaes_config, covariance, "auto", "auto|full|diagonal", COLLET_FIXED,
                    "covariances too, or variances only; auto: only beyond 100 parameters"),
    COLLET_OPT_ENUM(cmaes_config, restarts, "bipop", "bipop|ipop|off", COLLET_FIXED,
                    "what follows a run that has converged"),
    COLLET_OPT_BOOL(cmaes_config, adapt_rate, "off", COLLET_FIXED,
                    "slower where progress is noise; for noisy or very rugged goals"),
};

/* A trial as it was drawn: before mirroring, rounding and leaving out. */
typedef struct draw {
    uint64_t number, generation;
    uint32_t run;
    const search_trial *trial; /* once it has ended */
    double latent[];           /* [d + categories] */
} draw;

typedef struct cmaes {
    const cmaes_config *config;
    search_space space;
    search_history history;
    search_seen seen;
    uint32_t *numeric, *category; /* their dimensions */
    uint32_t d, category_count;
    uint64_t seed;
    cma *cma;             /* NULL before the first ask, and where d is 0 */
    choices choices;      /* of this run */
    uint32_t *sizes;      /* [category_count] */
    uint32_t run;         /* how many have converged */
    uint32_t large, base; /* restarts with a larger population; its size at first */
    bool small;           /* this run is a short one of bipop */
    uint64_t spent[2];    /* trials in large runs and in small ones */
    uint64_t run_trials;
    group open, pool; /* of draws: under way; ended and waiting for the generation to close */
    double *recent;   /* best values of the last generations, a ring */
    size_t recent_count, recent_room;
} cmaes;

static void destroy(void *self)
{
    cmaes *s = self;
    if (s == NULL) {
        return;
    }
    group_finish(&s->open);
    group_finish(&s->pool);
    free(s->recent);
    free(s->numeric);
    free(s->category);
    free(s->sizes);
    cma_destroy(s->cma);
    choices_finish(&s->choices);
    search_history_finish(&s->history);
    search_seen_finish(&s->seen);
    search_space_finish(&s->space);
    free(s);
}

static void list_dimensions(cmaes *s)
{
    for (uint32_t i = 0; i < s->space.dim_count; i++) {
        const search_axis *axis = &s->space.axes[i];
        if (axis->count == 1) {
            continue;
        }
        if (axis->category) {
            s->sizes[s->category_count] = (uint32_t)axis->count;
            s->category[s->category_count++] = i;
        } else {
            s->numeric[s->d++] = i;
        }
    }
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    size_t n = (size_t)space->dim_count + 1;
    cmaes *s = calloc(1, sizeof *s);
    if (s == NULL || search_space_init(&s->space, space) < 0) {
        free(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->config = config;
    s->seed = COLLET_HAS(space, seed) ? space->seed : 0;
    search_history_init(&s->history, space);
    s->numeric = calloc(n, sizeof *s->numeric);
    s->category = calloc(n, sizeof *s->category);
    s->sizes = calloc(n, sizeof *s->sizes);
    if (s->numeric == NULL || s->category == NULL || s->sizes == NULL) {
        destroy(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    list_dimensions(s);
    uint32_t all = s->d + s->category_count;
    s->base = s->config->population > 0 ? (uint32_t)s->config->population
                                        : 4 + (uint32_t)(3 * log(all > 0 ? all : 1));
    s->base = s->base < 2 ? 2 : s->base;
    *self = s;
    return COLLET_OK;
}

/* ---- Where a run begins --------------------------------------------------------------------- */

/* A number in [0, 1) for each place of each run, from the study's seed. */
static double even(const cmaes *s, uint32_t place)
{
    return (double)(search_hash(search_hash(s->seed, s->run), place) >> 11) * 0x1p-53;
}

static int by_rank(const void *a, const void *b)
{
    const search_trial *const *one = a, *const *other = b;
    return search_trial_compare(*one, *other);
}

/* The finished trials with values, the best first; *count of them. NULL when memory ran out. */
static const search_trial **rank_history(const cmaes *s, size_t *count)
{
    const search_trial **list = calloc(s->history.count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; list != NULL && i < s->history.count; i++) {
        if (s->history.trials[i]->measured) {
            list[(*count)++] = s->history.trials[i];
        }
    }
    if (list != NULL) {
        qsort(list, *count, sizeof *list, by_rank);
    }
    return list;
}

/* The mean of coordinate j over the first n; the middle where it is nowhere active. */
static double mean_of(const cmaes *s, const search_trial *const *list, size_t n, uint32_t j)
{
    uint32_t dim = s->numeric[j];
    double sum = 0;
    size_t active = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(list[i]->x[dim])) {
            sum += search_axis_unit(&s->space.axes[dim], list[i]->x[dim]);
            active++;
        }
    }
    return active > 0 ? sum / (double)active : 0.5;
}

static double offset_of(const cmaes *s, const search_trial *t, uint32_t j, double mean)
{
    double x = t->x[s->numeric[j]];
    return isnan(x) ? 0 : search_axis_unit(&s->space.axes[s->numeric[j]], x) - mean;
}

/* Mean and covariance of the best n, as warm-starting CMA-ES has it; c is [d][d]. */
static void fit(const cmaes *s, const search_trial *const *list, size_t n, double *mean, double *c)
{
    const double alpha = 0.1;
    for (uint32_t i = 0; i < s->d; i++) {
        mean[i] = mean_of(s, list, n, i);
    }
    for (uint32_t i = 0; i < s->d; i++) {
        for (uint32_t j = 0; j < s->d; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++) {
                sum += offset_of(s, list[k], i, mean[i]) * offset_of(s, list[k], j, mean[j]);
            }
            c[(size_t)i * s->d + j] = sum / (double)n + (i == j ? alpha * alpha : 0);
        }
    }
}

static void set_start(const cmaes *s, double *mean)
{
    bool random = s->run > 0 || s->config->start == START_RANDOM;
    for (uint32_t i = 0; i < s->d; i++) {
        mean[i] = random ? even(s, i) : 0.5;
    }
}

/* sigma is the geometric mean of the deviations; the rest stays in c. */
static double split_sigma(const cmaes *s, double *c)
{
    double logs = 0;
    for (uint32_t i = 0; i < s->d; i++) {
        logs += log(c[(size_t)i * s->d + i]);
    }
    double sigma = exp(logs / (2 * s->d));
    for (size_t i = 0; i < (size_t)s->d * s->d; i++) {
        c[i] /= sigma * sigma;
    }
    return sigma;
}

static bool is_diagonal(const cmaes *s)
{
    return s->config->covariance == COVARIANCE_DIAGONAL ||
           (s->config->covariance == COVARIANCE_AUTO && s->d > AUTO_FULL);
}

/* Begins a run of lambda trials a generation, from what was told if it is the first. */
static collet_status begin(cmaes *s, uint32_t lambda, double sigma)
{
    size_t told = 0;
    const search_trial **list = s->run == 0 ? rank_history(s, &told) : NULL;
    size_t best = (told + 9) / 10, square = told > 0 ? (size_t)s->d * s->d : 0;
    double *mean = calloc(s->d + square + 1, sizeof *mean);
    cma_setup setup = {.d = s->d,
                       .lambda = lambda,
                       .diagonal = is_diagonal(s),
                       .adapt_rate = s->config->adapt_rate != 0,
                       .mean = mean,
                       .sigma = sigma};
    cma_destroy(s->cma);
    choices_finish(&s->choices);
    s->cma = NULL;
    collet_status status = mean == NULL || (s->run == 0 && list == NULL)
                               ? COLLET_E_NOMEM
                               : choices_init(&s->choices, s->sizes, s->category_count);
    if (status == COLLET_OK && s->d > 0) {
        set_start(s, mean);
        if (told > 0) {
            fit(s, list, best, mean, mean + s->d);
            setup.sigma = split_sigma(s, mean + s->d);
            setup.covariance = mean + s->d;
        }
        s->cma = cma_create(&setup);
        status = s->cma == NULL ? COLLET_E_NOMEM : COLLET_OK;
    }
    free(mean);
    free(list);
    s->run_trials = 0;
    s->recent_count = 0;
    return status;
}

/* The next run, when one has converged. */
static collet_status restart(cmaes *s)
{
    double sigma = s->config->sigma;
    s->spent[s->small] += s->run_trials;
    s->run++;
    s->small = s->config->restarts == RESTARTS_BIPOP && s->large > 0 && s->spent[1] < s->spent[0];
    double lambda = s->base * exp2(s->large);
    if (s->small) {
        double u = even(s, s->d + 1);
        lambda = s->base * pow(lambda / (2.0 * s->base), u * u);
        sigma *= pow(10, -2 * even(s, s->d + 2));
    } else if (lambda < 1e5) {
        s->large++;
        lambda *= 2;
    }
    return begin(s, (uint32_t)(lambda < s->base ? s->base : lambda), sigma);
}

/* ---- Asking --------------------------------------------------------------------------------- */

/* Into 0 to 1 by mirrors at both ends. */
static double fold(double u)
{
    u = fabs(fmod(u, 2));
    return u > 1 ? 2 - u : u;
}

static void express(const cmaes *s, const double *latent, double *x)
{
    for (uint32_t i = 0; i < s->space.dim_count; i++) {
        x[i] = s->space.axes[i].dim->low;
    }
    for (uint32_t j = 0; j < s->d; j++) {
        const search_axis *axis = &s->space.axes[s->numeric[j]];
        double u = axis->count > 0 ? latent[j] : fold(latent[j]);
        x[s->numeric[j]] = search_axis_value(axis, u);
    }
    for (uint32_t j = 0; j < s->category_count; j++) {
        x[s->category[j]] = latent[s->d + j];
    }
    for (uint32_t i = 0; i < s->space.dim_count; i++) {
        x[i] = collet_dim_active(s->space.space, i, x) ? x[i] : (double)NAN;
    }
}

static void draw_once(const cmaes *s, const collet_rng *rng, double *latent)
{
    if (s->cma != NULL) {
        cma_sample(s->cma, rng, latent);
    }
    choices_sample(&s->choices, rng, latent + s->d);
}

/* The coordinates of a point that was drawn in another way; NaN where the mean is to stand. */
static void locate(const cmaes *s, const double *x, double *latent)
{
    for (uint32_t j = 0; j < s->d; j++) {
        double value = x[s->numeric[j]];
        latent[j] =
            isnan(value) ? s->cma->mean[j] : search_axis_unit(&s->space.axes[s->numeric[j]], value);
    }
    for (uint32_t j = 0; j < s->category_count; j++) {
        latent[s->d + j] = x[s->category[j]];
    }
}

/* True where the point is no draw of the distribution as it is: it was moved to what is allowed. */
static bool draw_point(const cmaes *s, const collet_rng *rng, double *latent, double *x)
{
    bool taken = true, moved = false;
    for (int i = 0; i < TRIES && taken; i++) {
        draw_once(s, rng, latent);
        express(s, latent, x);
        taken = !search_allowed(&s->space, x) ||
                (i < FRESH_TRIES ? search_seen_has(&s->seen, &s->space, x)
                                 : search_history_pending(&s->history, &s->space, x));
    }
    if (taken && !search_allowed(&s->space, x)) {
        search_mend(&s->space, rng, x);
        locate(s, x, latent);
        moved = true;
        taken = search_history_pending(&s->history, &s->space, x);
    }
    for (int i = 0; i < TRIES && taken; i++) { /* the distribution has hardly more than one point */
        search_draw_allowed(&s->space, rng, x);
        locate(s, x, latent);
        taken = search_history_pending(&s->history, &s->space, x);
    }
    return moved;
}

static draw *make_draw(const cmaes *s, uint64_t number)
{
    size_t doubles = (size_t)s->d + s->category_count;
    draw *w = calloc(1, sizeof *w + doubles * sizeof(double));
    if (w != NULL) {
        w->number = number;
        w->run = s->run;
        w->generation = s->cma != NULL ? s->cma->generation : 0;
    }
    return w;
}

static bool has_begun(const cmaes *s)
{
    return s->cma != NULL || s->choices.sizes != NULL;
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    cmaes *s = self;
    if (!has_begun(s)) {
        collet_status status = begin(s, s->base, s->config->sigma);
        if (status < 0) {
            return status;
        }
    }
    draw *w = make_draw(s, number);
    if (w == NULL || !group_push(&s->open, w)) {
        free(w);
        return COLLET_E_NOMEM;
    }
    if (draw_point(s, rng, w->latent, x)) {
        w->generation = UINT64_MAX; /* taken up as a trial of an older one would be */
    }
    collet_status status = search_seen_add(&s->seen, &s->space, x);
    return status < 0 ? status : search_history_open(&s->history, number, x);
}

/* ---- Telling -------------------------------------------------------------------------------- */

static int by_trial(const void *a, const void *b)
{
    const draw *one = *(void *const *)a, *other = *(void *const *)b;
    return search_trial_compare(one->trial, other->trial);
}

/* Brings means of continuous coordinates back between the mirrors; whole ones get their margin. */
static void tidy(cmaes *s)
{
    for (uint32_t j = 0; j < s->d; j++) {
        const search_axis *axis = &s->space.axes[s->numeric[j]];
        double low, high, mean = s->cma->mean[j];
        if (axis->count == 0) {
            for (int i = 0; i < 8 && (mean < 0 || mean > 1); i++) {
                cma_mirror(s->cma, j, mean < 0 ? 0 : 1);
                mean = s->cma->mean[j];
            }
            continue;
        }
        double value = search_axis_value(axis, mean);
        search_axis_share(axis, value, &low, &high);
        low = value <= axis->dim->low ? -(double)INFINITY : low;
        high = value >= axis->dim->high ? (double)INFINITY : high;
        cma_margin(s->cma, j, low, high, 1.0 / ((s->d + s->category_count) * (double)s->base));
    }
}

/* Has nothing come of the last generations? The best values hardly differ, and those of this one
 * neither. */
static bool is_flat(cmaes *s, double best, double worst)
{
    size_t window = 10 + (size_t)(30.0 * s->d / s->cma->lambda);
    double low = best, high = worst, scale;
    if (window > s->recent_room) {
        double *recent = realloc(s->recent, window * sizeof *recent);
        if (recent == NULL) {
            return false;
        }
        s->recent = recent;
        s->recent_room = window;
    }
    s->recent[s->recent_count++ % window] = best;
    for (size_t i = 0; i < window && i < s->recent_count; i++) {
        low = fmin(low, s->recent[i]);
        high = fmax(high, s->recent[i]);
    }
    scale = fmax(1e-12, 1e-13 * fabs(low));
    return s->recent_count >= window && high - low < scale;
}

/* A run that has converged; never in the midst of the first generations. */
static bool is_over(cmaes *s)
{
    const draw *best = s->pool.list[0], *worst = s->pool.list[s->pool.count - 1];
    bool flat = best->trial->measured && worst->trial->measured &&
                is_flat(s, best->trial->values[0], worst->trial->values[0]);
    return s->config->restarts != RESTARTS_OFF && (flat || cma_converged(s->cma));
}

static const draw *in_pool(const cmaes *s, size_t i)
{
    return s->pool.list[i];
}

/* Positive weights as for the mean, which sum to 1. */
static void move_choices(cmaes *s, const double **points)
{
    size_t half = s->pool.count / 2;
    double sum = 0, *weights = calloc(half + 1, sizeof *weights);
    for (size_t i = 0; weights != NULL && i < half; i++) {
        weights[i] = log(((double)s->pool.count + 1) / 2) - log((double)i + 1);
        sum += weights[i];
    }
    for (size_t i = 0; weights != NULL && i < half; i++) {
        weights[i] /= sum;
        points[i] = in_pool(s, i)->latent + s->d;
    }
    if (weights != NULL) {
        choices_update(&s->choices, points, weights, half);
    }
    free(weights);
}

static collet_status close_generation(cmaes *s)
{
    const double **points = calloc(s->pool.count, sizeof *points);
    collet_status status = points == NULL ? COLLET_E_NOMEM : COLLET_OK;
    bool over = false;
    qsort(s->pool.list, s->pool.count, sizeof(void *), by_trial);
    if (status == COLLET_OK && s->cma != NULL) {
        for (size_t i = 0; i < s->pool.count; i++) {
            points[i] = in_pool(s, i)->latent;
        }
        status = cma_update(s->cma, points, s->pool.count);
        tidy(s);
        over = is_over(s);
    }
    if (status == COLLET_OK) {
        move_choices(s, points);
    }
    free(points);
    group_clear(&s->pool);
    return status == COLLET_OK && over ? restart(s) : status;
}

/* A trial drawn by this generation is taken as it is, any other is drawn near; one of an earlier
 * run lies too far away to say something. */
static collet_status admit(cmaes *s, draw *w, const search_trial *trial, bool foreign)
{
    if (w == NULL) {
        return COLLET_E_NOMEM;
    }
    w->trial = trial;
    if (foreign) {
        locate(s, trial->x, w->latent);
    }
    if (w->run != s->run) {
        free(w);
        return COLLET_OK;
    }
    if (s->cma != NULL && (foreign || w->generation != s->cma->generation)) {
        cma_inject(s->cma, w->latent);
    }
    if (!group_push(&s->pool, w)) {
        free(w);
        return COLLET_E_NOMEM;
    }
    s->run_trials++;
    uint32_t lambda = s->cma != NULL ? s->cma->lambda : s->base;
    return s->pool.count >= lambda ? close_generation(s) : COLLET_OK;
}

static collet_status tell(void *self, const collet_trial *trial)
{
    cmaes *s = self;
    const search_trial *news;
    if (search_history_again(&s->history, trial) != NULL) {
        return COLLET_OK; /* it has its place already, and counts there by what it has come to */
    }
    collet_status status = search_seen_add(&s->seen, &s->space, trial->x);
    status = status < 0 ? status : search_history_tell(&s->history, trial, &news);
    if (status < 0 || news == NULL || !has_begun(s)) {
        return status;
    }
    draw *w = group_take(&s->open, trial->number);
    return admit(s, w != NULL ? w : make_draw(s, trial->number), news, w == NULL);
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_CONSTRAINT,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "cmaes",
                                 "1.0.0",
                                 "a normal distribution that moves to better trials",
                                 "arxiv.org/abs/1604.00772",
                                 &vtable,
                                 COLLET_OPTIONS(options, cmaes_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "cmaes",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

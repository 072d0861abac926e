/*
 * gp - Bayesian optimisation by a Gaussian process.
 */
#include "gp/acquire.h"
#include "gp/warp.h"
#include "search/history.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>

typedef struct gp_config {
    int64_t startup, points;
    int32_t warp, noise;
} gp_config;

static const collet_option options[] = {
    COLLET_OPT_INT(gp_config, startup, "10", 1, 1000000, NULL, COLLET_FIXED,
                   "trials drawn at random before the model is asked"),
    COLLET_OPT_INT(gp_config, points, "500", 10, 5000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "most trials that the model holds"),
    COLLET_OPT_ENUM(gp_config, warp, "none", "none|half|log|power", COLLET_FIXED, "warp"),
    COLLET_OPT_BOOL(gp_config, noise, "on", COLLET_FIXED, "outcomes are noisy"),
};

/* The hyperparameters fitted to the first `count` finished trials: one set a model. */
typedef struct fitted {
    size_t count;
    double *p; /* [models][parameters] */
} fitted;

typedef struct gp {
    const collet_host *host;
    const gp_config *config;
    search_space space;
    search_history history;
    gp_layout layout;
    gp_fit fit;
    gp_search search;
    uint32_t models; /* 1 + constraints */
    gp_model *model; /* [models] */
    fitted *fits;
    size_t fit_count, fit_room;
    /* of one ask, all [room] */
    size_t room;
    const search_trial **trials;
    gp_row *rows;
    double *y, *u, *x, *work, *p;
} gp;

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
    free(g->trials);
    free(g->rows);
    free(g->y);
    free(g->p);
    gp_search_finish(&g->search);
    gp_fit_finish(&g->fit);
    gp_layout_finish(&g->layout);
    search_history_finish(&g->history);
    search_space_finish(&g->space);
    free(g);
}

static collet_status build(gp *g, const collet_space *space)
{
    collet_status status = search_space_init(&g->space, space);
    search_history_init(&g->history, space);
    status = status < 0 ? status : gp_layout_init(&g->layout, &g->space);
    status = status < 0 ? status : gp_search_init(&g->search, &g->layout);
    g->models = 1 + space->constraint_count;
    g->p = calloc(GP_PARAMETERS(&g->layout), sizeof *g->p);
    g->model = status < 0 ? NULL : calloc(g->models, sizeof *g->model);
    for (uint32_t k = 0; g->model != NULL && k < g->models; k++) {
        gp_model_init(&g->model[k], &g->layout);
    }
    return g->model == NULL ? COLLET_E_NOMEM : COLLET_OK;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    gp *g = calloc(1, sizeof *g);
    if (g == NULL || build(g, space) < 0) {
        destroy(g);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    g->host = host;
    g->config = config;
    *self = g;
    return COLLET_OK;
}

static bool grow(gp *g, size_t count)
{
    if (count <= g->room) {
        return true;
    }
    size_t room = 2 * count + 64, dims = g->space.dim_count + 1u;
    free(g->trials);
    free(g->rows);
    free(g->y);
    g->trials = calloc(room, sizeof *g->trials);
    g->rows = calloc(room, sizeof *g->rows);
    g->y = calloc(room * (g->models + 3 + dims) + dims, sizeof *g->y);
    g->work = g->y + g->models * room;
    g->x = g->work + 3 * room;
    g->u = g->x + dims;
    g->room = g->trials != NULL && g->rows != NULL && g->y != NULL ? room : 0;
    return g->room > 0;
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

/* The trials of the model, of `count` finished ones in g->trials by number: all, or a third each of
 * the best, the latest, and an even choice of the rest; by number again. Returns how many. */
static size_t choose(gp *g, size_t count, size_t most)
{
    if (count <= most) {
        return count;
    }
    const search_trial **t = g->trials;
    size_t third = most / 3, rest = most - 2 * third, middle = count - 2 * third;
    qsort(t, count - third, sizeof *t, by_rank); /* the latest stay behind */
    for (size_t k = 0; k < rest; k++) {
        t[third + k] = t[third + k * middle / rest];
    }
    memmove(t + third + rest, t + count - third, third * sizeof *t);
    qsort(t, most, sizeof *t, by_number);
    return most;
}

/* The first `count` finished trials, by number, to g->trials. */
static size_t finished(gp *g, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; n < count && i < g->history.count; i++) {
        if (g->history.trials[i]->state != COLLET_TRIAL_RUNNING) {
            g->trials[n++] = g->history.trials[i];
        }
    }
    return n;
}

/* y of model k for n trials of g->trials. */
static void targets(gp *g, uint32_t k, size_t n, double *y)
{
    for (size_t i = 0; i < n; i++) {
        const search_trial *t = g->trials[i];
        bool known = t->measured && t->state != COLLET_TRIAL_FAILED;
        y[i] = !known ? (double)NAN : k == 0 ? t->values[0] : t->constraints[k - 1];
    }
    gp_warp(k == 0 ? g->config->warp : 0, n, y, g->work);
}

static void encode_rows(gp *g, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++) {
        double *u = g->u + i * g->space.dim_count;
        gp_coordinates(&g->layout, g->trials[i]->x, u);
        g->rows[i] = (gp_row){2 * g->trials[i]->number +
                                  (g->trials[i]->state != COLLET_TRIAL_RUNNING),
                              u};
    }
}

/* Fits to the first `count` finished trials, from where the last fit ended. */
static collet_status fit_to(gp *g, size_t count, const fitted *last, double *p)
{
    size_t n = choose(g, finished(g, count), (size_t)g->config->points < 300 ? (size_t)g->config->points : 300);
    gp_fit *fit = &g->fit;
    if (fit->room < n) {
        gp_fit_finish(fit);
        if (gp_fit_init(fit, &g->layout, n + n / 2 + 16) < 0) return COLLET_E_NOMEM;
    }
    encode_rows(g, 0, n);
    double *x = malloc((g->layout.columns + 1) * n * sizeof *x);
    for (size_t i = 0; i < n; i++) gp_encode(&g->layout, g->rows[i].u, x + i, n);
    fit->n = n;
    fit->x = x;
    fit->stride = n;
    fit->noiseless = !g->config->noise;
    size_t np = GP_PARAMETERS(&g->layout);
    for (uint32_t k = 0; k < g->models; k++) {
        double *pk = p + k * np;
        targets(g, k, n, g->y);
        fit->y = g->y;
        double loss = INFINITY, *q = g->p;
        const char *e = getenv("GPMULTI");
        size_t multi = e ? (size_t)atoi(e) : 100;
        for (int which = -1; which < GP_DEFAULTS; which++) {
            if (which < 0 ? last == NULL : last != NULL && n > multi) continue;
            if (which < 0) memcpy(q, last->p + k * np, np * sizeof *q); else gp_fit_default(fit, which, q);
            double l = gp_fit_run(fit, q);
            if (getenv("GPDEBUG")) fprintf(stderr, "  start %d: %g\n", which, l);
            if (l < loss) { loss = l; memcpy(pk, q, np * sizeof *pk); }
        }
        if (getenv("GPDEBUG")) {
            fprintf(stderr, "fit n=%zu loss=%g:", n, loss);
            for (size_t i = 0; i < np; i++) fprintf(stderr, " %.3g", exp(pk[i]));
            fprintf(stderr, "\n");
        }
    }
    free(x);
    return COLLET_OK;
}

static size_t next_count(size_t count)
{
    return count + 1 + count / 20;
}

/* Brings the chain of fits up to date; returns the one in force. */
static const fitted *refit(gp *g, size_t n)
{
    size_t at = g->fit_count;
    size_t count = at > 0 ? next_count(g->fits[at - 1].count) : (size_t)g->config->startup;
    while (count <= n) {
        if (at == g->fit_room) {
            size_t room = 2 * at + 32;
            fitted *fits = realloc(g->fits, room * sizeof *fits);
            if (fits == NULL) return NULL;
            g->fits = fits;
            g->fit_room = room;
        }
        double *p = calloc(g->models * GP_PARAMETERS(&g->layout), sizeof *p);
        if (p == NULL || fit_to(g, count, at > 0 ? &g->fits[at - 1] : NULL, p) < 0) {
            free(p);
            return NULL;
        }
        g->fits[at++] = (fitted){count, p};
        g->fit_count = at;
        count = next_count(count);
    }
    return at > 0 ? &g->fits[at - 1] : NULL;
}

static collet_status propose(gp *g, const collet_rng *rng, double *x)
{
    const fitted *f = refit(g, g->history.finished);
    if (f == NULL) return COLLET_E_NOMEM;
    size_t n = choose(g, finished(g, g->history.finished), (size_t)g->config->points), all = n;
    for (size_t i = 0; i < g->history.count; i++) {
        if (g->history.trials[i]->state == COLLET_TRIAL_RUNNING) g->trials[all++] = g->history.trials[i];
    }
    encode_rows(g, 0, all);
    gp_acquisition *a = &g->search.acquisition;
    a->models = g->model;
    a->constraints = g->models - 1;
    double most[64] = {0};
    for (uint32_t k = 0; k < g->models; k++) {
        targets(g, k, n, g->y + k * g->room);
        collet_status st = gp_model_update(&g->model[k], f->p + k * GP_PARAMETERS(&g->layout), g->rows, all, n, g->y + k * g->room);
        if (st < 0) return st;
    }
    /* the best */
    a->most = most;
    a->best = INFINITY;
    size_t bestrow = 0;
    for (size_t i = 0; i < all; i++) {
        double m;
        if (i < n) {
            if (!(g->trials[i]->measured && g->trials[i]->violation <= 0 && g->trials[i]->state == COLLET_TRIAL_COMPLETE)) continue;
            m = gp_model_fitted(&g->model[0], i, g->y[i]);
        } else {
            double v, z[2000];
            gp_encode(&g->layout, g->rows[i].u, z, 1);
            gp_model_at(&g->model[0], z, &m, &v, NULL, NULL);
        }
        if (m < a->best) { a->best = m; if (i < n) bestrow = i; }
    }
    a->improve = isfinite(a->best);
    (void)bestrow;
    const double *anchors[6];
    const search_trial *ranked[6];
    size_t na = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = na;
        while (at > 0 && search_trial_compare(g->trials[i], ranked[at - 1]) < 0) at--;
        if (at >= 5) continue;
        size_t last = na < 5 ? na : 4;
        memmove(ranked + at + 1, ranked + at, (last - at) * sizeof *ranked);
        memmove(anchors + at + 1, anchors + at, (last - at) * sizeof *anchors);
        ranked[at] = g->trials[i];
        anchors[at] = g->rows[i].u;
        na = na < 5 ? na + 1 : 5;
    }
    gp_search_run(&g->search, rng, anchors, na);
    for (uint32_t k = 0; k < GP_CANDIDATES; k++) {
        gp_search_point(&g->search, g->search.order[k], x);
        bool dup = false;
        for (size_t i = 0; i < g->history.count && !dup; i++) dup = search_same(&g->space, x, g->history.trials[i]->x);
        if (!dup) return COLLET_OK;
    }
    search_draw(&g->space, rng, x);
    return COLLET_OK;
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    gp *g = self;
    if (!grow(g, g->history.count + 2)) return COLLET_E_NOMEM;
    collet_status status = COLLET_OK;
    if (g->history.finished < (size_t)g->config->startup) {
        search_draw(&g->space, rng, x);
    } else {
        status = propose(g, rng, x);
        if (status == COLLET_E_NUMERIC) {
            search_draw(&g->space, rng, x);
            status = COLLET_OK;
        }
    }
    return status < 0 ? status : search_history_open(&g->history, number, x);
}

static collet_status tell(void *self, const collet_trial *trial)
{
    gp *g = self;
    const search_trial *news;
    collet_status status = search_history_tell(&g->history, trial, &news);
    if (status < 0 || news == NULL) return status;
    size_t before = 0;
    for (size_t i = 0; i < g->history.count && g->history.trials[i]->number < trial->number; i++) {
        before += g->history.trials[i]->state != COLLET_TRIAL_RUNNING;
    }
    while (g->fit_count > 0 && g->fits[g->fit_count - 1].count > before) {
        free(g->fits[--g->fit_count].p);
    }
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
                                 "gp",
                                 "1.0.0",
                                 "Bayesian optimisation by a Gaussian process",
                                 "doi.org/10.7551/mitpress/3206.001.0001",
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

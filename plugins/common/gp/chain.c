#include "gp/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The most points of a fit; trials times dimensions up to which it starts anew as well. */
enum { FIT_POINTS = 300, FIT_ANEW = 2000 };

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

collet_status gp_chain_init(gp_chain *c, const collet_host *host, gp_table *table, size_t startup,
                            size_t points, bool noiseless)
{
    *c = (gp_chain){.host = host,
                    .table = table,
                    .startup = startup,
                    .points = lesser(points, FIT_POINTS),
                    .noiseless = noiseless,
                    .models = table->goals + table->constraints};
    c->p = calloc(GP_PARAMETERS(table->layout), sizeof *c->p);
    return c->p != NULL ? COLLET_OK : COLLET_E_NOMEM;
}

void gp_chain_finish(gp_chain *c)
{
    for (size_t k = 0; k < c->count; k++) {
        free(c->fits[k].p);
    }
    free(c->fits);
    free(c->p);
    gp_fit_finish(&c->fit);
    *c = (gp_chain){0};
}

/* Lists and encodes what the fit to the first `count` trials is made to. */
static collet_status prepare(gp_chain *c, size_t count)
{
    gp_table *t = c->table;
    const size_t n = gp_table_list(t, count, c->points);
    if (c->fit.room < n) {
        gp_fit_finish(&c->fit);
        collet_status status = gp_fit_init(&c->fit, t->layout, lesser(n + n / 2 + 16, FIT_POINTS));
        if (status < 0) {
            return status;
        }
    }
    gp_table_make_rows(t, n);
    for (size_t i = 0; i < n; i++) {
        gp_encode(t->layout, t->rows[i].u, t->x + i, t->room);
    }
    c->fit.n = n;
    c->fit.x = t->x;
    c->fit.stride = t->room;
    c->fit.noiseless = c->noiseless;
    return COLLET_OK;
}

/* p = the best of what is found from the last fit (may be NULL) and, with few trials, anew. */
static void fit_best(gp_chain *c, const double *last, double *p)
{
    const size_t bytes = GP_PARAMETERS(c->table->layout) * sizeof *p;
    double least = (double)INFINITY;
    gp_fit_default(&c->fit, 0, p);
    for (int start = last != NULL ? -1 : 0; start < GP_DEFAULTS; start++) {
        if (start < 0) {
            memcpy(c->p, last, bytes);
        } else if (last == NULL || c->fit.n * c->table->layout->thetas <= FIT_ANEW) {
            gp_fit_default(&c->fit, start, c->p);
        } else {
            break;
        }
        double loss = gp_fit_run(&c->fit, c->p);
        if (loss < least) {
            least = loss;
            memcpy(p, c->p, bytes);
        }
    }
}

static collet_status reserve(gp_chain *c)
{
    if (c->count < c->room) {
        return COLLET_OK;
    }
    const size_t room = 2 * c->room + 32;
    gp_fitted *fits = realloc(c->fits, room * sizeof *fits);
    if (fits == NULL) {
        return COLLET_E_NOMEM;
    }
    c->fits = fits;
    c->room = room;
    return COLLET_OK;
}

/* Appends a fit to the first `count` trials. */
static collet_status append(gp_chain *c, size_t count)
{
    if (reserve(c) < 0) {
        return COLLET_E_NOMEM;
    }
    const size_t parameters = GP_PARAMETERS(c->table->layout);
    const double *last = c->count > 0 ? gp_chain_last(c) : NULL;
    double *p = calloc(c->models * parameters, sizeof *p);
    if (p == NULL || prepare(c, count) < 0) {
        free(p);
        return COLLET_E_NOMEM;
    }
    for (uint32_t k = 0; k < c->models; k++) {
        c->fit.y = gp_table_value(c->table, k, c->fit.n);
        fit_best(c, last == NULL ? NULL : last + k * parameters, p + k * parameters);
    }
    c->fits[c->count++] = (gp_fitted){count, p};
    return COLLET_OK;
}

collet_status gp_chain_extend(gp_chain *c)
{
    for (;;) {
        size_t last = c->count > 0 ? c->fits[c->count - 1].count : 0;
        size_t count = last > 0 ? last + 1 + last / 20 : c->startup;
        if (count > c->table->history->finished) {
            return COLLET_OK;
        }
        if (c->host->cancelled(c->host->ctx)) {
            return COLLET_E_CANCELLED;
        }
        collet_status status = append(c, count);
        if (status < 0) {
            return status;
        }
    }
}

const double *gp_chain_last(const gp_chain *c)
{
    return c->fits[c->count - 1].p;
}

void gp_chain_drop(gp_chain *c, const search_trial *news)
{
    const search_history *h = c->table->history;
    size_t before = h->finished; /* counted from the end, where most news are */
    for (size_t i = h->count; i > 0 && h->trials[i - 1]->number >= news->number; i--) {
        before -= h->trials[i - 1]->state != COLLET_TRIAL_RUNNING;
    }
    while (c->count > 0 && c->fits[c->count - 1].count > before) {
        free(c->fits[--c->count].p);
    }
}

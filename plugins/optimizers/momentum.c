/*
 * momentum - gradient descent along a running mean of gradients.
 *
 * Definition, with g' = g + weight_decay * w:
 *     form = average     v <- beta v + (1 - beta) g'     w <- w - lr v
 *     form = classical   v <- beta v + g'                w <- w - lr v
 *     nesterov = on      w <- w - lr (beta v + (1 - beta) g')  or  w - lr (beta v + g')
 *
 * Options:
 *     lr            learning rate                                        0.1
 *     beta          share of the old velocity that stays                 0.9
 *     form          average | classical                                  average
 *     nesterov      look one step ahead                                  off
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *
 *     [optimizer]
 *     use  = momentum
 *     lr   = real(0.001, 1, log)
 *     beta = real(0, 0.99)
 *
 * How it works: with form = average the size of a step does not grow with beta, so lr and beta can
 * be searched independently; classical with lr equals average with lr / (1 - beta). One pass over
 * each span; velocity has the layout of theta and starts at 0.
 *
 * Polyak: Some methods of speeding up the convergence of iteration methods (1964).
 * Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum (2013).
 */
#include <collet/helpers.h>
#include <collet/optimizer.h>

#include <stdlib.h>
#include <string.h>

enum { AVERAGE, CLASSICAL };

typedef struct momentum_config {
    double lr, beta, weight_decay;
    int32_t form, nesterov;
} momentum_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(momentum_config, lr, "0.1", 0, 1000, "real(1e-3, 1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(momentum_config, beta, "0.9", 0, 1, "real(0, 0.99)", COLLET_OPEN_MAX,
                    "share of the old velocity that stays"),
    COLLET_OPT_ENUM(momentum_config, form, "average", "average|classical", 0,
                    "whether the gradient is weighted by 1 - beta or by 1"),
    COLLET_OPT_BOOL(momentum_config, nesterov, "off", 0, "look one step ahead"),
    COLLET_OPT_REAL(momentum_config, weight_decay, "0", 0, 1000, "real(1e-6, 1e-2, log)", 0,
                    "pulls weights, but not biases, towards 0"),
};

typedef struct momentum {
    const momentum_config *config;
    size_t count; /* floats of theta */
    float *v;     /* [count] */
} momentum;

static void destroy(void *self)
{
    momentum *m = self;
    if (m != NULL) {
        free(m->v);
        free(m);
    }
}

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    momentum *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->config = config;
        m->count = layout->theta_count;
        m->v = collet_zeros(m->count);
    }
    if (m == NULL || m->v == NULL) {
        destroy(m);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = m;
    return COLLET_OK;
}

/* v[n], w[n] -> v[n], w[n], with share = 1 - beta or 1 */
COLLET_SIMD static void plain(float *restrict w, float *restrict v, const float *restrict g,
                              size_t n, float lr, float beta, float share, float decay)
{
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + decay * w[i];
        v[i] = beta * v[i] + share * d;
        w[i] -= lr * v[i];
    }
}

/* The same without decay, the common case: one product and one load less. */
COLLET_SIMD static void plain_no_decay(float *restrict w, float *restrict v,
                                       const float *restrict g, size_t n, float lr, float beta,
                                       float share)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = beta * v[i] + share * g[i];
        w[i] -= lr * v[i];
    }
}

COLLET_SIMD static void ahead(float *restrict w, float *restrict v, const float *restrict g,
                              size_t n, float lr, float beta, float share, float decay)
{
    for (size_t i = 0; i < n; i++) {
        float d = share * (g[i] + decay * w[i]);
        v[i] = beta * v[i] + d;
        w[i] -= lr * (beta * v[i] + d);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const momentum *m = self;
    const momentum_config *c = m->config;
    float lr = (float)u->lr, beta = (float)c->beta;
    float share = c->form == AVERAGE ? (float)(1 - c->beta) : 1.0f;
    for (uint32_t i = 0; i < u->span_count; i++) {
        const collet_span *span = collet_span_at(u, i);
        float *w = u->theta + span->begin, *v = m->v + span->begin;
        const float *g = u->grad + span->begin;
        int fixed = (span->flags & COLLET_SEGMENT_NO_DECAY) != 0;
        float decay = fixed ? 0.0f : (float)c->weight_decay;
        if (c->nesterov) {
            ahead(w, v, g, span->count, lr, beta, share, decay);
        } else if (decay > 0) {
            plain(w, v, g, span->count, lr, beta, share, decay);
        } else {
            plain_no_decay(w, v, g, span->count, lr, beta, share);
        }
    }
    return COLLET_OK;
}

static collet_status save(void *self, const collet_sink *out)
{
    const momentum *m = self;
    return out->write(out->ctx, m->v, m->count * sizeof *m->v);
}

static collet_status load(void *self, const collet_source *in)
{
    momentum *m = self;
    if (in->size != m->count * sizeof *m->v) {
        return COLLET_E_STATE;
    }
    return in->read(in->ctx, m->v, m->count * sizeof *m->v);
}

static const collet_optimizer vtable = {
    .struct_size = COLLET_SIZE(collet_optimizer),
    .create = create,
    .destroy = destroy,
    .step = step,
    .save = save,
    .load = load,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 1,
                                 COLLET_KIND_OPTIMIZER,
                                 "momentum",
                                 "1.0.0",
                                 "gradient descent along a running mean of gradients",
                                 "proceedings.mlr.press/v28/sutskever13.html",
                                 &vtable,
                                 COLLET_OPTIONS(options, momentum_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "momentum",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

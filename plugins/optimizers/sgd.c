/*
 * sgd - stochastic gradient descent, no memory.
 *
 * Definition:  w <- w - lr * (g + weight_decay * w)
 *
 * Options:
 *     lr            learning rate                                        0.1
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *
 *     [optimizer]
 *     use = sgd
 *     lr  = real(0.001, 1, log)
 *
 * How it works: one pass over each span; spans of segments that take no decay are moved by the
 * gradient alone.
 *
 * Robbins, Monro: A Stochastic Approximation Method. Ann. Math. Statist. 22 (1951).
 */
#include <collet/helpers.h>
#include <collet/optimizer.h>

#include <stdlib.h>

typedef struct sgd_config {
    double lr, weight_decay;
} sgd_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(sgd_config, lr, "0.1", 0, 1000, "real(1e-3, 1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(sgd_config, weight_decay, "0", 0, 1000, "real(1e-6, 1e-2, log)", 0,
                    "pulls weights, but not biases, towards 0"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    (void)layout;
    const sgd_config **s = malloc(sizeof *s); /* all there is to keep is where the options are */
    if (s == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *s = config;
    *self = s;
    return COLLET_OK;
}

static void destroy(void *self)
{
    free(self);
}

/* w[n] -= lr * (g[n] + decay * w[n]) */
COLLET_SIMD static void descend(float *restrict w, const float *restrict g, size_t n, float lr,
                                float decay)
{
    for (size_t i = 0; i < n; i++) {
        w[i] -= lr * (g[i] + decay * w[i]);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const sgd_config *config = *(const sgd_config **)self;
    for (uint32_t i = 0; i < u->span_count; i++) {
        const collet_span *span = collet_span_at(u, i);
        int fixed = (span->flags & COLLET_SEGMENT_NO_DECAY) != 0;
        descend(u->theta + span->begin, u->grad + span->begin, span->count, (float)u->lr,
                fixed ? 0.0f : (float)config->weight_decay);
    }
    return COLLET_OK;
}

static const collet_optimizer vtable = {
    .struct_size = COLLET_SIZE(collet_optimizer),
    .create = create,
    .destroy = destroy,
    .step = step,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_OPTIMIZER,
                                 "sgd",
                                 "1.0.0",
                                 "stochastic gradient descent",
                                 "doi.org/10.1214/aoms/1177729586",
                                 &vtable,
                                 COLLET_OPTIONS(options, sgd_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "sgd",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

/*
 * sgd - stochastic gradient descent, no memory.
 *
 * Definition:  w <- w - lr g
 *
 * Options:
 *     lr            learning rate                                        0.1
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use = sgd
 *     lr  = real(0.001, 1, log)
 *
 * How it works: one pass over each span; spans of segments that take no decay are moved by the
 * gradient alone. l2 and decoupled are the same here, but for rounding.
 *
 * Robbins, Monro: A Stochastic Approximation Method. Ann. Math. Statist. 22 (1951).
 */
#include "optim/optim.h"

typedef struct sgd_config {
    double lr, weight_decay;
    int32_t decay, reserved;
} sgd_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(sgd_config, lr, "0.1", 0, 1000, "real(1e-3, 1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    OPTIM_WEIGHT_DECAY(sgd_config, "0"),
    OPTIM_DECAY(sgd_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    return optim_create(host, config, layout, 0, self);
}

/* w[n] -> w[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, const float *restrict g, float lr,
                                optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        w[i] = optim_moved(w[i], lr * optim_slope(g[i], w[i], k), k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const sgd_config *c = s->config;
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.g, (float)u->lr, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("sgd", "stochastic gradient descent", "doi.org/10.1214/aoms/1177729586", sgd_config,
             create, step);

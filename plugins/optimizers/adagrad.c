/*
 * adagrad - each weight's rate falls with its squared gradients.
 *
 * Definition:
 *     G <- G + g^2                        starts at `initial`
 *     w <- w - lr g / (sqrt(G) + epsilon)
 *
 * Options:
 *     lr            learning rate                                        0.01
 *     epsilon       keeps the division finite                            1e-10
 *     initial       G before the first step                              0
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use = adagrad
 *     lr  = real(0.001, 1, log)
 *
 * How it works: weights that seldom get a gradient keep a large rate, which suits sparse features
 * and embeddings; G never falls, so in long trainings all steps become small. Rows of sparse
 * segments that a batch does not touch have a gradient of 0, so to skip them is exact. The paper's
 * diagonal form; its delta is epsilon, outside of the root.
 *
 * Duchi, Hazan, Singer: Adaptive Subgradient Methods for Online Learning and Stochastic
 * Optimization. JMLR 12 (2011).
 */
#include "optim/optim.h"

typedef struct adagrad_config {
    double lr, epsilon, initial, weight_decay;
    int32_t decay, reserved;
} adagrad_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(adagrad_config, lr, "0.01", 0, 1000, "real(1e-3, 1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(adagrad_config, epsilon, "1e-10", 1e-30, 1, "real(1e-10, 1e-3, log)", 0,
                    "keeps the division finite"),
    COLLET_OPT_REAL(adagrad_config, initial, "0", 0, 1e6, "real(1e-3, 1, log)", 0,
                    "sum of squares before the first step"),
    OPTIM_WEIGHT_DECAY(adagrad_config, "0"),
    OPTIM_DECAY(adagrad_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    const adagrad_config *c = config;
    collet_status status = optim_create(host, config, layout, 1, self);
    for (size_t i = 0; status >= 0 && i < layout->theta_count; i++) {
        ((optim_state *)*self)->a[0][i] = (float)c->initial;
    }
    return status;
}

/* w[n], G[n] -> w[n], G[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, float *restrict G,
                                const float *restrict g, float lr, float epsilon, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = optim_slope(g[i], w[i], k);
        G[i] += d * d;
        w[i] = optim_moved(w[i], lr * d / (sqrtf(G[i]) + epsilon), k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const adagrad_config *c = s->config;
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.a[0], r.g, (float)u->lr, (float)c->epsilon, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("adagrad", "each weight's rate falls with its squared gradients",
             "jmlr.org/papers/v12/duchi11a.html", adagrad_config, create, step);

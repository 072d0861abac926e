/*
 * lion - steps of one size, along the sign of the momentum.
 *
 * Definition:
 *     c =  beta1 m + (1 - beta1) g
 *     w <- (1 - lr weight_decay) w - lr sign(c)
 *     m <- beta2 m + (1 - beta2) g
 *
 * Options:
 *     lr            learning rate: how far each weight moves             0.0001
 *     beta1         share of the momentum in the step                    0.9
 *     beta2         share of the old momentum that stays                 0.99
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  decoupled
 *
 *     [optimizer]
 *     use = lion
 *     lr  = real(1e-5, 1e-2, log)
 *
 * How it works: every weight moves by lr in each step, so lr wants to be 3 to 10 times smaller than
 * for adamw, and weight_decay as many times larger. One array of state. sign(0) is 0. Rows of
 * sparse segments that a batch does not touch keep m.
 *
 * Chen et al.: Symbolic Discovery of Optimization Algorithms. NeurIPS 2023.
 */
#include "optim/optim.h"

typedef struct lion_config {
    double lr, beta1, beta2, weight_decay;
    int32_t decay, reserved;
} lion_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(lion_config, lr, "0.0001", 0, 1000, "real(1e-5, 1e-2, log)", COLLET_OPEN_MIN,
                    "learning rate: how far each weight moves"),
    COLLET_OPT_REAL(lion_config, beta1, "0.9", 0, 1, "real(0.5, 0.99)", COLLET_OPEN_MAX,
                    "share of the momentum in the step"),
    COLLET_OPT_REAL(lion_config, beta2, "0.99", 0, 1, "real(0.9, 0.999)", COLLET_OPEN_MAX,
                    "share of the old momentum that stays"),
    OPTIM_WEIGHT_DECAY(lion_config, "0"),
    OPTIM_DECAY(lion_config, "decoupled"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    return optim_create(host, config, layout, 1, self);
}

/* What is the same for all weights of a step. */
typedef struct scalars {
    float lr, beta1, beta2, share1, share2; /* share = 1 - beta */
} scalars;

/* w[n], m[n] -> w[n], m[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, float *restrict m,
                                const float *restrict g, scalars s, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = optim_slope(g[i], w[i], k);
        float c = s.beta1 * m[i] + s.share1 * d;
        float sign = (float)(c > 0) - (float)(c < 0);
        w[i] = optim_moved(w[i], s.lr * sign + 0.0f * c, k); /* not finite stays so, for the host */
        m[i] = s.beta2 * m[i] + s.share2 * d;
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const lion_config *c = s->config;
    scalars common = {(float)u->lr, (float)c->beta1, (float)c->beta2, (float)(1 - c->beta1),
                      (float)(1 - c->beta2)};
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.a[0], r.g, common, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("lion", "steps of one size, along the sign of the momentum",
             "arxiv.org/abs/2302.06675", lion_config, create, step);

/*
 * adadelta - steps sized by the steps and the gradients before.
 *
 * Definition, with RMS[x] = sqrt(x + epsilon):
 *     E   <- rho E + (1 - rho) g^2                    running square of the gradient
 *     d   =  g RMS[X] / RMS[E]
 *     X   <- rho X + (1 - rho) d^2                    running square of the steps
 *     w   <- w - lr d
 *
 * Options:
 *     lr            learning rate; the paper has 1                       1
 *     rho           share of the old running squares that stays          0.9
 *     epsilon       inside both roots: also starts the first steps       1e-6
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use = adadelta
 *     rho = real(0.8, 0.99)
 *
 * How it works: d has the unit of w, so no rate need be chosen; epsilon sets how large the first
 * steps are. Rows of sparse segments that a batch does not touch keep their running squares.
 *
 * Zeiler: ADADELTA: An Adaptive Learning Rate Method. arXiv 1212.5701 (2012).
 */
#include "optim/optim.h"

typedef struct adadelta_config {
    double lr, rho, epsilon, weight_decay;
    int32_t decay, reserved;
} adadelta_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(adadelta_config, lr, "1", 0, 1000, "real(0.1, 10, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(adadelta_config, rho, "0.9", 0, 1, "real(0.8, 0.99)", COLLET_OPEN_MAX,
                    "share of the old running squares that stays"),
    COLLET_OPT_REAL(adadelta_config, epsilon, "1e-6", 1e-30, 1, "real(1e-8, 1e-3, log)", 0,
                    "inside both roots: also starts the first steps"),
    OPTIM_WEIGHT_DECAY(adadelta_config, "0"),
    OPTIM_DECAY(adadelta_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    return optim_create(host, config, layout, 3, self);
}

/* What is the same for all weights of a step. */
typedef struct scalars {
    float lr, rho, share, epsilon; /* share = 1 - rho */
} scalars;

/* w[n], E[n], X[n] -> w[n], E[n], X[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, float *restrict E, float *restrict X,
                                const float *restrict g, scalars s, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float slope = optim_slope(g[i], w[i], k);
        E[i] = s.rho * E[i] + s.share * slope * slope;
        float d = slope * sqrtf(X[i] + s.epsilon) / sqrtf(E[i] + s.epsilon);
        X[i] = s.rho * X[i] + s.share * d * d;
        w[i] = optim_moved(w[i], s.lr * d, k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const adadelta_config *c = s->config;
    scalars common = {(float)u->lr, (float)c->rho, (float)(1 - c->rho), (float)c->epsilon};
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.a[0], r.a[1], r.g, common, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("adadelta", "steps sized by the steps and the gradients before",
             "arxiv.org/abs/1212.5701", adadelta_config, create, step);

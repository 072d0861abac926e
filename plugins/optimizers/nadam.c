/*
 * nadam - Adam that looks one step ahead.
 *
 * Definition, at step t:
 *     mu(t) = beta1 (1 - 0.96^(t psi) / 2)            M(t) = mu(1) mu(2) ... mu(t)
 *     m <- beta1 m + (1 - beta1) g
 *     v <- beta2 v + (1 - beta2) g^2                  v' = v / (1 - beta2^t)
 *     m' = mu(t+1) m / (1 - M(t+1)) + (1 - mu(t)) g / (1 - M(t))
 *     w <- w - lr m' / (sqrt(v') + epsilon)
 *
 * Options:
 *     lr            learning rate                                        0.002
 *     beta1         share of the old first moment that stays             0.9
 *     beta2         share of the old second moment that stays            0.999
 *     epsilon       keeps the division finite                            1e-8
 *     psi           how fast mu rises from beta1 / 2 to beta1            0.004
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use = nadam
 *     lr  = real(1e-4, 1e-1, log)
 *
 * How it works: one pass over each span; all that depends on t is in two scalars. M is part of the
 * state. Rows of sparse segments that a batch does not touch keep m and v.
 *
 * Dozat: Incorporating Nesterov Momentum into Adam. ICLR 2016 workshop.
 */
#include "optim/optim.h"

typedef struct nadam_config {
    double lr, beta1, beta2, epsilon, psi, weight_decay;
    int32_t decay, reserved;
} nadam_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(nadam_config, lr, "0.002", 0, 1000, "real(1e-4, 1e-1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(nadam_config, beta1, "0.9", 0, 1, "real(0.5, 0.99)", COLLET_OPEN_MAX,
                    "share of the old first moment that stays"),
    COLLET_OPT_REAL(nadam_config, beta2, "0.999", 0, 1, "real(0.9, 0.9999)", COLLET_OPEN_MAX,
                    "share of the old second moment that stays"),
    COLLET_OPT_REAL(nadam_config, epsilon, "1e-8", 1e-30, 1, "real(1e-10, 1e-3, log)", 0,
                    "keeps the division finite"),
    COLLET_OPT_REAL(nadam_config, psi, "0.004", 0, 1000, "real(1e-4, 1, log)", 0,
                    "how fast the momentum rises from beta1 / 2 to beta1"),
    OPTIM_WEIGHT_DECAY(nadam_config, "0"),
    OPTIM_DECAY(nadam_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    collet_status status = optim_create(host, config, layout, 3, self);
    if (status >= 0) {
        ((optim_state *)*self)->number = 1; /* M(0) */
    }
    return status;
}

/* What is the same for all weights of a step. */
typedef struct scalars {
    float beta1, beta2, share1, share2; /* share = 1 - beta */
    float epsilon, root;                /* root = 1 / sqrt(1 - beta2^t) */
    float now;                          /* lr (1 - mu(t)) / (1 - M(t)) */
    float ahead;                        /* lr mu(t+1) / (1 - M(t+1)) */
} scalars;

static double mu(const nadam_config *c, double t)
{
    return c->beta1 * (1 - 0.5 * pow(0.96, t * c->psi));
}

/* M is M(t - 1), and becomes M(t). */
static scalars scalars_of(const nadam_config *c, const collet_update *u, double *M)
{
    double t = (double)u->step, next = mu(c, t + 1);
    *M *= mu(c, t);
    return (scalars){.beta1 = (float)c->beta1,
                     .beta2 = (float)c->beta2,
                     .share1 = (float)(1 - c->beta1),
                     .share2 = (float)(1 - c->beta2),
                     .epsilon = (float)c->epsilon,
                     .root = (float)(1 / sqrt(1 - pow(c->beta2, t))),
                     .now = (float)(u->lr * (1 - mu(c, t)) / (1 - *M)),
                     .ahead = (float)(u->lr * next / (1 - *M * next))};
}

/* w[n], m[n], v[n] -> w[n], m[n], v[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, float *restrict m, float *restrict v,
                                const float *restrict g, scalars s, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = optim_slope(g[i], w[i], k);
        m[i] = s.beta1 * m[i] + s.share1 * d;
        v[i] = s.beta2 * v[i] + s.share2 * d * d;
        w[i] =
            optim_moved(w[i], (s.ahead * m[i] + s.now * d) / (sqrtf(v[i]) * s.root + s.epsilon), k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    optim_state *s = self;
    const nadam_config *c = s->config;
    scalars common = scalars_of(c, u, &s->number);
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.a[0], r.a[1], r.g, common, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("nadam", "Adam that looks one step ahead",
             "openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ", nadam_config, create, step);

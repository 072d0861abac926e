/*
 * rmsprop - steps scaled by a running square of the gradient.
 *
 * Definition:
 *     v <- rho v + (1 - rho) g^2
 *     d =  g / (sqrt(v) + epsilon)
 *     w <- w - lr d
 * centered = on   scales by the variance: mean <- rho mean + (1 - rho) g, and v - mean^2 in the
 *                 place of v in d
 * momentum > 0    b <- momentum b + d, w <- w - lr b
 *
 * Options:
 *     lr            learning rate                                        0.001
 *     rho           share of the old running square that stays           0.99
 *     epsilon       keeps the division finite; outside of the root       1e-8
 *     centered      scale by the variance, not by the square             off
 *     momentum      share of the old step that stays                     0
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use      = rmsprop
 *     lr       = real(1e-4, 1e-1, log)
 *     centered = choice(on, off)
 *
 * How it works: v - mean^2 cannot be below 0, but for rounding, which is cut off. Hinton's slides
 * leave epsilon out and Graves has it inside of the root; this is PyTorch's place for it. Rows of
 * sparse segments that a batch does not touch keep v, mean and b.
 *
 * Tieleman, Hinton: Lecture 6.5, RMSProp. Coursera: Neural Networks for Machine Learning (2012).
 * Graves: Generating Sequences With Recurrent Neural Networks. arXiv 1308.0850 (2013). (centered)
 */
#include "optim/optim.h"

typedef struct rmsprop_config {
    double lr, rho, epsilon, momentum, weight_decay;
    int32_t centered, decay;
} rmsprop_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(rmsprop_config, lr, "0.001", 0, 1000, "real(1e-4, 1e-1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(rmsprop_config, rho, "0.99", 0, 1, "real(0.8, 0.999)", COLLET_OPEN_MAX,
                    "share of the old running square that stays"),
    COLLET_OPT_REAL(rmsprop_config, epsilon, "1e-8", 1e-30, 1, "real(1e-10, 1e-3, log)", 0,
                    "keeps the division finite; outside of the root"),
    COLLET_OPT_BOOL(rmsprop_config, centered, "off", 0, "scale by the variance, not by the square"),
    COLLET_OPT_REAL(rmsprop_config, momentum, "0", 0, 1, "real(0, 0.95)", COLLET_OPEN_MAX,
                    "share of the old step that stays"),
    OPTIM_WEIGHT_DECAY(rmsprop_config, "0"),
    OPTIM_DECAY(rmsprop_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    const rmsprop_config *c = config;
    unsigned arrays = 1u | (c->centered ? 2u : 0u) | (c->momentum > 0 ? 4u : 0u);
    return optim_create(host, config, layout, arrays, self);
}

/* What is the same for all weights of a step. */
typedef struct scalars {
    float lr, rho, share, epsilon, momentum; /* share = 1 - rho */
} scalars;

static inline float plain_d(float *v, float g, scalars s)
{
    *v = s.rho * *v + s.share * g * g;
    return g / (sqrtf(*v) + s.epsilon);
}

static inline float centered_d(float *v, float *mean, float g, scalars s)
{
    *v = s.rho * *v + s.share * g * g;
    *mean = s.rho * *mean + s.share * g;
    float variance = *v - *mean * *mean;
    variance = variance < 0 ? 0 : variance;
    return g / (sqrtf(variance) + s.epsilon);
}

/* A loop for each case: with tests inside, the compiler makes no vector code of it.
 * w[n], v[n], mean[n], b[n] -> the same */
COLLET_SIMD static void plain(size_t n, float *restrict w, float *restrict v,
                              const float *restrict g, scalars s, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = plain_d(&v[i], optim_slope(g[i], w[i], k), s);
        w[i] = optim_moved(w[i], s.lr * d, k);
    }
}

COLLET_SIMD static void centered(size_t n, float *restrict w, float *restrict v,
                                 float *restrict mean, const float *restrict g, scalars s,
                                 optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = centered_d(&v[i], &mean[i], optim_slope(g[i], w[i], k), s);
        w[i] = optim_moved(w[i], s.lr * d, k);
    }
}

COLLET_SIMD static void with_momentum(size_t n, float *restrict w, float *restrict v,
                                      float *restrict b, const float *restrict g, scalars s,
                                      optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = plain_d(&v[i], optim_slope(g[i], w[i], k), s);
        b[i] = s.momentum * b[i] + d;
        w[i] = optim_moved(w[i], s.lr * b[i], k);
    }
}

/* Two passes: one is too long for the compiler to vectorise. */
COLLET_SIMD static void both(size_t n, float *restrict w, float *restrict v, float *restrict mean,
                             float *restrict b, const float *restrict g, scalars s, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = centered_d(&v[i], &mean[i], optim_slope(g[i], w[i], k), s);
        b[i] = s.momentum * b[i] + d;
    }
    for (size_t i = 0; i < n; i++) {
        w[i] = optim_moved(w[i], s.lr * b[i], k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const rmsprop_config *c = s->config;
    scalars common = {(float)u->lr, (float)c->rho, (float)(1 - c->rho), (float)c->epsilon,
                      (float)c->momentum};
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        if (c->centered && c->momentum > 0) {
            both(r.n, r.w, r.a[0], r.a[1], r.a[2], r.g, common, r.decay);
        } else if (c->centered) {
            centered(r.n, r.w, r.a[0], r.a[1], r.g, common, r.decay);
        } else if (c->momentum > 0) {
            with_momentum(r.n, r.w, r.a[0], r.a[2], r.g, common, r.decay);
        } else {
            plain(r.n, r.w, r.a[0], r.g, common, r.decay);
        }
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("rmsprop", "steps scaled by a running square of the gradient",
             "cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf", rmsprop_config, create,
             step);

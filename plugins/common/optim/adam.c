#include "optim/adam.h"

collet_status optim_adam_create(const collet_host *host, const void *config,
                                const collet_layout *layout, void **self)
{
    const optim_adam_config *c = config;
    return optim_create(host, config, layout, c->amsgrad ? 7 : 3, self);
}

/* What is the same for all weights of a step. */
typedef struct scalars {
    float beta1, beta2, share1, share2; /* share = 1 - beta, rounded once */
    float epsilon;
    float rate; /* lr / (1 - beta1^t) */
    float root; /* 1 / sqrt(1 - beta2^t) */
} scalars;

static scalars scalars_of(const optim_adam_config *c, const collet_update *u)
{
    double t = (double)u->step;
    return (scalars){.beta1 = (float)c->beta1,
                     .beta2 = (float)c->beta2,
                     .share1 = (float)(1 - c->beta1),
                     .share2 = (float)(1 - c->beta2),
                     .epsilon = (float)c->epsilon,
                     .rate = (float)(u->lr / (1 - pow(c->beta1, t))),
                     .root = (float)(1 / sqrt(1 - pow(c->beta2, t)))};
}

/* w[n], m[n], v[n] -> w[n], m[n], v[n] */
COLLET_SIMD static void adam(size_t n, float *restrict w, float *restrict m, float *restrict v,
                             const float *restrict g, scalars s, optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = optim_slope(g[i], w[i], k);
        m[i] = s.beta1 * m[i] + s.share1 * d;
        v[i] = s.beta2 * v[i] + s.share2 * d * d;
        w[i] = optim_moved(w[i], s.rate * m[i] / (sqrtf(v[i]) * s.root + s.epsilon), k);
    }
}

/* The same with the largest v so far, most[n], in v's place. */
COLLET_SIMD static void amsgrad(size_t n, float *restrict w, float *restrict m, float *restrict v,
                                float *restrict most, const float *restrict g, scalars s,
                                optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = optim_slope(g[i], w[i], k);
        m[i] = s.beta1 * m[i] + s.share1 * d;
        v[i] = s.beta2 * v[i] + s.share2 * d * d;
        most[i] = v[i] < most[i] ? most[i] : v[i];
        w[i] = optim_moved(w[i], s.rate * m[i] / (sqrtf(most[i]) * s.root + s.epsilon), k);
    }
}

collet_status optim_adam_step(const optim_state *s, const collet_update *u, int32_t decay)
{
    const optim_adam_config *c = s->config;
    scalars common = scalars_of(c, u);
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, decay);
        if (c->amsgrad) {
            amsgrad(r.n, r.w, r.a[0], r.a[1], r.a[2], r.g, common, r.decay);
        } else {
            adam(r.n, r.w, r.a[0], r.a[1], r.g, common, r.decay);
        }
    }
    return COLLET_OK;
}

/*
 * adam - steps scaled by running moments of the gradient.
 *
 * Definition, at step t:
 *     m <- beta1 m + (1 - beta1) g        m' = m / (1 - beta1^t)
 *     v <- beta2 v + (1 - beta2) g^2      v' = v / (1 - beta2^t)
 *     w <- w - lr m' / (sqrt(v') + epsilon)
 * decay = decoupled (AdamW) also takes lr * weight_decay * w off each weight; decay = l2 adds
 * weight_decay * w to g instead.
 *
 * Options:
 *     lr            learning rate                                        0.001
 *     beta1         share of the old first moment that stays             0.9
 *     beta2         share of the old second moment that stays            0.999
 *     epsilon       keeps the division finite                            1e-8
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         decoupled | l2                                       decoupled
 *
 *     [optimizer]
 *     use = adam
 *     lr  = real(1e-4, 1e-1, log)
 *
 * How it works: one pass over each span; the corrections of both moments are worked into two
 * scalars before it.
 *
 * Kingma, Ba: Adam: A Method for Stochastic Optimization. ICLR 2015.
 * Loshchilov, Hutter: Decoupled Weight Decay Regularization. ICLR 2019.
 */
#include <collet/helpers.h>
#include <collet/optimizer.h>

#include <math.h>
#include <stdlib.h>

enum { DECOUPLED, L2 };

typedef struct adam_config {
    double lr, beta1, beta2, epsilon, weight_decay;
    int32_t decay, reserved;
} adam_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(adam_config, lr, "0.001", 0, 1000, "real(1e-4, 1e-1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(adam_config, beta1, "0.9", 0, 1, "real(0.5, 0.99)", COLLET_OPEN_MAX,
                    "share of the old first moment that stays"),
    COLLET_OPT_REAL(adam_config, beta2, "0.999", 0, 1, "real(0.9, 0.9999)", COLLET_OPEN_MAX,
                    "share of the old second moment that stays"),
    COLLET_OPT_REAL(adam_config, epsilon, "1e-8", 0, 1, "real(1e-10, 1e-3, log)", COLLET_OPEN_MIN,
                    "keeps the division finite"),
    COLLET_OPT_REAL(adam_config, weight_decay, "0", 0, 1000, "real(1e-6, 1e-1, log)", 0,
                    "pulls weights, but not biases, towards 0"),
    COLLET_OPT_ENUM(adam_config, decay, "decoupled", "decoupled|l2", 0,
                    "whether decay is a step of its own (AdamW) or part of the gradient"),
};

typedef struct adam {
    const adam_config *config;
    size_t count; /* floats of theta */
    float *m, *v; /* [count] */
} adam;

static void destroy(void *self)
{
    adam *a = self;
    if (a != NULL) {
        free(a->m);
        free(a->v);
        free(a);
    }
}

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    adam *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->config = config;
        a->count = layout->theta_count;
        a->m = collet_zeros(a->count);
        a->v = collet_zeros(a->count);
    }
    if (a == NULL || a->m == NULL || a->v == NULL) {
        destroy(a);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = a;
    return COLLET_OK;
}

/* What is the same for all weights of a step. */
typedef struct scalars {
    float beta1, beta2, epsilon;
    float rate;   /* lr / (1 - beta1^t) */
    float root;   /* 1 / sqrt(1 - beta2^t) */
    float shrink; /* 1 - lr * weight_decay, decoupled; else 1 */
    float l2;     /* weight_decay of l2; else 0 */
} scalars;

/* m[n], v[n], w[n] -> m[n], v[n], w[n] */
COLLET_SIMD static void descend(float *restrict w, float *restrict m, float *restrict v,
                                const float *restrict g, size_t n, const scalars s)
{
    float share1 = 1 - s.beta1, share2 = 1 - s.beta2;
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + s.l2 * w[i];
        m[i] = s.beta1 * m[i] + share1 * d;
        v[i] = s.beta2 * v[i] + share2 * d * d;
        w[i] = s.shrink * w[i] - s.rate * m[i] / (sqrtf(v[i]) * s.root + s.epsilon);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const adam *a = self;
    const adam_config *c = a->config;
    double t = (double)u->step;
    scalars s = {.beta1 = (float)c->beta1,
                 .beta2 = (float)c->beta2,
                 .epsilon = (float)c->epsilon,
                 .rate = (float)(u->lr / (1 - pow(c->beta1, t))),
                 .root = (float)(1 / sqrt(1 - pow(c->beta2, t)))};
    for (uint32_t i = 0; i < u->span_count; i++) {
        const collet_span *span = collet_span_at(u, i);
        int fixed = (span->flags & COLLET_SEGMENT_NO_DECAY) != 0;
        double decay = fixed ? 0 : c->weight_decay;
        s.shrink = c->decay == DECOUPLED ? (float)(1 - u->lr * decay) : 1.0f;
        s.l2 = c->decay == L2 ? (float)decay : 0.0f;
        descend(u->theta + span->begin, a->m + span->begin, a->v + span->begin,
                u->grad + span->begin, span->count, s);
    }
    return COLLET_OK;
}

static collet_status save(void *self, const collet_sink *out)
{
    const adam *a = self;
    collet_status status = out->write(out->ctx, a->m, a->count * sizeof *a->m);
    return status < 0 ? status : out->write(out->ctx, a->v, a->count * sizeof *a->v);
}

static collet_status load(void *self, const collet_source *in)
{
    adam *a = self;
    if (in->size != 2 * a->count * sizeof *a->m) {
        return COLLET_E_STATE;
    }
    collet_status status = in->read(in->ctx, a->m, a->count * sizeof *a->m);
    return status < 0 ? status : in->read(in->ctx, a->v, a->count * sizeof *a->v);
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
                                 "adam",
                                 "1.0.0",
                                 "steps scaled by running moments of the gradient",
                                 "arxiv.org/abs/1412.6980",
                                 &vtable,
                                 COLLET_OPTIONS(options, adam_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "adam",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

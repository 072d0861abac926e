/*
 * nesterov - momentum that looks one step ahead.
 *
 * Definition:
 *     form = average      v <- beta v + (1 - beta) g     w <- w - lr (beta v + (1 - beta) g)
 *     form = classical    v <- beta v + g                w <- w - lr (beta v + g)
 *
 * Options:
 *     lr            learning rate                                        0.1
 *     beta          share of the old velocity that stays                 0.9
 *     form          average | classical                                  average
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use  = nesterov
 *     lr   = real(0.001, 1, log)
 *     beta = real(0, 0.99)
 *
 * How it works: Nesterov's method takes the gradient where the velocity is about to lead. Here w is
 * that point already (Bengio's change of variables), so the gradient is an ordinary one and the
 * step adds the velocity once more. form as in momentum; classical is PyTorch's nesterov = True.
 * Rows of sparse segments that a batch does not touch keep their velocity.
 *
 * Nesterov: A method of solving a convex programming problem with convergence rate O(1/k^2) (1983).
 * Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum (2013).
 * Bengio, Boulanger-Lewandowski, Pascanu: Advances in optimizing recurrent networks (2013).
 */
#include "optim/optim.h"

enum { AVERAGE, CLASSICAL };

typedef struct nesterov_config {
    double lr, beta, weight_decay;
    int32_t form, decay;
} nesterov_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(nesterov_config, lr, "0.1", 0, 1000, "real(1e-3, 1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(nesterov_config, beta, "0.9", 0, 1, "real(0, 0.99)", COLLET_OPEN_MAX,
                    "share of the old velocity that stays"),
    COLLET_OPT_ENUM(nesterov_config, form, "average", "average|classical", 0,
                    "whether the velocity adds the gradient times 1 - beta or 1"),
    OPTIM_WEIGHT_DECAY(nesterov_config, "0"),
    OPTIM_DECAY(nesterov_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    return optim_create(host, config, layout, 1, self);
}

/* w[n], v[n] -> w[n], v[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, float *restrict v,
                                const float *restrict g, float lr, float beta, float share,
                                optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        float d = share * optim_slope(g[i], w[i], k);
        v[i] = beta * v[i] + d;
        w[i] = optim_moved(w[i], lr * (beta * v[i] + d), k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const nesterov_config *c = s->config;
    float share = c->form == AVERAGE ? (float)(1 - c->beta) : 1.0f;
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.a[0], r.g, (float)u->lr, (float)c->beta, share, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("nesterov", "momentum that looks one step ahead",
             "proceedings.mlr.press/v28/sutskever13.html", nesterov_config, create, step);

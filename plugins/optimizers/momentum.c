/*
 * momentum - gradient descent along a running mean of gradients.
 *
 * Definition:
 *     form = average      v <- beta v + (1 - beta) g     w <- w - lr v
 *     form = classical    v <- beta v + g                w <- w - lr v
 *     form = heavy_ball   v <- beta v + lr g             w <- w - v
 *
 * Options:
 *     lr            learning rate                                        0.1
 *     beta          share of the old velocity that stays                 0.9
 *     form          average | classical | heavy_ball                     average
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use  = momentum
 *     lr   = real(0.001, 1, log)
 *     beta = real(0, 0.99)
 *
 * How it works: with form = average (damped) the size of a step does not grow with beta, so lr and
 * beta can be searched independently. classical is PyTorch's; with lr it equals average with
 * lr / (1 - beta). heavy_ball is Polyak's, and Sutskever's classical momentum: it equals classical
 * until a schedule changes the rate, which then takes a while to reach the velocity. The unit
 * nesterov looks one step ahead. One pass over each span; v starts at 0, and rows of sparse
 * segments that a batch does not touch keep theirs.
 *
 * Polyak: Some methods of speeding up the convergence of iteration methods (1964).
 * Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum (2013).
 */
#include "optim/optim.h"

enum { AVERAGE, CLASSICAL, HEAVY_BALL };

typedef struct momentum_config {
    double lr, beta, weight_decay;
    int32_t form, decay;
} momentum_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(momentum_config, lr, "0.1", 0, 1000, "real(1e-3, 1, log)", COLLET_OPEN_MIN,
                    "learning rate"),
    COLLET_OPT_REAL(momentum_config, beta, "0.9", 0, 1, "real(0, 0.99)", COLLET_OPEN_MAX,
                    "share of the old velocity that stays"),
    COLLET_OPT_ENUM(momentum_config, form, "average", "average|classical|heavy_ball", 0,
                    "whether the velocity adds the gradient times 1 - beta, 1 or lr"),
    OPTIM_WEIGHT_DECAY(momentum_config, "0"),
    OPTIM_DECAY(momentum_config, "l2"),
};

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    return optim_create(host, config, layout, 1, self);
}

/* w[n], v[n] -> w[n], v[n] */
COLLET_SIMD static void descend(size_t n, float *restrict w, float *restrict v,
                                const float *restrict g, float rate, float beta, float share,
                                optim_decay k)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = beta * v[i] + share * optim_slope(g[i], w[i], k);
        w[i] = optim_moved(w[i], rate * v[i], k);
    }
}

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    const momentum_config *c = s->config;
    double share = c->form == AVERAGE ? 1 - c->beta : c->form == CLASSICAL ? 1 : u->lr;
    double rate = c->form == HEAVY_BALL ? 1 : u->lr;
    for (uint32_t i = 0; i < u->span_count; i++) {
        optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
        descend(r.n, r.w, r.a[0], r.g, (float)rate, (float)c->beta, (float)share, r.decay);
    }
    return COLLET_OK;
}

OPTIM_PLUGIN("momentum", "gradient descent along a running mean of gradients",
             "proceedings.mlr.press/v28/sutskever13.html", momentum_config, create, step);

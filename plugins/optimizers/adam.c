/*
 * adam - steps scaled by running moments of the gradient.
 *
 * Definition, at step t:
 *     m <- beta1 m + (1 - beta1) g        m' = m / (1 - beta1^t)
 *     v <- beta2 v + (1 - beta2) g^2      v' = v / (1 - beta2^t)
 *     w <- w - lr m' / (sqrt(v') + epsilon)
 * amsgrad = on takes the largest v so far in the place of v in v'.
 *
 * Options:
 *     lr            learning rate                                        0.001
 *     beta1         share of the old first moment that stays             0.9
 *     beta2         share of the old second moment that stays            0.999
 *     epsilon       keeps the division finite                            1e-8
 *     amsgrad       never let a step grow because v has fallen           off
 *     weight_decay  pulls weights (not biases) towards 0                 0
 *     decay         l2 | l1 | decoupled                                  l2
 *
 *     [optimizer]
 *     use = adam
 *     lr  = real(1e-4, 1e-1, log)
 *
 * How it works: one pass over each span; the corrections of both moments are worked into two
 * scalars before it. decay = l2 is Adam as PyTorch has it, where weights with large gradients decay
 * less; decoupled is what the unit adamw does. Rows of sparse segments that a batch does not touch
 * keep their moments.
 *
 * Kingma, Ba: Adam: A Method for Stochastic Optimization. ICLR 2015.
 * Reddi, Kale, Kumar: On the Convergence of Adam and Beyond. ICLR 2018. (amsgrad)
 */
#include "optim/adam.h"

static const collet_option options[] = {
    COLLET_OPT_REAL(optim_adam_config, lr, "0.001", 0, 1000, "real(1e-4, 1e-1, log)",
                    COLLET_OPEN_MIN, "learning rate"),
    COLLET_OPT_REAL(optim_adam_config, beta1, "0.9", 0, 1, "real(0.5, 0.99)", COLLET_OPEN_MAX,
                    "share of the old first moment that stays"),
    COLLET_OPT_REAL(optim_adam_config, beta2, "0.999", 0, 1, "real(0.9, 0.9999)", COLLET_OPEN_MAX,
                    "share of the old second moment that stays"),
    COLLET_OPT_REAL(optim_adam_config, epsilon, "1e-8", 1e-30, 1, "real(1e-10, 1e-3, log)", 0,
                    "keeps the division finite"),
    COLLET_OPT_BOOL(optim_adam_config, amsgrad, "off", 0,
                    "never let a step grow because v has fallen"),
    OPTIM_WEIGHT_DECAY(optim_adam_config, "0"),
    OPTIM_DECAY(optim_adam_config, "l2"),
};

static collet_status step(void *self, const collet_update *u)
{
    const optim_state *s = self;
    return optim_adam_step(s, u, ((const optim_adam_config *)s->config)->decay);
}

OPTIM_PLUGIN("adam", "steps scaled by running moments of the gradient", "arxiv.org/abs/1412.6980",
             optim_adam_config, optim_adam_create, step);

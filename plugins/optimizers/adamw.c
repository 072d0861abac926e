/*
 * adamw - Adam with weight decay as a step of its own.
 *
 * Definition, at step t:
 *     m <- beta1 m + (1 - beta1) g        m' = m / (1 - beta1^t)
 *     v <- beta2 v + (1 - beta2) g^2      v' = v / (1 - beta2^t)
 *     w <- (1 - lr weight_decay) w - lr m' / (sqrt(v') + epsilon)
 *
 * Options:
 *     lr            learning rate                                        0.001
 *     beta1         share of the old first moment that stays             0.9
 *     beta2         share of the old second moment that stays            0.999
 *     epsilon       keeps the division finite                            1e-8
 *     amsgrad       never let a step grow because v has fallen           off
 *     weight_decay  pulls weights (not biases) towards 0                 0.01
 *
 *     [optimizer]
 *     use          = adamw
 *     lr           = real(1e-4, 1e-1, log)
 *     weight_decay = real(1e-4, 1, log)
 *
 * How it works: the same loop as adam. As the decay does not pass through the division by sqrt(v'),
 * all weights decay alike, and the best lr and weight_decay depend less on each other. Both are
 * multiplied by the schedule of the rate. Rows of sparse segments that a batch does not touch do
 * not decay.
 *
 * Loshchilov, Hutter: Decoupled Weight Decay Regularization. ICLR 2019.
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
    COLLET_OPT_REAL(optim_adam_config, weight_decay, "0.01", 0, 1000, "real(1e-4, 1, log)", 0,
                    "pulls weights, but not biases, towards 0"),
};

static collet_status step(void *self, const collet_update *u)
{
    return optim_adam_step(self, u, OPTIM_DECOUPLED);
}

OPTIM_PLUGIN("adamw", "Adam with weight decay as a step of its own", "arxiv.org/abs/1711.05101",
             optim_adam_config, optim_adam_create, step);

/*
 * linear - a linear model: what anything deeper has to beat.
 *
 * Definition: outputs are x W + b. Classes are fitted by the cross-entropy of their softmax, which
 * is multinomial logistic regression; numbers by half the squared error, which is least squares.
 *
 * Options:
 *     init  zero | he (normal) | glorot (uniform)   zero
 *
 *     [model]
 *     use = linear
 *
 * How it works: images are taken as rows of numbers. From zero the model needs no luck: the loss
 * is convex, every start ends in the same place. Weight decay, if wanted, is the optimizer's; the
 * bias is not decayed.
 *
 * Cox: The regression analysis of binary sequences (1958).
 */
#include <collet/model.h>

#include "nn/perceptron.h"

typedef struct linear_config {
    int32_t init;
} linear_config;

static const collet_option options[] = {
    COLLET_OPT_ENUM(linear_config, init, "zero", "zero|he|glorot", 0, "how weights start"),
};

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    static const nn_init inits[] = {NN_ZERO, NN_HE, NN_GLOROT};
    const linear_config *c = config;
    return nn_perceptron_create(host, task, 0, NULL, NULL, inits[c->init], self);
}

static const collet_model vtable = NN_PERCEPTRON_VTABLE(create);

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_MODEL,
                                 "linear",
                                 "1.0.0",
                                 "linear or multinomial logistic regression",
                                 "doi.org/10.1111/j.2517-6161.1958.tb00292.x",
                                 &vtable,
                                 COLLET_OPTIONS(options, linear_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "linear",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

/*
 * mlp - a multilayer perceptron.
 *
 * Definition: h(0) = x;  h(l) = dropout(f(norm(h(l-1) W(l)) + b(l))) for l = 1 .. layers; the
 * outputs are h(layers) W + b. Classes are fitted by the cross-entropy of their softmax, numbers by
 * half the squared error.
 *
 * Options:
 *     layers      hidden layers, 1 to 8                             2
 *     units       width of each; units.2 is that of the second    128
 *     activation  relu | tanh | gelu | sigmoid                   relu
 *     norm        none | batch, before each activation           none
 *     dropout     share of each hidden layer that is left out       0
 *     init        he (normal) | glorot (uniform)                   he
 *
 *     [model]
 *     use     = mlp
 *     layers  = int(1, 3)
 *     units   = int(32, 512, log)
 *     units.2 = int(16, 256, log) when layers >= 2
 *     dropout = real(0, 0.6)
 *
 * How it works: images are taken as rows of numbers. Weights are stored [in][out], which makes the
 * forward product the fast one; the first layer's input gets no gradient. Batch normalisation
 * (nn/norm.h) uses the batch's mean and variance in training and running ones, which are buffers of
 * theta, in prediction. Everything is allocated in create().
 *
 * Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986).
 */
#include <collet/model.h>

#include "nn/perceptron.h"

typedef struct mlp_config {
    int64_t layers;
    int64_t units[NN_MOST_LAYERS];
    double dropout;
    int32_t activation, norm, init, reserved;
} mlp_config;

static const collet_option options[] = {
    COLLET_OPT_INT(mlp_config, layers, "2", 1, NN_MOST_LAYERS, "int(1, 4)", 0, "hidden layers"),
    COLLET_OPT_INTS(mlp_config, units, "128", 1, 65536, "int(32, 512, log)", 0,
                    "width of each hidden layer; units.2 is that of the second"),
    COLLET_OPT_ENUM(mlp_config, activation, "relu", "relu|tanh|gelu|sigmoid", 0,
                    "function after each hidden layer"),
    COLLET_OPT_ENUM(mlp_config, norm, "none", "none|batch", 0,
                    "normalisation before each activation"),
    COLLET_OPT_REAL(mlp_config, dropout, "0", 0, 1, "real(0, 0.6)", COLLET_OPEN_MAX,
                    "share of each hidden layer that is left out while training"),
    COLLET_OPT_ENUM(mlp_config, init, "he", "he|glorot", 0, "how weights start"),
};

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    const mlp_config *c = config;
    const nn_hidden kind = {(nn_activation)c->activation, c->norm != 0, c->dropout};
    return nn_perceptron_create(host, task, (uint32_t)c->layers, c->units, &kind, (nn_init)c->init,
                                self);
}

static const collet_model vtable = NN_PERCEPTRON_VTABLE(create);

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_MODEL,
                                 "mlp",
                                 "1.1.0",
                                 "multilayer perceptron",
                                 "doi.org/10.1038/323533a0",
                                 &vtable,
                                 COLLET_OPTIONS(options, mlp_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "mlp",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

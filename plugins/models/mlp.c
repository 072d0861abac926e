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
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/loss.h"
#include "nn/stack.h"

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

typedef struct mlp {
    const mlp_config *config;
    collet_task task;
    nn_layout layout;
    nn_stack stack;
} mlp;

static void destroy(void *self)
{
    mlp *m = self;
    if (m != NULL) {
        nn_stack_free(&m->stack);
        free(m);
    }
}

/* Widths, activations and the place of every matrix in theta. */
static void plan(mlp *m)
{
    const mlp_config *c = m->config;
    const nn_hidden kind = {(nn_activation)c->activation, c->norm != 0, c->dropout};
    nn_stack_plan(&m->stack, m->task.features, (uint32_t)c->layers, c->units, &kind,
                  m->task.outputs, &m->layout);
}

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    if (task->form != COLLET_DATA_TABLE && task->form != COLLET_DATA_IMAGES) {
        return collet_fail(host, COLLET_E_UNSUPPORTED,
                           "it learns from tables and images, not from sequences of tokens");
    }
    mlp *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->config = config;
        m->task = *task;
        plan(m);
    }
    if (m == NULL || !nn_stack_allocate(&m->stack, task->max_rows)) {
        destroy(m);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = m;
    return COLLET_OK;
}

static const collet_layout *layout(void *self)
{
    mlp *m = self;
    return &m->layout.view;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    const mlp *m = self;
    nn_stack_init(&m->stack, (nn_init)m->config->init, rng, theta);
    return COLLET_OK;
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)touched; /* no sparse segments */
    mlp *m = self;
    float *z = nn_stack_forward(&m->stack, rng, batch->rows, theta, batch->x);
    *value = nn_loss(m->task.type, batch, m->task.outputs, z);
    if (grad != NULL) {
        nn_stack_backward(&m->stack, batch->rows, theta, batch->x, z, grad, NULL);
    }
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    mlp *m = self;
    const float *z = nn_stack_forward(&m->stack, NULL, batch->rows, theta, batch->x);
    memcpy(out, z, (size_t)batch->rows * m->task.outputs * sizeof *out);
    return COLLET_OK;
}

static const collet_model vtable = {
    .struct_size = COLLET_SIZE(collet_model),
    .create = create,
    .destroy = destroy,
    .layout = layout,
    .init = init,
    .loss = loss,
    .predict = predict,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_MODEL,
                                 "mlp",
                                 "1.0.0",
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

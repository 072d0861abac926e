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
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/loss.h"
#include "nn/stack.h"

typedef struct linear_config {
    int32_t init;
} linear_config;

static const collet_option options[] = {
    COLLET_OPT_ENUM(linear_config, init, "zero", "zero|he|glorot", 0, "how weights start"),
};

typedef struct linear {
    const linear_config *config;
    collet_task task;
    nn_layout layout;
    nn_stack stack; /* of no hidden layers */
} linear;

static void destroy(void *self)
{
    linear *m = self;
    if (m != NULL) {
        nn_stack_free(&m->stack);
        free(m);
    }
}

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    if (task->form != COLLET_DATA_TABLE && task->form != COLLET_DATA_IMAGES) {
        return collet_fail(host, COLLET_E_UNSUPPORTED,
                           "it learns from tables and images, not from sequences of tokens");
    }
    linear *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->config = config;
        m->task = *task;
        nn_stack_plan(&m->stack, task->features, 0, NULL, NULL, task->outputs, &m->layout);
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
    linear *m = self;
    return &m->layout.view;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    const linear *m = self;
    if (m->config->init > 0) {
        nn_stack_init(&m->stack, (nn_init)(m->config->init - 1), rng, theta);
    }
    return COLLET_OK;
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)touched; /* no sparse segments */
    linear *m = self;
    float *z = nn_stack_forward(&m->stack, rng, batch->rows, theta, batch->x);
    *value = nn_loss(m->task.type, batch, m->task.outputs, z);
    if (grad != NULL) {
        nn_stack_backward(&m->stack, batch->rows, theta, batch->x, z, grad, NULL);
    }
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    linear *m = self;
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

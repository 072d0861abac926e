#include "nn/perceptron.h"

#include "nn/loss.h"

#include <collet/helpers.h>

typedef struct perceptron {
    collet_task task;
    nn_layout layout;
    nn_stack stack;
    nn_init init;
} perceptron;

void nn_perceptron_destroy(void *self)
{
    perceptron *m = self;
    if (m != NULL) {
        nn_stack_free(&m->stack);
        free(m);
    }
}

collet_status nn_perceptron_create(const collet_host *host, const collet_task *task,
                                   uint32_t hidden, const int64_t *units, const nn_hidden *kind,
                                   nn_init init, void **self)
{
    if (task->form != COLLET_DATA_TABLE && task->form != COLLET_DATA_IMAGES) {
        return collet_fail(host, COLLET_E_UNSUPPORTED,
                           "it learns from tables and images, not from sequences of tokens");
    }
    perceptron *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->task = *task;
        m->init = init;
        nn_stack_plan(&m->stack, task->features, hidden, units, kind, task->outputs, &m->layout);
    }
    if (m == NULL || !nn_stack_allocate(&m->stack, task->max_rows)) {
        nn_perceptron_destroy(m);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = m;
    return COLLET_OK;
}

const collet_layout *nn_perceptron_layout(void *self)
{
    perceptron *m = self;
    return &m->layout.view;
}

collet_status nn_perceptron_init(void *self, const collet_rng *rng, float *theta)
{
    const perceptron *m = self;
    nn_stack_init(&m->stack, m->init, rng, theta);
    return COLLET_OK;
}

collet_status nn_perceptron_loss(void *self, const collet_rng *rng, const float *theta,
                                 const collet_batch *batch, float *grad, float *value,
                                 const collet_touched *touched)
{
    (void)touched; /* no sparse segments */
    perceptron *m = self;
    float *z = nn_stack_forward(&m->stack, rng, batch->rows, theta, batch->x);
    *value = nn_loss(m->task.type, batch, m->task.outputs, z);
    if (grad != NULL) {
        nn_stack_backward(&m->stack, batch->rows, theta, batch->x, z, grad, NULL);
    }
    return COLLET_OK;
}

collet_status nn_perceptron_predict(void *self, const float *theta, const collet_batch *batch,
                                    float *out)
{
    perceptron *m = self;
    const float *z = nn_stack_forward(&m->stack, NULL, batch->rows, theta, batch->x);
    memcpy(out, z, (size_t)batch->rows * m->task.outputs * sizeof *out);
    return COLLET_OK;
}

#include "nn/bag.h"

#include "nn/embedding.h"
#include "nn/layout.h"
#include "nn/loss.h"

#include <collet/helpers.h>

typedef struct bag {
    const collet_host *host;
    collet_task task;
    nn_init init;
    nn_layout layout;
    uint64_t w, b; /* [vocabulary][outputs], [outputs]: where they lie in theta */
    nn_index index;
    float *z; /* [max_rows][outputs] */
} bag;

void nn_bag_destroy(void *self)
{
    bag *m = self;
    if (m != NULL) {
        nn_index_finish(&m->index);
        free(m->z);
        free(m);
    }
}

collet_status nn_bag_create(const collet_host *host, const collet_task *task, nn_init init,
                            void **self)
{
    bag *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->host = host;
        m->task = *task;
        m->init = init;
        m->w = nn_layout_add(&m->layout, "dense", 1, "weight", task->vocabulary, task->outputs,
                             COLLET_SEGMENT_SPARSE);
        m->b = nn_layout_add(&m->layout, "dense", 1, "bias", 1, task->outputs,
                             COLLET_SEGMENT_NO_DECAY);
        m->z = collet_zeros((size_t)task->max_rows * task->outputs);
    }
    if (m == NULL || m->z == NULL || nn_index_init(&m->index, task->vocabulary) != 0) {
        nn_bag_destroy(m);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = m;
    return COLLET_OK;
}

const collet_layout *nn_bag_layout(void *self)
{
    bag *m = self;
    return &m->layout.view;
}

collet_status nn_bag_init(void *self, const collet_rng *rng, float *theta)
{
    const bag *m = self;
    nn_dense_init(m->init, m->task.vocabulary, m->task.outputs, rng, theta + m->w);
    return COLLET_OK;
}

/* z[rows][outputs] = mean of the tokens' weights + b */
static void forward(const bag *m, const float *theta, const collet_batch *batch, float *z)
{
    uint32_t n = m->task.outputs;
    nn_embedding_mean(batch, n, theta + m->w, z);
    for (size_t i = 0; i < (size_t)batch->rows * n; i++) {
        z[i] += theta[m->b + i % n];
    }
}

static void backward(bag *m, const collet_batch *batch, float *grad)
{
    uint32_t n = m->task.outputs;
    float *bias = grad + m->b;
    memset(bias, 0, n * sizeof *bias);
    for (size_t i = 0; i < (size_t)batch->rows * n; i++) {
        bias[i % n] += m->z[i];
    }
    nn_embedding_mean_backward(batch, &m->index, n, m->z, grad + m->w);
}

collet_status nn_bag_loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *loss,
                          const collet_touched *touched)
{
    (void)rng; /* no dropout */
    bag *m = self;
    forward(m, theta, batch, m->z);
    *loss = nn_loss(m->task.type, batch, m->task.outputs, m->z);
    if (grad == NULL) {
        return COLLET_OK;
    }
    if (nn_index_build(&m->index, batch) != 0) {
        return collet_fail(m->host, COLLET_E_NOMEM, "out of memory for a batch's tokens");
    }
    backward(m, batch, grad);
    return touched == NULL ? COLLET_OK
                           : touched->rows(touched->ctx, 0, m->index.tokens, m->index.count);
}

collet_status nn_bag_predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    forward(self, theta, batch, out);
    return COLLET_OK;
}

/*
 * constant - says the same of every row: what any model has to beat.
 *
 * Definition: outputs are b, whatever x is. Fitted by cross-entropy, softmax(b) is the share of
 * each class, and what it says is the largest class; fitted by half the squared error, b is the
 * mean.
 *
 * Options: none.
 *
 *     [model]
 *     use = choice(constant, linear, mlp)     ; three lines of a table, side by side
 *
 * How it works: b starts at 0 and is moved by the optimizer like any other parameter, so shares and
 * means are met after some hundred steps; which class is the largest is known much sooner. r2 of
 * the mean is 0, auc of one score for all is 0.5.
 */
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/layout.h"
#include "nn/loss.h"

typedef struct constant {
    collet_task task;
    nn_layout layout;
    float *z; /* [max_rows][outputs] */
} constant;

static void destroy(void *self)
{
    constant *m = self;
    if (m != NULL) {
        free(m->z);
        free(m);
    }
}

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    (void)config;
    constant *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->task = *task;
        (void)nn_layout_add(&m->layout, "output", 1, "bias", 1, task->outputs,
                            COLLET_SEGMENT_NO_DECAY);
        m->z = collet_zeros((size_t)task->max_rows * task->outputs);
    }
    if (m == NULL || m->z == NULL) {
        destroy(m);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = m;
    return COLLET_OK;
}

static const collet_layout *layout(void *self)
{
    constant *m = self;
    return &m->layout.view;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    (void)self;
    (void)rng;
    (void)theta; /* zero as it is */
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    const constant *m = self;
    for (size_t row = 0; row < batch->rows; row++) {
        memcpy(out + row * m->task.outputs, theta, m->task.outputs * sizeof *out);
    }
    return COLLET_OK;
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)rng;
    (void)touched; /* no sparse segments */
    constant *m = self;
    size_t n = m->task.outputs;
    (void)predict(self, theta, batch, m->z);
    *value = nn_loss(m->task.type, batch, m->task.outputs, m->z);
    for (size_t k = 0; grad != NULL && k < n; k++) {
        grad[k] = 0;
        for (size_t row = 0; row < batch->rows; row++) {
            grad[k] += m->z[row * n + k];
        }
    }
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
                                 "constant",
                                 "1.0.0",
                                 "the largest class, or the mean, whatever the row",
                                 NULL,
                                 &vtable,
                                 COLLET_NO_OPTIONS};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "constant",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

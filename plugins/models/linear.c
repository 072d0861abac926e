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
 * How it works: images are taken as rows of numbers, and of a text x is the share of each token, so
 * that W has a row a token: a bag of words (nn/bag.h). From zero the model needs no luck: the loss
 * is convex, every start ends in the same place. Weight decay, if wanted, is the optimizer's; the
 * bias is not decayed.
 *
 * Cox: The regression analysis of binary sequences (1958).
 */
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/bag.h"
#include "nn/perceptron.h"

#include <stdlib.h>

typedef struct linear_config {
    int32_t init;
} linear_config;

static const collet_option options[] = {
    COLLET_OPT_ENUM(linear_config, init, "zero", "zero|he|glorot", 0, "how weights start"),
};

static const collet_model of_numbers = NN_PERCEPTRON_VTABLE(NULL);
static const collet_model of_tokens = NN_BAG_VTABLE(NULL);

typedef struct linear {
    const collet_model *as; /* what it is, by the form of the data */
    void *self;
} linear;

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    static const nn_init inits[] = {NN_ZERO, NN_HE, NN_GLOROT};
    nn_init init = inits[((const linear_config *)config)->init];
    linear *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    bool texts = task->form == COLLET_DATA_TOKENS;
    m->as = texts ? &of_tokens : &of_numbers;
    collet_status status = texts ? nn_bag_create(host, task, init, &m->self)
                                 : nn_perceptron_create(host, task, 0, NULL, NULL, init, &m->self);
    if (status < 0) {
        free(m);
        return status;
    }
    *self = m;
    return COLLET_OK;
}

static void destroy(void *self)
{
    linear *m = self;
    if (m != NULL) {
        m->as->destroy(m->self);
        free(m);
    }
}

static const collet_layout *layout(void *self)
{
    const linear *m = self;
    return m->as->layout(m->self);
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    const linear *m = self;
    return m->as->init(m->self, rng, theta);
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    const linear *m = self;
    return m->as->loss(m->self, rng, theta, batch, grad, value, touched);
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    const linear *m = self;
    return m->as->predict(m->self, theta, batch, out);
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

/**
 * @file nn/perceptron.h
 * @brief A model that is a stack of dense layers and nothing else: what mlp and linear share. The
 * functions but the first are those of a collet_model.
 */
#ifndef NN_PERCEPTRON_H
#define NN_PERCEPTRON_H

#include "nn/stack.h"

/** The vtable's functions for tables and images, taken as rows of numbers. create fills them with
 *  hidden layers of units[hidden], which start as init says; kind may be NULL without any. */
collet_status nn_perceptron_create(const collet_host *host, const collet_task *task,
                                   uint32_t hidden, const int64_t *units, const nn_hidden *kind,
                                   nn_init init, void **self);
void nn_perceptron_destroy(void *self);
const collet_layout *nn_perceptron_layout(void *self);
collet_status nn_perceptron_init(void *self, const collet_rng *rng, float *theta);
collet_status nn_perceptron_loss(void *self, const collet_rng *rng, const float *theta,
                                 const collet_batch *batch, float *grad, float *loss,
                                 const collet_touched *touched);
collet_status nn_perceptron_predict(void *self, const float *theta, const collet_batch *batch,
                                    float *out);

/** All of a vtable but for create. */
#define NN_PERCEPTRON_VTABLE(create_)                                                              \
    {                                                                                              \
        .struct_size = COLLET_SIZE(collet_model), .create = (create_),                             \
        .destroy = nn_perceptron_destroy, .layout = nn_perceptron_layout,                          \
        .init = nn_perceptron_init, .loss = nn_perceptron_loss, .predict = nn_perceptron_predict,  \
    }

#endif /* NN_PERCEPTRON_H */

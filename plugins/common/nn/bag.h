/**
 * @file nn/bag.h
 * @brief A linear model of texts: outputs are the mean of a row of weights a token, plus a bias. A
 * text is a bag of its tokens, whose order does not matter. The functions but the first are those
 * of a collet_model.
 */
#ifndef NN_BAG_H
#define NN_BAG_H

#include "nn/dense.h"

#include <collet/model.h>

/** The vtable's functions for sequences of tokens; weights start as init says. */
collet_status nn_bag_create(const collet_host *host, const collet_task *task, nn_init init,
                            void **self);
void nn_bag_destroy(void *self);
const collet_layout *nn_bag_layout(void *self);
collet_status nn_bag_init(void *self, const collet_rng *rng, float *theta);
collet_status nn_bag_loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *loss,
                          const collet_touched *touched);
collet_status nn_bag_predict(void *self, const float *theta, const collet_batch *batch, float *out);

/** All of a vtable but for create. */
#define NN_BAG_VTABLE(create_)                                                                     \
    {                                                                                              \
        .struct_size = COLLET_SIZE(collet_model), .create = (create_), .destroy = nn_bag_destroy,  \
        .layout = nn_bag_layout, .init = nn_bag_init, .loss = nn_bag_loss,                         \
        .predict = nn_bag_predict,                                                                 \
    }

#endif /* NN_BAG_H */

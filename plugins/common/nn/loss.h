/**
 * @file nn/loss.h
 * @brief Losses with their gradients, in one pass over the outputs.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <collet/model.h>

/** Mean loss over the batch from its outputs z[rows][n], which become the gradient of that mean.
 *  Classes: cross-entropy of softmax(z) with labels, or with soft labels. Otherwise half the
 *  squared error, mean over rows and outputs. A z that is not finite gives a loss that is not. */
float nn_loss(uint32_t task, const collet_batch *batch, uint32_t n, float *z);

#endif /* NN_LOSS_H */

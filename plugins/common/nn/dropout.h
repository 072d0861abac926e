/**
 * @file nn/dropout.h
 * @brief Inverted dropout: each number is zeroed with probability p, the rest grow by 1 / (1 - p).
 *
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout. JMLR 15 (2014).
 */
#ifndef NN_DROPOUT_H
#define NN_DROPOUT_H

#include <collet/plugin.h>

/** y[n] *= mask[n], a fresh mask of 0 and 1 / (1 - p). bits[(n + 3) / 4] is scratch: 16 random
 *  bits decide about each number, so p is rounded to a multiple of 1 / 65536. */
void nn_dropout_forward(double p, size_t n, const collet_rng *rng, uint64_t *bits, float *mask,
                        float *y);

/** What the numbers that stay are multiplied by: 1 / (1 - p), p rounded as above. */
float nn_dropout_keep(double p);

/** d[n] *= mask[n] */
void nn_dropout_backward(size_t n, const float *mask, float *d);

#endif /* NN_DROPOUT_H */

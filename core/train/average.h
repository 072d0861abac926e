/**
 * @file train/average.h
 * @brief Weight averaging: the exponential moving average of theta over the steps.
 *
 * After step t it is the mean of theta(1) .. theta(t) with the weights d^(t - i): the starting
 * values have no part in it, so that it is of use from the first epoch on.
 *
 * Polyak, Juditsky: Acceleration of stochastic approximation by averaging (1992); the correction of
 * the weights is that of Kingma, Ba: Adam (2015).
 */
#ifndef CLT_TRAIN_AVERAGE_H
#define CLT_TRAIN_AVERAGE_H

#include <stddef.h>
#include <stdint.h>

/** Takes theta[n] of step t, counted from 1, into average[n], which is zero before the first. decay
 *  is d, in (0, 1). */
void clt_average_take(float *average, const float *theta, size_t n, double decay, uint64_t t);

#endif /* CLT_TRAIN_AVERAGE_H */

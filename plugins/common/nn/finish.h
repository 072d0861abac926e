/**
 * @file nn/finish.h
 * @brief What follows the sums of a layer, dense or convolution: batch normalisation, bias,
 * activation and dropout, each where wanted.
 *
 * Rows are those of the batch, or its pixels. Forward and backward are cut in two, because a
 * convolution may pool in between: normalise, (pool,) then bias, activation and dropout.
 */
#ifndef NN_FINISH_H
#define NN_FINISH_H

#include "nn/activation.h"
#include "nn/layout.h"

#include <stdbool.h>

/** One layer's, with its memory. Zero it before nn_finish_plan(). */
typedef struct nn_finish {
    nn_activation f;
    uint32_t n; /**< channels */
    bool norm;
    double dropout;
    uint64_t bias, scale, mean, variance; /**< where they lie in theta */
    float *batch_mean, *batch_variance;   /**< [n], norm */
    float *kept;                          /**< [floats], gelu */
    float *mask;                          /**< [floats], dropout */
    uint64_t *bits;                       /**< random bits of dropout */
} nn_finish;

/** Adds the bias, and with norm scale and running statistics, of n channels to the layout. */
void nn_finish_plan(nn_finish *l, uint32_t n, nn_activation f, bool norm, double dropout,
                    nn_layout *layout, const char *layer, uint32_t number);

/** Allocates for floats numbers that are activated. False when memory ran out. */
bool nn_finish_allocate(nn_finish *l, size_t floats);

/** Frees what that has allocated. */
void nn_finish_free(nn_finish *l);

/** Starting values: scale and running variance 1; all else stays 0. */
void nn_finish_init(const nn_finish *l, float *theta);

/** With norm: the mean and variance by which u[rows][n] is normalised, the batch's own in
 *  training; in prediction the running ones. */
void nn_finish_observe(nn_finish *l, bool training, size_t rows, const float *u,
                       const float *theta);

/** y[rows][n] = normalised u, by what was observed; y is not u. */
void nn_finish_normalise(const nn_finish *l, size_t rows, const float *u, const float *theta,
                         float *y);

/** y[rows][n] = f(y + bias); first of the rows activated is number first. */
void nn_finish_activate(const nn_finish *l, size_t first, size_t rows, const float *theta,
                        float *y);

/** Dropout of the floats of y in training; rng NULL or no dropout: nothing. */
void nn_finish_drop(const nn_finish *l, size_t floats, const collet_rng *rng, float *y);

/** d, the gradient of the dropped y, becomes that of y; and y what it was, as far as f's
 *  derivative needs it. */
void nn_finish_drop_back(const nn_finish *l, size_t floats, float *y, float *d);

/** d[rows][n], gradient of y = f(.), becomes that of its argument; the bias' goes to grad. */
void nn_finish_activate_back(const nn_finish *l, size_t rows, const float *y, float *d,
                             float *grad);

/** d[rows][n], gradient of the normalised u, becomes that of u; the scale's and the new running
 *  statistics go to grad. */
void nn_finish_normalise_back(const nn_finish *l, size_t rows, const float *u, const float *theta,
                              float *d, float *grad);

#endif /* NN_FINISH_H */

/**
 * @file nn/stack.h
 * @brief Dense layers one on the other, and the output: all of a multilayer perceptron, the end of
 * other networks.
 */
#ifndef NN_STACK_H
#define NN_STACK_H

#include "nn/dense.h"
#include "nn/finish.h"

/** Most hidden layers. */
enum { NN_MOST_LAYERS = 8 };

/** One layer. */
typedef struct nn_layer {
    uint32_t in, out;
    uint64_t w; /**< [in][out], where it lies in theta */
    nn_finish finish;
    float *u; /**< [max_rows][out], with norm only: before it */
    float *y; /**< [max_rows][out] */
} nn_layer;

/** All of them. Zero it before nn_stack_plan(). */
typedef struct nn_stack {
    uint32_t count; /**< with the output */
    nn_layer layers[NN_MOST_LAYERS + 1];
    float *d[2]; /**< [max_rows][widest], gradients of two neighbouring layers */
} nn_stack;

/** What the hidden layers have in common. */
typedef struct nn_hidden {
    nn_activation f;
    bool norm;
    double dropout;
} nn_hidden;

/** Hidden layers of units[hidden] on inputs of in numbers, then the outputs; segments "dense1..."
 *  go to the layout. */
void nn_stack_plan(nn_stack *s, uint32_t in, uint32_t hidden, const int64_t *units,
                   const nn_hidden *kind, uint32_t outputs, nn_layout *layout);

/** Allocates for batches of up to max_rows rows. False when memory ran out. */
bool nn_stack_allocate(nn_stack *s, uint32_t max_rows);

/** Frees what that has allocated. */
void nn_stack_free(nn_stack *s);

/** Fills the layers' part of theta, which is zero. */
void nn_stack_init(const nn_stack *s, nn_init init, const collet_rng *rng, float *theta);

/** Outputs [rows][outputs] for x[rows][in], to overwrite and valid until the next call; rng NULL:
 *  for prediction. */
float *nn_stack_forward(nn_stack *s, const collet_rng *rng, uint32_t rows, const float *theta,
                        const float *x);

/** From d, the gradient of the outputs, which is overwritten: the layers' part of grad, and dx
 *  [rows][in] unless NULL. */
void nn_stack_backward(nn_stack *s, uint32_t rows, const float *theta, const float *x, float *d,
                       float *grad, float *dx);

#endif /* NN_STACK_H */

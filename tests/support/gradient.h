/**
 * @file gradient.h
 * @brief A model's gradient against finite differences, segment by segment.
 */
#ifndef TEST_GRADIENT_H
#define TEST_GRADIENT_H

#include "support.h"

#include <collet/model.h>

/** A model at a point, and what to compute on. */
typedef struct test_point {
    const collet_model *model;
    void *self;
    const collet_layout *layout;
    float *theta;
    const collet_batch *batch;
    const char *what; /**< for messages */
} test_point;

/** The loss, with the same random numbers at each call; and its gradient unless grad is NULL. Rows
 * of sparse segments that the model does not name are zero in grad[theta_count], whatever it wrote
 *  there; a row named twice or not rising fails the test. */
double test_loss(const test_point *point, float *grad);

/** Compares the slope of the loss along each segment's own gradient, and along a random direction,
 *  with the gradient. Fails the test where they differ, or where a segment that is no buffer has no
 *  gradient. */
void test_gradient(const test_point *point);

#endif /* TEST_GRADIENT_H */

/**
 * @file model.h
 * @brief A model from a plugin file with parameters and a batch, and what every model must keep.
 */
#ifndef TEST_MODEL_H
#define TEST_MODEL_H

#include "support.h"

#include <collet/model.h>

/** A model at work. */
typedef struct test_model {
    test_unit unit;
    const collet_model *model;
    collet_task task;
    void *self;
    const collet_layout *layout;
    float *theta, *grad;
    float *x, *targets;
    int32_t *labels;
    collet_batch batch;
} test_model;

/** Creates an instance of m->unit, loaded and set, for the task (type, form, sizes; the rest is
 *  filled in) and a batch of rows random rows; soft: with soft labels. */
void test_model_create(test_model *m, collet_task task, uint32_t rows, bool soft);

/** Frees what that has made, but for the unit. */
void test_model_destroy(test_model *m);

/** The loss with the same dropout at each call; grad may be NULL. */
double test_model_loss(test_model *m, float *grad);

/** Segment i. */
const collet_segment *test_model_segment(const test_model *m, uint32_t i);

/** Checks each segment's gradient against finite differences along it, with biases away from 0. */
void test_model_check_gradient(test_model *m, const char *what);

/** Checks that the gradient is the same twice, whatever grad held before. */
void test_model_check_repeatable(test_model *m);

/** Is prediction the same twice, and other than what was trained on: dropout and batch statistics
 *  left out? */
void test_model_check_prediction(test_model *m);

/** Trains by plain gradient descent, buffers copied as the host does; returns the last loss. */
double test_model_train(test_model *m, uint32_t steps, double lr);

#endif /* TEST_MODEL_H */

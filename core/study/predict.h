/**
 * @file study/predict.h
 * @brief A saved model at work: rows of a file in, outputs out.
 */
#ifndef CLT_STUDY_PREDICT_H
#define CLT_STUDY_PREDICT_H

#include "study/plan.h"
#include "train/predictor.h"
#include "train/saved.h"

#include <collet/dataset.h>

/** A model and the rows that it is to predict. Zero it before clt_predict_open(); it must not move
 *  while open. */
typedef struct clt_predict {
    const clt_saved *saved;
    const collet_dataset *dataset;
    clt_host host; /**< the dataset's */
    void *self;
    collet_data data;           /**< input only */
    const float *shift, *scale; /**< of targets, [task.outputs]; or NULL */
    clt_predictor predictor;
    clt_arena arena;
} clt_predict;

/** Opens the rows at path with what the file's dataset learnt, and makes its model; plan is that of
 *  saved->experiment, and both outlive it. CLT_BAD_INPUT where rows, file and plugins do not fit
 *  each other. Close it also after a failure. */
clt_status clt_predict_open(clt_predict *predict, const clt_saved *saved, const clt_plan *plan,
                            const char *path, const clt_host_hooks *hooks, clt_error *err);

/** Predicts all rows, in their order. */
clt_status clt_predict_run(clt_predict *predict,
                           void (*take)(void *ctx, const clt_predicted *predicted), void *ctx,
                           clt_error *err);

/** Turns out[outputs] of a row into what a reader wants: probabilities of the classes, or numbers
 *  in the units of the source. Returns the class of the largest; of equal ones the first. */
uint32_t clt_predict_read(const clt_predict *predict, const float *out, double *values);

/** Closes it. */
void clt_predict_close(clt_predict *predict);

#endif /* CLT_STUDY_PREDICT_H */

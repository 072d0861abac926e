/**
 * @file train/predictor.h
 * @brief A model with a theta that is finished: outputs for rows, batch after batch.
 */
#ifndef CLT_TRAIN_PREDICTOR_H
#define CLT_TRAIN_PREDICTOR_H

#include "base/error.h"
#include "data/batch.h"
#include "plugin/host.h"

#include <collet/model.h>

/** Rows that predict() gets at once: enough for the products to be efficient. */
enum { CLT_PREDICT_ROWS = 256 };

/** Outputs of the rows of a batch. */
typedef struct clt_predicted {
    const collet_batch *batch; /**< with labels or targets, where the data have them */
    const float *out;          /**< [batch->rows][outputs] */
    uint32_t outputs;
} clt_predicted;

/** A live model. Zero it before clt_predictor_open(); it must not move while open. */
typedef struct clt_predictor {
    const collet_model *model;
    clt_host host;
    void *self;
    collet_task task;
    const collet_layout *layout;
    const collet_data *data;
    clt_batch batch;
    float *theta; /**< [layout->theta_count], zeros: the caller fills it */
    float *out;   /**< [CLT_PREDICT_ROWS][outputs] */
} clt_predictor;

/** The task that such data set a model, as far as the data say it; outputs is the number of their
 *  classes, or of their targets. */
collet_task clt_task_of(const collet_data *data, uint32_t max_rows);

/** Makes the model of that id for a task, to predict rows of data, which outlive it. max_rows of
 *  the task is set. CLT_PLUGIN_FAILED with what the model said. Close it also after a failure. */
clt_status clt_predictor_open(clt_predictor *predictor, const collet_model *model, const char *id,
                              const void *config, const collet_task *task, const collet_data *data,
                              clt_error *err);

/** Predicts rows[count] (NULL: the first count rows) and hands each batch to take(). */
clt_status clt_predictor_run(clt_predictor *predictor, const uint32_t *rows, size_t count,
                             void (*take)(void *ctx, const clt_predicted *predicted), void *ctx,
                             clt_error *err);

/** Frees it. */
void clt_predictor_close(clt_predictor *predictor);

#endif /* CLT_TRAIN_PREDICTOR_H */

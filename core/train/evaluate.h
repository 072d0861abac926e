/**
 * @file train/evaluate.h
 * @brief How good is theta on rows that it was not trained on: the metrics of train/metrics.h.
 */
#ifndef CLT_TRAIN_EVALUATE_H
#define CLT_TRAIN_EVALUATE_H

#include "base/error.h"
#include "data/batch.h"
#include "data/split.h"
#include "train/auc.h"
#include "train/metrics.h"

#include <collet/model.h>

/** Rows of a class, among those seen so far. */
typedef struct clt_class_count {
    uint64_t are, said, both; /**< of this class; said to be; both */
} clt_class_count;

/** Sums over the rows seen so far, in double, in the order of rows; and what the metrics need
 *  besides. Zero it before clt_score_init(). */
typedef struct clt_score {
    const clt_metrics *metrics;
    uint32_t outputs;
    bool classes;

    double correct;  /**< rows whose largest score is their class */
    double loss;     /**< cross-entropy, or half the squared error */
    double absolute; /**< absolute error in the source's units, mean over the outputs */
    uint64_t rows;

    clt_class_count *counts; /**< classes: [outputs] */
    double *squares;         /**< numbers: [outputs], squared errors, in the source's units */
    double *spread;          /**< numbers: [outputs], squared distances to the mean; constant */
    double *unit;            /**< numbers: [outputs], what 1 of a target is in the source's units */
    bool keeps;              /**< auc is wanted: the rows are kept */
    double *log_p;           /**< [validation rows][outputs] */
    int32_t *labels;         /**< [validation rows] */
    clt_ranked *ranked;      /**< [validation rows] */
} clt_score;

/** Makes ready for the validation rows of a split. data, split and metrics outlive it. */
clt_status clt_score_init(clt_score *score, const collet_data *data, const clt_split *split,
                          const clt_metrics *metrics, clt_error *err);

/** Frees it. */
void clt_score_finish(clt_score *score);

/** Forgets the rows seen so far. */
void clt_score_begin(clt_score *score);

/** Adds the outputs out[rows][outputs] of a batch. */
void clt_score_add(clt_score *score, const collet_batch *batch, const float *out);

/** The metrics' values over the rows since clt_score_begin(). train_loss is handed through. A
 *  metric that is not defined on these rows is NaN. */
void clt_score_values(clt_score *score, double train_loss, double values[CLT_MOST_METRICS]);

#endif /* CLT_TRAIN_EVALUATE_H */

/**
 * @file train/metrics.h
 * @brief What a model is judged by: which metrics there are, and which of them a study reports.
 *
 * Each is a value of the rows that validate, after an epoch; p is the softmax of a row's scores, y
 * its class or numbers, y^ what the model says (of equal scores the first is the largest).
 *
 * Classes:
 *     accuracy           share of rows with y^ = y
 *     balanced_accuracy  mean over the classes that occur of the share of their rows with y^ = y
 *     macro_f1           mean over the classes that occur, in y or y^, of 2 tp / (2 tp + fp + fn)
 *     loss, log_loss     mean of -log p[y], in nats
 *     auc                two classes: area under the ROC curve, equal scores counting a half; more:
 *                        mean of each class against the rest, over the classes that occur
 * Numbers:
 *     loss               half the mean squared error, as models are trained on: of scaled targets
 *                        where the dataset scales them (collet_data.target_scale)
 *     mse, mae           mean squared, mean absolute error, over rows and outputs; in the units of
 *                        the source, whatever scales the targets
 *     r2                 mean over the outputs of 1 - (squared error / squared distance to the
 *                        mean); of a constant output 1 where it is met, else 0
 * Both:
 *     train_loss         mean of the batches' losses during the epoch, in training mode
 * What a model costs, whatever the data:
 *     parameters         numbers that are trained: of all segments but buffers, such as running
 * means seconds            spent on the training up to this epoch, by the clock, without evaluation
 * and checkpoints; of the whole training where an earlier epoch is the one that counts. What was
 * trained before a checkpoint is in it. predict_seconds    to predict 1,000 rows: the rows that
 * validate are predicted in batches of 256 (or of the training's batch, where that is larger), and
 * only the model's own calls are timed. The quickest of the training's passes so far, since
 *                        whatever disturbs a pass makes it longer. A rate, so that folds of
 * different sizes and other shares of validation compare. The two times are of the machine and what
 * else it does: they do not come out again to the bit.
 *
 * The others agree with scikit-learn's functions of these names (auc: roc_auc_score, one-vs-rest,
 * macro). Those that are had for next to nothing are always reported; log_loss, which is loss by
 * another name, auc, which sorts the rows, and what a model costs only where they are asked for.
 */
#ifndef CLT_TRAIN_METRICS_H
#define CLT_TRAIN_METRICS_H

#include <collet/dataset.h>

#include <stdbool.h>
#include <stdint.h>

/** Most metrics that an epoch reports. */
enum { CLT_MOST_METRICS = 13 };

/** Each metric by its number. */
typedef enum clt_metric_id {
    CLT_METRIC_ACCURACY,
    CLT_METRIC_LOSS,
    CLT_METRIC_TRAIN_LOSS,
    CLT_METRIC_BALANCED_ACCURACY,
    CLT_METRIC_MACRO_F1,
    CLT_METRIC_LOG_LOSS,
    CLT_METRIC_AUC,
    CLT_METRIC_MAE,
    CLT_METRIC_MSE,
    CLT_METRIC_R2,
    CLT_METRIC_PARAMETERS,
    CLT_METRIC_SECONDS,
    CLT_METRIC_PREDICT_SECONDS
} clt_metric_id;

/** Metrics in the order in which an epoch reports them. */
typedef struct clt_metrics {
    const char *names[CLT_MOST_METRICS];
    uint32_t count;
    clt_metric_id ids[CLT_MOST_METRICS];
} clt_metrics;

/** Those that are always reported: of data with classes, or with targets. "accuracy" comes first
 *  for classes, "loss" for numbers. */
clt_metrics clt_metrics_of(const collet_data *data);

/** Name i of all metrics that such data have, or NULL past the end. */
const char *clt_metric_name(const collet_data *data, uint32_t i);

/** Is it a metric of the other task: of numbers where the data have classes, or the reverse? */
bool clt_metric_is_other(const collet_data *data, const char *name);

/** Sees to it that the metric is reported; false where data have none of that name. */
bool clt_metrics_add(clt_metrics *metrics, const collet_data *data, const char *name);

/** Where a metric stands, or -1. */
int clt_metrics_find(const clt_metrics *metrics, const char *name);

/** Does the metric say how well the model does on rows that it is shown? Not so train_loss, and
 * what a model costs. */
bool clt_metric_judges(clt_metric_id id);

/** Is it a metric of what a model costs, of those the times? */
bool clt_metric_is_cost(const char *name);
bool clt_metric_is_time(const char *name);

/** Is a larger value of the metric at index i the better one? */
bool clt_metric_rises(const clt_metrics *metrics, uint32_t i);

#endif /* CLT_TRAIN_METRICS_H */

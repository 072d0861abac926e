/**
 * @file report/folds.h
 * @brief What the folds of a trial came to: their values, means and standard deviations.
 *
 * The store keeps a fold's values in the trial's curve, under "METRIC@FOLD", at the step at which
 * the fold ended; here they are taken out of it again. The standard deviation is that of the
 * sample, with n - 1 (scikit-learn's cv_results_ divides by n).
 */
#ifndef CLT_REPORT_FOLDS_H
#define CLT_REPORT_FOLDS_H

#include "base/arena.h"
#include "base/json.h"
#include "study/store.h"

#include <stdbool.h>

/** The folds of a trial that have ended; all from an arena. */
typedef struct clt_folds {
    size_t count, metric_count;
    const char *const *metrics; /**< [metric_count], as the curve names them */
    const double *values;       /**< [count][metric_count] */
    const uint64_t *epochs;     /**< [count], trained */
} clt_folds;

/** Is the point a fold's value? Then *fold is its number, from 1, and *length that of the metric's
 *  name. */
bool clt_fold_point(const clt_point *point, size_t *fold, size_t *length);

/** The folds of a trial with its curve; count is 0 where it has none, or where memory ran out. */
clt_folds clt_folds_of(const clt_trial_row *trial, clt_arena *arena);

/** Mean and standard deviation of a metric over the folds; sd is NaN for a single one. */
double clt_folds_mean(const clt_folds *folds, size_t metric);
double clt_folds_sd(const clt_folds *folds, size_t metric);

/** Appends a table: a line a fold (or whatever it is called), then mean and sd. */
void clt_folds_table(const clt_folds *folds, const char *name, clt_str *out);

/** Adds "folds", an array of objects, and the objects "mean" and "sd", to the object that is open.
 */
void clt_folds_json(const clt_folds *folds, clt_json *json);

/** Appends the fields of a line of CSV, each after a comma: mean and sd of each metric, then the
 *  values of each fold; where `head` has more of them than the trial's folds, they are empty. */
void clt_folds_csv(const clt_folds *folds, const clt_folds *head, clt_str *out);

/** Appends their names: "loss_mean,loss_sd, ... loss@1, ...". */
void clt_folds_csv_head(const clt_folds *head, clt_str *out);

#endif /* CLT_REPORT_FOLDS_H */

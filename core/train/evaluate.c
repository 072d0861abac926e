#include "train/evaluate.h"

#include <math.h>
#include <stdlib.h>

void clt_score_finish(clt_score *score)
{
    free(score->counts);
    free(score->squares);
    free(score->spread);
    free(score->unit);
    free(score->log_p);
    free(score->labels);
    free(score->ranked);
    *score = (clt_score){0};
}

/* Units, and squared distances of the rows' targets to their mean. */
static void measure(clt_score *s, const collet_data *data, const clt_split *split)
{
    size_t n = data->target_count;
    const float *scale =
        COLLET_HAS(data, target_scale) && data->target_scale != NULL ? data->target_scale : NULL;
    for (size_t k = 0; k < n; k++) {
        s->unit[k] = scale != NULL ? fabs((double)scale[k]) : 1;
        double sum = 0, squares = 0;
        for (size_t i = 0; i < split->validation_count; i++) {
            sum += (double)data->targets[split->validation[i] * n + k];
        }
        double mean = sum / (double)split->validation_count;
        for (size_t i = 0; i < split->validation_count; i++) {
            double d = (double)data->targets[split->validation[i] * n + k] - mean;
            squares += d * d;
        }
        s->spread[k] = squares * s->unit[k] * s->unit[k];
    }
}

static clt_status allocate(clt_score *s, size_t rows, clt_error *err)
{
    size_t n = s->outputs;
    s->counts = s->classes ? calloc(n, sizeof *s->counts) : NULL;
    s->squares = s->classes ? NULL : calloc(n, sizeof *s->squares);
    s->spread = s->classes ? NULL : calloc(n, sizeof *s->spread);
    s->unit = s->classes ? NULL : calloc(n, sizeof *s->unit);
    bool ok =
        s->classes ? s->counts != NULL : s->squares != NULL && s->spread != NULL && s->unit != NULL;
    if (s->keeps) {
        s->log_p = calloc(rows * n, sizeof *s->log_p);
        s->labels = calloc(rows, sizeof *s->labels);
        s->ranked = calloc(rows, sizeof *s->ranked);
        ok = ok && s->log_p != NULL && s->labels != NULL && s->ranked != NULL;
    }
    return ok ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_score_init(clt_score *score, const collet_data *data, const clt_split *split,
                          const clt_metrics *metrics, clt_error *err)
{
    *score = (clt_score){.metrics = metrics,
                         .classes = data->classes > 0,
                         .outputs = data->classes > 0 ? data->classes : data->target_count,
                         .keeps = clt_metrics_find(metrics, "auc") >= 0};
    if (allocate(score, split->validation_count, err) != CLT_OK) {
        clt_score_finish(score);
        return err->status;
    }
    if (!score->classes) {
        measure(score, data, split);
    }
    return CLT_OK;
}

void clt_score_begin(clt_score *score)
{
    score->correct = score->loss = score->absolute = 0;
    score->rows = 0;
    for (uint32_t k = 0; k < score->outputs; k++) {
        if (score->classes) {
            score->counts[k] = (clt_class_count){0};
        } else {
            score->squares[k] = 0;
        }
    }
}

/* Cross-entropy of one row of scores[classes], and whether its largest is the label. Of equal
 * scores the first counts as the largest. */
static void add_class(clt_score *s, const float *scores, int32_t label)
{
    uint32_t best = 0, classes = s->outputs;
    double sum = 0;
    for (uint32_t k = 1; k < classes; k++) {
        best = scores[k] > scores[best] ? k : best;
    }
    for (uint32_t k = 0; k < classes; k++) {
        sum += exp((double)scores[k] - (double)scores[best]);
    }
    s->correct += best == (uint32_t)label ? 1 : 0;
    s->loss += log(sum) - ((double)scores[label] - (double)scores[best]);
    s->counts[label].are++;
    s->counts[best].said++;
    s->counts[label].both += best == (uint32_t)label;
    if (s->keeps) {
        double *log_p = s->log_p + s->rows * classes;
        for (uint32_t k = 0; k < classes; k++) {
            log_p[k] = (double)scores[k] - (double)scores[best] - log(sum);
        }
        s->labels[s->rows] = label;
    }
}

static void add_numbers(clt_score *s, const float *out, const float *targets)
{
    double squares = 0, absolute = 0;
    for (uint32_t k = 0; k < s->outputs; k++) {
        double error = (double)out[k] - (double)targets[k], told = error * s->unit[k];
        squares += error * error;
        absolute += fabs(told);
        s->squares[k] += told * told;
    }
    s->loss += 0.5 * squares / s->outputs;
    s->absolute += absolute / s->outputs;
}

void clt_score_add(clt_score *score, const collet_batch *batch, const float *out)
{
    uint32_t outputs = score->outputs;
    for (uint32_t i = 0; i < batch->rows; i++) {
        const float *row = out + (size_t)i * outputs;
        if (score->classes) {
            add_class(score, row, batch->labels[i]);
        } else {
            add_numbers(score, row, batch->targets + (size_t)i * outputs);
        }
        score->rows++;
    }
}

/* Mean of the rates at which the rows of a class are found. */
static double balanced_accuracy(const clt_score *s)
{
    double sum = 0, classes = 0;
    for (uint32_t k = 0; k < s->outputs; k++) {
        if (s->counts[k].are > 0) {
            sum += (double)s->counts[k].both / (double)s->counts[k].are;
            classes++;
        }
    }
    return sum / classes;
}

static double macro_f1(const clt_score *s)
{
    double sum = 0, classes = 0;
    for (uint32_t k = 0; k < s->outputs; k++) {
        double wrong_or_right = (double)(s->counts[k].are + s->counts[k].said);
        if (wrong_or_right > 0) { /* are + said = 2 tp + fp + fn */
            sum += 2 * (double)s->counts[k].both / wrong_or_right;
            classes++;
        }
    }
    return sum / classes;
}

/* Class k against the rest. With two classes the difference of both orders the rows as p does, and
 * still tells rows apart whose p are both 1. */
static double auc_of(const clt_score *s, uint32_t k)
{
    for (uint64_t i = 0; i < s->rows; i++) {
        const double *log_p = s->log_p + i * s->outputs;
        s->ranked[i].score = s->outputs == 2 ? log_p[k] - log_p[1 - k] : log_p[k];
        s->ranked[i].positive = s->labels[i] == (int32_t)k;
    }
    return clt_auc(s->ranked, s->rows);
}

static double auc(const clt_score *s)
{
    double sum = 0, classes = 0;
    if (s->outputs == 2) {
        return auc_of(s, 1);
    }
    for (uint32_t k = 0; k < s->outputs; k++) {
        double area = auc_of(s, k);
        if (!isnan(area)) {
            sum += area;
            classes++;
        }
    }
    return sum / classes;
}

static double mse(const clt_score *s)
{
    double sum = 0;
    for (uint32_t k = 0; k < s->outputs; k++) {
        sum += s->squares[k];
    }
    return sum / s->outputs / (double)s->rows;
}

static double r2(const clt_score *s)
{
    double sum = 0;
    for (uint32_t k = 0; k < s->outputs; k++) {
        if (s->spread[k] > 0) {
            sum += 1 - s->squares[k] / s->spread[k];
        } else {
            sum += s->squares[k] > 0 ? 0 : 1;
        }
    }
    return sum / s->outputs;
}

static double value_of(const clt_score *s, clt_metric_id id, double train_loss)
{
    double n = (double)s->rows;
    switch (id) {
    case CLT_METRIC_ACCURACY:
        return s->correct / n;
    case CLT_METRIC_LOSS:
    case CLT_METRIC_LOG_LOSS:
        return s->loss / n;
    case CLT_METRIC_TRAIN_LOSS:
        return train_loss;
    case CLT_METRIC_BALANCED_ACCURACY:
        return balanced_accuracy(s);
    case CLT_METRIC_MACRO_F1:
        return macro_f1(s);
    case CLT_METRIC_AUC:
        return auc(s);
    case CLT_METRIC_MAE:
        return s->absolute / n;
    case CLT_METRIC_MSE:
        return mse(s);
    case CLT_METRIC_R2:
        return r2(s);
    case CLT_METRIC_PARAMETERS:
    case CLT_METRIC_SECONDS:
    case CLT_METRIC_PREDICT_SECONDS:
        break; /* whoever trains knows */
    }
    return (double)NAN;
}

void clt_score_values(clt_score *score, double train_loss, double values[CLT_MOST_METRICS])
{
    for (uint32_t i = 0; i < score->metrics->count; i++) {
        values[i] = value_of(score, score->metrics->ids[i], train_loss);
    }
}

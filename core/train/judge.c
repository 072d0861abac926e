#include "base/clock.h"
#include "train/trainer.h"

#include <math.h>
#include <string.h>

/* What is judged. */
static const float *judged(const clt_trainer *t)
{
    return t->average != NULL ? t->average : t->theta;
}

static clt_status evaluate(clt_trainer *t)
{
    const clt_split *split = t->s->split;
    clt_score_begin(&t->score);
    t->predicting = 0;
    for (size_t from = 0; from < split->validation_count; from += t->max_rows) {
        size_t left = split->validation_count - from;
        uint32_t rows = left < t->max_rows ? (uint32_t)left : t->max_rows;
        const collet_batch *batch = clt_batch_gather(&t->batch, split->validation + from, rows);
        collet_batch hidden = *batch; /* what is to be found out is not shown */
        hidden.labels = NULL;
        hidden.targets = NULL;
        double start = clt_clock();
        collet_status code = t->s->model->predict(t->model, judged(t), &hidden, t->out);
        t->predicting += clt_clock() - start;
        if (code < 0) {
            return clt_host_fail(t->s->model_host, code, "predict", t->err);
        }
        clt_score_add(&t->score, batch, t->out);
    }
    return CLT_OK;
}

/* Numbers of theta that the optimizer may move. */
static double count_parameters(const clt_trainer *t)
{
    double count = 0;
    for (uint32_t i = 0; i < t->layout->segment_count; i++) {
        const collet_segment *segment = clt_segment_at(t->layout, i);
        bool trained = (segment->flags & COLLET_SEGMENT_BUFFER) == 0;
        count += trained ? (double)segment->rows * (double)segment->columns : 0;
    }
    return count;
}

/* Seconds for 1,000 rows in the quickest pass of this training. */
static double predict_seconds(const clt_trainer *t, uint32_t metric)
{
    double now = 1000 * t->predicting / (double)t->s->split->validation_count;
    size_t epochs = t->curve.count;
    double before = epochs > 0 ? t->curve.items[epochs - 1].values[metric] : now;
    return before < now ? before : now;
}

static void add_costs(const clt_trainer *t, double values[CLT_MOST_METRICS])
{
    for (uint32_t i = 0; i < t->metrics.count; i++) {
        switch (t->metrics.ids[i]) {
        case CLT_METRIC_PARAMETERS:
            values[i] = count_parameters(t);
            break;
        case CLT_METRIC_SECONDS:
            values[i] = t->result->seconds;
            break;
        case CLT_METRIC_PREDICT_SECONDS:
            values[i] = predict_seconds(t, i);
            break;
        default:
            break;
        }
    }
}

static void wait_for_better(clt_trainer *t, uint64_t epoch, double value)
{
    const clt_stopping *stopping = &t->s->stopping;
    bool better = clt_stopping_take(stopping, &t->waiting, epoch, value);
    if (better && t->best != NULL) {
        memcpy(t->best, judged(t), t->layout->theta_count * sizeof *t->best);
    }
    t->enough = clt_stopping_over(stopping, &t->waiting, epoch);
}

clt_status clt_trainer_end_epoch(clt_trainer *t, uint64_t epoch)
{
    const clt_train_setup *s = t->s;
    if (evaluate(t) != CLT_OK) {
        return t->err->status;
    }
    if (!isfinite(t->score.loss)) {
        return clt_trainer_diverged(t, "the validation loss", epoch);
    }
    clt_epoch_values point = {{0}};
    clt_score_values(&t->score, t->epoch_loss / (double)s->split->train_count, point.values);
    add_costs(t, point.values);
    memcpy(t->result->values, point.values, sizeof point.values);
    t->result->epochs = epoch;
    if (!CLT_PUSH(&t->curve, point)) {
        return clt_fail_memory(t->err);
    }
    wait_for_better(t, epoch, point.values[s->stopping.metric]);
    if (s->on_epoch != NULL && !s->on_epoch(s->ctx, epoch, &t->metrics, point.values) &&
        epoch < s->epochs) {
        t->result->outcome = CLT_TRAIN_STOPPED;
    }
    if (!clt_trainer_is_over(t) && !t->enough && epoch < s->epochs) {
        t->result->outcome = epoch == s->until ? CLT_TRAIN_PAUSED : CLT_TRAIN_COMPLETE;
        clt_checkpoint_save(t);
    }
    return CLT_OK;
}

void clt_trainer_conclude(clt_trainer *t)
{
    clt_train_result *r = t->result;
    const float *theta = judged(t);
    r->counts = r->epochs;
    if (t->best != NULL && t->waiting.best_epoch > 0) {
        r->counts = t->waiting.best_epoch;
        theta = t->best;
    }
    if (r->counts > 0) {
        memcpy(r->values, t->curve.items[r->counts - 1].values, sizeof r->values);
    }
    for (uint32_t i = 0; i < t->metrics.count && r->counts > 0; i++) {
        if (clt_metric_is_time(t->metrics.names[i])) { /* epochs after the best were paid for too */
            r->values[i] = t->curve.items[t->curve.count - 1].values[i];
        }
    }
    if (t->s->fitted != NULL) {
        t->s->fitted(t->s->ctx, t->layout, theta);
    }
}

void clt_trainer_tell_again(const clt_trainer *t)
{
    const clt_train_setup *s = t->s;
    /* Where checkpoints are only for pauses, that is what was meant to happen. */
    int32_t level = s->sparse ? COLLET_LOG_DEBUG : COLLET_LOG_INFO;
    clt_host_say(s->model_host, level, "goes on after epoch %llu, from a checkpoint",
                 (unsigned long long)t->result->epochs);
    for (size_t i = 0; i < t->curve.count && s->on_epoch != NULL; i++) {
        (void)s->on_epoch(s->ctx, i + 1, &t->metrics, t->curve.items[i].values);
    }
}

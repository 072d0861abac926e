#include "train/train.h"

#include "base/clock.h"
#include "plugin/arithmetic.h"
#include "train/average.h"
#include "train/predictor.h"
#include "train/trainer.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef clt_trainer trainer;

static clt_status model_failed(trainer *t, collet_status code, const char *call)
{
    return clt_host_fail(t->s->model_host, code, call, t->err);
}

static clt_status optimizer_failed(trainer *t, collet_status code, const char *call)
{
    return clt_host_fail(t->s->optimizer_host, code, call, t->err);
}

static clt_status make_model(trainer *t)
{
    const clt_train_setup *s = t->s;
    t->task = clt_task_of(s->data, t->max_rows);
    collet_status code =
        s->model->create(clt_host_table(s->model_host), s->model_config, &t->task, &t->model);
    if (code < 0) {
        t->model = NULL;
        return model_failed(t, code, "create");
    }
    t->layout = s->model->layout(t->model);
    if (clt_layout_check(t->layout, t->err) != CLT_OK) {
        return clt_prefix(t->err, "model \"%s\"", s->model_id);
    }
    return clt_spans_init(&t->spans, t->layout, t->err);
}

static clt_status make_optimizer(trainer *t)
{
    const clt_train_setup *s = t->s;
    collet_status code = s->optimizer->create(clt_host_table(s->optimizer_host),
                                              s->optimizer_config, t->layout, &t->optimizer);
    if (code < 0) {
        t->optimizer = NULL;
        return optimizer_failed(t, code, "create");
    }
    return CLT_OK;
}

static clt_status make_buffers(trainer *t)
{
    const clt_split *split = t->s->split;
    t->theta = collet_zeros(t->layout->theta_count);
    t->grad = collet_zeros(t->layout->theta_count);
    t->out = collet_zeros((size_t)t->max_rows * t->outputs);
    t->order = malloc(split->train_count * sizeof *t->order);
    bool averages = t->s->ema > 0, restores = t->s->stopping.restore;
    t->average = averages ? collet_zeros(t->layout->theta_count) : NULL;
    t->best = restores ? collet_zeros(t->layout->theta_count) : NULL;
    if (t->theta == NULL || t->grad == NULL || t->out == NULL || t->order == NULL ||
        (averages && t->average == NULL) || (restores && t->best == NULL)) {
        return clt_fail_memory(t->err);
    }
    if (clt_batch_init(&t->batch, t->s->data, t->max_rows, t->err) != CLT_OK) {
        return t->err->status;
    }
    if (clt_feed_init(&t->feed, &t->batch, split, &t->s->feeding, t->s->seed, t->err) != CLT_OK) {
        return t->err->status;
    }
    return clt_score_init(&t->score, t->s->data, split, &t->metrics, t->err);
}

/* Everything as it is before the first epoch, but for the instances. */
static clt_status init_state(trainer *t)
{
    clt_rng rng;
    const clt_split *split = t->s->split;
    for (size_t i = 0; i < split->train_count; i++) {
        t->order[i] = split->train[i];
    }
    t->step = 0;
    t->curve.count = 0;
    t->waiting = (clt_waiting){0};
    t->enough = false;
    if (t->average != NULL) {
        memset(t->average, 0, t->layout->theta_count * sizeof *t->average);
    }
    clt_rng_init(&t->shuffle, t->s->seed, "shuffle", 0);
    clt_rng_init(&t->dropout, t->s->seed, "model.loss", 0);
    clt_rng_init(&rng, t->s->seed, "model.init", 0);
    collet_rng view = clt_rng_view(&rng);
    collet_status code = t->s->model->init(t->model, &view, t->theta);
    return code < 0 ? model_failed(t, code, "init") : CLT_OK;
}

/* Fisher and Yates, from the order of the epoch before. */
static void shuffle(trainer *t)
{
    for (size_t i = t->s->split->train_count; i > 1; i--) {
        size_t j = clt_rng_below(&t->shuffle, i);
        uint32_t row = t->order[i - 1];
        t->order[i - 1] = t->order[j];
        t->order[j] = row;
    }
}

/* The learning rate of the step to come. */
static double rate(const trainer *t)
{
    const clt_train_setup *s = t->s;
    uint64_t steps = (s->split->train_count + s->batch - 1) / s->batch;
    return s->lr * clt_schedule_factor(&s->schedule, s->epochs, steps, t->step);
}

clt_status clt_trainer_diverged(trainer *t, const char *what, uint64_t epoch)
{
    t->result->outcome = CLT_TRAIN_DIVERGED;
    clt_fail(t->err, CLT_OK, "%s is not finite in epoch %llu, step %llu", what,
             (unsigned long long)epoch, (unsigned long long)t->step);
    return CLT_OK;
}

static clt_status move_theta(trainer *t, uint64_t epoch)
{
    const collet_span *spans;
    uint32_t count;
    if (clt_spans_take(&t->spans, &spans, &count, t->err) != CLT_OK) {
        return clt_prefix(t->err, "model \"%s\"", t->s->model_id);
    }
    if (!clt_gradient_shape(&t->s->shaping, spans, count, t->theta, t->grad)) {
        return clt_trainer_diverged(t, "the gradient", epoch);
    }
    double lr = rate(t);
    collet_update update = {.struct_size = COLLET_SIZE(collet_update),
                            .span_count = count,
                            .span_size = COLLET_SIZE(collet_span),
                            .step = ++t->step,
                            .lr = lr,
                            .spans = spans,
                            .theta = t->theta,
                            .grad = t->grad};
    collet_status code = t->s->optimizer->step(t->optimizer, &update);
    clt_spans_copy_buffers(&t->spans, t->grad, t->theta);
    if (t->average != NULL) {
        clt_average_take(t->average, t->theta, t->layout->theta_count, t->s->ema, t->step);
    }
    return code < 0 ? optimizer_failed(t, code, "step") : CLT_OK;
}

/* One mini-batch: rows of the order from `from`. */
static clt_status train_batch(trainer *t, size_t from, uint32_t rows, uint64_t epoch)
{
    const clt_train_setup *s = t->s;
    const collet_batch *batch = clt_feed_gather(&t->feed, t->order + from, rows, epoch);
    collet_rng rng = clt_rng_view(&t->dropout);
    float loss = 0;
    clt_spans_clear(&t->spans);
    collet_status code =
        s->model->loss(t->model, &rng, t->theta, batch, t->grad, &loss, &t->spans.touched);
    if (code == COLLET_E_NUMERIC || (code >= 0 && !isfinite(loss))) {
        return clt_trainer_diverged(t, "the loss", epoch);
    }
    if (code < 0) {
        return model_failed(t, code, "loss");
    }
    t->epoch_loss += (double)loss * rows;
    t->result->samples += rows;
    return move_theta(t, epoch);
}

bool clt_trainer_is_over(const trainer *t)
{
    return t->result->outcome != CLT_TRAIN_COMPLETE;
}

static clt_status train_epoch(trainer *t, uint64_t epoch)
{
    const clt_train_setup *s = t->s;
    size_t count = s->split->train_count;
    double start = clt_clock();
    clt_status status = CLT_OK;
    t->epoch_loss = 0;
    shuffle(t);
    for (size_t from = 0; from < count && status == CLT_OK && !clt_trainer_is_over(t);
         from += s->batch) {
        if (s->cancelled != NULL && s->cancelled(s->ctx)) {
            t->result->outcome = CLT_TRAIN_CANCELLED;
            break;
        }
        size_t left = count - from;
        status = train_batch(t, from, left < s->batch ? (uint32_t)left : s->batch, epoch);
    }
    t->result->seconds += clt_clock() - start;
    return status;
}

/* Finds the newest checkpoint that loads; where one does not, its traces are removed. */
static clt_status restore(trainer *t, bool *found)
{
    uint64_t below = t->s->until > 0 ? t->s->until + 1 : UINT64_MAX;
    bool broken = true;
    *found = false;
    while (!*found && broken) {
        *found = clt_checkpoint_load(t, below, &broken, &below);
        if (broken) {
            t->s->optimizer->destroy(t->optimizer);
            t->optimizer = NULL;
            if (make_optimizer(t) != CLT_OK || init_state(t) != CLT_OK) {
                return t->err->status;
            }
        }
    }
    return CLT_OK;
}

/* Takes up where a checkpoint stands, and tells the epochs before it again. */
static clt_status go_on(trainer *t)
{
    bool found;
    if (restore(t, &found) == CLT_OK && found) {
        clt_trainer_tell_again(t);
        bool there = t->result->epochs == t->s->until && t->s->until < t->s->epochs;
        t->result->outcome = there ? CLT_TRAIN_PAUSED : CLT_TRAIN_COMPLETE;
    }
    return t->err->status;
}

static clt_status run(trainer *t)
{
    clt_status status = CLT_OK;
    for (uint64_t epoch = t->result->epochs + 1;
         epoch <= t->s->epochs && status == CLT_OK && !clt_trainer_is_over(t) && !t->enough;
         epoch++) {
        status = train_epoch(t, epoch);
        if (status == CLT_OK && !clt_trainer_is_over(t)) {
            status = clt_trainer_end_epoch(t, epoch);
        }
    }
    return status;
}

static void finish(trainer *t)
{
    if (t->optimizer != NULL) {
        t->s->optimizer->destroy(t->optimizer);
    }
    if (t->model != NULL) {
        t->s->model->destroy(t->model);
    }
    clt_feed_finish(&t->feed);
    clt_batch_finish(&t->batch);
    clt_score_finish(&t->score);
    clt_spans_finish(&t->spans);
    free(t->theta);
    free(t->grad);
    free(t->average);
    free(t->best);
    free(t->out);
    free(t->order);
    CLT_VEC_FINISH(&t->curve);
}

static clt_status train(const clt_train_setup *setup, clt_train_result *result, clt_error *err)
{
    const collet_data *data = setup->data;
    trainer t = {.s = setup, .err = err, .result = result};
    *result = (clt_train_result){.outcome = CLT_TRAIN_COMPLETE};
    t.metrics = setup->metrics != NULL ? *setup->metrics : clt_metrics_of(data);
    t.outputs = data->classes > 0 ? data->classes : data->target_count;
    /* A batch of more rows than there are is all of them: room for more would be filled by nothing.
     */
    size_t batch =
        setup->batch < setup->split->train_count ? setup->batch : setup->split->train_count;
    t.max_rows = batch > CLT_PREDICT_ROWS ? (uint32_t)batch : CLT_PREDICT_ROWS;
    clt_status status = make_model(&t);
    status = status == CLT_OK ? make_optimizer(&t) : status;
    status = status == CLT_OK ? make_buffers(&t) : status;
    status = status == CLT_OK ? init_state(&t) : status;
    status = status == CLT_OK ? go_on(&t) : status;
    status = status == CLT_OK ? run(&t) : status;
    if (status == CLT_OK && result->outcome != CLT_TRAIN_PAUSED) {
        clt_trainer_conclude(&t);
    }
    finish(&t);
    return status;
}

clt_status clt_train(const clt_train_setup *setup, clt_train_result *result, clt_error *err)
{
    unsigned long before = clt_denormals_flush();
    clt_status status = train(setup, result, err);
    clt_denormals_restore(before);
    return status;
}

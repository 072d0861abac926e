#include "study/attempt.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/vec.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

/* What the callbacks of one training need. */
typedef struct attempt {
    const clt_plan *plan;
    const clt_watcher *watcher;
    clt_trial_row *trial;
    uint64_t epochs;
    CLT_VEC(clt_point) curve;
    bool no_memory;
} attempt;

clt_status clt_attempt_seed(const clt_plan *plan, uint64_t number, uint64_t *seed, clt_error *err)
{
    clt_arena arena = {0};
    void *config;
    const clt_component *training = clt_plan_component(plan, "training", NULL);
    clt_status status = clt_plan_configure(plan, training, NULL, &arena, &config, err);
    if (status == CLT_OK) {
        int64_t fixed = ((const clt_training_options *)config)->seed;
        uint64_t hash = clt_hash_text(CLT_HASH_START, "training");
        hash = clt_hash_u64(clt_hash_u64(hash, (uint64_t)plan->study.seed), number);
        *seed = fixed >= 0 ? (uint64_t)fixed : hash >> 11;
    }
    clt_arena_finish(&arena);
    return status;
}

static int goal_index(const clt_goal *goal, const clt_metrics *metrics)
{
    for (uint32_t i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->names[i], goal->metric) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool on_epoch(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values)
{
    attempt *a = ctx;
    for (uint32_t i = 0; i < metrics->count; i++) {
        clt_point point = {epoch, metrics->names[i], values[i]};
        a->no_memory = !CLT_PUSH(&a->curve, point) || a->no_memory;
    }
    int goal = goal_index(&a->plan->goals[0], metrics);
    if (a->watcher->epoch_done != NULL) {
        a->watcher->epoch_done(a->watcher->ctx, a->trial, epoch, a->epochs,
                               goal >= 0 ? values[goal] : (double)NAN);
    }
    return !a->no_memory;
}

static bool cancelled(void *ctx)
{
    const attempt *a = ctx;
    return a->watcher->stop != NULL && a->watcher->stop(a->watcher->ctx) == CLT_STOP_NOW;
}

/* The value of the optimizer's option "lr", which the host schedules. */
static clt_status base_rate(const clt_component *optimizer, const void *config, double *lr,
                            clt_error *err)
{
    uint32_t element;
    const collet_option *option = clt_option_find(optimizer->options, "lr", &element, err);
    if (option == NULL || option->type != COLLET_REAL) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "optimizer \"%s\" has no option \"lr\" of type real", optimizer->id);
    }
    memcpy(lr, (const char *)config + option->offset, sizeof *lr);
    return CLT_OK;
}

/* Everything of the setup that depends on x. */
static clt_status prepare(const clt_plan *plan, const double *x, clt_arena *arena,
                          clt_train_setup *s, clt_error *err)
{
    const clt_component *model = clt_plan_component(plan, "model", x);
    const clt_component *optimizer = clt_plan_component(plan, "optimizer", x);
    const clt_component *training = clt_plan_component(plan, "training", x);
    void *model_config, *optimizer_config, *training_config;
    if (clt_plan_configure(plan, model, x, arena, &model_config, err) != CLT_OK ||
        clt_plan_configure(plan, optimizer, x, arena, &optimizer_config, err) != CLT_OK ||
        clt_plan_configure(plan, training, x, arena, &training_config, err) != CLT_OK) {
        return err->status;
    }
    const clt_training_options *t = training_config;
    s->model = model->unit->vtable;
    s->model_config = model_config;
    s->model_id = model->id;
    s->optimizer = optimizer->unit->vtable;
    s->optimizer_config = optimizer_config;
    s->optimizer_id = optimizer->id;
    s->epochs = (uint32_t)t->epochs;
    s->batch = (uint32_t)t->batch;
    return base_rate(optimizer, optimizer_config, &s->lr, err);
}

/* Copies what the training left into the trial. */
static clt_status record(attempt *a, const clt_train_result *result, const clt_metrics *metrics,
                         clt_arena *arena, clt_error *err)
{
    const clt_plan *plan = a->plan;
    clt_trial_row *trial = a->trial;
    clt_point *curve = clt_arena_array(arena, a->curve.count + 1, sizeof *curve);
    double *values = clt_arena_array(arena, plan->goal_count, sizeof *values);
    if (curve == NULL || values == NULL || a->no_memory) {
        return clt_fail_memory(err);
    }
    if (a->curve.count > 0) {
        memcpy(curve, a->curve.items, a->curve.count * sizeof *curve);
    }
    trial->curve = curve;
    trial->curve_count = a->curve.count;
    trial->last_step = result->epochs;
    if (result->outcome == CLT_TRAIN_DIVERGED) {
        trial->state = CLT_TRIAL_FAILED;
        trial->why = clt_arena_copy(arena, err->text);
        return trial->why != NULL ? CLT_OK : clt_fail_memory(err);
    }
    for (size_t i = 0; i < plan->goal_count; i++) {
        values[i] = result->values[goal_index(&plan->goals[i], metrics)];
    }
    trial->state = CLT_TRIAL_COMPLETE;
    trial->values = values;
    trial->value_count = plan->goal_count;
    return CLT_OK;
}

static clt_status fail_trial(clt_trial_row *trial, clt_arena *arena, clt_error *err)
{
    trial->state = CLT_TRIAL_FAILED;
    trial->why = clt_arena_copy(arena, err->text);
    if (trial->why == NULL) {
        return clt_fail_memory(err);
    }
    *err = (clt_error){0};
    return CLT_OK;
}

static clt_status train(attempt *a, clt_train_setup *s, const double *x, clt_arena *arena,
                        clt_error *err)
{
    clt_train_result result;
    clt_status status = prepare(a->plan, x, arena, s, err);
    if (status != CLT_OK) {
        return status;
    }
    clt_host model_host, optimizer_host;
    clt_host_hooks hooks = {
        .ctx = a->watcher->ctx, .log = a->watcher->log, .cancelled = NULL, .report = NULL};
    clt_host_init(&model_host, "model", s->model_id, &hooks);
    clt_host_init(&optimizer_host, "optimizer", s->optimizer_id, &hooks);
    s->model_host = &model_host;
    s->optimizer_host = &optimizer_host;
    a->epochs = s->epochs;
    if (a->watcher->trial_begun != NULL) {
        a->watcher->trial_begun(a->watcher->ctx, a->trial, s->epochs);
    }
    status = clt_train(s, &result, err);
    if (status == CLT_PLUGIN_FAILED) {
        return fail_trial(a->trial, arena, err);
    }
    if (status == CLT_OK && result.outcome == CLT_TRAIN_CANCELLED) {
        return clt_fail(err, CLT_INTERRUPTED, "stopped");
    }
    return status == CLT_OK ? record(a, &result, clt_metrics_of(s->data), arena, err) : status;
}

clt_status clt_attempt_run(const clt_plan *plan, const clt_source *source, const double *x,
                           const clt_watcher *watcher, clt_arena *arena, clt_trial_row *trial,
                           clt_error *err)
{
    attempt a = {.plan = plan, .watcher = watcher, .trial = trial};
    clt_train_setup setup = {.data = source->data,
                             .split = &source->split,
                             .on_epoch = on_epoch,
                             .cancelled = cancelled,
                             .ctx = &a};
    double start = clt_clock();
    clt_status status = clt_attempt_seed(plan, trial->number, &setup.seed, err);
    status = status == CLT_OK ? train(&a, &setup, x, arena, err) : status;
    trial->seconds = clt_clock() - start;
    CLT_VEC_FINISH(&a.curve);
    return status;
}

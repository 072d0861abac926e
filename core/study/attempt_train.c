#include "study/attempt_impl.h"

#include "study/fitting.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the callbacks of one training need. */
typedef struct attempt {
    const clt_plan *plan;
    clt_source *source;
    const clt_attempt_listener *listener;
    uint32_t fold;           /* from 1; 0: there are none */
    uint64_t before, epochs; /* of the folds before this one; of all */
    clt_host model_host, optimizer_host;
    clt_arena arena;
    clt_error err;
} attempt;

static bool on_epoch(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values)
{
    const attempt *a = ctx;
    a->listener->epoch(a->listener->ctx, a->before + epoch, a->epochs, values, metrics->count,
                       UINT64_MAX);
    return true;
}

static bool alive(void *ctx)
{
    const attempt *a = ctx;
    a->listener->alive(a->listener->ctx);
    return false;
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

static clt_schedule schedule_of(const clt_training_options *t)
{
    return (clt_schedule){.curve = (clt_curve)t->schedule,
                          .per_epoch = t->per != 0,
                          .warmup = t->warmup,
                          .warmup_share = t->warmup_share,
                          .floor = t->lr_floor,
                          .decay = t->lr_decay,
                          .step_every = t->step_every,
                          .step_factor = t->step_factor,
                          .power = t->power,
                          .restarts = (uint64_t)t->restarts,
                          .restart_growth = t->restart_growth,
                          .cycle_start = t->cycle_start,
                          .cycle_peak = t->cycle_peak};
}

clt_status clt_attempt_prepare(const clt_plan *plan, const clt_source *source, const double *x,
                               clt_arena *arena, clt_train_setup *s, clt_error *err)
{
    const clt_component *model = clt_plan_component(plan, "model", x);
    const clt_component *optimizer = clt_plan_component(plan, "optimizer", x);
    const clt_component *training = clt_plan_component(plan, "training", x);
    const clt_component *augment = clt_plan_component(plan, "augment", x);
    void *model_config, *optimizer_config, *training_config, *augment_config;
    if (clt_plan_configure(plan, model, x, arena, &model_config, err) != CLT_OK ||
        clt_plan_configure(plan, optimizer, x, arena, &optimizer_config, err) != CLT_OK ||
        clt_plan_configure(plan, training, x, arena, &training_config, err) != CLT_OK ||
        clt_plan_configure(plan, augment, x, arena, &augment_config, err) != CLT_OK) {
        return err->status;
    }
    const clt_training_options *t = training_config;
    s->model = model->unit->vtable;
    s->model_config = model_config;
    s->model_id = model->id;
    s->optimizer = optimizer->unit->vtable;
    s->optimizer_config = optimizer_config;
    s->optimizer_id = optimizer->id;
    s->optimizer_state_version = optimizer->unit->state_version;
    s->epochs = (uint32_t)t->epochs;
    s->batch = (uint32_t)t->batch;
    s->schedule = schedule_of(t);
    s->shaping = (clt_shaping){t->l1, t->l2, t->clip_value, t->clip_norm};
    clt_fitting_set(s, source, t, augment_config);
    return base_rate(optimizer, optimizer_config, &s->lr, err);
}

/* The class of a failure that came up as an error. */
static clt_failure class_of(const attempt *a)
{
    const clt_host *hosts[] = {&a->model_host, &a->optimizer_host, &a->source->host};
    collet_status code = 0;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0] && code == 0; i++) {
        code = hosts[i]->failed_with;
    }
    if (a->err.status == CLT_IO || code == COLLET_E_NOMEM) {
        return CLT_FAIL_MEMORY;
    }
    if (code == COLLET_E_NUMERIC) {
        return CLT_FAIL_NAN;
    }
    return code == 0 ? CLT_FAIL_INVALID : CLT_FAIL_ERROR; /* 0: the host found the breach */
}

static void fail(attempt *a, clt_failure failure, clt_attempt_result *result)
{
    result->failure = failure;
    (void)snprintf(result->why, sizeof result->why, "%s", a->err.text);
}

/* Copies what the training left into the result. */
static void record(attempt *a, const clt_train_result *trained, clt_attempt_result *result)
{
    const clt_plan *plan = a->plan;
    if (trained->outcome == CLT_TRAIN_DIVERGED) {
        fail(a, CLT_FAIL_NAN, result);
        return;
    }
    result->value_count = plan->value_count;
    for (size_t i = 0; i < plan->value_count; i++) {
        const char *metric = plan->value_names[i];
        result->values[i] = trained->values[clt_metrics_find(&a->source->metrics, metric)];
        if (!isfinite(result->values[i])) {
            clt_fail(&a->err, CLT_OK, "%s is not defined on the rows that validate", metric);
            fail(a, CLT_FAIL_NAN, result);
            return;
        }
    }
}

/* The rows of the fold, or of the hold-out, and the seed and the steps that are a fold's own. */
static clt_status enter(attempt *a, clt_train_setup *s)
{
    clt_source *source = a->source;
    uint32_t place = a->fold > 0 ? a->fold - 1 : 0;
    uint32_t part = place % (uint32_t)source->division.count; /* the same rows in every repeat */
    if (clt_source_enter(source, part, &a->err) != CLT_OK) {
        return a->err.status;
    }
    s->data = source->data;
    s->split = &source->split;
    s->seed = a->fold > 0 ? clt_attempt_fold_seed(s->seed, a->fold) : s->seed;
    a->before = (uint64_t)place * s->epochs;
    return CLT_OK;
}

static clt_status train(attempt *a, clt_train_setup *s, const double *x, clt_attempt_result *result)
{
    clt_train_result trained = {0};
    if (clt_attempt_prepare(a->plan, a->source, x, &a->arena, s, &a->err) != CLT_OK) {
        return a->err.status;
    }
    clt_host_hooks hooks = {.ctx = a->listener->ctx, .log = a->listener->log};
    clt_host_init(&a->model_host, "model", s->model_id, &hooks);
    clt_host_init(&a->optimizer_host, "optimizer", s->optimizer_id, &hooks);
    a->source->host.hooks = hooks; /* a dataset that is fitted to a part may speak too */
    s->model_host = &a->model_host;
    s->optimizer_host = &a->optimizer_host;
    a->epochs = (uint64_t)a->source->division.count * (uint64_t)a->plan->study.repeats * s->epochs;
    a->listener->begun(a->listener->ctx, a->epochs);
    if (enter(a, s) != CLT_OK || clt_train(s, &trained, &a->err) != CLT_OK) {
        return a->err.status;
    }
    result->last_step = a->before + trained.epochs;
    result->paused = trained.outcome == CLT_TRAIN_PAUSED;
    record(a, &trained, result);
    if (a->fold > 0 && result->failure == CLT_FAIL_NONE) {
        a->listener->fold(a->listener->ctx, a->fold, trained.values, a->source->metrics.count);
    }
    return CLT_OK;
}

void clt_attempt_train(const clt_attempt_task *task, const clt_attempt_listener *listener,
                       clt_attempt_result *result)
{
    attempt a = {
        .plan = task->plan, .source = task->source, .listener = listener, .fold = task->fold};
    clt_train_setup setup = {.metrics = &task->source->metrics,
                             .slots = task->slots,
                             .until = task->until,
                             .sparse = task->sparse,
                             .on_epoch = on_epoch,
                             .cancelled = alive,
                             .ctx = &a};
    clt_status status = clt_attempt_seed(task->plan, task->number, &setup.seed, &a.err);
    status = status == CLT_OK ? train(&a, &setup, task->x, result) : status;
    if (status != CLT_OK) {
        fail(&a, class_of(&a), result);
    }
    task->source->host.hooks = (clt_host_hooks){0};
    clt_arena_finish(&a.arena);
}

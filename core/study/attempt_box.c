#include "study/attempt_impl.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the callbacks of one evaluation need. */
typedef struct evaluation {
    const clt_attempt_task *task;
    const clt_attempt_listener *listener;
    clt_attempt_result *result;
    bool reported; /* at last_step of the result, which may be 0 */
    clt_arena arena;
    clt_error err;
} evaluation;

/* The first breach of the contract counts; the objective is told, and the trial fails. */
static collet_status breach(evaluation *e, const char *what, const char *name)
{
    const clt_box *box = &e->task->source->box;
    clt_attempt_result *r = e->result;
    if (r->failure == CLT_FAIL_NONE) {
        r->failure = CLT_FAIL_INVALID;
        (void)snprintf(r->why, sizeof r->why, "%s: report: %s%.64s%s", box->host.unit, what, name,
                       name[0] != '\0' ? "\"" : "");
    }
    return COLLET_E_INVALID;
}

static collet_status on_report(void *ctx, uint64_t step, const char *const *metrics,
                               const double *values, uint32_t count)
{
    evaluation *e = ctx;
    const clt_box *box = &e->task->source->box;
    double row[CLT_MOST_VALUES] = {0};
    uint64_t present = 0;
    if (e->reported && step < e->result->last_step) {
        char steps[96];
        (void)snprintf(steps, sizeof steps, "step %llu after step %llu: the step does not rise",
                       (unsigned long long)step, (unsigned long long)e->result->last_step);
        return breach(e, steps, "");
    }
    for (uint32_t i = 0; i < count; i++) {
        int at = metrics[i] != NULL ? clt_box_metric(box, metrics[i]) : -1;
        if (at < 0) {
            return breach(e, "there is no metric \"", metrics[i] != NULL ? metrics[i] : "NULL");
        }
        row[at] = values[i];
        present |= UINT64_C(1) << at;
    }
    e->result->last_step = step;
    e->reported = true;
    e->listener->epoch(e->listener->ctx, step, 0, row, box->metrics->count, present);
    return COLLET_OK;
}

static bool on_cancelled(void *ctx)
{
    const evaluation *e = ctx;
    e->listener->alive(e->listener->ctx);
    return false;
}

static void on_log(void *ctx, const char *unit, int32_t level, const char *line)
{
    const evaluation *e = ctx;
    e->listener->log(e->listener->ctx, unit, level, line);
}

static clt_failure class_of(collet_status code)
{
    return code == COLLET_E_NUMERIC ? CLT_FAIL_NAN
           : code == COLLET_E_NOMEM ? CLT_FAIL_MEMORY
                                    : CLT_FAIL_ERROR;
}

static void fail(evaluation *e, clt_failure failure)
{
    e->result->failure = failure;
    (void)snprintf(e->result->why, sizeof e->result->why, "%s", e->err.text);
}

/* Metrics that are no goal would be lost; they become the last point of the curve. */
static void keep_others(const evaluation *e, const double *values)
{
    const clt_box *box = &e->task->source->box;
    uint64_t present = 0;
    for (uint32_t i = 0; i < box->metrics->count; i++) {
        present |= (uint64_t)!isnan(values[i]) << i;
    }
    if (e->result->failure == CLT_FAIL_NONE && box->metrics->count > e->task->plan->goal_count) {
        e->listener->epoch(e->listener->ctx, ++e->result->last_step, 0, values, box->metrics->count,
                           present);
    }
}

static void record(evaluation *e, const double *values)
{
    const clt_plan *plan = e->task->plan;
    const clt_box *box = &e->task->source->box;
    for (size_t i = 0; i < plan->value_count; i++) {
        double value = values[clt_box_metric(box, plan->value_names[i])];
        if (!isfinite(value)) {
            clt_fail(&e->err, CLT_PLUGIN_FAILED, "%s: %s is not finite: %g", box->host.unit,
                     plan->value_names[i], value);
            fail(e, isnan(value) ? CLT_FAIL_NAN : CLT_FAIL_INFINITE);
            return;
        }
        e->result->values[i] = value;
    }
    e->result->value_count = plan->value_count;
}

static void evaluate(evaluation *e)
{
    const clt_attempt_task *task = e->task;
    clt_box *box = &task->source->box;
    collet_point point = {COLLET_SIZE(collet_point), task->attempt, task->number, NULL, NULL};
    double values[CLT_MOST_VALUES];
    clt_rng rng;
    uint64_t seed;
    if (clt_attempt_seed(task->plan, task->number, &seed, &e->err) != CLT_OK ||
        clt_box_point(box, task->plan, task->x, &e->arena, &point, &e->err) != CLT_OK) {
        fail(e, CLT_FAIL_MEMORY);
        return;
    }
    for (size_t i = 0; i < CLT_MOST_VALUES; i++) {
        values[i] = (double)NAN; /* what it forgets to write is no number */
    }
    seed = task->fold > 0 ? clt_attempt_fold_seed(seed, task->fold) : seed;
    clt_rng_init(&rng, seed, "objective", 0);
    collet_rng view = clt_rng_view(&rng);
    collet_status code = box->objective->evaluate(box->self, &view, &point, values);
    if (e->result->failure != CLT_FAIL_NONE) {
        return;
    }
    if (code < 0) {
        clt_host_fail(&box->host, code, "evaluate", &e->err);
        fail(e, class_of(code));
        return;
    }
    record(e, values);
    keep_others(e, values);
    if (task->fold > 0 && e->result->failure == CLT_FAIL_NONE) {
        e->listener->fold(e->listener->ctx, task->fold, values, box->metrics->count);
    }
}

void clt_attempt_evaluate(const clt_attempt_task *task, const clt_attempt_listener *listener,
                          clt_attempt_result *result)
{
    evaluation e = {.task = task, .listener = listener, .result = result};
    task->source->box.host.hooks =
        (clt_host_hooks){.ctx = &e, .log = on_log, .cancelled = on_cancelled, .report = on_report};
    listener->begun(listener->ctx, 0);
    evaluate(&e);
    task->source->box.host.hooks = (clt_host_hooks){0};
    clt_arena_finish(&e.arena);
}

#include "study/crew_impl.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/utf8.h"

#include <collet/plugin.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void clt_task_close(clt_task *task)
{
    if (task->socket >= 0) {
        close(task->socket);
    }
    task->socket = task->out.fd = -1;
    clt_outbox_finish(&task->out);
}

void clt_task_destroy(clt_task *task)
{
    if (task == NULL) {
        return;
    }
    clt_task_close(task);
    if (task->log >= 0) {
        close(task->log);
    }
    CLT_VEC_FINISH(&task->curve);
    for (size_t i = 0; i < task->ahead.count; i++) {
        free(task->ahead.items[i].x);
    }
    CLT_VEC_FINISH(&task->ahead);
    free(task->trial.x);
    free(task);
}

void clt_task_condemn(clt_task *task, clt_failure failure, const char *format, ...)
{
    if (task->condemned != CLT_FAIL_NONE) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(task->why, sizeof task->why, format, arguments);
    va_end(arguments);
    task->condemned = failure;
}

double clt_task_note(clt_task *task, double sent)
{
    double now = clt_clock(), at = sent >= task->launched ? sent : task->launched;
    at = at <= now ? at : now;
    task->progress = at > task->progress ? at : task->progress;
    return at;
}

static void garbage(clt_task *task, const char *what)
{
    clt_task_condemn(task, CLT_FAIL_INVALID, "its process sent %s", what);
    clt_task_close(task);
}

static clt_trial_row row_of(const clt_task *task)
{
    return (clt_trial_row){
        .number = task->trial.number, .fold = task->trial.fold, .attempt = task->trial.attempt};
}

/* A message with values of all metrics: its head, and the values. False: it is garbage. */
static bool read_values(const clt_task *task, const clt_wire *m, clt_wire_epoch *body,
                        double values[CLT_MOST_VALUES])
{
    size_t count = task->crew->facts.metric_count;
    memcpy(body, m->body, m->length >= sizeof *body ? sizeof *body : 0);
    if (m->length != sizeof *body + count * sizeof *values || body->metric_count != count ||
        body->epoch > INT64_MAX || count > CLT_MOST_VALUES) {
        return false;
    }
    memcpy(values, m->body + sizeof *body, count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = (body->present >> i & 1) != 0 ? values[i] : (double)NAN;
    }
    return true;
}

/* The goals' values at the last step of the curve, which may have come one by one. */
static void last_goals(const clt_task *task, double goals[CLT_MOST_VALUES])
{
    const clt_plan *plan = task->crew->plan;
    for (size_t g = 0; g < plan->goal_count; g++) {
        goals[g] = (double)NAN;
        for (size_t i = task->curve.count; i > 0; i--) {
            const clt_point *point = &task->curve.items[i - 1];
            if (point->step != task->last_step) {
                break;
            }
            bool here = strcmp(point->metric, plan->goals[g].metric) == 0;
            goals[g] = here ? point->value : goals[g];
        }
    }
}

/* Adds a point, or the later value of one that is there: a step may be told more than once. */
static bool note_point(clt_task *task, const clt_point *point)
{
    for (size_t i = task->curve.count; i > 0 && task->curve.items[i - 1].step == point->step; i--) {
        if (strcmp(task->curve.items[i - 1].metric, point->metric) == 0) {
            task->curve.items[i - 1].value = point->value;
            return true;
        }
    }
    return CLT_PUSH(&task->curve, *point);
}

/* Adds the values that are present to the curve; names[metric_count]. False: it went wrong. */
static bool note_values(clt_task *task, uint64_t step, const char *const *names,
                        const double *values, uint64_t present)
{
    for (size_t i = 0; i < task->crew->facts.metric_count; i++) {
        clt_point point = {step, names[i], values[i]};
        if ((present >> i & 1) == 0) {
            continue;
        }
        if (task->curve.count >= CLT_MOST_POINTS) {
            clt_task_condemn(task, CLT_FAIL_INVALID, "it reported more than %d values",
                             CLT_MOST_POINTS);
            return false;
        }
        if (!note_point(task, &point)) { /* ours ran out, which is no fault of the trial */
            (void)clt_fail_memory(task->crew->err);
            return false;
        }
    }
    return true;
}

static void hear_epoch(clt_task *task, const clt_wire *m)
{
    clt_crew *crew = task->crew;
    clt_wire_epoch body;
    double values[CLT_MOST_VALUES], goals[CLT_MOST_VALUES];
    /* A training's epochs rise from 1; an objective may begin at 0 and tell a step again. */
    uint64_t least = crew->plan->black_box ? task->last_step : task->last_step + 1;
    if (!read_values(task, m, &body, values) || body.epoch < least) {
        garbage(task, "a report that makes no sense");
        return;
    }
    if (!note_values(task, body.epoch, crew->facts.metrics, values, body.present)) {
        return;
    }
    task->last_step = body.epoch;
    clt_trial_row row = row_of(task);
    last_goals(task, goals);
    crew->hooks.epoch(crew->hooks.ctx, &row, body.epoch, body.epochs, goals);
}

static void hear_fold(clt_task *task, const clt_wire *m)
{
    const clt_crew_facts *facts = &task->crew->facts;
    clt_wire_epoch body;
    double values[CLT_MOST_VALUES];
    if (!read_values(task, m, &body, values) || task->fold_told || body.epoch == 0 ||
        body.epoch != task->trial.fold || body.epoch > facts->folds) {
        garbage(task, "a fold that makes no sense");
        return;
    }
    const char *const *names = facts->fold_metrics + (body.epoch - 1) * facts->metric_count;
    task->fold_told = note_values(task, task->last_step, names, values, body.present);
}

static void hear_begun(clt_task *task, const clt_wire *m)
{
    clt_wire_epoch body;
    if (m->length != sizeof body) {
        garbage(task, "a beginning that makes no sense");
        return;
    }
    memcpy(&body, m->body, sizeof body);
    clt_trial_row row = row_of(task);
    task->epochs = body.epochs;
    task->begun = true;
    task->begun_at = clt_clock();
    if (task->runs > 0) { /* of the first the nursery says when it began */
        task->launched = task->started = clt_task_note(task, m->sent);
    }
    task->crew->hooks.begun(task->crew->hooks.ctx, &row, body.epochs);
}

static void keep_text(clt_task *task, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        task->tail[task->printed++ % sizeof task->tail] = text[i];
    }
}

static void hear_log(clt_task *task, const clt_wire *m)
{
    int32_t level;
    size_t at = sizeof level;
    memcpy(&level, m->body, m->length >= sizeof level ? sizeof level : 0);
    const char *unit = m->length > sizeof level ? clt_wire_text(m, at, &at) : NULL;
    const char *line = unit != NULL ? clt_wire_text(m, at, &at) : NULL;
    if (line == NULL || clt_utf8_valid(unit, strlen(unit)) != strlen(unit) ||
        clt_utf8_valid(line, strlen(line)) != strlen(line)) {
        garbage(task, "a log line that is none");
        return;
    }
    if (level >= COLLET_LOG_INFO) {
        keep_text(task, line, strlen(line));
        keep_text(task, "\n", 1);
    }
    task->crew->hooks.log(task->crew->hooks.ctx, unit, level, line);
}

/* May the process be sent another trial? One that waits for none in vain ends. */
static bool may_go_on(clt_task *task)
{
    bool may = task->share && task->condemned == CLT_FAIL_NONE && !task->stopped &&
               task->kill_at == 0; /* a signal may be on its way */
    if (!may) {
        clt_task_close(task);
    }
    return may;
}

/* A class of failure that a process may give itself. */
static bool may_say(uint32_t failure)
{
    return failure <= CLT_FAIL_ERROR || failure == CLT_FAIL_INFINITE;
}

static void hear_result(clt_task *task, const clt_wire *m)
{
    clt_attempt_result *r = &task->result;
    clt_wire_result body;
    size_t at = sizeof body, count = task->crew->plan->value_count;
    memcpy(&body, m->body, m->length >= sizeof body ? sizeof body : 0);
    bool failed = m->length >= sizeof body && body.failure != CLT_FAIL_NONE;
    bool paused = m->length >= sizeof body && body.state == CLT_TRIAL_PAUSED;
    if (m->length < sizeof body || !may_say(body.failure) || task->has_result ||
        (paused &&
         (failed || body.last_step != task->trial.until || task->last_step != body.last_step)) ||
        (!failed && (task->trial.fold > 0) != task->fold_told) ||
        (!failed && body.value_count != count) || body.value_count > count ||
        m->length <= at + body.value_count * sizeof(double)) {
        garbage(task, "a result that makes no sense");
        return;
    }
    memcpy(r->values, m->body + at, body.value_count * sizeof(double));
    for (size_t i = 0; i < body.value_count; i++) {
        r->values[i] += 0.0; /* -0 becomes 0: no store keeps the sign of a zero */
    }
    at += body.value_count * sizeof(double);
    const char *why = clt_wire_text(m, at, &at);
    if (why == NULL || clt_utf8_valid(why, strlen(why)) != strlen(why)) {
        garbage(task, "a result that makes no sense");
        return;
    }
    r->failure = (clt_failure)body.failure;
    r->paused = paused;
    r->value_count = body.value_count;
    r->last_step = body.last_step;
    (void)snprintf(r->why, sizeof r->why, "%s", why);
    task->has_result = true;
    task->result_at = clt_task_note(task, m->sent);
    double most = clt_clock() - task->born;
    task->seconds = !(body.seconds >= 0) ? 0 : body.seconds < most ? body.seconds : most;
    if (body.next == CLT_WIRE_WAIT && may_go_on(task)) {
        clt_task_turn(task);
    } else if (body.next == CLT_WIRE_DIFFERS && task->crew->plan->black_box) {
        clt_crew_distrust(task->crew);
    }
}

static void hear_one(clt_task *task, const clt_wire *m)
{
    (void)clt_task_note(task, m->sent);
    if (task->pruned && m->type == CLT_WIRE_EPOCH) {
        return; /* what it did before it heard that it is to end */
    }
    switch (m->type) {
    case CLT_WIRE_BEGUN:
        hear_begun(task, m);
        break;
    case CLT_WIRE_EPOCH:
        hear_epoch(task, m);
        break;
    case CLT_WIRE_FOLD:
        hear_fold(task, m);
        break;
    case CLT_WIRE_LOG:
        hear_log(task, m);
        break;
    case CLT_WIRE_RESULT:
        hear_result(task, m);
        break;
    case CLT_WIRE_ALIVE:
        break;
    default:
        garbage(task, "a message of unknown type");
    }
}

void clt_task_hear(clt_task *task)
{
    enum { AT_ONCE = 256 }; /* others want to be heard as well */
    clt_wire *m = &task->crew->message;
    task->drained = false;
    for (int i = 0; i < AT_ONCE && task->socket >= 0; i++) {
        clt_wire_got got = clt_wire_receive(task->socket, &task->sequence, m);
        clt_wire_drop_descriptors(m);
        if (got == CLT_WIRE_NOTHING) {
            task->drained = true;
            return;
        }
        if (got == CLT_WIRE_EOF) {
            clt_task_close(task);
        } else if (got == CLT_WIRE_GARBAGE || m->ticket != task->trial.ticket || !task->busy) {
            garbage(task, "what is no message");
        } else {
            hear_one(task, m);
        }
    }
}

void clt_task_read_log(clt_task *task)
{
    enum { AT_ONCE = 16 };
    char text[4096];
    for (int i = 0; i < AT_ONCE && task->log >= 0; i++) {
        ssize_t n = read(task->log, text, sizeof text);
        if (n == 0) {
            close(task->log);
            task->log = -1;
        }
        if (n <= 0) {
            return;
        }
        keep_text(task, text, (size_t)n);
    }
}

static void send_kill(clt_task *task, int signal)
{
    clt_crew *crew = task->crew;
    clt_wire_kill body = {signal, 0};
    if (!clt_outbox_send(&crew->out, CLT_WIRE_KILL, task->ticket,
                         &(clt_wire_part){&body, sizeof body}, 1, NULL)) {
        (void)kill(crew->nursery, SIGKILL); /* with it go its attempts; another one comes */
    }
}

static double sooner(double a, double b)
{
    return a < b ? a : b;
}

/* When it will be over one of its limits, as far as is known. One that the nursery has not started
 * yet is over none. */
static double deadline(const clt_task *task)
{
    const clt_limits *l = &task->crew->plan->limits;
    double at = (double)INFINITY;
    if (!task->busy || task->stopped || task->pid == 0) {
        return at;
    }
    if (task->has_result) {
        bool deaf = task->crew->silence != CLT_SILENCE_NONE; /* it may well have ended */
        return task->result_at + CLT_LINGER + (deaf ? CLT_MOST_SILENCE : 0);
    }
    at = l->trial_time > 0 ? task->started + l->trial_time : at;
    return l->no_progress > 0 ? sooner(at, task->progress + l->no_progress) : at;
}

/* Is it over one of its limits, by all that it has said? */
static void check_limits(clt_task *task, double now)
{
    const clt_limits *l = &task->crew->plan->limits;
    char text[64];
    clt_task_hear(task);
    if (deadline(task) > now || (!task->drained && task->socket >= 0)) {
        return;
    }
    if (task->has_result) {
        clt_task_condemn(task, CLT_FAIL_NO_RESULT, "its process did not end after its result");
    } else if (l->trial_time > 0 && now - task->started >= l->trial_time) {
        clt_task_condemn(task, CLT_FAIL_TIMEOUT, "it took longer than %s",
                         clt_duration_text(l->trial_time, text, sizeof text));
    } else {
        clt_task_condemn(task, CLT_FAIL_TIMEOUT, "it made no progress for %s",
                         clt_duration_text(l->no_progress, text, sizeof text));
    }
}

/* SIGTERM, then SIGKILL. Returns when the next is due. */
static double end_it(clt_task *task, double now)
{
    if (task->kill_at == 0) {
        send_kill(task, SIGTERM);
        task->kill_at = now + task->crew->plan->limits.grace;
    }
    if (!task->killed && now >= task->kill_at) {
        send_kill(task, SIGKILL);
        task->killed = true;
    }
    return task->killed ? (double)INFINITY : task->kill_at;
}

double clt_task_enforce(clt_task *task, double now, bool judge)
{
    double next = clt_task_recall(task, now);
    (void)clt_outbox_flush(&task->out);
    if (clt_outbox_waits(&task->out)) {
        next = sooner(next, now + CLT_OUTBOX_RETRY);
    }
    if (judge && task->condemned == CLT_FAIL_NONE && deadline(task) <= now) {
        check_limits(task, now);
    }
    bool must_end =
        task->stopped || task->condemned != CLT_FAIL_NONE || (task->pruned && task->busy);
    return must_end ? end_it(task, now) : sooner(next, deadline(task));
}

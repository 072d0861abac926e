/* What became of a trial, and of its process. */
#include "study/crew_impl.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/utf8.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* The ring, oldest first, from the start of a line; valid UTF-8. NULL where nothing was printed, or
 * when memory ran out. */
static const char *tail_text(const clt_task *task, clt_arena *arena)
{
    size_t size = sizeof task->tail, n = task->printed < size ? task->printed : size;
    char *text = n > 0 ? clt_arena_alloc(arena, n + 1) : NULL;
    if (text == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)task->tail[(task->printed - n + i) % size];
        bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
        text[i] = control ? '?' : (char)c;
    }
    const char *line = task->printed > size ? strchr(text, '\n') : NULL;
    char *from = text + (line != NULL ? line + 1 - text : 0);
    for (size_t left = strlen(from), ok; left > 0; left -= ok) {
        char *at = from + strlen(from) - left;
        ok = clt_utf8_valid(at, left);
        if (ok < left) {
            at[ok++] = '?';
        }
    }
    return from;
}

static void explain_signal(clt_task *task, const clt_wire_ended *ended)
{
    const int status = ended->status;
    const uint64_t peak = ended->peak_bytes, mib = 1 << 20;
    const clt_limits *l = &task->crew->plan->limits;
    char name[32];
    clt_signal_text(WTERMSIG(status), name, sizeof name);
    if (ended->over != 0) {
        clt_task_condemn(task, CLT_FAIL_MEMORY,
                         "its processes together needed %llu MiB, more than its %llu MiB of memory",
                         (unsigned long long)((peak + mib - 1) / mib),
                         (unsigned long long)(l->trial_memory / mib));
    }
    if (l->trial_memory > 0 && (double)peak >= 0.9 * (double)l->trial_memory) {
        clt_task_condemn(task, CLT_FAIL_MEMORY, "it needed more than its %llu MiB of memory (%s)",
                         (unsigned long long)(l->trial_memory >> 20), name);
    }
    if (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM) {
        clt_task_condemn(task, CLT_FAIL_LOST, "its process was killed from outside (%s)", name);
    }
    clt_task_condemn(task, CLT_FAIL_CRASH, "its process crashed (%s)", name);
}

/* Decides what became of it: task->condemned and task->why. */
static void judge(clt_task *task, const clt_wire_ended *ended)
{
    const int status = ended->status;
    const clt_attempt_result *r = &task->result;
    bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (task->pruned) { /* however it ended: that was not asked any more */
        task->condemned = CLT_FAIL_NONE;
        return;
    }
    if (status == -1 || (task->stopped && !(clean && task->has_result))) {
        clt_task_condemn(task, CLT_FAIL_LOST, "its process was lost");
    } else if (clean && task->has_result && task->condemned != CLT_FAIL_INVALID) {
        task->condemned = r->failure; /* it was faster than the limit's signal */
        (void)snprintf(task->why, sizeof task->why, "%s", r->why);
    } else if (task->condemned == CLT_FAIL_NONE && WIFSIGNALED(status)) {
        explain_signal(task, ended);
    } else {
        clt_task_condemn(task, CLT_FAIL_NO_RESULT, "its process ended %s (exit status %d)",
                         task->has_result ? "badly after its result" : "without a result",
                         WEXITSTATUS(status));
    }
}

/* What a trial's process came to is believed where it was its own. What the objective itself said,
 * it said in a message. */
static clt_verdict verdict_of(const clt_task *task)
{
    bool said = task->has_result && task->result.failure == task->condemned;
    return task->condemned == CLT_FAIL_LOST                              ? CLT_VERDICT_LOST
           : task->condemned != CLT_FAIL_NONE && task->runs > 0 && !said ? CLT_VERDICT_SHARED
                                                                         : CLT_VERDICT_OWN;
}

/* Of a fold it says which. NULL: memory ran out. */
static const char *why_text(const clt_task *task, clt_arena *arena)
{
    return task->trial.fold > 0
               ? clt_arena_printf(arena, "%s %u: %s", clt_plan_part_name(task->crew->plan),
                                  task->trial.fold, task->why)
               : task->why;
}

/* The trial's values at the last step of the curve; NaN where one is not there. */
static void last_values(const clt_task *task, double *values)
{
    const clt_plan *plan = task->crew->plan;
    for (size_t v = 0; v < plan->value_count; v++) {
        values[v] = (double)NAN;
        for (size_t i = task->curve.count; i > 0; i--) {
            const clt_point *point = &task->curve.items[i - 1];
            if (point->step != task->last_step) {
                break;
            }
            bool here = strcmp(point->metric, plan->value_names[v]) == 0;
            values[v] = here ? point->value + 0.0 : values[v];
        }
    }
}

/* A trial that goes no further for now, or for good, is worth what it last reported. */
static void take_last_values(clt_task *task)
{
    const clt_plan *plan = task->crew->plan;
    last_values(task, task->result.values);
    task->result.value_count = plan->value_count;
    for (size_t v = 0; v < plan->value_count; v++) {
        if (!isfinite(task->result.values[v])) {
            bool nan = isnan(task->result.values[v]);
            clt_task_condemn(task, nan ? CLT_FAIL_NAN : CLT_FAIL_INFINITE,
                             "it was pruned at step %llu, where its %s is %s",
                             (unsigned long long)task->last_step, plan->value_names[v],
                             nan ? "not a number" : "infinite");
        }
    }
}

static clt_trial_state state_of(const clt_task *task)
{
    return task->condemned != CLT_FAIL_NONE ? CLT_TRIAL_FAILED
           : task->pruned                   ? CLT_TRIAL_PRUNED
           : task->result.paused            ? CLT_TRIAL_PAUSED
                                            : CLT_TRIAL_COMPLETE;
}

/* Tells of the trial under way, which was over at the time `at`; task->condemned says what became
 * of it. */
static void tell_end(clt_task *task, int status, double at)
{
    clt_crew *crew = task->crew;
    clt_arena arena = {0};
    clt_trial_row row = {
        .number = task->trial.number, .fold = task->trial.fold, .attempt = task->trial.attempt};
    if (task->pruned || (task->result.paused && task->condemned == CLT_FAIL_NONE)) {
        take_last_values(task);
    }
    bool failed = task->condemned != CLT_FAIL_NONE;
    row.state = state_of(task);
    row.failure = task->condemned;
    row.signal = failed && status != -1 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    row.why = failed ? why_text(task, &arena) : NULL;
    row.log = failed ? tail_text(task, &arena) : NULL;
    if (failed && (row.why == NULL || (row.log == NULL && task->printed > 0))) {
        (void)clt_fail_memory(crew->err);
    }
    row.seconds = task->has_result ? task->seconds : at > task->launched ? at - task->launched : 0;
    row.last_step = task->last_step;
    row.values = failed ? NULL : task->result.values;
    row.value_count = failed ? 0 : task->result.value_count;
    row.curve = task->curve.items;
    row.curve_count = task->curve.count;
    crew->hooks.ended(crew->hooks.ctx, &row, task->trial.x, verdict_of(task));
    clt_arena_finish(&arena);
}

void clt_task_turn(clt_task *task)
{
    clt_task_read_log(task);
    task->condemned = task->pruned ? CLT_FAIL_NONE : task->result.failure;
    (void)snprintf(task->why, sizeof task->why, "%s", task->result.why);
    tell_end(task, 0, task->result_at);
    task->condemned = CLT_FAIL_NONE;
    task->pruned = false;
    task->hot = true;
    clt_task_next(task);
}

void clt_task_end(clt_task *task, const clt_wire_ended *ended, double at)
{
    clt_task_hear(task);
    clt_task_read_log(task);
    if (task->busy) {
        judge(task, ended);
        tell_end(task, ended->status, at);
    }
    clt_task_give_back(task);
    clt_crew_forget(task->crew, task);
    clt_task_destroy(task);
}

/* Processes that run one trial after another: what is sent to them, and what comes back unrun. */
#include "study/crew_impl.h"

#include "base/clock.h"
#include "study/child.h"

#include <collet/plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Trials that a process may have at hand, the one under way among them. More than one keeps it busy
 * while the coordinator does other things; where the order is free each result is to be used at
 * once, so there is one. */
static size_t depth_of(const clt_crew *crew)
{
    enum { DEPTH = 8 };
    return crew->plan->limits.free_order ? 1 : DEPTH;
}

static size_t load_of(const clt_task *task)
{
    return task->ahead.count + (task->busy ? 1 : 0);
}

static bool takes_more(const clt_task *task)
{
    return task->hot && !task->stopped && !task->pruned && task->condemned == CLT_FAIL_NONE &&
           task->socket >= 0;
}

/* Does it wait for the next fold of a trial? */
static bool waits_for_fold(const clt_task *task)
{
    return task->trial.fold > 0 && takes_more(task) && load_of(task) == 0;
}

/* Does it take whole trials? */
static bool takes_trials(const clt_task *task)
{
    return task->trial.fold == 0 && takes_more(task);
}

bool clt_crew_waits_for_fold(const clt_crew *crew, uint64_t number)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        const clt_task *task = crew->tasks.items[i];
        if (waits_for_fold(task) && task->trial.number == number) {
            return true;
        }
    }
    return false;
}

bool clt_crew_is_ending(const clt_crew *crew)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        const clt_task *task = crew->tasks.items[i];
        if (load_of(task) == 0 && !takes_more(task)) {
            return true;
        }
    }
    return false;
}

void clt_crew_end_waiting(clt_crew *crew)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        if (waits_for_fold(crew->tasks.items[i])) {
            clt_task_close(crew->tasks.items[i]); /* which it understands */
        }
    }
}

clt_crew_room clt_crew_room_of(const clt_crew *crew)
{
    size_t most = crew->most, unstarted = 0;
    clt_crew_room room = {0};
    for (size_t i = 0; i < crew->tasks.count; i++) {
        const clt_task *task = crew->tasks.items[i];
        bool more = takes_trials(task);
        room.hot += more && load_of(task) < depth_of(crew) ? depth_of(crew) - load_of(task) : 0;
        room.idle += more && load_of(task) == 0;
        unstarted += task->pid == 0;
    }
    size_t open = unstarted < CLT_MOST_UNSTARTED ? CLT_MOST_UNSTARTED - unstarted : 0;
    room.fresh = crew->tasks.count < most ? most - crew->tasks.count : 0;
    room.fresh = room.fresh < open ? room.fresh : open;
    return room;
}

bool clt_crew_is_hot(const clt_crew *crew)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        if (takes_trials(crew->tasks.items[i])) {
            return true;
        }
    }
    return false;
}

void clt_crew_end_idle(clt_crew *crew)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        clt_task *task = crew->tasks.items[i];
        if (takes_trials(task) && load_of(task) == 0) {
            clt_task_close(task); /* which it understands */
            return;
        }
    }
}

/* May it be sent that? */
static bool suits(const clt_task *task, const clt_launch *what)
{
    return what->fold > 0 ? waits_for_fold(task) && task->trial.number == what->number
                          : takes_trials(task) && load_of(task) < depth_of(task->crew);
}

/* Of the processes that it suits the one with the fewest trials at hand, or NULL. */
static clt_task *least_loaded(const clt_crew *crew, const clt_launch *what)
{
    clt_task *best = NULL;
    for (size_t i = 0; i < crew->tasks.count; i++) {
        clt_task *task = crew->tasks.items[i];
        if (suits(task, what) && (best == NULL || load_of(task) < load_of(best))) {
            best = task;
        }
    }
    return best;
}

static bool make_errand(clt_crew *crew, const clt_launch *what, clt_errand *out)
{
    size_t dims = crew->plan->space.dim_count;
    *out = (clt_errand){.number = what->number,
                        .fold = what->fold,
                        .attempt = what->attempt,
                        .until = what->until,
                        .ticket = crew->next_ticket++};
    out->x = calloc(dims + 1, sizeof *out->x);
    if (out->x != NULL && dims > 0) {
        memcpy(out->x, what->x, dims * sizeof *out->x);
    }
    return out->x != NULL;
}

bool clt_crew_send_start(clt_task *task, clt_outbox *out, const clt_errand *errand, bool share,
                         int *fds)
{
    const clt_crew *crew = task->crew;
    size_t dims = crew->plan->space.dim_count;
    char path[CLT_KEEP_PATH] = "";
    if (crew->keep != NULL) {
        clt_keep_path(crew->keep, errand->number, errand->fold, path);
    }
    clt_wire_start body = {.number = errand->number,
                           .fingerprint =
                               clt_keep_fingerprint(crew->keep, errand->fold, errand->x, dims),
                           .dim_count = dims,
                           .memory = crew->plan->limits.trial_memory,
                           .worker = task->worker,
                           .attempt = errand->attempt,
                           .until = errand->until,
                           .fold = errand->fold,
                           .share = share,
                           .sparse = !crew->plan->limits.checkpoint};
    clt_wire_part parts[] = {
        {&body, sizeof body}, {errand->x, dims * sizeof *errand->x}, {path, strlen(path) + 1}};
    return clt_outbox_send(out, CLT_WIRE_START, errand->ticket, parts, 3, fds);
}

/* Makes an errand the trial of the task. */
static void take_up(clt_task *task, const clt_errand *errand)
{
    free(task->trial.x);
    task->trial = *errand;
    task->busy = true;
    task->begun = task->has_result = task->pruned = false;
    task->result.paused = false;
    task->last_step = 0;
    task->fold_told = false;
    task->curve.count = 0;
    task->printed = 0;
    task->why[0] = '\0';
    task->launched = task->started = task->progress = clt_clock();
}

clt_status clt_crew_launch_hot(clt_crew *crew, const clt_launch *what, clt_error *err)
{
    clt_task *task = least_loaded(crew, what);
    clt_errand errand;
    if (task == NULL || !make_errand(crew, what, &errand)) {
        return clt_fail_memory(err);
    }
    /* One that is gone is noticed when its end is told; then the errand comes back. */
    (void)clt_crew_send_start(task, &task->out, &errand, true, NULL);
    if (!task->busy) {
        take_up(task, &errand);
    } else if (!CLT_PUSH(&task->ahead, errand)) {
        free(errand.x);
        return clt_fail_memory(err);
    }
    return CLT_OK;
}

void clt_task_next(clt_task *task)
{
    task->busy = false;
    task->runs++;
    if (task->ahead.count > 0) {
        clt_errand errand = task->ahead.items[0];
        memmove(task->ahead.items, task->ahead.items + 1,
                --task->ahead.count * sizeof *task->ahead.items);
        take_up(task, &errand);
    }
}

void clt_task_give_back(clt_task *task)
{
    clt_crew *crew = task->crew;
    task->hot = false;
    for (size_t i = 0; i < task->ahead.count; i++) {
        crew->hooks.not_run(crew->hooks.ctx, task->ahead.items[i].number);
        free(task->ahead.items[i].x);
    }
    task->ahead.count = 0;
}

/* A process that was longer at a trial than CLT_QUICK ends after it, so what waits behind it can be
 * given to others. It counts from before it said BEGUN, we from after. */
double clt_task_recall(clt_task *task, double now)
{
    double until = task->begun_at + 2 * CLT_QUICK;
    if (task->ahead.count == 0 || !task->begun || now < until) {
        return task->ahead.count > 0 && task->begun ? until : (double)INFINITY;
    }
    uint64_t ticket = task->trial.ticket;
    clt_task_hear(task); /* it may have gone on long since */
    if (task->busy && task->trial.ticket == ticket && task->ahead.count > 0) {
        clt_task_give_back(task);
    }
    return clt_clock();
}

void clt_crew_distrust(clt_crew *crew)
{
    if (!crew->no_sharing) {
        const char *id = clt_plan_component(crew->plan, "objective", NULL)->id;
        char unit[96];
        (void)snprintf(unit, sizeof unit, "objective \"%.64s\"", id);
        crew->hooks.log(crew->hooks.ctx, unit, COLLET_LOG_WARN,
                        "evaluated again in one process it gives another value, so each trial gets "
                        "a process of its own; say so with [run] reuse = off");
    }
    crew->no_sharing = true;
}

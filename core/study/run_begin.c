#include "study/run.h"

#include "base/clock.h"
#include "base/file.h"
#include "study/environment.h"

#include <stdlib.h>
#include <string.h>

/* The first of name, name-2, name-3 ... that is free. */
static clt_status free_name(clt_run *r, const char **name)
{
    bool found = true;
    clt_study_row row;
    for (int i = 2; found; i++) {
        *name = clt_arena_printf(r->arena, "%s-%d", r->setup->plan->study.name, i);
        if (*name == NULL) {
            return clt_fail_memory(r->err);
        }
        if (clt_store_find_study(r->setup->store, *name, r->arena, &found, &row, r->err) !=
            CLT_OK) {
            return r->err->status;
        }
    }
    return CLT_OK;
}

/* The window of a study that begins. Less makes workers wait for one another, more hides results
 * from the sampler: docs/decisions.md has the figures. */
static uint64_t window_of(const clt_limits *limits)
{
    enum { LEAST = 8, PER_WORKER = 4 };
    uint64_t window = PER_WORKER * (uint64_t)limits->workers;
    if (limits->free_order || limits->window > 0) {
        return limits->free_order ? 0 : limits->window;
    }
    return window > LEAST ? window : LEAST;
}

/* A study keeps the order that it began with. */
static clt_status check_order(const clt_run *r)
{
    const clt_plan *plan = r->setup->plan;
    const clt_entry *order = clt_ini_find(plan->ini, "run", "order");
    const clt_entry *window = clt_ini_find(plan->ini, "run", "window");
    bool was_free = r->study->window == 0;
    if (order != NULL && was_free != plan->limits.free_order) {
        return clt_fail(r->err, CLT_BAD_INPUT,
                        "%s:%d: run.order: study \"%s\" began with order = %s; keep that, or start "
                        "another study with --new",
                        plan->ini->path, order->line, r->study->name, was_free ? "free" : "fixed");
    }
    if (window != NULL && !was_free && plan->limits.window > 0 &&
        plan->limits.window != r->study->window) {
        return clt_fail(r->err, CLT_BAD_INPUT,
                        "%s:%d: run.window: study \"%s\" began with window = %llu; keep that, or "
                        "start another study with --new",
                        plan->ini->path, window->line, r->study->name,
                        (unsigned long long)r->study->window);
    }
    return CLT_OK;
}

/* Names in one line what has changed since the study's last run, and notes it. */
static clt_status note_environment(clt_run *r)
{
    const clt_study_setup *s = r->setup;
    clt_environment_row *rows;
    size_t count, changes;
    clt_str line = {0};
    if (clt_store_environments(s->store, r->study->id, r->arena, &rows, &count, r->err) != CLT_OK) {
        return r->err->status;
    }
    const char *last = count > 0 ? rows[count - 1].text : "";
    const clt_change *change = clt_environment_compare(last, s->environment, r->arena, &changes);
    if (change == NULL || changes == 0) {
        return change != NULL ? CLT_OK : clt_fail_memory(r->err);
    }
    clt_str_add(&line, "going on in another environment: ");
    for (size_t i = 0; i < changes; i++) {
        clt_str_add(&line, i > 0 ? "; " : "");
        clt_change_text(&change[i], &line);
    }
    s->watcher.log(s->watcher.ctx, "study", COLLET_LOG_WARN, clt_str_text(&line));
    clt_str_finish(&line);
    const clt_environment_row now = {clt_date_ms(), s->environment};
    return clt_store_add_environment(s->store, r->study->id, &now, r->err);
}

static clt_status check_same(clt_run *r, const char *name)
{
    return clt_plan_same(r->setup->plan, name, r->study->identity, r->err) == CLT_OK &&
                   check_order(r) == CLT_OK
               ? note_environment(r)
               : r->err->status;
}

/* Finds the study that goes on, or adds it. */
static clt_status find_or_add(clt_run *r)
{
    const clt_study_setup *s = r->setup;
    const clt_plan *plan = s->plan;
    const char *name = plan->study.name;
    bool found;
    if (clt_store_find_study(s->store, name, r->arena, &found, r->study, r->err) != CLT_OK ||
        (found && s->fresh && free_name(r, &name) != CLT_OK)) {
        return r->err->status;
    }
    if (found && !s->fresh) {
        return check_same(r, name);
    }
    const char *source = clt_path_real(r->arena, plan->ini->path);
    *r->study = (clt_study_row){.name = name,
                                .experiment = plan->ini->text,
                                .source = source != NULL ? source : plan->ini->path,
                                .identity = plan->identity,
                                .environment = s->environment,
                                .seed = (uint64_t)plan->study.seed,
                                .created_ms = clt_date_ms(),
                                .window = window_of(&plan->limits),
                                .goals = plan->goals,
                                .goal_count = plan->goal_count};
    return clt_store_add_study(s->store, r->study, r->err);
}

/* The same for one with folds: those that are complete are in the store. */
static clt_status take_folds(clt_run *r, const clt_trial_row *trial, const double *x)
{
    const clt_crew_facts *facts = clt_crew_facts_of(r->crew);
    clt_sheaf *sheaf = clt_sheaf_create(r->setup->plan, facts, trial->number);
    clt_trial_row *rows;
    size_t count;
    if (sheaf == NULL) {
        return clt_fail_memory(r->err);
    }
    sheaf->attempt = trial->attempt;
    clt_status status = clt_store_folds(r->setup->store, r->study->id, trial->number, r->arena,
                                        &rows, &count, r->err);
    for (size_t i = 0; i < count && i + 1 < facts->folds && status == CLT_OK; i++) {
        status = clt_sheaf_recall(sheaf, &rows[i]) ? CLT_OK : clt_fail_memory(r->err);
    }
    status = status == CLT_OK ? clt_run_add_folds(r, sheaf, x) : status;
    if (sheaf->open == 0) {
        clt_sheaf_destroy(sheaf);
    }
    return status;
}

/* A trial that a crash or a stop left under way runs again under its number. */
static clt_status take_unfinished(clt_run *r, const clt_trial_row *trial)
{
    if (clt_crew_facts_of(r->crew)->folds > 0) {
        double *x = clt_run_copy_point(r, NULL);
        clt_status status =
            x == NULL ? clt_fail_memory(r->err) : clt_point_of(r->setup->plan, trial, x, r->err);
        status = status == CLT_OK ? take_folds(r, trial, x) : status;
        free(x);
        return status;
    }
    clt_job job = {.number = trial->number, .attempt = trial->attempt, .queued = true};
    job.x = clt_run_copy_point(r, NULL);
    if (job.x == NULL || !CLT_PUSH(&r->jobs, job)) {
        return clt_fail_memory(r->err);
    }
    return clt_point_of(r->setup->plan, trial, job.x, r->err);
}

/* The sampler does not repeat itself: another version, another processor. What it is told is still
 * true, so the study goes on, but it is no longer to be had again. */
static clt_status resume_by_telling(clt_run *r, const clt_trial_row *rows, size_t count)
{
    const clt_host_hooks hooks = {.ctx = r->setup->watcher.ctx, .log = r->setup->watcher.log};
    const clt_watcher *w = &r->setup->watcher;
    w->log(w->ctx, "sampler", COLLET_LOG_WARN, r->err->text);
    w->log(w->ctx, "sampler", COLLET_LOG_WARN,
           "going on from the finished trials; this study can no longer be replayed");
    *r->err = (clt_error){0};
    clt_order_close(&r->order);
    if (clt_order_open(&r->order, r->setup->plan, r->study->window, &hooks, r->err) != CLT_OK) {
        return r->err->status;
    }
    return clt_order_tell_all(&r->order, rows, count, r->err);
}

/* Brings sampler and counts to where the store stands. */
static clt_status take_up(clt_run *r)
{
    clt_store *store = r->setup->store;
    clt_event *events = NULL;
    size_t event_count = 0;
    uint64_t differs;
    if (clt_store_trials(store, r->study->id, false, r->arena, &r->history, &r->history_count,
                         r->err) != CLT_OK ||
        (r->study->window == 0 && clt_store_events(store, r->study->id, r->arena, &events,
                                                   &event_count, r->err) != CLT_OK)) {
        return r->err->status;
    }
    clt_status status = clt_order_resume(&r->order, r->history, r->history_count, events,
                                         event_count, false, &differs, r->err);
    if (status != CLT_OK && differs != UINT64_MAX) {
        status = resume_by_telling(r, r->history, r->history_count);
    }
    for (size_t i = 0; i < r->history_count && status == CLT_OK; i++) {
        r->complete += r->history[i].state == CLT_TRIAL_COMPLETE;
        r->failed += r->history[i].state == CLT_TRIAL_FAILED;
        if (r->history[i].state == CLT_TRIAL_RUNNING) {
            status = take_unfinished(r, &r->history[i]);
        }
    }
    return status;
}

/* Checkpoints of finished trials may have been left by a crash. */
static void set_up_keep(clt_run *r)
{
    r->keep = (clt_keep){.folder = r->setup->checkpoints, .study = r->study->id};
    r->keep.key = clt_keep_key(r->setup->plan, r->study);
    clt_keep_sweep(&r->keep, r->history, r->history_count);
    if (r->setup->plan->limits.checkpoint) {
        clt_crew_use(r->crew, &r->keep);
    }
}

static void announce(const clt_run *r)
{
    const clt_plan *plan = r->setup->plan;
    const clt_crew_facts *facts = clt_crew_facts_of(r->crew);
    clt_study_view view = {.study = r->study,
                           .trials = (uint64_t)plan->study.trials,
                           .history = r->history,
                           .history_count = r->history_count,
                           .time_limit = plan->time_limit,
                           .train_rows = facts->train_rows,
                           .validation_rows = facts->validation_rows,
                           .test_rows = facts->test_rows,
                           .folds = facts->folds,
                           .workers = plan->limits.workers};
    r->setup->watcher.study_begun(r->setup->watcher.ctx, &view);
}

clt_status clt_run_begin(clt_run *r, const clt_crew_hooks *hooks)
{
    const clt_study_setup *s = r->setup;
    const clt_host_hooks host = {.ctx = s->watcher.ctx, .log = s->watcher.log};
    if (clt_crew_create(s->plan, s->nursery, s->watcher.wake, hooks, &r->crew, r->err) != CLT_OK ||
        clt_crew_check_goals(r->crew, r->err) != CLT_OK || find_or_add(r) != CLT_OK ||
        clt_order_open(&r->order, s->plan, r->study->window, &host, r->err) != CLT_OK ||
        take_up(r) != CLT_OK) {
        return r->err->status;
    }
    set_up_keep(r);
    announce(r);
    return CLT_OK;
}

#include "study/study.h"

#include "base/clock.h"
#include "base/suggest.h"
#include "study/attempt.h"
#include "study/history.h"
#include "train/train.h"

#include <string.h>

/* Failed trials in a row, with none complete before them, that end the study: what fails every
 * time is not the parameters. */
enum { HOPELESS = 5 };

typedef struct run {
    const clt_plan *plan;
    clt_store *store;
    const clt_watcher *watcher;
    clt_arena *arena;
    clt_study_row *study;
    clt_ending *ending;
    clt_error *err;
    clt_source source;
    clt_teller teller;
    double *x; /* [dim_count] */
    clt_trial_row *history;
    size_t history_count;
    uint64_t next;     /* number of the next new trial */
    uint64_t complete; /* complete ones so far */
    uint32_t failures; /* in a row */
    double start;
} run;

/* Every goal must be a metric of the task. */
static clt_status check_goals(run *r)
{
    const clt_metrics *metrics = clt_metrics_of(r->source.data);
    for (size_t g = 0; g < r->plan->goal_count; g++) {
        clt_suggest suggest = {.read = r->plan->goals[g].metric};
        clt_str names = {0};
        char hint[96];
        bool known = false;
        for (uint32_t i = 0; i < metrics->count; i++) {
            known = known || strcmp(metrics->names[i], suggest.read) == 0;
            clt_suggest_offer(&suggest, metrics->names[i]);
            clt_str_addf(&names, "%s%s", i > 0 ? ", " : "", metrics->names[i]);
        }
        if (!known) {
            const char *key = r->plan->goals[g].maximize ? "maximize" : "minimize";
            const clt_entry *entry = clt_ini_find(r->plan->ini, "study", key);
            clt_fail(r->err, CLT_BAD_INPUT,
                     "%s:%d: study.%s: there is no metric \"%s\"%s; there are: %s",
                     r->plan->ini->path, entry != NULL ? entry->line : 0, key, suggest.read,
                     clt_suggest_text(&suggest, hint, sizeof hint), clt_str_text(&names));
        }
        clt_str_finish(&names);
        if (!known) {
            return CLT_BAD_INPUT;
        }
    }
    return CLT_OK;
}

/* The first of name, name-2, name-3 ... that is free. */
static clt_status free_name(run *r, const char **name)
{
    bool found = true;
    clt_study_row row;
    for (int i = 2; found; i++) {
        *name = clt_arena_printf(r->arena, "%s-%d", r->plan->study.name, i);
        if (*name == NULL) {
            return clt_fail_memory(r->err);
        }
        if (clt_store_find_study(r->store, *name, r->arena, &found, &row, r->err) != CLT_OK) {
            return r->err->status;
        }
    }
    return CLT_OK;
}

/* Finds the study that goes on, or adds it. */
static clt_status find_or_add(run *r, bool fresh, const char *environment)
{
    const clt_plan *plan = r->plan;
    const char *name = plan->study.name;
    bool found;
    if (clt_store_find_study(r->store, name, r->arena, &found, r->study, r->err) != CLT_OK ||
        (found && fresh && free_name(r, &name) != CLT_OK)) {
        return r->err->status;
    }
    if (found && !fresh) {
        return clt_plan_same(plan, name, r->study->identity, r->err);
    }
    *r->study = (clt_study_row){.name = name,
                                .experiment = plan->ini->text,
                                .source = plan->ini->path,
                                .identity = plan->identity,
                                .environment = environment,
                                .seed = (uint64_t)plan->study.seed,
                                .created_ms = clt_date_ms(),
                                .goals = plan->goals,
                                .goal_count = plan->goal_count};
    return clt_store_add_study(r->store, r->study, r->err);
}

/* Tells the sampler all that is known, finished trials first, then those under way. */
static clt_status replay(run *r)
{
    if (clt_store_trials(r->store, r->study->id, false, r->arena, &r->history, &r->history_count,
                         r->err) != CLT_OK) {
        return r->err->status;
    }
    for (int under_way = 0; under_way < 2; under_way++) {
        for (size_t i = 0; i < r->history_count; i++) {
            const clt_trial_row *trial = &r->history[i];
            if ((trial->state == CLT_TRIAL_RUNNING) != (under_way == 1)) {
                continue;
            }
            if (clt_point_of(r->plan, trial, r->x, r->err) != CLT_OK ||
                clt_teller_tell(&r->teller, trial, r->x, r->err) != CLT_OK) {
                return r->err->status;
            }
            r->next = trial->number >= r->next ? trial->number + 1 : r->next;
            r->complete += trial->state == CLT_TRIAL_COMPLETE;
        }
    }
    return CLT_OK;
}

/* Stores the end of a trial, then tells: a result that was told is durable. */
static clt_status settle(run *r, clt_trial_row *trial)
{
    bool failed = trial->state == CLT_TRIAL_FAILED;
    if (clt_store_finish(r->store, r->study->id, trial, r->err) != CLT_OK) {
        return r->err->status;
    }
    if (r->watcher->trial_done != NULL) {
        r->watcher->trial_done(r->watcher->ctx, trial);
    }
    r->complete += trial->state == CLT_TRIAL_COMPLETE;
    r->failures = failed ? r->failures + 1 : 0;
    if (r->complete == 0 && r->failures >= HOPELESS) {
        return clt_fail(r->err, CLT_TRIALS_FAILED,
                        "the first %d trials all failed; the last one: %s", HOPELESS, trial->why);
    }
    return clt_teller_tell(&r->teller, trial, r->x, r->err);
}

/* Runs the trial at r->x under its number. */
static clt_status run_trial(run *r, uint64_t number, uint32_t attempt)
{
    clt_arena arena = {0};
    clt_trial_row trial = {.number = number, .attempt = attempt, .started_ms = clt_date_ms()};
    clt_status status = clt_params_of(r->plan, r->x, &arena, &trial, r->err);
    if (status == CLT_OK) {
        status = clt_store_begin(r->store, r->study->id, &trial, r->err);
    }
    if (status == CLT_OK) {
        status = clt_attempt_run(r->plan, &r->source, r->x, r->watcher, &arena, &trial, r->err);
    }
    status = status == CLT_OK ? settle(r, &trial) : status;
    clt_arena_finish(&arena);
    return status;
}

/* Should the run end before another trial? */
static bool is_over(run *r)
{
    const clt_plan *plan = r->plan;
    if (r->watcher->stop != NULL && r->watcher->stop(r->watcher->ctx) != CLT_GO_ON) {
        *r->ending = CLT_ENDED_STOPPED;
        return true;
    }
    if (plan->time_limit > 0 && clt_clock() - r->start >= plan->time_limit) {
        *r->ending = CLT_ENDED_TIME;
        return true;
    }
    return false;
}

/* Trials that a crash or a stop left under way, each under its old number. */
static clt_status run_unfinished(run *r)
{
    for (size_t i = 0; i < r->history_count; i++) {
        const clt_trial_row *trial = &r->history[i];
        if (trial->state != CLT_TRIAL_RUNNING) {
            continue;
        }
        if (is_over(r)) {
            return CLT_OK;
        }
        if (clt_point_of(r->plan, trial, r->x, r->err) != CLT_OK ||
            run_trial(r, trial->number, trial->attempt + 1) != CLT_OK) {
            return r->err->status;
        }
    }
    return CLT_OK;
}

static clt_status run_new(run *r)
{
    uint64_t wanted = (uint64_t)r->plan->study.trials;
    while (!is_over(r)) {
        bool done;
        if (wanted > 0 && r->next >= wanted) {
            *r->ending = CLT_ENDED_ALL;
            return CLT_OK;
        }
        if (clt_teller_ask(&r->teller, r->next, r->x, &done, r->err) != CLT_OK) {
            return r->err->status;
        }
        if (done) {
            *r->ending = CLT_ENDED_EXHAUSTED;
            return CLT_OK;
        }
        if (run_trial(r, r->next, 1) != CLT_OK) {
            return r->err->status;
        }
        r->next++;
    }
    return CLT_OK;
}

static void announce(const run *r)
{
    clt_study_view view = {.study = r->study,
                           .trials = (uint64_t)r->plan->study.trials,
                           .history = r->history,
                           .history_count = r->history_count,
                           .time_limit = r->plan->time_limit,
                           .train_rows = r->source.split.train_count,
                           .validation_rows = r->source.split.validation_count};
    if (r->watcher->study_begun != NULL) {
        r->watcher->study_begun(r->watcher->ctx, &view);
    }
}

static clt_status run_all(run *r, bool fresh, const char *environment)
{
    const clt_host_hooks hooks = {.ctx = r->watcher->ctx, .log = r->watcher->log};
    r->x = clt_arena_array(r->arena, r->plan->space.dim_count + 1u, sizeof *r->x);
    if (r->x == NULL) {
        return clt_fail_memory(r->err);
    }
    if (clt_source_open(&r->source, r->plan, &hooks, r->err) != CLT_OK ||
        check_goals(r) != CLT_OK ||
        clt_teller_open(&r->teller, r->plan, &hooks, r->err) != CLT_OK ||
        find_or_add(r, fresh, environment) != CLT_OK || replay(r) != CLT_OK) {
        return r->err->status;
    }
    announce(r);
    clt_status status = run_unfinished(r);
    status = status == CLT_OK ? run_new(r) : status;
    if (status == CLT_INTERRUPTED) {
        *r->ending = CLT_ENDED_STOPPED;
        *r->err = (clt_error){0};
        return CLT_OK;
    }
    return status;
}

clt_status clt_study_run(const clt_plan *plan, clt_store *store, bool fresh,
                         const char *environment, const clt_watcher *watcher, clt_arena *arena,
                         clt_study_row *study, clt_ending *ending, clt_error *err)
{
    run r = {.plan = plan,
             .store = store,
             .watcher = watcher,
             .arena = arena,
             .study = study,
             .ending = ending,
             .err = err,
             .start = clt_clock()};
    *study = (clt_study_row){0};
    clt_status status = run_all(&r, fresh, environment);
    clt_teller_close(&r.teller);
    clt_source_close(&r.source);
    return status;
}

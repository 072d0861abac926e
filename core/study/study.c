#include "study/study.h"

#include "base/clock.h"
#include "study/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    HOPELESS_FIRST = 5, /* failed trials, with none complete, that end a run */
    HOPELESS_ROW = 10,  /* failed trials in a row that do */
    MOST_WRITES = 4096  /* that wait for one commit */
};

/* Seconds that results of quick trials wait for others to share a commit with. */
static const double GROUP_TIME = 0.02;

/* Seconds that folds wait for one, with the trial under way: what a crash may have to repeat of
 * them. A commit costs as much as a short fold. */
static const double FOLD_TIME = 1;

/* Seconds after which the store is tended, though nothing happens. */
static const double TEND_TIME = 2;

clt_status clt_run_check_failures(const clt_run *r)
{
    const clt_limits *l = &r->setup->plan->limits;
    if (r->complete == 0 && r->failures >= HOPELESS_FIRST) {
        return clt_fail(r->err, CLT_TRIALS_FAILED,
                        "the first %d trials all failed; the last one: %s", HOPELESS_FIRST,
                        r->last_why);
    }
    if (r->failures >= HOPELESS_ROW) {
        return clt_fail(r->err, CLT_TRIALS_FAILED, "%d trials in a row failed; the last one: %s",
                        HOPELESS_ROW, r->last_why);
    }
    if (l->max_failed > 0 && r->failed >= l->max_failed) {
        return clt_fail(r->err, CLT_TRIALS_FAILED, "%llu trials failed; [run] max_failed is %llu",
                        (unsigned long long)r->failed, (unsigned long long)l->max_failed);
    }
    return CLT_OK;
}

static uint64_t results_in_memory(const clt_run *r)
{
    uint64_t count = 0;
    for (size_t i = 0; i < r->journal.writes.count; i++) {
        const clt_write *write = &r->journal.writes.items[i];
        count += write->type == CLT_WRITE_FINISH || write->type == CLT_WRITE_FOLD;
    }
    return count;
}

/* The disk is full: the journal is kept, and tried again in a second. */
static clt_status pause_run(clt_run *r)
{
    const clt_watcher *w = &r->setup->watcher;
    if (!r->full) {
        char line[sizeof r->err->text + 96];
        (void)snprintf(line, sizeof line,
                       "%s; no trial begins until there is space, results are kept in memory",
                       r->err->text);
        w->log(w->ctx, "store", COLLET_LOG_WARN, line);
    }
    r->full = true;
    r->retry_at = clt_clock() + 1;
    *r->err = (clt_error){0};
    return CLT_OK;
}

static void go_on(clt_run *r)
{
    const clt_watcher *w = &r->setup->watcher;
    if (r->full) {
        w->log(w->ctx, "store", COLLET_LOG_WARN, "there is space again; going on");
    }
    r->full = false;
}

/* No checkpoint is wanted any more of a trial, nor of any fold of it. */
static void drop_checkpoints(const clt_run *r, const clt_trial_row *trial)
{
    size_t folds = clt_crew_facts_of(r->crew)->folds;
    for (uint32_t fold = folds > 0; fold <= folds; fold++) {
        clt_keep_drop(&r->keep, trial->number, fold, trial->attempt);
    }
}

/* Launches and announces what has become durable. */
static clt_status publish(clt_run *r)
{
    const clt_watcher *w = &r->setup->watcher;
    r->folds_pending = 0;
    for (size_t i = 0; i < r->journal.writes.count; i++) {
        const clt_trial_row *trial = &r->journal.writes.items[i].trial;
        switch (r->journal.writes.items[i].type) {
        case CLT_WRITE_FOLD:
            clt_keep_drop(&r->keep, trial->number, trial->fold, trial->attempt);
            break;
        case CLT_WRITE_FINISH:
            if (trial->state != CLT_TRIAL_PAUSED) {
                drop_checkpoints(r, trial);
            }
            w->trial_done(w->ctx, trial);
            break;
        default:
            break;
        }
    }
    clt_journal_clear(&r->journal);
    return clt_run_launch(r);
}

/* Is there nothing to be written but folds of trials that go on? */
static bool only_folds(const clt_run *r)
{
    return r->journal.writes.count == r->folds_pending && clt_crew_busy(r->crew) + r->pending > 0 &&
           r->err->status == CLT_OK;
}

/* Results are committed at once, but for those of quick trials that come by the hundred, and for
 * folds. */
static bool commit_due(const clt_run *r)
{
    if (only_folds(r)) {
        return r->folds_pending > 0 && clt_clock() - r->journal_since >= FOLD_TIME;
    }
    return !clt_crew_is_hot(r->crew) || r->pending > 0 || clt_crew_busy(r->crew) == 0 ||
           r->err->status != CLT_OK || r->journal.writes.count >= MOST_WRITES ||
           clt_clock() - r->journal_since >= GROUP_TIME;
}

/* Seconds that the run may wait for attempts. */
static double patience(const clt_run *r, double left)
{
    left = left < 0 || left > TEND_TIME ? TEND_TIME : left;
    double group = r->journal_since + (only_folds(r) ? FOLD_TIME : GROUP_TIME) - clt_clock();
    group = group > 0 ? group : 0;
    return r->journal.writes.count > 0 && group < left ? group : left;
}

/* Makes the journal durable, then launches and announces what is in it; or finds the disk full. */
static clt_status commit(clt_run *r)
{
    if (r->full && clt_clock() < r->retry_at) {
        return CLT_OK;
    }
    if (r->journal.writes.count > 0 &&
        clt_journal_commit(&r->journal, r->setup->store, r->study->id, r->err) != CLT_OK) {
        return clt_store_is_full(r->setup->store) ? pause_run(r) : r->err->status;
    }
    go_on(r);
    return publish(r);
}

/* The last commit of a run that is stopped. */
static clt_status commit_or_drop(clt_run *r)
{
    char line[128];
    const clt_watcher *w = &r->setup->watcher;
    r->retry_at = 0;
    clt_status status = commit(r);
    uint64_t lost = status == CLT_OK && r->full ? results_in_memory(r) : 0;
    if (lost > 0) {
        (void)snprintf(line, sizeof line,
                       "%llu result%s could not be stored; run again once there is space, and what "
                       "gave %s runs again",
                       (unsigned long long)lost, lost == 1 ? "" : "s", lost == 1 ? "it" : "them");
        w->log(w->ctx, "store", COLLET_LOG_WARN, line);
    }
    return status;
}

/* Seconds until the time of the run is over, of which only those count that it could run; negative:
 * no limit. */
static double time_left(const clt_run *r)
{
    double spent = clt_clock() - r->start - clt_crew_absence(r->crew);
    double limit = r->setup->plan->time_limit, left = limit - spent;
    return limit <= 0 ? -1 : left < 0 ? 0 : left;
}

/* One turn while the disk is full: what is under way goes on. A run that is to end does so once
 * that loses nothing. */
static clt_status turn_full(clt_run *r, bool end, bool *over)
{
    *over = end && clt_crew_busy(r->crew) == 0 && results_in_memory(r) == 0;
    double left = r->retry_at - clt_clock();
    clt_status status = *over ? CLT_OK : clt_crew_wait(r->crew, left < 0 ? 0 : left, r->err);
    return status == CLT_OK ? r->err->status : status;
}

/* Did the study end before it had as many trials as wanted, since there are no more points? */
static bool no_more_points(const clt_run *r)
{
    const clt_study_options *o = &r->setup->plan->study;
    uint64_t wanted = (uint64_t)o->trials;
    uint64_t trials =
        o->duplicates == CLT_DUPLICATES_RESAMPLE ? r->order.twins.points : r->order.next;
    return o->duplicates != CLT_DUPLICATES_ALLOW && clt_twins_exhausted(&r->order.twins) &&
           (wanted == 0 || trials < wanted);
}

/* One turn: store, launch, wait. *over: the run has come to its end. */
static clt_status turn(clt_run *r, clt_ending *ending, bool *over)
{
    const clt_watcher *w = &r->setup->watcher;
    clt_stop stop = w->stop(w->ctx);
    bool late = time_left(r) == 0, last = stop != CLT_GO_ON || late;
    if (stop == CLT_STOP_NOW) {
        r->stopping = *over = true;
        *ending = CLT_ENDED_STOPPED;
        return clt_crew_stop(r->crew, r->err) == CLT_OK ? commit_or_drop(r) : r->err->status;
    }
    clt_status status = r->full ? CLT_OK : clt_run_plan(r, last);
    if (status == CLT_OK) {
        status = r->full || commit_due(r) ? commit(r) : only_folds(r) ? clt_run_launch(r) : CLT_OK;
    }
    if (status == CLT_OK && r->full) {
        *ending = stop != CLT_GO_ON ? CLT_ENDED_STOPPED : CLT_ENDED_TIME;
        return turn_full(r, last, over);
    }
    status = status == CLT_OK ? clt_run_check_failures(r) : status;
    if (status != CLT_OK) {
        return status;
    }
    if (clt_crew_busy(r->crew) == 0) {
        *over = clt_run_next(r, last) == NULL && (last || !clt_run_may_ask(r));
        bool ruled = r->order.halt.by != CLT_HALT_NONE;
        *ending = stop != CLT_GO_ON   ? CLT_ENDED_STOPPED
                  : late              ? CLT_ENDED_TIME
                  : ruled             ? CLT_ENDED_RULE
                  : r->exhausted      ? CLT_ENDED_EXHAUSTED
                  : no_more_points(r) ? CLT_ENDED_SPACE
                                      : CLT_ENDED_ALL;
        if (*over || !clt_crew_is_ending(r->crew)) {
            return CLT_OK;
        }
    }
    status = clt_crew_wait(r->crew, patience(r, late ? -1 : time_left(r)), r->err);
    status = status == CLT_OK ? r->err->status : status;
    return status == CLT_OK ? clt_store_tend(r->setup->store, r->err) : status;
}

/* A study that is through and has nothing but failures, too few to have ended it before. */
static clt_status check_any_complete(const clt_run *r, clt_ending ending)
{
    if (r->complete > 0 || r->failed == 0 || r->paused.count > 0 || ending == CLT_ENDED_TIME ||
        ending == CLT_ENDED_STOPPED) {
        return CLT_OK;
    }
    return r->failed == 1
               ? clt_fail(r->err, CLT_TRIALS_FAILED, "the only trial failed: %s", r->last_why)
               : clt_fail(r->err, CLT_TRIALS_FAILED,
                          "all %" PRIu64 " trials failed; the last one: %s", r->failed,
                          r->last_why);
}

/* What ended the study, in figures. */
static void add_why(const clt_run *r, clt_ending ending, clt_str *why)
{
    uint64_t trials = r->order.next;
    if (ending == CLT_ENDED_RULE) {
        clt_halt_text(&r->order.halt, why);
    } else if (ending == CLT_ENDED_EXHAUSTED) {
        clt_str_addf(why, "%s has nothing left to propose after %" PRIu64 " trial%s",
                     clt_plan_component(r->setup->plan, "sampler", NULL)->id, trials,
                     trials == 1 ? "" : "s");
    } else if (isfinite(r->order.twins.room) &&
               (double)r->order.twins.points >= r->order.twins.room) {
        clt_str_addf(why, "all %zu points were tried", r->order.twins.points);
    } else {
        clt_str_addf(why, "the last %zu proposals were among the %zu points that were tried",
                     r->order.twins.row, r->order.twins.points);
    }
}

/* Notes what ended the study, where that was not that it has as many trials as wanted; of a rule
 * the log hears. */
static clt_status note_ending(clt_run *r, clt_ending ending)
{
    clt_str why = {0};
    const clt_watcher *w = &r->setup->watcher;
    bool ruled = ending == CLT_ENDED_RULE, space = ending == CLT_ENDED_SPACE;
    if (!ruled && !space && ending != CLT_ENDED_EXHAUSTED) {
        return CLT_OK;
    }
    add_why(r, ending, &why);
    const clt_ended ended = {.by = ruled   ? clt_halt_name(r->order.halt.by)
                                   : space ? "space"
                                           : "sampler",
                             .why = clt_arena_copy(r->arena, clt_str_text(&why)),
                             .trials = r->order.next};
    bool whole = !why.failed && ended.why != NULL;
    clt_str_finish(&why);
    const char *line =
        whole ? clt_arena_printf(r->arena, "ended by %s: %s", ended.by, ended.why) : NULL;
    if (line == NULL) {
        return clt_fail_memory(r->err);
    }
    if (ruled) {
        w->log(w->ctx, "study", COLLET_LOG_INFO, line);
    }
    r->study->ended = ended;
    return clt_store_note_ended(r->setup->store, r->study->id, &ended, r->err);
}

/* The run was stopped, or its time was over, while data was opened. Where that was not the first
 * time there is a study, with results that may wait for their commit; else the error stands. */
static clt_status stop_opening(clt_run *r, clt_ending *ending)
{
    const clt_watcher *w = &r->setup->watcher;
    clt_stop stop = w->stop(w->ctx); /* it wants to know by what */
    *ending =
        r->err->status == CLT_STOPPED && stop == CLT_GO_ON ? CLT_ENDED_TIME : CLT_ENDED_STOPPED;
    if (r->study->name == NULL) {
        return r->err->status;
    }
    *r->err = (clt_error){0};
    r->stopping = true;
    return commit_or_drop(r);
}

clt_status clt_study_run(const clt_study_setup *setup, clt_arena *arena, clt_study_row *study,
                         clt_ending *ending, clt_error *err)
{
    clt_run r = {.setup = setup, .arena = arena, .study = study, .err = err, .start = clt_clock()};
    const clt_crew_hooks hooks = clt_run_hooks(&r);
    bool over = false;
    *study = (clt_study_row){0};
    *ending = CLT_ENDED_STOPPED; /* until it is known better */
    clt_status status = clt_run_begin(&r, &hooks);
    while (status == CLT_OK && !over) {
        status = turn(&r, ending, &over);
    }
    status = status == CLT_INTERRUPTED || status == CLT_STOPPED ? stop_opening(&r, ending) : status;
    status = status == CLT_OK ? note_ending(&r, *ending) : status;
    status = status == CLT_OK ? check_any_complete(&r, *ending) : status;
    if (status != CLT_OK &&
        r.journal.writes.count > 0) { /* what was found before the failure is still true */
        clt_error ignored = {0};
        (void)clt_journal_commit(&r.journal, setup->store, study->id, &ignored);
    }
    clt_crew_destroy(r.crew);
    clt_keep_finish(&r.keep);
    while (r.jobs.count > 0) {
        clt_run_drop_job(&r, &r.jobs.items[0]);
    }
    CLT_VEC_FINISH(&r.jobs);
    for (size_t i = 0; i < r.paused.count; i++) {
        free(r.paused.items[i].x);
    }
    CLT_VEC_FINISH(&r.paused);
    clt_pruning_close(&r.pruning);
    clt_journal_finish(&r.journal);
    clt_order_close(&r.order);
    return status;
}

#include "study/study.h"

#include "base/clock.h"
#include "study/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOPELESS_FIRST = 5, /* failed trials, with none complete, that end a run */
    HOPELESS_ROW = 10,  /* failed trials in a row that do */
    MOST_LOST = 10,     /* times that a run starts a trial again whose process was lost */
    MOST_WRITES = 4096  /* that wait for one commit */
};

/* Seconds that results of quick trials wait for others to share a commit with. */
static const double GROUP_TIME = 0.02;

double *clt_run_copy_point(const clt_run *run, const double *x)
{
    size_t dims = run->setup->plan->space.dim_count;
    double *copy = calloc(dims + 1, sizeof *copy);
    if (copy != NULL && x != NULL) {
        memcpy(copy, x, dims * sizeof *copy);
    }
    return copy;
}

static clt_job *find_job(clt_run *r, uint64_t number)
{
    for (size_t i = 0; i < r->jobs.count; i++) {
        if (r->jobs.items[i].number == number) {
            return &r->jobs.items[i];
        }
    }
    return NULL;
}

static void drop_job(clt_run *r, clt_job *job)
{
    free(job->x);
    *job = r->jobs.items[--r->jobs.count];
}

static void begun(void *ctx, const clt_trial_row *trial, uint64_t epochs)
{
    const clt_watcher *w = &((clt_run *)ctx)->setup->watcher;
    w->trial_begun(w->ctx, trial, epochs);
}

static void epoch(void *ctx, const clt_trial_row *trial, uint64_t at, uint64_t epochs, double value)
{
    const clt_watcher *w = &((clt_run *)ctx)->setup->watcher;
    w->epoch_done(w->ctx, trial, at, epochs, value);
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    const clt_watcher *w = &((clt_run *)ctx)->setup->watcher;
    w->log(w->ctx, unit, level, line);
}

static bool add_write(clt_run *r, const clt_write *write)
{
    r->journal_since = r->journal.writes.count == 0 ? clt_clock() : r->journal_since;
    return clt_journal_add(&r->journal, write);
}

static clt_status add_event(clt_run *r, uint64_t number, bool told)
{
    clt_write write = {.type = CLT_WRITE_EVENT, .event = {told, number}};
    return r->study->window > 0 || add_write(r, &write) ? CLT_OK : clt_fail_memory(r->err);
}

/* A trial is over: to be stored, and for the sampler to know. */
static clt_status settle(clt_run *r, const clt_trial_row *trial, const double *x)
{
    clt_write write = {.type = CLT_WRITE_FINISH};
    if (!clt_journal_copy(&r->journal, trial, &write.trial) || !add_write(r, &write)) {
        return clt_fail_memory(r->err);
    }
    bool failed = trial->state == CLT_TRIAL_FAILED;
    r->complete += !failed;
    r->failed += failed;
    r->failures = failed ? r->failures + 1 : 0;
    (void)snprintf(r->last_why, sizeof r->last_why, "%s", failed ? trial->why : "");
    return clt_order_finish(&r->order, trial, x, r->err) == CLT_OK
               ? add_event(r, trial->number, true)
               : r->err->status;
}

/* Shall this failure be given another chance? */
static bool may_retry(const clt_job *job, clt_failure failure)
{
    bool own =
        failure == CLT_FAIL_CRASH || failure == CLT_FAIL_MEMORY || failure == CLT_FAIL_NO_RESULT;
    return own && job->faults == 0;
}

static void ended(void *ctx, const clt_trial_row *trial, const double *x, clt_verdict verdict)
{
    clt_run *r = ctx;
    const clt_watcher *w = &r->setup->watcher;
    clt_job *job = find_job(r, trial->number);
    bool lost = verdict == CLT_VERDICT_LOST, shared = verdict == CLT_VERDICT_SHARED;
    if (job == NULL || r->err->status != CLT_OK) {
        return;
    }
    if (lost && r->stopping) { /* it stays RUNNING in the store, and runs again with the study */
        drop_job(r, job);
        return;
    }
    job->lost += lost;
    if ((lost && job->lost < MOST_LOST) || shared || may_retry(job, trial->failure)) {
        job->faults += verdict == CLT_VERDICT_OWN;
        job->queued = job->alone = true;
        w->trial_again(w->ctx, trial);
        return;
    }
    (void)settle(r, trial, x);
    drop_job(r, find_job(r, trial->number));
}

static void not_run(void *ctx, uint64_t number)
{
    clt_run *r = ctx;
    clt_job *job = find_job(r, number);
    if (job != NULL && r->stopping) {
        drop_job(r, job);
    } else if (job != NULL) {
        job->queued = job->handed_back = true;
    }
}

/* Puts the beginning of a job's next attempt into the journal. */
static clt_status begin(clt_run *r, clt_job *job)
{
    clt_write write = {.type = CLT_WRITE_BEGIN};
    job->attempt++;
    job->queued = false;
    write.trial = (clt_trial_row){
        .number = job->number, .attempt = job->attempt, .started_ms = clt_date_ms()};
    if (clt_params_of(r->setup->plan, job->x, &r->journal.arena, &write.trial, r->err) != CLT_OK) {
        return r->err->status;
    }
    return add_write(r, &write) ? CLT_OK : clt_fail_memory(r->err);
}

/* A point that crashed before is not tried again. */
static clt_status refuse(clt_run *r, const clt_job *job, uint64_t before)
{
    char why[128];
    (void)snprintf(why, sizeof why, "trial %llu had the same parameters and failed",
                   (unsigned long long)before);
    clt_trial_row row = {.number = job->number,
                         .attempt = job->attempt,
                         .state = CLT_TRIAL_FAILED,
                         .failure = CLT_FAIL_QUARANTINE,
                         .why = why};
    return settle(r, &row, job->x);
}

/* Asks for one more trial. *asked: it is to be launched; NULL: there is none. */
static clt_status ask(clt_run *r, clt_job **asked)
{
    clt_job job = {.number = r->order.next, .x = clt_run_copy_point(r, NULL)};
    uint64_t before;
    bool done = false;
    *asked = NULL;
    if (job.x == NULL) {
        return clt_fail_memory(r->err);
    }
    clt_status status = clt_order_ask(&r->order, job.x, &done, &before, r->err);
    r->exhausted = done;
    if (status != CLT_OK || done || !CLT_PUSH(&r->jobs, job)) {
        free(job.x);
        return status != CLT_OK || done ? status : clt_fail_memory(r->err);
    }
    clt_job *kept = &r->jobs.items[r->jobs.count - 1];
    status = add_event(r, job.number, false);
    status = status == CLT_OK ? begin(r, kept) : status;
    if (status == CLT_OK && before != UINT64_MAX) {
        kept->refused = true;
        status = refuse(r, kept, before);
    }
    *asked = before == UINT64_MAX ? kept : NULL;
    return status;
}

static bool may_ask(const clt_run *r)
{
    uint64_t wanted = (uint64_t)r->setup->plan->study.trials;
    return !r->exhausted && (wanted == 0 || r->order.next < wanted) && clt_order_ready(&r->order);
}

static clt_job *next_queued(clt_run *r)
{
    clt_job *first = NULL;
    for (size_t i = 0; i < r->jobs.count; i++) {
        clt_job *job = &r->jobs.items[i];
        if (job->queued && (first == NULL || job->number < first->number)) {
            first = job;
        }
    }
    return first;
}

static clt_status check_failures(const clt_run *r)
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

/* Is there a place for the job (NULL: for a new one)? *fresh: in a process that is to be started.
 */
static bool find_place(clt_run *r, const clt_job *job, bool *fresh)
{
    clt_crew_room room = clt_crew_room_of(r->crew);
    bool alone = job != NULL && job->alone;
    *fresh = room.fresh > r->pending;
    if (!*fresh && alone && room.fresh + room.idle > r->pending) {
        clt_crew_end_idle(r->crew);
        *fresh = true;
    }
    return *fresh || (!alone && room.hot > 0);
}

/* A quick trial that is sent to a process at hand need not wait for the disk: where all is lost
 * that was not committed, it never was. */
static clt_status place(clt_run *r, clt_job *job, bool fresh)
{
    job->queued = job->handed_back = false;
    job->launch = fresh;
    r->pending += fresh;
    return fresh ? CLT_OK : clt_crew_launch_hot(r->crew, job->number, job->attempt, job->x, r->err);
}

/* Fills the free places: what waits first, then new trials. */
static clt_status plan_work(clt_run *r)
{
    clt_status status = CLT_OK;
    while (status == CLT_OK && check_failures(r) == CLT_OK) {
        clt_job *job = next_queued(r);
        bool fresh;
        if ((job == NULL && !may_ask(r)) || !find_place(r, job, &fresh)) {
            break;
        }
        status = job == NULL ? ask(r, &job) : job->handed_back ? CLT_OK : begin(r, job);
        if (status == CLT_OK && job != NULL) {
            status = place(r, job, fresh);
        }
    }
    return status;
}

static uint64_t results_in_memory(const clt_run *r)
{
    uint64_t count = 0;
    for (size_t i = 0; i < r->journal.writes.count; i++) {
        count += r->journal.writes.items[i].type == CLT_WRITE_FINISH;
    }
    return count;
}

/* Launches what waited for the journal. */
static clt_status launch(clt_run *r)
{
    clt_status status = CLT_OK;
    for (size_t i = r->jobs.count; i > 0; i--) {
        if (r->jobs.items[i - 1].refused) {
            drop_job(r, &r->jobs.items[i - 1]);
        }
    }
    for (size_t i = 0; i < r->jobs.count && status == CLT_OK; i++) {
        clt_job *job = &r->jobs.items[i];
        if (job->launch && !r->stopping) {
            job->launch = false;
            status =
                clt_crew_launch(r->crew, job->number, job->attempt, job->x, !job->alone, r->err);
        }
    }
    r->pending = 0;
    return status;
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

/* Launches and announces what has become durable. */
static clt_status publish(clt_run *r)
{
    const clt_watcher *w = &r->setup->watcher;
    clt_status status = CLT_OK;
    for (size_t i = 0; i < r->journal.writes.count && status == CLT_OK; i++) {
        const clt_write *write = &r->journal.writes.items[i];
        if (write->type == CLT_WRITE_FINISH) {
            clt_keep_drop(&r->keep, write->trial.number, write->trial.attempt);
            w->trial_done(w->ctx, &write->trial);
        }
    }
    clt_journal_clear(&r->journal);
    return status == CLT_OK ? launch(r) : status;
}

/* Results are committed at once, but for those of quick trials that come by the hundred. */
static bool commit_due(const clt_run *r)
{
    return !clt_crew_is_hot(r->crew) || r->pending > 0 || clt_crew_busy(r->crew) == 0 ||
           r->err->status != CLT_OK || r->journal.writes.count >= MOST_WRITES ||
           clt_clock() - r->journal_since >= GROUP_TIME;
}

/* Seconds that the run may wait for attempts; negative: no limit. */
static double patience(const clt_run *r, double left)
{
    double group = r->journal_since + GROUP_TIME - clt_clock();
    group = group > 0 ? group : 0;
    return r->journal.writes.count > 0 && (left < 0 || group < left) ? group : left;
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

/* Seconds until the time of the run is over; negative: no limit. */
static double time_left(const clt_run *r)
{
    double limit = r->setup->plan->time_limit, left = limit - (clt_clock() - r->start);
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

/* One turn: store, launch, wait. *over: the run has come to its end. */
static clt_status turn(clt_run *r, clt_ending *ending, bool *over)
{
    const clt_watcher *w = &r->setup->watcher;
    clt_stop stop = w->stop(w->ctx);
    bool late = time_left(r) == 0;
    if (stop == CLT_STOP_NOW) {
        r->stopping = *over = true;
        *ending = CLT_ENDED_STOPPED;
        return clt_crew_stop(r->crew, r->err) == CLT_OK ? commit_or_drop(r) : r->err->status;
    }
    clt_status status = stop == CLT_GO_ON && !late && !r->full ? plan_work(r) : CLT_OK;
    status = status == CLT_OK && (r->full || commit_due(r)) ? commit(r) : status;
    if (status == CLT_OK && r->full) {
        *ending = stop != CLT_GO_ON ? CLT_ENDED_STOPPED : CLT_ENDED_TIME;
        return turn_full(r, stop != CLT_GO_ON || late, over);
    }
    status = status == CLT_OK ? check_failures(r) : status;
    if (status != CLT_OK) {
        return status;
    }
    if (clt_crew_busy(r->crew) == 0) {
        bool waits = next_queued(r) != NULL && stop == CLT_GO_ON && !late;
        *over = !waits && (stop != CLT_GO_ON || late || !may_ask(r));
        *ending = stop != CLT_GO_ON ? CLT_ENDED_STOPPED
                  : late            ? CLT_ENDED_TIME
                  : r->exhausted    ? CLT_ENDED_EXHAUSTED
                                    : CLT_ENDED_ALL;
        return CLT_OK;
    }
    status = clt_crew_wait(r->crew, patience(r, late ? -1 : time_left(r)), r->err);
    return status == CLT_OK ? r->err->status : status;
}

clt_status clt_study_run(const clt_study_setup *setup, clt_arena *arena, clt_study_row *study,
                         clt_ending *ending, clt_error *err)
{
    clt_run r = {.setup = setup, .arena = arena, .study = study, .err = err, .start = clt_clock()};
    const clt_crew_hooks hooks = {&r, begun, epoch, log_line, ended, not_run};
    bool over = false;
    *study = (clt_study_row){0};
    clt_status status = clt_run_begin(&r, &hooks);
    while (status == CLT_OK && !over) {
        status = turn(&r, ending, &over);
    }
    if (status == CLT_INTERRUPTED) { /* while the data was opened */
        *ending = CLT_ENDED_STOPPED;
        *err = (clt_error){0};
        status = CLT_OK;
    }
    if (status != CLT_OK &&
        r.journal.writes.count > 0) { /* what was found before the failure is still true */
        clt_error ignored = {0};
        (void)clt_journal_commit(&r.journal, setup->store, study->id, &ignored);
    }
    clt_crew_destroy(r.crew);
    clt_keep_finish(&r.keep);
    while (r.jobs.count > 0) {
        drop_job(&r, &r.jobs.items[0]);
    }
    CLT_VEC_FINISH(&r.jobs);
    clt_journal_finish(&r.journal);
    clt_order_close(&r.order);
    return status;
}

/* What a run has under way, trials or folds of them, and what becomes of it. */
#include "study/run.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LOST = 10 /* times that a run starts again what was lost with its process */ };

double *clt_run_copy_point(const clt_run *run, const double *x)
{
    size_t dims = run->setup->plan->space.dim_count;
    double *copy = calloc(dims + 1, sizeof *copy);
    if (copy != NULL && x != NULL) {
        memcpy(copy, x, dims * sizeof *copy);
    }
    return copy;
}

clt_job *clt_run_find_job(clt_run *r, uint64_t number, uint32_t fold)
{
    for (size_t i = 0; i < r->jobs.count; i++) {
        if (r->jobs.items[i].number == number && r->jobs.items[i].fold == fold) {
            return &r->jobs.items[i];
        }
    }
    return NULL;
}

/* Drops a job; its sheaf goes with the last one. */
void clt_run_drop_job(clt_run *r, clt_job *job)
{
    if (job->sheaf != NULL && --job->sheaf->open == 0) {
        r->open -= job->sheaf->started_ms != 0;
        clt_sheaf_destroy(job->sheaf);
    }
    free(job->x);
    *job = r->jobs.items[--r->jobs.count];
}

bool clt_run_add_write(clt_run *r, const clt_write *write)
{
    r->journal_since = r->journal.writes.count == 0 ? clt_clock() : r->journal_since;
    return clt_journal_add(&r->journal, write);
}

clt_status clt_run_add_event(clt_run *r, uint64_t number, bool told)
{
    clt_write write = {.type = CLT_WRITE_EVENT, .event = {told, number}};
    return r->study->window > 0 || clt_run_add_write(r, &write) ? CLT_OK : clt_fail_memory(r->err);
}

/* ---- The end -------------------------------------------------------------------------------- */

/* Puts a write of a copy of the row into the journal. */
static clt_status store(clt_run *r, clt_write write, const clt_trial_row *row)
{
    return clt_trial_row_copy(&r->journal.arena, row, &write.trial) && clt_run_add_write(r, &write)
               ? CLT_OK
               : clt_fail_memory(r->err);
}

static clt_status settle_twins(clt_run *r, const clt_trial_row *first);

clt_status clt_run_settle(clt_run *r, const clt_job *job, const clt_trial_row *trial)
{
    if (store(r, (clt_write){.type = CLT_WRITE_FINISH}, trial) != CLT_OK) {
        return r->err->status;
    }
    bool failed = trial->state == CLT_TRIAL_FAILED;
    r->nothing_due = false;
    clt_pruning_end(&r->pruning, trial->number, clt_pruning_state(trial->state));
    r->complete += !failed && trial->state != CLT_TRIAL_PAUSED;
    r->failed += failed;
    r->failures = failed ? r->failures + (trial->twin == 0) : 0; /* a twin says nothing new */
    (void)snprintf(r->last_why, sizeof r->last_why, "%s", failed ? trial->why : "");
    return clt_order_finish(&r->order, job->slot, trial, job->x, r->err) == CLT_OK &&
                   clt_run_add_event(r, trial->number, true) == CLT_OK
               ? settle_twins(r, trial)
               : r->err->status;
}

/* ---- Twins ---------------------------------------------------------------------------------- */

bool clt_run_has_twins(const clt_run *r)
{
    return r->setup->plan->study.duplicates != CLT_DUPLICATES_ALLOW;
}

/* The twin comes to what the first trial at its point has come to, if that has ended. */
clt_status clt_run_settle_twin(clt_run *r, clt_job *job)
{
    clt_trial_row row;
    char why[640];
    if (job->twin == 0 || job->refused || !clt_twins_outcome(&r->order.twins, job->number, &row)) {
        return CLT_OK;
    }
    row.attempt = job->attempt;
    row.twin = job->twin;
    row.seconds = 0;
    if (row.why != NULL) {
        (void)snprintf(why, sizeof why, "as trial %llu, with the same parameters: %s",
                       (unsigned long long)job->twin - 1, row.why);
        row.why = why;
    }
    job->refused = true;
    return clt_run_settle(r, job, &row);
}

/* Those that wait for the trial. */
static clt_status settle_twins(clt_run *r, const clt_trial_row *first)
{
    if (!clt_run_has_twins(r)) {
        return CLT_OK;
    }
    if (!clt_twins_end(&r->order.twins, first)) {
        return clt_fail_memory(r->err);
    }
    for (size_t i = 0; i < r->jobs.count; i++) {
        clt_job *job = &r->jobs.items[i];
        if (job->twin == first->number + 1 && clt_run_settle_twin(r, job) != CLT_OK) {
            return r->err->status;
        }
    }
    return CLT_OK;
}

clt_status clt_run_add_twin(clt_run *r, const clt_trial_row *trial, const double *x)
{
    clt_job job = {.number = trial->number,
                   .attempt = trial->attempt,
                   .wish = trial->wish,
                   .twin = trial->twin,
                   .slot = clt_rungs_slot(r, trial->number),
                   .x = clt_run_copy_point(r, x)};
    if (job.x == NULL || !CLT_PUSH(&r->jobs, job)) {
        free(job.x);
        return clt_fail_memory(r->err);
    }
    return clt_run_settle_twin(r, &r->jobs.items[r->jobs.count - 1]);
}

/* The folds behind one that failed: those that wait are dropped, those under way ended. */
static void give_up_behind(clt_run *r, uint64_t number, uint32_t fold)
{
    for (size_t i = r->jobs.count; i > 0; i--) {
        clt_job *job = &r->jobs.items[i - 1];
        if (job->number != number || job->fold <= fold) {
            continue;
        }
        if (job->queued || job->launch) {
            clt_run_drop_job(r, job);
        } else {
            job->given_up = true;
        }
    }
    clt_crew_end_folds(r->crew, number, fold);
}

/* Nothing more comes of the fold. With the last one that was under way its trial is over, where all
 * ended that matter: a run that is stopped leaves others to the next. */
static clt_status leave(clt_run *r, clt_job *job)
{
    clt_sheaf *sheaf = job->sheaf;
    clt_trial_row trial;
    clt_status status = CLT_OK;
    if (sheaf->open == 1 && clt_sheaf_is_whole(sheaf)) {
        status = clt_sheaf_bind(sheaf, &trial) ? clt_run_settle(r, job, &trial)
                                               : clt_fail_memory(r->err);
    }
    clt_run_drop_job(r, job);
    return status;
}

/* A fold has come to its end. All but the last are stored by themselves, so that no later run
 * repeats them. */
static clt_status take_fold(clt_run *r, clt_job *job, const clt_trial_row *end)
{
    clt_sheaf *sheaf = job->sheaf;
    const uint64_t number = job->number;
    const uint32_t fold = job->fold;
    if (!clt_sheaf_take(sheaf, end)) {
        return clt_fail_memory(r->err);
    }
    if (end->state != CLT_TRIAL_FAILED && clt_rungs_folds(r, sheaf) != CLT_OK) {
        return r->err->status;
    }
    if (end->state == CLT_TRIAL_FAILED || sheaf->pruned > 0) {
        give_up_behind(r, number, sheaf->pruned > 0 ? sheaf->pruned : fold);
    } else if (!clt_sheaf_is_whole(sheaf)) {
        clt_trial_row row = *end;
        row.attempt = sheaf->attempt;
        if (store(r, (clt_write){.type = CLT_WRITE_FOLD}, &row) != CLT_OK) {
            return r->err->status;
        }
        r->folds_pending++;
        r->setup->watcher.fold_done(r->setup->watcher.ctx, &row);
    }
    return leave(r, clt_run_find_job(r, number, fold));
}

/* Shall this failure be given another chance? */
static bool may_retry(const clt_run *r, const clt_job *job, clt_failure failure)
{
    const int64_t retries = r->setup->plan->limits.retries;
    bool chance =
        failure == CLT_FAIL_CRASH || failure == CLT_FAIL_MEMORY || failure == CLT_FAIL_NO_RESULT;
    bool asked = retries >= 0 && (failure == CLT_FAIL_TIMEOUT || failure == CLT_FAIL_ERROR);
    return (chance || asked) && (int64_t)job->faults < (retries < 0 ? 1 : retries);
}

/* The job's trial is over, or paused, or its fold is over. */
static void end_job(clt_run *r, clt_job *job, const clt_trial_row *row)
{
    if (job->sheaf != NULL) {
        (void)take_fold(r, job, row);
        return;
    }
    clt_trial_row trial = *row;
    trial.seconds += job->spent;
    if (trial.state == CLT_TRIAL_PAUSED) {
        (void)clt_rungs_arrive(r, job, &trial);
        return;
    }
    (void)clt_run_settle(r, job, &trial);
    clt_run_drop_job(r, job);
}

static void ended(void *ctx, const clt_trial_row *row, const double *x, clt_verdict verdict)
{
    clt_run *r = ctx;
    (void)x;
    const clt_watcher *w = &r->setup->watcher;
    clt_job *job = clt_run_find_job(r, row->number, row->fold);
    bool lost = verdict == CLT_VERDICT_LOST, shared = verdict == CLT_VERDICT_SHARED;
    if (job == NULL || r->err->status != CLT_OK) {
        return;
    }
    if (job->given_up) {
        (void)leave(r, job);
        return;
    }
    if (lost && r->stopping) { /* it stays RUNNING in the store, and runs again with the study */
        clt_run_drop_job(r, job);
        return;
    }
    job->lost += lost;
    if ((lost && job->lost < MOST_LOST) || shared || may_retry(r, job, row->failure)) {
        job->faults += verdict == CLT_VERDICT_OWN;
        job->queued = job->alone = true;
        w->trial_again(w->ctx, row);
        return;
    }
    end_job(r, job, row);
}

static void not_run(void *ctx, uint64_t number)
{
    clt_run *r = ctx;
    clt_job *job = clt_run_find_job(r, number, 0);
    if (job != NULL && r->stopping) {
        clt_run_drop_job(r, job);
    } else if (job != NULL) {
        job->queued = job->handed_back = true;
    }
}

static void begun(void *ctx, const clt_trial_row *row, uint64_t epochs)
{
    const clt_watcher *w = &((clt_run *)ctx)->setup->watcher;
    w->trial_begun(w->ctx, row, epochs);
}

static void epoch(void *ctx, const clt_trial_row *row, uint64_t at, uint64_t epochs,
                  const double *values)
{
    clt_run *r = ctx;
    const clt_watcher *w = &r->setup->watcher;
    w->epoch_done(w->ctx, row, at, epochs, values[0]);
    if (row->fold == 0) {
        clt_rungs_report(r, row->number, at, values);
    }
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    const clt_watcher *w = &((clt_run *)ctx)->setup->watcher;
    w->log(w->ctx, unit, level, line);
}

clt_crew_hooks clt_run_hooks(clt_run *run)
{
    return (clt_crew_hooks){run, begun, epoch, log_line, ended, not_run};
}

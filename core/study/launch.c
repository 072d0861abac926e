/* What a run begins: trials that are asked for, those that wait, and the processes that they get.
 */
#include "study/run.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* The number of the job's next attempt. *told: the store has it already, for another fold. */
static uint32_t next_attempt(clt_run *r, clt_job *job, bool *told)
{
    clt_sheaf *sheaf = job->sheaf;
    *told = sheaf != NULL && sheaf->started_ms != 0 && job->attempt == 0;
    if (sheaf == NULL) {
        return job->attempt + 1;
    }
    sheaf->attempt += !*told;
    if (sheaf->started_ms == 0) {
        sheaf->started_ms = clt_date_ms();
        r->open++;
    }
    return sheaf->attempt;
}

/* Puts the beginning of a job's next attempt into the journal. */
static clt_status begin(clt_run *r, clt_job *job)
{
    clt_write write = {.type = CLT_WRITE_BEGIN};
    bool told;
    if (job->attempt > 0 && job->fold == 0 && r->setup->plan->black_box) {
        clt_pruning_again(&r->pruning, job->number); /* it may report other values this time */
    }
    job->attempt = next_attempt(r, job, &told);
    job->queued = false;
    if (told) {
        return CLT_OK;
    }
    write.trial =
        (clt_trial_row){.number = job->number,
                        .wish = job->wish,
                        .twin = job->twin,
                        .attempt = job->attempt,
                        .started_ms = job->sheaf != NULL ? job->sheaf->started_ms : clt_date_ms()};
    if (clt_params_of(r->setup->plan, job->x, &r->journal.arena, &write.trial, r->err) != CLT_OK) {
        return r->err->status;
    }
    return clt_run_add_write(r, &write) ? CLT_OK : clt_fail_memory(r->err);
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
    return clt_run_settle(r, job, &row);
}

clt_status clt_run_add_folds(clt_run *r, clt_sheaf *sheaf, const double *x)
{
    for (uint32_t fold = 1; fold <= sheaf->facts->folds; fold++) {
        clt_job job = {.number = sheaf->number,
                       .slot = clt_rungs_slot(r, sheaf->number),
                       .fold = fold,
                       .sheaf = sheaf,
                       .queued = true};
        if (!clt_sheaf_wants(sheaf, fold)) {
            continue;
        }
        job.x = clt_run_copy_point(r, x);
        if (job.x == NULL || !CLT_PUSH(&r->jobs, job)) {
            free(job.x);
            return clt_fail_memory(r->err);
        }
        sheaf->open++;
    }
    return CLT_OK;
}

/* Adds the jobs of a new trial at x: its folds, or itself. */
static clt_status add_jobs(clt_run *r, uint64_t number, const double *x, bool whole)
{
    const clt_crew_facts *facts = clt_crew_facts_of(r->crew);
    clt_sheaf *sheaf = NULL;
    if (facts->folds > 0 && !whole) {
        sheaf = clt_sheaf_create(r->setup->plan, facts, number);
        clt_status status =
            sheaf != NULL ? clt_run_add_folds(r, sheaf, x) : clt_fail_memory(r->err);
        if (sheaf != NULL && sheaf->open == 0) {
            clt_sheaf_destroy(sheaf);
        }
        return status;
    }
    clt_job job = {.number = number, .slot = r->order.slot - 1, .x = clt_run_copy_point(r, x)};
    if (job.x == NULL || !CLT_PUSH(&r->jobs, job)) {
        free(job.x);
        return clt_fail_memory(r->err);
    }
    return CLT_OK;
}

/* Asks for one more trial at x, which has room for a point. *asked: what of it is to be launched
 * first; NULL: there is nothing. */
static clt_status ask_at(clt_run *r, double *x, clt_job **asked)
{
    const uint64_t number = r->order.next;
    uint64_t before;
    bool done = false;
    clt_status status = clt_order_ask(&r->order, x, &done, &before, r->err);
    r->exhausted = done;
    if (status != CLT_OK || done) {
        return status;
    }
    const uint64_t first = r->order.first;
    bool refused = before != UINT64_MAX, twin = first != number && !refused;
    uint64_t until;
    if (clt_pruning_begin(&r->pruning, number, r->order.slot - 1, &until, r->err) != CLT_OK) {
        return r->err->status;
    }
    if (add_jobs(r, number, x, refused || twin) != CLT_OK ||
        clt_run_add_event(r, number, false) != CLT_OK) {
        return r->err->status;
    }
    clt_job *job = clt_run_find_job(r, number, 0);
    job = job != NULL ? job : clt_run_find_job(r, number, 1);
    job->wish = r->order.wish;
    job->twin = twin ? first + 1 : 0;
    job->until = until;
    r->last_begun = r->order.slot;
    status = begin(r, job);
    status = status == CLT_OK ? clt_rungs_note(r, job, 0) : status;
    if (status == CLT_OK && refused) {
        job->refused = true;
        status = refuse(r, job, before);
    }
    status = status == CLT_OK ? clt_run_settle_twin(r, job) : status;
    *asked = refused || twin ? NULL : job;
    return status;
}

/* A paused trial goes on, or a new one is asked for; or neither, in a slot of the order. */
static clt_status ask(clt_run *r, clt_job **asked)
{
    *asked = NULL;
    if (clt_rungs_promote(r, asked) != CLT_OK || *asked != NULL) {
        return *asked != NULL ? begin(r, *asked) : r->err->status;
    }
    if (!clt_run_wants_more(r)) {
        return clt_rungs_skip(r);
    }
    double *x = clt_run_copy_point(r, NULL);
    clt_status status = x != NULL ? ask_at(r, x, asked) : clt_fail_memory(r->err);
    free(x);
    return status;
}

bool clt_run_wants_more(const clt_run *r)
{
    uint64_t wanted = (uint64_t)r->setup->plan->study.trials;
    bool recount = r->setup->plan->study.duplicates == CLT_DUPLICATES_RESAMPLE;
    uint64_t trials = r->order.next - (recount ? clt_twins_count(&r->order.twins) : 0);
    bool open = !clt_run_has_twins(r) || !clt_twins_exhausted(&r->order.twins) ||
                clt_order_has_wish(&r->order);
    return !r->exhausted && open && (wanted == 0 || trials < wanted);
}

bool clt_run_may_ask(const clt_run *r)
{
    bool more = clt_run_wants_more(r), due = r->pruning.pauses && !r->nothing_due;
    return (more || due) && clt_order_ready(&r->order);
}

/* Is a process waiting for it, which is cheaper than another one? */
static bool is_awaited(const clt_run *r, const clt_job *job)
{
    return job->fold > 0 && !job->alone && clt_crew_waits_for_fold(r->crew, job->number);
}

static bool is_before(const clt_run *r, const clt_job *a, const clt_job *b)
{
    bool first = is_awaited(r, a), second = is_awaited(r, b);
    if (first != second) {
        return first;
    }
    return a->number < b->number || (a->number == b->number && a->fold < b->fold);
}

clt_job *clt_run_next(clt_run *r, bool ending)
{
    clt_job *first = NULL;
    for (size_t i = 0; i < r->jobs.count; i++) {
        clt_job *job = &r->jobs.items[i];
        bool open = job->sheaf != NULL && job->sheaf->started_ms != 0;
        if (job->queued && (open || !ending) && (first == NULL || is_before(r, job, first))) {
            first = job;
        }
    }
    return first;
}

/* ---- Launching ------------------------------------------------------------------------------ */

/* Is there a place for the job (NULL: for a new one)? *fresh: in a process that is to be started.
 */
static bool find_place(clt_run *r, const clt_job *job, bool *fresh)
{
    clt_crew_room room = clt_crew_room_of(r->crew);
    bool alone = job != NULL && job->alone;
    if (job != NULL && is_awaited(r, job)) {
        *fresh = false;
        return true;
    }
    *fresh = room.fresh > r->pending;
    if (!*fresh && alone && room.fresh + room.idle > r->pending) {
        clt_crew_end_idle(r->crew);
        *fresh = true;
    }
    return *fresh || (!alone && room.hot > 0);
}

static clt_launch launch_of(const clt_job *job)
{
    return (clt_launch){job->number, job->fold, job->attempt, job->until, job->x};
}

/* A quick trial that is sent to a process at hand need not wait for the disk: where all is lost
 * that was not committed, it never was. */
static clt_status place(clt_run *r, clt_job *job, bool fresh)
{
    const clt_launch what = launch_of(job);
    job->queued = job->handed_back = false;
    job->launch = fresh;
    r->pending += fresh;
    return fresh ? CLT_OK : clt_crew_launch_hot(r->crew, &what, r->err);
}

/* Is a new trial to go before that job? A worker that has a trial to itself needs one process for
 * all of its folds, where they are quick, so each gets one. Where each result is used at once, the
 * sooner it is there the better, and all folds go first. */
static bool goes_behind(const clt_run *r, const clt_job *job)
{
    const clt_limits *l = &r->setup->plan->limits;
    bool first_try = job->fold > 0 && job->attempt == 0;
    return first_try && !is_awaited(r, job) && r->open < (l->free_order ? 1 : l->workers) &&
           clt_run_may_ask(r);
}

clt_status clt_run_plan(clt_run *r, bool ending)
{
    clt_status status = CLT_OK;
    while (status == CLT_OK && clt_run_check_failures(r) == CLT_OK) {
        clt_job *job = clt_run_next(r, ending);
        bool fresh;
        job = job != NULL && !ending && goes_behind(r, job) ? NULL : job;
        if ((job == NULL && (ending || !clt_run_may_ask(r))) || !find_place(r, job, &fresh)) {
            break;
        }
        status = job == NULL ? ask(r, &job) : job->handed_back ? CLT_OK : begin(r, job);
        if (status == CLT_OK && job != NULL) {
            status = place(r, job, fresh);
        }
    }
    clt_crew_end_waiting(r->crew);
    return status;
}

clt_status clt_run_launch(clt_run *r)
{
    clt_status status = CLT_OK;
    for (size_t i = r->jobs.count; i > 0; i--) {
        if (r->jobs.items[i - 1].refused) {
            clt_run_drop_job(r, &r->jobs.items[i - 1]);
        }
    }
    for (size_t i = 0; i < r->jobs.count && status == CLT_OK; i++) {
        clt_job *job = &r->jobs.items[i];
        if (job->launch && !r->stopping) {
            const clt_launch what = launch_of(job);
            job->launch = false;
            bool share = !job->alone && (job->fold > 0 || r->setup->plan->black_box);
            status = clt_crew_launch(r->crew, &what, share, r->err);
        }
    }
    r->pending = 0;
    return status;
}

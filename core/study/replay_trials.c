#include "study/replay.h"

#include "study/change.h"
#include "study/crew.h"
#include "study/history.h"
#include "study/sheaf.h"
#include "train/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LOST = 10 };

/* A trial that is run again, or a fold of one. */
typedef struct rerun {
    uint64_t number;
    uint32_t fold, attempt, faults, lost;
    bool queued, given_up; /* given_up: a fold before it has failed */
    clt_sheaf *sheaf;      /* its trial's, where it is a fold; else NULL */
} rerun;

typedef struct runs {
    const clt_replay_setup *setup;
    clt_replay *replay;
    clt_crew *crew;
    CLT_VEC(rerun) reruns;
    size_t next; /* trial to look at for more */
    uint64_t only;
    double *x; /* [dim_count] */
    clt_error *err;
} runs;

/* ---- Comparing ------------------------------------------------------------------------------ */

static const char *outcome_text(const clt_trial_row *trial, char *text, size_t size)
{
    if (trial->state == CLT_TRIAL_FAILED) {
        (void)snprintf(text, size, "failed (%s)", clt_failure_text(trial->failure));
    } else {
        (void)snprintf(text, size, "complete");
    }
    return text;
}

/* Is it a metric that cannot come out again? Of a fold it is "seconds@2". */
static bool is_time(const runs *r, const char *metric)
{
    char name[32];
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(metric, "@"), metric);
    return !r->setup->plan->black_box && clt_metric_is_time(name);
}

static clt_status compare_values(runs *r, const clt_trial_row *was, const clt_trial_row *is)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < was->value_count && i < is->value_count && status == CLT_OK; i++) {
        bool time = is_time(r, r->setup->plan->value_names[i]);
        *(time ? &r->replay->times : &r->replay->points) += 1;
        if (!time && !clt_replay_same(was->values[i], is->values[i])) {
            clt_difference d = {.number = was->number,
                                .what = CLT_REPLAY_VALUE,
                                .name = r->setup->plan->value_names[i]};
            status = clt_replay_add_real(r->replay, d, was->values[i], is->values[i], r->err);
        }
    }
    return status;
}

/* Did it end, or wait, before it had come to its end? */
static bool is_cut(const clt_trial_row *trial)
{
    return trial->state == CLT_TRIAL_PRUNED || trial->state == CLT_TRIAL_PAUSED;
}

static clt_status compare_shape(runs *r, const clt_trial_row *was, const clt_trial_row *is)
{
    char a[48], b[48];
    (void)snprintf(a, sizeof a, "%zu points", was->curve_count);
    (void)snprintf(b, sizeof b, "%zu points", is->curve_count);
    /* The rest of its curve is not known. */
    return was->curve_count == is->curve_count ||
                   (is_cut(was) && was->curve_count < is->curve_count)
               ? CLT_OK
               : clt_replay_add(r->replay,
                                (clt_difference){.number = was->number,
                                                 .what = CLT_REPLAY_CURVE,
                                                 .name = "curve",
                                                 .stored = a,
                                                 .replayed = b},
                                r->err);
}

static clt_status compare_curves(runs *r, const clt_trial_row *was, const clt_trial_row *is)
{
    clt_status status = compare_shape(r, was, is);
    for (size_t i = 0; i < was->curve_count && i < is->curve_count && status == CLT_OK; i++) {
        const clt_point *a = &was->curve[i], *b = &is->curve[i];
        clt_difference d = {.number = was->number,
                            .what = CLT_REPLAY_CURVE,
                            .name = a->metric,
                            .step = a->step,
                            .stored = a->metric,
                            .replayed = b->metric};
        bool time = is_time(r, a->metric);
        *(time ? &r->replay->times : &r->replay->points) += 1;
        if (a->step != b->step || strcmp(a->metric, b->metric) != 0) {
            status = clt_replay_add(r->replay, d, r->err);
        } else if (!time && !clt_replay_same(a->value, b->value)) {
            status = clt_replay_add_real(r->replay, d, a->value, b->value, r->err);
        }
    }
    return status;
}

static bool same_outcome(const clt_trial_row *was, const clt_trial_row *is)
{
    bool failed = was->state == CLT_TRIAL_FAILED;
    return failed == (is->state == CLT_TRIAL_FAILED) && (!failed || was->failure == is->failure);
}

static void compare(runs *r, const clt_trial_row *was, const clt_trial_row *is)
{
    char a[48], b[48];
    uint64_t before = r->replay->difference_count;
    clt_status status = CLT_OK;
    r->replay->runs++;
    if (!same_outcome(was, is)) {
        status = clt_replay_add(r->replay,
                                (clt_difference){.number = was->number,
                                                 .what = CLT_REPLAY_OUTCOME,
                                                 .name = "outcome",
                                                 .stored = outcome_text(was, a, sizeof a),
                                                 .replayed = outcome_text(is, b, sizeof b)},
                                r->err);
    } else if (is->state != CLT_TRIAL_FAILED) {
        status = is_cut(was) ? CLT_OK : compare_values(r, was, is);
        status = status == CLT_OK ? compare_curves(r, was, is) : status;
    }
    r->replay->runs_alike += status == CLT_OK && before == r->replay->difference_count;
}

/* ---- Running -------------------------------------------------------------------------------- */

static void begun(void *ctx, const clt_trial_row *trial, uint64_t epochs)
{
    (void)ctx;
    (void)trial;
    (void)epochs;
}

static void epoch(void *ctx, const clt_trial_row *trial, uint64_t at, uint64_t epochs,
                  const double *values)
{
    (void)ctx;
    (void)trial;
    (void)at;
    (void)epochs;
    (void)values;
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    const clt_watcher *w = &((runs *)ctx)->setup->watcher;
    w->log(w->ctx, unit, level, line);
}

/* Is it to be run once more before it is judged? As in a study: lost ones, and the first fault. */
static bool once_more(rerun *job, const clt_trial_row *was, const clt_trial_row *is, bool lost)
{
    bool own = is->failure == CLT_FAIL_CRASH || is->failure == CLT_FAIL_MEMORY ||
               is->failure == CLT_FAIL_NO_RESULT;
    job->lost += lost;
    job->faults += own;
    return lost ? job->lost < MOST_LOST : own && job->faults == 1 && !same_outcome(was, is);
}

/* No process is shared, so none is held up. */
static void not_run(void *ctx, uint64_t number)
{
    (void)ctx;
    (void)number;
}

/* Drops one; its sheaf goes with the last. */
static void drop(runs *r, rerun *job)
{
    if (job->sheaf != NULL && --job->sheaf->open == 0) {
        clt_sheaf_destroy(job->sheaf);
    }
    *job = r->reruns.items[--r->reruns.count];
}

static rerun *find(runs *r, uint64_t number, uint32_t fold)
{
    for (size_t i = 0; i < r->reruns.count; i++) {
        if (r->reruns.items[i].number == number && r->reruns.items[i].fold == fold) {
            return &r->reruns.items[i];
        }
    }
    return NULL;
}

static void judge(runs *r, const clt_trial_row *is)
{
    compare(r, &r->setup->trials[is->number], is);
    r->setup->watcher.trial_done(r->setup->watcher.ctx, is);
}

static void give_up_behind(runs *r, uint64_t number, uint32_t fold)
{
    for (size_t i = r->reruns.count; i > 0; i--) {
        rerun *job = &r->reruns.items[i - 1];
        if (job->number == number && job->fold > fold && job->queued) {
            drop(r, job);
        } else if (job->number == number && job->fold > fold) {
            job->given_up = true;
        }
    }
    clt_crew_end_folds(r->crew, number, fold);
}

/* Nothing more comes of the fold; with the last one its trial is judged. */
static void leave(runs *r, rerun *job)
{
    clt_trial_row trial;
    if (job->sheaf->open == 1 && clt_sheaf_is_whole(job->sheaf)) {
        if (clt_sheaf_bind(job->sheaf, &trial)) {
            judge(r, &trial);
        } else {
            (void)clt_fail_memory(r->err);
        }
    }
    drop(r, job);
}

static void take_fold(runs *r, const rerun *job, const clt_trial_row *end)
{
    const uint64_t number = job->number;
    const uint32_t fold = job->fold;
    if (!clt_sheaf_take(job->sheaf, end)) {
        (void)clt_fail_memory(r->err);
        return;
    }
    if (end->state == CLT_TRIAL_FAILED) {
        give_up_behind(r, number, fold);
    }
    leave(r, find(r, number, fold));
}

static void ended(void *ctx, const clt_trial_row *trial, const double *x, clt_verdict verdict)
{
    runs *r = ctx;
    bool lost = verdict == CLT_VERDICT_LOST;
    rerun *job = find(r, trial->number, trial->fold);
    (void)x;
    if (job == NULL) {
        return;
    }
    if (job->given_up) {
        leave(r, job);
        return;
    }
    job->queued = once_more(job, &r->setup->trials[trial->number], trial, lost);
    if (job->queued) {
        return;
    }
    if (job->sheaf != NULL) {
        take_fold(r, job, trial);
    } else {
        judge(r, trial);
        drop(r, job);
    }
}

/* Why a trial cannot be compared with another run of it, or NULL. Its point is left in r->x. */
static const char *obstacle(runs *r, const clt_trial_row *trial)
{
    clt_error ignored = {0};
    if (trial->state == CLT_TRIAL_FAILED && trial->failure == CLT_FAIL_QUARANTINE) {
        return "it never ran: the same parameters had failed before";
    }
    if (trial->number < clt_change_same_call(r->setup->study->identity)) {
        return "it was run in another way: \"collet show --environment\" has it";
    }
    if (trial->dropped) {
        return "it was dropped";
    }
    if (trial->state == CLT_TRIAL_FAILED && trial->failure == CLT_FAIL_REJECTED) {
        return "its result was rejected by hand";
    }
    if (trial->twin > 0) {
        return "it never ran: it has the result of an earlier trial";
    }
    if (trial->state == CLT_TRIAL_FAILED && trial->failure == CLT_FAIL_LOST) {
        return "it was lost through no fault of its own";
    }
    if (trial->number < clt_change_since(r->setup->study->identity) &&
        !(clt_point_found(r->setup->plan, trial, r->x) &&
          clt_change_within(r->setup->plan, r->x))) {
        return "it lies outside of the ranges that the study has now";
    }
    if (clt_point_of(r->setup->plan, trial, r->x, &ignored) != CLT_OK ||
        clt_space_check(&r->setup->plan->space, r->x, &ignored) != CLT_OK) {
        return "its stored parameters are no point of the space";
    }
    return NULL;
}

/* Adds what is to be run of a trial: its folds, or itself. */
static clt_status add(runs *r, uint64_t number)
{
    const clt_crew_facts *facts = clt_crew_facts_of(r->crew);
    clt_sheaf *sheaf = facts->folds > 0 ? clt_sheaf_create(r->setup->plan, facts, number) : NULL;
    if (facts->folds > 0 && sheaf == NULL) {
        return clt_fail_memory(r->err);
    }
    for (uint32_t fold = facts->folds > 0; fold <= facts->folds; fold++) {
        rerun job = {.number = number, .fold = fold, .queued = true, .sheaf = sheaf};
        if (!CLT_PUSH(&r->reruns, job)) {
            if (sheaf != NULL && sheaf->open == 0) {
                clt_sheaf_destroy(sheaf);
            }
            return clt_fail_memory(r->err);
        }
        if (sheaf != NULL) {
            sheaf->open++;
        }
    }
    return CLT_OK;
}

/* Adds the next trial that is wanted. *added: there was one. */
static clt_status add_next(runs *r, bool *added)
{
    *added = false;
    while (r->next < r->setup->count) {
        const clt_trial_row *trial = &r->setup->trials[r->next++];
        if (trial->state == CLT_TRIAL_RUNNING ||
            (r->only != UINT64_MAX && trial->number != r->only)) {
            continue;
        }
        const char *why = obstacle(r, trial);
        if (why == NULL) {
            *added = true;
            return add(r, trial->number);
        }
        if (!CLT_PUSH(&r->replay->skipped, (clt_skipped){trial->number, why})) {
            return clt_fail_memory(r->err);
        }
    }
    return CLT_OK;
}

static clt_status launch(runs *r, rerun *job)
{
    job->queued = false;
    job->attempt++;
    const clt_trial_row *trial = &r->setup->trials[job->number];
    bool cut = is_cut(trial) && job->fold == 0; /* it need not go further than it did */
    clt_launch what = {job->number, job->fold, job->attempt, cut ? trial->last_step : 0, r->x};
    return clt_point_of(r->setup->plan, trial, r->x, r->err) == CLT_OK
               ? clt_crew_launch(r->crew, &what, false, r->err)
               : r->err->status;
}

/* The first of those that wait, or NULL. */
static rerun *next_queued(runs *r)
{
    rerun *first = NULL;
    for (size_t i = 0; i < r->reruns.count; i++) {
        rerun *job = &r->reruns.items[i];
        bool before = first == NULL || job->number < first->number ||
                      (job->number == first->number && job->fold < first->fold);
        first = job->queued && before ? job : first;
    }
    return first;
}

/* Fills the free places. */
static clt_status fill(runs *r)
{
    bool more = true;
    while (more && r->err->status == CLT_OK && clt_crew_room_of(r->crew).fresh > 0) {
        rerun *job = next_queued(r);
        (void)(job != NULL ? launch(r, job) : add_next(r, &more));
    }
    return r->err->status;
}

static clt_status run_all(runs *r)
{
    const clt_watcher *w = &r->setup->watcher;
    clt_status status = CLT_OK;
    for (;;) {
        clt_stop stop = w->stop(w->ctx);
        status = stop == CLT_GO_ON ? fill(r) : CLT_OK;
        if (status != CLT_OK || stop == CLT_STOP_NOW || clt_crew_busy(r->crew) == 0) {
            bool stopped = status == CLT_OK && stop != CLT_GO_ON;
            return stopped ? clt_fail(r->err, CLT_INTERRUPTED, "stopped") : status;
        }
        status = clt_crew_wait(r->crew, -1, r->err);
        status = status == CLT_OK ? r->err->status : status;
        if (status != CLT_OK) {
            return status;
        }
    }
}

clt_status clt_replay_trials(const clt_replay_setup *setup, uint64_t only, clt_replay *replay,
                             clt_error *err)
{
    runs r = {.setup = setup, .replay = replay, .only = only, .err = err};
    const clt_crew_hooks hooks = {&r, begun, epoch, log_line, ended, not_run};
    r.x = calloc(setup->plan->space.dim_count + 1u, sizeof *r.x);
    if (r.x == NULL) {
        return clt_fail_memory(err);
    }
    clt_status status =
        clt_crew_create(setup->plan, setup->nursery, setup->watcher.wake, 0, &hooks, &r.crew, err);
    status = status == CLT_OK ? clt_crew_check_goals(r.crew, err) : status;
    status = status == CLT_OK ? run_all(&r) : status;
    clt_crew_destroy(r.crew);
    while (r.reruns.count > 0) {
        drop(&r, &r.reruns.items[0]);
    }
    CLT_VEC_FINISH(&r.reruns);
    free(r.x);
    return status;
}

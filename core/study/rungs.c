/* What the pruner decides, and what comes of it: trials that end early, are paused, and go on. */
#include "study/run.h"

#include <stdlib.h>
#include <string.h>

uint64_t clt_rungs_slot(const clt_run *r, uint64_t number)
{
    const clt_order_past *past = &r->past;
    if (number >= past->count) { /* it has been asked for just now */
        return r->order.slot - 1;
    }
    for (size_t i = past->stretch_count; i > 0; i--) {
        if (past->stretches[i - 1].number == number) {
            return past->stretches[i - 1].slot;
        }
    }
    return number;
}

uint64_t clt_rungs_until(clt_run *r, uint64_t number)
{
    const clt_track *track = r->pruning.pauses ? clt_curves_find(&r->pruning.curves, number) : NULL;
    return track != NULL ? clt_curves_last(track)->until : 0;
}

/* The step at which a stored trial was first gone on from; 0: it never was. */
static uint64_t first_pause(clt_run *r, uint64_t number)
{
    const clt_track *track = clt_curves_find(&r->pruning.curves, number);
    const clt_order_past *past = &r->past;
    const size_t count = track != NULL && track->stretches.count > 1 ? past->stretch_count : 0;
    for (size_t i = 0; i < count; i++) {
        if (past->stretches[i].number == number && past->stretches[i].since > 0) {
            return past->stretches[i].since;
        }
    }
    return 0;
}

clt_status clt_rungs_first_pause(clt_run *r, clt_trial_row *trial)
{
    const clt_plan *plan = r->setup->plan;
    const uint64_t step = first_pause(r, trial->number);
    if (step == 0) {
        return CLT_OK;
    }
    double *values = clt_arena_array(r->arena, plan->value_count, sizeof *values);
    if (values == NULL) {
        return clt_fail_memory(r->err);
    }
    for (size_t i = 0; i < trial->curve_count; i++) {
        const clt_point *point = &trial->curve[i];
        for (size_t v = 0; v < plan->value_count && point->step == step; v++) {
            bool here = strcmp(point->metric, plan->value_names[v]) == 0;
            values[v] = here ? point->value + 0.0 : values[v];
        }
    }
    *trial = (clt_trial_row){.number = trial->number,
                             .state = CLT_TRIAL_PAUSED,
                             .last_step = step,
                             .values = values,
                             .value_count = plan->value_count};
    return CLT_OK;
}

clt_status clt_rungs_note(clt_run *r, const clt_job *job, uint64_t since)
{
    clt_write write = {.type = CLT_WRITE_STRETCH};
    if (!clt_pruning_stretch(&r->pruning, job->number, &write.stretch)) {
        return CLT_OK;
    }
    write.stretch.since = since;
    return clt_run_add_write(r, &write) ? CLT_OK : clt_fail_memory(r->err);
}

void clt_rungs_report(clt_run *r, uint64_t number, uint64_t step, const double *values)
{
    clt_pruned verdict;
    if (r->err->status == CLT_OK &&
        clt_pruning_report(&r->pruning, number, step, values, &verdict, r->err) == CLT_OK &&
        verdict.action != COLLET_PRUNE_CONTINUE) {
        clt_crew_prune(r->crew, number);
    }
}

clt_status clt_rungs_folds(clt_run *r, clt_sheaf *sheaf)
{
    clt_pruned verdict = {COLLET_PRUNE_CONTINUE, 0};
    clt_status status = CLT_OK;
    while (status == CLT_OK && sheaf->pruned == 0 && sheaf->reported < sheaf->facts->folds) {
        const clt_trial_row *end = &sheaf->ends[sheaf->reported];
        if (end->fold == 0 || end->state == CLT_TRIAL_FAILED) {
            break;
        }
        status = clt_pruning_report(&r->pruning, sheaf->number, ++sheaf->reported, end->values,
                                    &verdict, r->err);
        bool last = sheaf->reported == sheaf->facts->folds;
        sheaf->pruned = verdict.action != COLLET_PRUNE_CONTINUE && !last ? sheaf->reported : 0;
    }
    return status;
}

clt_status clt_rungs_recall_folds(clt_run *r, clt_sheaf *sheaf)
{
    if (clt_rungs_folds(r, sheaf) != CLT_OK || sheaf->pruned == 0) {
        return r->err->status;
    }
    for (uint32_t fold = sheaf->pruned; fold <= sheaf->facts->folds; fold++) {
        sheaf->ends[fold - 1].fold = 0;
    }
    sheaf->pruned = sheaf->reported = 0;
    clt_pruning_again(&r->pruning, sheaf->number);
    return CLT_OK;
}

/* ---- Pauses --------------------------------------------------------------------------------- */

/* A paused trial waits; another job may be what goes on with it. */
static clt_status keep_paused(clt_run *r, const clt_trial_row *trial, const double *x)
{
    clt_job job = {.number = trial->number,
                   .attempt = trial->attempt,
                   .spent = trial->seconds,
                   .x = clt_run_copy_point(r, x)};
    if (job.x == NULL || !CLT_PUSH(&r->paused, job)) {
        free(job.x);
        return clt_fail_memory(r->err);
    }
    return CLT_OK;
}

clt_status clt_rungs_arrive(clt_run *r, clt_job *job, const clt_trial_row *trial)
{
    clt_pruned verdict;
    clt_trial_row row = *trial;
    if (clt_pruning_arrive(&r->pruning, job->number, &verdict, r->err) != CLT_OK) {
        return r->err->status;
    }
    if (verdict.action == COLLET_PRUNE_CONTINUE) {
        job->until = verdict.until;
        job->spent = trial->seconds;
        job->queued = true;
        return CLT_OK;
    }
    row.state = verdict.action == COLLET_PRUNE_PAUSE ? CLT_TRIAL_PAUSED : CLT_TRIAL_PRUNED;
    clt_status status = row.state == CLT_TRIAL_PAUSED ? keep_paused(r, &row, job->x) : CLT_OK;
    status = status == CLT_OK ? clt_run_settle(r, job, &row) : status;
    clt_run_drop_job(r, job);
    return status;
}

/* The paused trial becomes a job, in that slot. */
static clt_status go_on(clt_run *r, uint64_t number, uint64_t until, clt_job **job)
{
    size_t i = 0;
    while (i < r->paused.count && r->paused.items[i].number != number) {
        i++;
    }
    if (i == r->paused.count) {
        return clt_fail(r->err, CLT_PLUGIN_FAILED, "%s: promote: trial %llu is not paused",
                        r->pruning.host.unit, (unsigned long long)number);
    }
    clt_job copy = r->paused.items[i];
    r->paused.items[i] = r->paused.items[--r->paused.count];
    copy.slot = r->order.slot;
    copy.until = until;
    if (!CLT_PUSH(&r->jobs, copy)) {
        free(copy.x);
        return clt_fail_memory(r->err);
    }
    *job = &r->jobs.items[r->jobs.count - 1];
    return CLT_OK;
}

clt_status clt_rungs_promote(clt_run *r, clt_job **job)
{
    uint64_t number, until;
    bool found;
    if (!r->pruning.pauses) {
        return CLT_OK;
    }
    if (clt_order_tell_until(&r->order, r->order.slot, r->err) != CLT_OK ||
        clt_halt_before_ask(&r->order.halt) ||
        clt_pruning_promote(&r->pruning, r->order.slot, &found, &number, &until, r->err) !=
            CLT_OK ||
        !found || go_on(r, number, until, job) != CLT_OK) {
        return r->err->status;
    }
    r->last_begun = ++r->order.slot;
    const clt_track *track = clt_curves_find(&r->pruning.curves, number);
    return clt_rungs_note(r, *job, track->steps.items[track->steps.count - 1]);
}

clt_status clt_rungs_skip(clt_run *r)
{
    const clt_order *o = &r->order;
    bool all_known = o->window == 0 || o->slot + 1 >= r->last_begun + o->window;
    r->nothing_due = all_known;
    return all_known ? CLT_OK : clt_order_skip(&r->order, r->err);
}

/* ---- A study that goes on ------------------------------------------------------------------- */

/* Paused trials wait; those of other ranges than the present ones are not shown to the pruner. */
static clt_status take_past(clt_run *r)
{
    double *x = clt_run_copy_point(r, NULL);
    clt_status status = x != NULL ? CLT_OK : clt_fail_memory(r->err);
    for (size_t i = 0; i < r->past.count && status == CLT_OK; i++) {
        const clt_trial_row *trial = &r->past.trials[i];
        clt_track *track = clt_curves_find(&r->pruning.curves, trial->number);
        if (trial->number < r->order.since) {
            (void)clt_point_found(r->setup->plan, trial, x);
        } else {
            status = clt_point_of(r->setup->plan, trial, x, r->err);
        }
        if (status == CLT_OK && track != NULL) {
            clt_curves_hide(&r->pruning.curves, track,
                            clt_pruning_hides(trial) ||
                                !clt_order_counts(&r->order, trial->number, x));
        }
        if (status == CLT_OK && trial->state == CLT_TRIAL_PAUSED && !trial->dropped) {
            status = keep_paused(r, trial, x);
        }
    }
    free(x);
    return status;
}

clt_prunable clt_rungs_prunable(const clt_run *r)
{
    const size_t folds = clt_crew_facts_of(r->crew)->folds;
    return (clt_prunable){.most = folds > 0 ? folds : clt_plan_epochs(r->setup->plan),
                          .folds = folds > 0,
                          .pauses = !r->setup->plan->black_box && folds == 0 &&
                                    r->setup->checkpoints != NULL};
}

clt_status clt_rungs_begin(clt_run *r)
{
    const clt_plan *plan = r->setup->plan;
    const clt_host_hooks hooks = {.ctx = r->setup->watcher.ctx, .log = r->setup->watcher.log};
    r->pruning.since = r->order.since_slot;
    r->last_begun = r->order.slot;
    if (clt_pruning_open(&r->pruning, plan, r->study->window, r->order.teller.space.trial_budget,
                         clt_rungs_prunable(r), &hooks, r->err) != CLT_OK ||
        clt_pruning_recall(&r->pruning, &r->past, r->err) != CLT_OK) {
        return r->err->status;
    }
    return r->pruning.pruner != NULL ? take_past(r) : CLT_OK;
}

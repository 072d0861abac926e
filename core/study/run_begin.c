#include "study/run.h"

#include "study/inputs.h"
#include "study/start.h"

#include <stdio.h>
#include <stdlib.h>

/* A trial with folds goes on: those that are complete are in the store. */
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
    status = status == CLT_OK ? clt_rungs_recall_folds(r, sheaf) : status;
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
    job.slot = clt_rungs_slot(r, trial->number);
    job.until = clt_rungs_until(r, trial->number);
    job.x = clt_run_copy_point(r, NULL);
    if (job.x == NULL || !CLT_PUSH(&r->jobs, job)) {
        return clt_fail_memory(r->err);
    }
    return clt_point_of(r->setup->plan, trial, job.x, r->err);
}

/* What became of the trials that were found. */
static clt_status take_ends(clt_run *r)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < r->past.count && status == CLT_OK; i++) {
        clt_trial_row end = r->past.trials[i];
        status = clt_rungs_first_pause(r, &end);
        if (status == CLT_OK && end.state != CLT_TRIAL_RUNNING && !end.dropped &&
            !clt_twins_end(&r->order.twins, &end)) {
            status = clt_fail_memory(r->err);
        }
    }
    return status;
}

/* A twin that waited when the run before this one ended. */
static clt_status take_twin(clt_run *r, const clt_trial_row *trial)
{
    double *x = clt_run_copy_point(r, NULL);
    clt_status status =
        x == NULL ? clt_fail_memory(r->err) : clt_point_of(r->setup->plan, trial, x, r->err);
    status = status == CLT_OK ? clt_run_add_twin(r, trial, x) : status;
    free(x);
    return status;
}

/* Counts, and what is to run again, of the trials that were found. */
static clt_status take_up(clt_run *r)
{
    bool twins = clt_run_has_twins(r);
    clt_status status = twins ? take_ends(r) : CLT_OK;
    for (size_t i = 0; i < r->past.count && status == CLT_OK; i++) {
        const clt_trial_row *trial = &r->past.trials[i];
        if (trial->dropped) {
            continue;
        }
        r->complete += trial->state == CLT_TRIAL_COMPLETE;
        r->failed += trial->state == CLT_TRIAL_FAILED;
        if (trial->state == CLT_TRIAL_FAILED) {
            (void)snprintf(r->last_why, sizeof r->last_why, "%s", trial->why);
        }
        if (trial->state == CLT_TRIAL_RUNNING) {
            status = trial->twin > 0 && twins ? take_twin(r, trial) : take_unfinished(r, trial);
        }
    }
    return status;
}

/* Checkpoints of finished trials may have been left by a crash. */
static void set_up_keep(clt_run *r)
{
    r->keep = (clt_keep){.folder = r->setup->checkpoints, .study = r->study->id};
    r->keep.key = clt_inputs_hash(clt_keep_key(r->setup->plan, r->study), r->setup->environment);
    clt_keep_sweep(&r->keep, r->past.trials, r->past.count);
    if (r->setup->plan->limits.checkpoint || r->pruning.pauses) {
        clt_crew_use(r->crew, &r->keep);
    }
}

static void announce(const clt_run *r)
{
    const clt_plan *plan = r->setup->plan;
    const clt_crew_facts *facts = clt_crew_facts_of(r->crew);
    clt_study_view view = {.study = r->study,
                           .trials = (uint64_t)plan->study.trials,
                           .history = r->past.trials,
                           .history_count = r->past.count,
                           .time_limit = plan->time_limit,
                           .train_rows = facts->train_rows,
                           .validation_rows = facts->validation_rows,
                           .test_rows = facts->test_rows,
                           .folds = facts->folds,
                           .repeats = (uint64_t)plan->study.repeats,
                           .workers = plan->limits.workers};
    r->setup->watcher.study_begun(r->setup->watcher.ctx, &view);
}

static clt_status find_study(clt_run *r)
{
    const clt_study_setup *s = r->setup;
    const bool prunes = clt_plan_component(s->plan, "pruner", NULL) != NULL;
    const clt_start start = {.plan = s->plan,
                             .store = s->store,
                             .fresh = s->fresh,
                             .open = s->open,
                             .accept_changes = s->accept_changes,
                             .environment = s->environment,
                             .hooks = {.ctx = s->watcher.ctx, .log = s->watcher.log},
                             .prunable = clt_rungs_prunable(r)};
    return clt_start_find(&start, r->arena, r->study, r->err) == CLT_OK
               ? clt_start_order(&start, r->study, prunes, r->arena, &r->order, &r->past, r->err)
               : r->err->status;
}

clt_status clt_run_begin(clt_run *r, const clt_crew_hooks *hooks)
{
    const clt_study_setup *s = r->setup;
    if (clt_plan_needs_objective(s->plan, r->err) != CLT_OK ||
        clt_start_check(s->plan, s->store, s->fresh, r->err) != CLT_OK ||
        clt_crew_create(s->plan, s->nursery, s->watcher.wake, s->plan->time_limit, hooks, &r->crew,
                        r->err) != CLT_OK ||
        clt_crew_check_goals(r->crew, r->err) != CLT_OK || find_study(r) != CLT_OK ||
        clt_rungs_begin(r) != CLT_OK || take_up(r) != CLT_OK) {
        return r->err->status;
    }
    set_up_keep(r);
    announce(r);
    return CLT_OK;
}

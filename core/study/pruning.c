#include "study/pruning.h"

#include "plugin/guard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void enter(const clt_pruning *p, const char *call, uint64_t number)
{
    clt_guard_enter(p->host.unit, call, number, p->plan->limits.sampler_time);
}

static void leave(clt_pruning *p)
{
    clt_host_say_changed(&p->host, clt_guard_leave(), &p->warned);
}

static clt_status make_resource(clt_pruning *p, uint64_t planned, clt_prunable trials,
                                clt_error *err)
{
    size_t goals = p->plan->goal_count;
    double *signs = clt_arena_array(&p->arena, goals, sizeof *signs);
    p->turned = clt_arena_array(&p->arena, goals, sizeof *p->turned);
    if (signs == NULL || p->turned == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < goals; i++) {
        signs[i] = p->plan->goals[i].maximize ? -1 : 1;
    }
    p->curves.objective_count = goals;
    p->resource = (collet_resource){.struct_size = COLLET_SIZE(collet_resource),
                                    .objective_count = (uint32_t)goals,
                                    .max_step = trials.most,
                                    .trial_budget = planned,
                                    .flags = trials.pauses ? COLLET_RESOURCE_PAUSE : 0,
                                    .signs = signs};
    return CLT_OK;
}

/* It cannot work on such an experiment: the experiment is to be changed, with its line. */
static clt_status fail_create(clt_pruning *p, const clt_component *component, collet_status code,
                              clt_error *err)
{
    clt_host_fail(&p->host, code, "create", err);
    p->self = NULL;
    if (code == COLLET_E_INVALID) {
        err->status = CLT_BAD_INPUT;
        clt_prefix(err, "%s:%d", p->plan->ini->path, p->plan->variables[component->use].line);
    }
    return err->status;
}

clt_status clt_pruning_open(clt_pruning *p, const clt_plan *plan, uint64_t window, uint64_t planned,
                            clt_prunable trials, const clt_host_hooks *hooks, clt_error *err)
{
    const clt_component *component = clt_plan_component(plan, "pruner", NULL);
    void *config;
    p->plan = plan;
    p->window = window;
    p->folds = trials.folds;
    if (component == NULL) {
        return CLT_OK;
    }
    clt_host_init(&p->host, "pruner", component->id, hooks);
    if (make_resource(p, planned, trials, err) != CLT_OK ||
        clt_plan_configure(plan, component, NULL, &p->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    p->pruner = component->unit->vtable;
    p->paces = COLLET_CAN(p->pruner, begin);
    p->pauses = trials.pauses && p->paces && COLLET_CAN(p->pruner, promote);
    clt_guard_note();
    enter(p, "create", UINT64_MAX);
    collet_status code =
        p->pruner->create(clt_host_table(&p->host), config, &p->resource, &p->self);
    leave(p);
    return code < 0 ? fail_create(p, component, code, err) : CLT_OK;
}

void clt_pruning_close(clt_pruning *p)
{
    if (p->self != NULL) {
        enter(p, "destroy", UINT64_MAX);
        p->pruner->destroy(p->self);
        leave(p);
    }
    clt_curves_finish(&p->curves);
    clt_arena_finish(&p->arena);
    *p = (clt_pruning){0};
}

/* What is to be seen at that slot; NULL: no memory. */
static const collet_curves *look(clt_pruning *p, uint64_t slot, const clt_track *own)
{
    uint64_t known = slot >= p->window ? slot - p->window + 1 : 0;
    known = known > p->since ? known : p->since;
    return clt_curves_view(&p->curves, slot, p->window == 0 ? UINT64_MAX : known, own);
}

/* ---- A study that goes on ------------------------------------------------------------------- */

/* The fold whose value of that metric the point is, "metric@fold"; 0: it is none. */
static uint64_t fold_of(const clt_point *point, const char *metric)
{
    size_t length = strlen(metric);
    bool here = strncmp(point->metric, metric, length) == 0 && point->metric[length] == '@';
    return here ? strtoull(point->metric + length + 1, NULL, 10) : 0;
}

/* Adds what a trial with folds had for each, those that follow one another from the first. */
static clt_status recall_folds(clt_pruning *p, clt_track *track, const clt_trial_row *trial,
                               clt_error *err)
{
    const clt_plan *plan = p->plan;
    bool any = true, news;
    for (uint64_t fold = 1; any; fold++) {
        any = false;
        for (size_t g = 0; g < plan->goal_count; g++) {
            p->turned[g] = (double)NAN;
        }
        for (size_t i = 0; i < trial->curve_count * plan->goal_count; i++) {
            const clt_point *point = &trial->curve[i / plan->goal_count];
            size_t g = i % plan->goal_count;
            if (fold_of(point, plan->goals[g].metric) == fold) {
                p->turned[g] = point->value * p->resource.signs[g];
                any = true;
            }
        }
        if (any && !clt_curves_add(&p->curves, track, fold, p->turned, &news)) {
            return clt_fail_memory(err);
        }
    }
    return CLT_OK;
}

/* Adds the points of a stored curve up to a step. */
static clt_status recall_points(clt_pruning *p, clt_track *track, const clt_trial_row *trial,
                                uint64_t until, clt_error *err)
{
    const clt_plan *plan = p->plan;
    if (p->folds) {
        return recall_folds(p, track, trial, err);
    }
    for (size_t i = 0, next; i < trial->curve_count; i = next) {
        uint64_t step = trial->curve[i].step;
        bool any = false, news;
        for (size_t g = 0; g < plan->goal_count; g++) {
            p->turned[g] = (double)NAN;
        }
        for (next = i; next < trial->curve_count && trial->curve[next].step == step; next++) {
            for (size_t g = 0; g < plan->goal_count; g++) {
                if (strcmp(trial->curve[next].metric, plan->goals[g].metric) == 0) {
                    p->turned[g] = trial->curve[next].value * p->resource.signs[g];
                    any = true;
                }
            }
        }
        if (step <= until && any && !clt_curves_add(&p->curves, track, step, p->turned, &news)) {
            return clt_fail_memory(err);
        }
    }
    return CLT_OK;
}

/* The stretches in their order; where there are none, each trial is one. */
static clt_status recall_stretch(clt_pruning *p, const clt_order_past *past,
                                 const clt_stretch_row *row, clt_error *err)
{
    const clt_trial_row *trial = &past->trials[row->number];
    clt_track *track = clt_curves_find(&p->curves, row->number);
    if (track != NULL) { /* the one before it ended in a pause */
        if (recall_points(p, track, trial, row->since, err) != CLT_OK) {
            return err->status;
        }
        clt_curves_end(&p->curves, track, COLLET_CURVE_PAUSED);
    }
    track = clt_curves_begin(&p->curves, row->number, row->slot, row->until);
    if (track == NULL) {
        return clt_fail_memory(err);
    }
    track->bracket = row->bracket;
    return CLT_OK;
}

uint32_t clt_pruning_state(clt_trial_state state)
{
    switch (state) {
    case CLT_TRIAL_COMPLETE:
        return COLLET_CURVE_COMPLETE;
    case CLT_TRIAL_PRUNED:
        return COLLET_CURVE_PRUNED;
    case CLT_TRIAL_FAILED:
        return COLLET_CURVE_FAILED;
    case CLT_TRIAL_PAUSED:
        return COLLET_CURVE_PAUSED;
    default:
        return COLLET_CURVE_RUNNING;
    }
}

static clt_status recall_end(clt_pruning *p, const clt_trial_row *trial, clt_error *err)
{
    clt_track *track = clt_curves_find(&p->curves, trial->number);
    if (track == NULL || trial->state == CLT_TRIAL_RUNNING) {
        return CLT_OK;
    }
    clt_status status = recall_points(p, track, trial, UINT64_MAX, err);
    clt_curves_end(&p->curves, track, clt_pruning_state(trial->state));
    return status;
}

bool clt_pruning_hides(const clt_trial_row *trial)
{
    return trial->dropped || trial->failure == CLT_FAIL_REJECTED;
}

clt_status clt_pruning_recall(clt_pruning *p, const clt_order_past *past, clt_error *err)
{
    clt_status status = CLT_OK;
    if (p->pruner == NULL) {
        return CLT_OK;
    }
    for (size_t i = 0; i < past->stretch_count && status == CLT_OK; i++) {
        status = recall_stretch(p, past, &past->stretches[i], err);
    }
    for (size_t i = 0; i < past->count && past->stretch_count == 0 && status == CLT_OK; i++) {
        const clt_stretch_row whole = {.slot = i, .number = i};
        status = recall_stretch(p, past, &whole, err);
    }
    for (size_t i = 0; i < past->count && status == CLT_OK; i++) {
        status = recall_end(p, &past->trials[i], err);
        clt_track *track = clt_curves_find(&p->curves, past->trials[i].number);
        if (track != NULL && clt_pruning_hides(&past->trials[i])) {
            clt_curves_hide(&p->curves, track, true);
        }
    }
    return status;
}

/* ---- Decisions ------------------------------------------------------------------------------ */

clt_status clt_pruning_begin(clt_pruning *p, uint64_t number, uint64_t slot, uint64_t *until,
                             clt_error *err)
{
    collet_decision decision = {.struct_size = COLLET_SIZE(collet_decision)};
    *until = 0;
    if (p->pruner == NULL) {
        return CLT_OK;
    }
    if (COLLET_CAN(p->pruner, begin)) {
        const collet_curves *peers = look(p, slot, NULL);
        if (peers == NULL) {
            return clt_fail_memory(err);
        }
        enter(p, "begin", number);
        collet_status code = p->pruner->begin(p->self, number, peers, &decision);
        leave(p);
        if (code < 0) {
            return clt_host_fail(&p->host, code, "begin", err);
        }
    }
    clt_track *track = clt_curves_begin(&p->curves, number, slot, decision.next_step);
    if (track == NULL) {
        return clt_fail_memory(err);
    }
    track->bracket = decision.bracket;
    *until = p->pauses ? decision.next_step : 0;
    return CLT_OK;
}

bool clt_pruning_stretch(clt_pruning *p, uint64_t number, clt_stretch_row *row)
{
    const clt_track *track = p->paces ? clt_curves_find(&p->curves, number) : NULL;
    if (track != NULL) {
        const clt_stretch *last = clt_curves_last(track);
        *row = (clt_stretch_row){
            .slot = last->slot, .number = number, .until = last->until, .bracket = track->bracket};
    }
    return track != NULL;
}

void clt_pruning_again(clt_pruning *p, uint64_t number)
{
    clt_track *track = p->pruner != NULL ? clt_curves_find(&p->curves, number) : NULL;
    if (track != NULL) {
        clt_curves_again(&p->curves, track);
    }
}

/* Asks what is to become of a trial whose last point has come. */
static clt_status decide(clt_pruning *p, clt_track *track, clt_pruned *out, clt_error *err)
{
    collet_decision decision = {.struct_size = COLLET_SIZE(collet_decision)};
    const collet_curves *peers = look(p, clt_curves_last(track)->slot, track);
    if (peers == NULL) {
        return clt_fail_memory(err);
    }
    enter(p, "decide", track->number);
    collet_status code = p->pruner->decide(p->self, &track->shown, peers, &decision);
    leave(p);
    if (code < 0) {
        return clt_host_fail(&p->host, code, "decide", err);
    }
    if (decision.action > COLLET_PRUNE_PAUSE) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "%s: decide: %u is no action", p->host.unit,
                        decision.action);
    }
    *out = (clt_pruned){.action = decision.action, .until = decision.next_step};
    clt_curves_last(track)->until = decision.next_step;
    return CLT_OK;
}

clt_status clt_pruning_report(clt_pruning *p, uint64_t number, uint64_t step, const double *values,
                              clt_pruned *out, clt_error *err)
{
    clt_track *track = p->pruner != NULL ? clt_curves_find(&p->curves, number) : NULL;
    bool news;
    *out = (clt_pruned){COLLET_PRUNE_CONTINUE, 0};
    if (track == NULL) {
        return CLT_OK;
    }
    for (size_t i = 0; i < p->plan->goal_count; i++) {
        p->turned[i] = values[i] * p->resource.signs[i];
    }
    if (!clt_curves_add(&p->curves, track, step, p->turned, &news)) {
        return clt_fail_memory(err);
    }
    uint64_t until = clt_curves_last(track)->until;
    if (!news || step < until || (p->pauses && until > 0)) {
        return CLT_OK;
    }
    if (decide(p, track, out, err) != CLT_OK) {
        return err->status;
    }
    /* Who was not to be paused here has no checkpoint to go on from. */
    out->action = out->action == COLLET_PRUNE_PAUSE ? COLLET_PRUNE_STOP : out->action;
    return CLT_OK;
}

clt_status clt_pruning_arrive(clt_pruning *p, uint64_t number, clt_pruned *out, clt_error *err)
{
    clt_track *track = clt_curves_find(&p->curves, number);
    *out = (clt_pruned){COLLET_PRUNE_CONTINUE, 0};
    return track != NULL ? decide(p, track, out, err) : CLT_OK;
}

void clt_pruning_end(clt_pruning *p, uint64_t number, uint32_t state)
{
    clt_track *track = p->pruner != NULL ? clt_curves_find(&p->curves, number) : NULL;
    if (track != NULL) {
        clt_curves_end(&p->curves, track, state);
    }
}

/* Is the trial that is promoted one that waits, and goes further then? */
static bool may_go_on(const clt_track *track, const collet_decision *decision)
{
    return track != NULL && !track->hidden && track->shown.state == COLLET_CURVE_PAUSED &&
           clt_curves_last(track)->state == COLLET_CURVE_PAUSED &&
           (decision->next_step == 0 ||
            decision->next_step > track->steps.items[track->steps.count - 1]);
}

clt_status clt_pruning_promote(clt_pruning *p, uint64_t slot, bool *found, uint64_t *number,
                               uint64_t *until, clt_error *err)
{
    collet_decision decision = {.struct_size = COLLET_SIZE(collet_decision)};
    *found = false;
    if (!p->pauses) {
        return CLT_OK;
    }
    const collet_curves *peers = look(p, slot, NULL);
    if (peers == NULL) {
        return clt_fail_memory(err);
    }
    enter(p, "promote", UINT64_MAX);
    collet_status code = p->pruner->promote(p->self, peers, &decision);
    leave(p);
    if (code < 0 || code == COLLET_DONE) {
        return code < 0 ? clt_host_fail(&p->host, code, "promote", err) : CLT_OK;
    }
    if (!may_go_on(clt_curves_find(&p->curves, decision.number), &decision)) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "%s: promote: trial %llu is not paused, or not below %llu", p->host.unit,
                        (unsigned long long)decision.number,
                        (unsigned long long)decision.next_step);
    }
    *found = true;
    *number = decision.number;
    *until = decision.next_step;
    return clt_curves_begin(&p->curves, *number, slot, *until) != NULL ? CLT_OK
                                                                       : clt_fail_memory(err);
}

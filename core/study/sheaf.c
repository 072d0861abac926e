#include "study/sheaf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

clt_sheaf *clt_sheaf_create(const clt_plan *plan, const clt_crew_facts *facts, uint64_t number)
{
    clt_sheaf *sheaf = calloc(1, sizeof *sheaf);
    if (sheaf == NULL) {
        return NULL;
    }
    *sheaf = (clt_sheaf){.plan = plan, .facts = facts, .number = number};
    sheaf->ends = clt_arena_array(&sheaf->arena, facts->folds, sizeof *sheaf->ends);
    if (sheaf->ends == NULL) {
        clt_sheaf_destroy(sheaf);
        return NULL;
    }
    return sheaf;
}

void clt_sheaf_destroy(clt_sheaf *sheaf)
{
    if (sheaf != NULL) {
        clt_arena_finish(&sheaf->arena);
        free(sheaf);
    }
}

bool clt_sheaf_take(clt_sheaf *sheaf, const clt_trial_row *end)
{
    clt_trial_row *to = &sheaf->ends[end->fold - 1];
    bool failed = end->state == CLT_TRIAL_FAILED;
    if (!clt_trial_row_copy(&sheaf->arena, end, to)) {
        to->fold = 0;
        return false;
    }
    if (failed && (sheaf->failed == 0 || end->fold < sheaf->failed)) {
        sheaf->failed = end->fold;
    }
    return true;
}

/* The fold's value of a metric, from its curve; NaN where it is not there. */
static double value_of(const clt_sheaf *sheaf, const clt_trial_row *fold, const char *metric)
{
    const clt_crew_facts *facts = sheaf->facts;
    const char *name = NULL;
    for (size_t m = 0; m < facts->metric_count; m++) {
        if (strcmp(facts->metrics[m], metric) == 0) {
            name = facts->fold_metrics[(fold->fold - 1) * facts->metric_count + m];
        }
    }
    for (size_t i = fold->curve_count; i > 0 && name != NULL; i--) {
        if (strcmp(fold->curve[i - 1].metric, name) == 0) {
            return fold->curve[i - 1].value;
        }
    }
    return (double)NAN;
}

bool clt_sheaf_recall(clt_sheaf *sheaf, const clt_trial_row *stored)
{
    clt_trial_row end = *stored;
    if (stored->fold < 1 || stored->fold > sheaf->facts->folds) {
        return true;
    }
    double *values = clt_arena_array(&sheaf->arena, sheaf->plan->value_count, sizeof *values);
    if (values == NULL) {
        return false;
    }
    for (size_t i = 0; i < sheaf->plan->value_count; i++) {
        values[i] = value_of(sheaf, stored, sheaf->plan->value_names[i]);
        if (!isfinite(values[i])) {
            return true;
        }
    }
    end.values = values;
    end.value_count = sheaf->plan->value_count;
    return clt_sheaf_take(sheaf, &end);
}

bool clt_sheaf_wants(const clt_sheaf *sheaf, uint32_t fold)
{
    return sheaf->ends[fold - 1].fold == 0 && (sheaf->failed == 0 || fold < sheaf->failed) &&
           (sheaf->pruned == 0 || fold <= sheaf->pruned);
}

bool clt_sheaf_is_whole(const clt_sheaf *sheaf)
{
    for (uint32_t fold = 1; fold <= sheaf->facts->folds; fold++) {
        if (clt_sheaf_wants(sheaf, fold)) {
            return false;
        }
    }
    return true;
}

/* Does the run count its steps from 0? The values of folds are no step of its own. */
static bool begins_at_zero(const clt_sheaf *sheaf, const clt_trial_row *end)
{
    bool begins = false;
    for (size_t i = 0; i < sheaf->facts->metric_count && end->curve_count > 0; i++) {
        begins = begins || (end->curve[0].step == 0 &&
                            strcmp(end->curve[0].metric, sheaf->facts->metrics[i]) == 0);
    }
    return begins;
}

/* An objective counts its steps from the beginning in each run: in the trial they go on. */
static void shift_steps(const clt_sheaf *sheaf, size_t count)
{
    uint64_t before = 0;
    for (size_t i = 0; i < count && sheaf->plan->black_box; i++) {
        clt_trial_row *end = &sheaf->ends[i];
        before += i > 0 && begins_at_zero(sheaf, end);
        for (size_t k = 0; k < end->curve_count; k++) {
            ((clt_point *)end->curve)[k].step += before;
        }
        end->last_step += before;
        before = end->last_step;
    }
}

/* Puts the curves of the first `count` folds one behind the other. */
static bool join_curves(clt_sheaf *sheaf, size_t count, clt_trial_row *trial)
{
    size_t points = 0;
    for (size_t i = 0; i < count; i++) {
        points += sheaf->ends[i].curve_count;
    }
    clt_point *curve = clt_arena_array(&sheaf->arena, points + 1, sizeof *curve);
    trial->curve = curve;
    trial->curve_count = 0;
    for (size_t i = 0; i < count && curve != NULL; i++) {
        const clt_trial_row *end = &sheaf->ends[i];
        if (end->curve_count > 0) {
            memcpy(curve + trial->curve_count, end->curve, end->curve_count * sizeof *curve);
        }
        trial->curve_count += end->curve_count;
    }
    return curve != NULL;
}

static void fail(clt_trial_row *trial, const char *why)
{
    trial->state = CLT_TRIAL_FAILED;
    trial->failure = CLT_FAIL_INFINITE; /* of finite numbers that are too large to add up */
    trial->why = why;
    trial->values = NULL;
    trial->value_count = 0;
}

/* Sums in the order of the folds, so that the bits do not depend on which ended first. */
static bool take_means(clt_sheaf *sheaf, size_t count, clt_trial_row *trial)
{
    size_t width = sheaf->plan->value_count;
    double *values = clt_arena_array(&sheaf->arena, width, sizeof *values);
    if (values == NULL) {
        return false;
    }
    trial->state = sheaf->pruned > 0 ? CLT_TRIAL_PRUNED : CLT_TRIAL_COMPLETE;
    trial->values = values;
    trial->value_count = width;
    for (size_t v = 0; v < width; v++) {
        for (size_t i = 0; i < count; i++) {
            values[v] += sheaf->ends[i].values[v];
        }
        values[v] /= (double)count;
        if (!isfinite(values[v])) {
            fail(trial, "the mean over its parts is not finite");
            return true;
        }
    }
    return true;
}

bool clt_sheaf_bind(clt_sheaf *sheaf, clt_trial_row *trial)
{
    bool failed = sheaf->failed > 0 && (sheaf->pruned == 0 || sheaf->failed < sheaf->pruned);
    size_t count = failed ? sheaf->failed : sheaf->pruned > 0 ? sheaf->pruned : sheaf->facts->folds;
    shift_steps(sheaf, count);
    *trial = sheaf->ends[count - 1]; /* of the one that failed: why, log, signal */
    trial->fold = 0;
    trial->attempt = sheaf->attempt;
    trial->seconds = 0;
    for (size_t i = 0; i < count; i++) {
        const clt_trial_row *end = &sheaf->ends[i];
        trial->seconds += end->seconds;
        trial->last_step = end->last_step > trial->last_step ? end->last_step : trial->last_step;
    }
    return join_curves(sheaf, count, trial) && (failed || take_means(sheaf, count, trial));
}

#include "report/others.h"

#include "report/folds.h"

#include <math.h>
#include <string.h>

bool clt_others_is(const clt_study_row *study, const char *metric)
{
    bool is = false;
    for (size_t g = 0; g < study->goal_count; g++) {
        is = is || strcmp(study->goals[g].metric, metric) == 0;
    }
    for (size_t i = 0; i < study->demand_count; i++) {
        is = is || strcmp(study->demands[i].metric, metric) == 0;
    }
    return !is;
}

static void note(clt_others *others, const clt_study_row *study, const char *metric)
{
    bool known = false;
    for (size_t k = 0; k < others->names.count && !known; k++) {
        known = strcmp(others->names.items[k], metric) == 0;
    }
    if (!known && clt_others_is(study, metric)) {
        others->failed = !CLT_PUSH(&others->names, metric) || others->failed;
    }
}

clt_others clt_others_of(const clt_trial_list *list)
{
    clt_others others = {.failed = false};
    for (size_t i = 0; i < list->count; i++) {
        size_t count;
        const clt_point *points = clt_others_points(list->study, &list->rows[i], &count);
        for (size_t p = 0; p < count; p++) {
            note(&others, list->study, points[p].metric);
        }
    }
    return others;
}

/* The points that share the step of the one at `last`, its last. */
static const clt_point *step_of(const clt_trial_row *trial, size_t last, size_t *count)
{
    size_t first = last;
    while (first > 0 && trial->curve[first - 1].step == trial->curve[last].step) {
        first--;
    }
    *count = last + 1 - first;
    return trial->curve + first;
}

/* Do the points have all of the trial's goals, to the bit? */
static bool has_values(const clt_study_row *study, const clt_trial_row *trial,
                       const clt_point *points, size_t count)
{
    bool has = true;
    for (size_t g = 0; g < study->goal_count && has; g++) {
        has = clt_others_value(points, count, study->goals[g].metric) == trial->values[g];
    }
    return has;
}

const clt_point *clt_others_points(const clt_study_row *study, const clt_trial_row *trial,
                                   size_t *count)
{
    size_t fold, length, n;
    *count = 0;
    if (trial->value_count == 0 || trial->curve_count == 0 ||
        clt_fold_point(&trial->curve[trial->curve_count - 1], &fold, &length)) {
        return NULL;
    }
    for (size_t end = trial->curve_count; end > 0; end -= n) {
        const clt_point *points = step_of(trial, end - 1, &n);
        if (has_values(study, trial, points, n)) {
            *count = n;
            return points;
        }
    }
    return step_of(trial, trial->curve_count - 1, count);
}

double clt_others_value(const clt_point *points, size_t count, const char *metric)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(points[i].metric, metric) == 0) {
            return points[i].value;
        }
    }
    return (double)NAN;
}

void clt_others_finish(clt_others *others)
{
    CLT_VEC_FINISH(&others->names);
}

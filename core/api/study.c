/* Asking and telling. */
#include "api/study_impl.h"

#include "base/clock.h"
#include "study/demand.h"
#include "study/wish.h"

#include <math.h>
#include <string.h>

static const char *const state_names[] = {"open", "complete", "pruned", "failed"};

clt_held *clt_study_trial(collet_study *s, uint64_t id)
{
    if (id < s->trials.count) {
        return &s->trials.items[id];
    }
    if (!s->ready) { /* why there are no trials is known */
        return NULL;
    }
    (void)clt_fail(&s->err, CLT_USAGE, "there is no trial %llu; %zu have been asked for",
                   (unsigned long long)id, s->trials.count);
    return NULL;
}

double *clt_study_values(const collet_study *s, const clt_held *trial)
{
    return trial->numbers + s->plan.space.dim_count;
}

double *clt_study_spare(collet_study *s)
{
    if (s->spare == NULL) {
        size_t count = s->plan.space.dim_count + s->plan.value_count;
        s->spare = clt_arena_array(&s->points, count, sizeof *s->spare);
    }
    return s->spare;
}

/* A study that was not made keeps its error; one whose sampler has failed, until it is asked about
 * something that there is not. */
static clt_status check_ready(collet_study *s)
{
    if (s->broken && s->err.status != CLT_PLUGIN_FAILED) {
        return clt_fail(&s->err, CLT_PLUGIN_FAILED,
                        "the sampler has failed; the study can only be looked at");
    }
    return s->ready && !s->broken ? CLT_OK : s->err.status;
}

static clt_status note_plugin(collet_study *s, clt_status status)
{
    s->broken = s->broken || status == CLT_PLUGIN_FAILED;
    return status;
}

/* Fixed order: the results up to a window before the next trial must be known. */
static clt_status fail_window(collet_study *s)
{
    uint64_t first = 0;
    while (first < s->trials.count && s->trials.items[first].state != COLLET_STUDY_OPEN) {
        first++;
    }
    return clt_fail(&s->err, CLT_USAGE,
                    "trial %llu is to be told before trial %zu can be asked for: the order is "
                    "fixed, with a window of %llu",
                    (unsigned long long)first, s->trials.count,
                    (unsigned long long)s->order.window);
}

bool clt_study_has_twins(const collet_study *s)
{
    return s->plan.study.duplicates != CLT_DUPLICATES_ALLOW;
}

/* Is a trial wanted, and is there a point for it? */
static bool may_ask(const collet_study *s)
{
    uint64_t wanted = (uint64_t)s->plan.study.trials;
    bool recount = s->plan.study.duplicates == CLT_DUPLICATES_RESAMPLE;
    uint64_t trials = s->trials.count - (recount ? clt_twins_count(&s->order.twins) : 0);
    bool open = !clt_study_has_twins(s) || !clt_twins_exhausted(&s->order.twins) ||
                clt_order_has_wish(&s->order);
    return (wanted == 0 || trials < wanted) && open;
}

/* The next trial's point, in spare; what was asked for and could not be stored is still there. */
static clt_status propose(collet_study *s, bool *done)
{
    uint64_t before;
    if (s->asked) {
        return CLT_OK;
    }
    if (s->order.window > 0 && !clt_order_ready(&s->order)) {
        return fail_window(s);
    }
    if (clt_study_spare(s) == NULL ||
        !clt_vec_reserve((void **)&s->trials.items, &s->trials.capacity, s->trials.count + 1,
                         sizeof s->trials.items[0])) {
        return clt_fail_memory(&s->err);
    }
    locale_t usual = uselocale(s->plain);
    clt_status status = clt_order_ask(&s->order, s->spare, done, &before, &s->err);
    (void)uselocale(usual);
    s->asked = status == CLT_OK && !*done;
    if (s->asked) {
        uint64_t until;
        status =
            clt_pruning_begin(&s->pruning, s->trials.count, s->order.slot - 1, &until, &s->err);
    }
    return note_plugin(s, status);
}

static clt_status end(collet_study *s, uint64_t id, const clt_trial_row *row);

/* Opens the trial that was asked for. *over: it is a twin of one that has ended, and ends as that
 * did; of one that is open still it has to be evaluated like any. */
static clt_status open_trial(collet_study *s, bool *over)
{
    const uint64_t id = s->trials.count;
    clt_trial_row row = {0};
    *over = s->order.first != id && clt_twins_outcome(&s->order.twins, id, &row);
    if (clt_study_store_begin(s, id, *over ? s->order.first + 1 : 0, s->spare) != CLT_OK) {
        return s->err.status;
    }
    s->trials.items[s->trials.count++] =
        (clt_held){.numbers = s->spare, .since = clt_clock(), .attempt = 1};
    s->spare = NULL;
    s->asked = false;
    row.attempt = 1;
    row.seconds = 0;
    return *over ? end(s, id, &row) : CLT_OK;
}

int32_t collet_study_ask(collet_study *s, uint64_t *id)
{
    bool done = false, over = true;
    if (check_ready(s) != CLT_OK) {
        return (int32_t)s->err.status;
    }
    while (over) {
        if (!may_ask(s)) {
            return COLLET_STUDY_DONE;
        }
        if (propose(s, &done) != CLT_OK || (!done && open_trial(s, &over) != CLT_OK)) {
            return (int32_t)s->err.status;
        }
        if (done) {
            return COLLET_STUDY_DONE;
        }
    }
    *id = s->trials.count - 1;
    return COLLET_STUDY_OK;
}

/* The text of a wish, checked. */
static clt_status make_wish(collet_study *s, const char *const *names, const char *const *values,
                            uint32_t count, clt_str *text)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strpbrk(names[i], "\n=") != NULL) {
            return clt_fail(&s->err, CLT_USAGE, "\"%s\" is no parameter of the search", names[i]);
        }
        if (strchr(values[i], '\n') != NULL) {
            return clt_fail(&s->err, CLT_USAGE, "%s: a value is one line; this one has more",
                            names[i]);
        }
        clt_wish_add(text, names[i], values[i]);
    }
    if (text->failed) {
        return clt_fail_memory(&s->err);
    }
    locale_t usual = uselocale(s->plain);
    clt_status status = clt_wish_check(&s->plan, clt_str_text(text), &s->err);
    (void)uselocale(usual);
    return status == CLT_BAD_INPUT ? s->err.status = CLT_USAGE : status;
}

int32_t collet_study_enqueue(collet_study *s, const char *const *names, const char *const *values,
                             uint32_t count)
{
    clt_str text = {0};
    if (check_ready(s) != CLT_OK) {
        return (int32_t)s->err.status;
    }
    clt_status status = make_wish(s, names, values, count, &text);
    const clt_wish wish = {.text = clt_str_text(&text)};
    if (status == CLT_OK && s->store != NULL) {
        status = clt_store_add_wish(s->store, s->row.id, &wish, &s->err);
    }
    status = status == CLT_OK ? clt_order_add_wish(&s->order, &wish, &s->err) : status;
    clt_str_finish(&text);
    return (int32_t)status;
}

static bool are_finite(const double *values, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        all = all && isfinite(values[i]);
    }
    return all;
}

static bool has_nan(const double *values, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        any = any || isnan(values[i]);
    }
    return any;
}

/* Is that what the trial was told before? Then the caller did not hear the answer. What is not
 * finite made it a failed one. */
static bool told_the_same(const collet_study *s, const clt_held *trial, uint32_t state,
                          const double *values, uint32_t count)
{
    if (values == NULL || count != s->plan.value_count) {
        return values == NULL && trial->state == state;
    }
    if (trial->state == COLLET_STUDY_FAILED) {
        return state == COLLET_STUDY_FAILED || !are_finite(values, count);
    }
    return trial->state == state &&
           memcmp(clt_study_values(s, trial), values, count * sizeof *values) == 0;
}

/* One value for each goal and each thing required; or, where goals will do, for those alone. */
static clt_status check_count(collet_study *s, uint64_t id, const char *verb, uint32_t count,
                              bool goals_will_do)
{
    const clt_plan *plan = &s->plan;
    if (count == plan->value_count || (goals_will_do && count == plan->goal_count)) {
        return CLT_OK;
    }
    if (count == plan->goal_count) {
        return clt_fail(&s->err, CLT_USAGE,
                        "trial %llu %s no value of \"%s\", which [study] requires something of",
                        (unsigned long long)id, verb, plan->value_names[count]);
    }
    return clt_fail(&s->err, CLT_USAGE,
                    "trial %llu %s %u values, but the goals are %zu in number%s",
                    (unsigned long long)id, verb, count, plan->goal_count,
                    plan->demand_count > 0 ? ", and what is required comes behind them" : "");
}

static clt_status check_values(collet_study *s, uint64_t id, uint32_t state, const double *values,
                               uint32_t count)
{
    bool scored = state == COLLET_STUDY_COMPLETE || state == COLLET_STUDY_PRUNED;
    if (!scored && state != COLLET_STUDY_FAILED) {
        return clt_fail(&s->err, CLT_USAGE, "trial %llu cannot become state %u",
                        (unsigned long long)id, state);
    }
    if (scored && values == NULL) {
        return clt_fail(&s->err, CLT_USAGE, "trial %llu is %s, but has no value%s",
                        (unsigned long long)id, state_names[state],
                        s->plan.goal_count > 1 ? "s" : "");
    }
    return scored ? check_count(s, id, "has", count, false) : CLT_OK;
}

bool clt_study_meets(const collet_study *s, const clt_held *trial)
{
    const double *values = clt_study_values(s, trial) + s->plan.goal_count;
    bool meets = true;
    for (size_t i = 0; i < s->plan.demand_count && meets; i++) {
        meets = clt_demand_met(&s->plan.demands[i], values[i]);
    }
    return meets;
}

void clt_study_note_best(collet_study *s, uint64_t id)
{
    const clt_held *trial = &s->trials.items[id];
    if (trial->state != COLLET_STUDY_COMPLETE || !clt_study_meets(s, trial)) {
        return;
    }
    double sign = s->plan.goals[0].maximize ? -1 : 1;
    double best = s->best == UINT64_MAX ? (double)INFINITY
                                        : clt_study_values(s, &s->trials.items[s->best])[0];
    if (s->best == UINT64_MAX || sign * clt_study_values(s, trial)[0] < sign * best) {
        s->best = id;
    }
}

/* Ends a trial: in the store, then for the sampler to know. */
static clt_status end(collet_study *s, uint64_t id, const clt_trial_row *row)
{
    clt_held *trial = &s->trials.items[id];
    if (clt_study_store_end(s, row) != CLT_OK) {
        return s->err.status;
    }
    if (row->value_count > 0) {
        memcpy(clt_study_values(s, trial), row->values, row->value_count * sizeof *row->values);
    }
    trial->state = (uint32_t)row->state;
    clt_pruning_end(&s->pruning, id, clt_pruning_state(row->state));
    CLT_VEC_FINISH(&trial->curve);
    clt_study_note_best(s, id);
    if (clt_study_has_twins(s) && !clt_twins_end(&s->order.twins, row)) {
        return clt_fail_memory(&s->err);
    }
    return note_plugin(s, clt_order_finish(&s->order, id, row, trial->numbers, &s->err));
}

/* The trial of that id; CLT_USAGE where it is not open, unless it was told the same. */
static clt_status find_open(collet_study *s, uint64_t id, uint32_t state, const double *values,
                            uint32_t count, bool *again)
{
    *again = false;
    if (check_ready(s) != CLT_OK) {
        return s->err.status;
    }
    const clt_held *trial = clt_study_trial(s, id);
    if (trial == NULL) {
        return s->err.status;
    }
    *again = trial->state != COLLET_STUDY_OPEN && told_the_same(s, trial, state, values, count);
    return trial->state == COLLET_STUDY_OPEN || *again
               ? CLT_OK
               : clt_fail(&s->err, CLT_USAGE, "trial %llu is not open: it was told %s before",
                          (unsigned long long)id, state_names[trial->state]);
}

static clt_status finish(collet_study *s, uint64_t id, uint32_t state, const double *values,
                         uint32_t count, const char *why)
{
    bool again;
    if (find_open(s, id, state, values, count, &again) != CLT_OK || again) {
        return again ? CLT_OK : s->err.status;
    }
    const clt_held *trial = &s->trials.items[id];
    if (state == COLLET_STUDY_PRUNED && values == NULL && trial->curve.count > 0) {
        values = clt_study_values(s, trial);
        count = trial->reported;
    }
    if (check_values(s, id, state, values, count) != CLT_OK) {
        return s->err.status;
    }
    clt_trial_row row = {.number = id,
                         .state = (clt_trial_state)state,
                         .attempt = trial->attempt,
                         .last_step = trial->last_step,
                         .seconds = clt_clock() - trial->since,
                         .curve = trial->curve.items,
                         .curve_count = trial->curve.count};
    if (state == COLLET_STUDY_FAILED) {
        row.failure = CLT_FAIL_ERROR;
        row.why = why;
    } else if (!are_finite(values, count)) {
        row.state = CLT_TRIAL_FAILED;
        row.failure = has_nan(values, count) ? CLT_FAIL_NAN : CLT_FAIL_INFINITE;
        row.why = "it was told a value that is not a finite number";
    } else {
        row.values = values;
        row.value_count = count;
    }
    return end(s, id, &row);
}

int32_t collet_study_tell(collet_study *s, uint64_t id, uint32_t state, const double *values,
                          uint32_t count)
{
    return (int32_t)finish(s, id, state, values, count, "it was told so");
}

int32_t collet_study_fail(collet_study *s, uint64_t id, const char *why)
{
    return (int32_t)finish(s, id, COLLET_STUDY_FAILED, NULL, 0,
                           why != NULL ? why : "it was told so");
}

static clt_status check_report(collet_study *s, uint64_t id, uint64_t step, const double *values,
                               uint32_t count)
{
    bool again;
    if (find_open(s, id, COLLET_STUDY_OPEN, NULL, 0, &again) != CLT_OK) {
        return s->err.status;
    }
    const clt_held *trial = &s->trials.items[id];
    if (values == NULL) {
        return clt_fail(&s->err, CLT_USAGE, "trial %llu reports no values", (unsigned long long)id);
    }
    if (check_count(s, id, "reports", count, true) != CLT_OK) {
        return s->err.status;
    }
    if (trial->curve.count > 0 && step < trial->last_step) {
        return clt_fail(&s->err, CLT_USAGE, "trial %llu reports step %llu after step %llu",
                        (unsigned long long)id, (unsigned long long)step,
                        (unsigned long long)trial->last_step);
    }
    return CLT_OK;
}

/* Adds a point to the curve, which has room, or the later value of one that is there. */
static void note_point(clt_held *trial, const clt_point *point)
{
    size_t i = trial->curve.count;
    while (i > 0 && trial->curve.items[i - 1].step == point->step) {
        if (trial->curve.items[--i].metric == point->metric) { /* the plan's own text */
            trial->curve.items[i].value = point->value;
            return;
        }
    }
    trial->curve.items[trial->curve.count++] = *point;
}

/* Is it worth going on? */
static clt_status judge(collet_study *s, uint64_t id, uint64_t step, const double *values,
                        int32_t *stop)
{
    clt_pruned verdict;
    locale_t usual = uselocale(s->plain);
    clt_status status = clt_pruning_report(&s->pruning, id, step, values, &verdict, &s->err);
    (void)uselocale(usual);
    if (stop != NULL && status == CLT_OK) {
        *stop = verdict.action != COLLET_PRUNE_CONTINUE;
    }
    return note_plugin(s, status);
}

int32_t collet_study_report(collet_study *s, uint64_t id, uint64_t step, const double *values,
                            uint32_t count, int32_t *stop)
{
    if (stop != NULL) {
        *stop = 0;
    }
    if (check_report(s, id, step, values, count) != CLT_OK) {
        return (int32_t)s->err.status;
    }
    clt_held *trial = &s->trials.items[id];
    const clt_study_row required = {.goals = s->plan.goals,
                                    .goal_count = s->plan.goal_count,
                                    .demands = s->plan.demands,
                                    .demand_count = s->plan.demand_count};
    if (!clt_vec_reserve((void **)&trial->curve.items, &trial->curve.capacity,
                         trial->curve.count + count, sizeof *trial->curve.items)) {
        return (int32_t)clt_fail_memory(&s->err);
    }
    for (uint32_t i = 0; i < count; i++) {
        clt_study_values(s, trial)[i] = values[i];
        if (i < s->plan.goal_count || clt_demand_is_new(&required, i - s->plan.goal_count)) {
            note_point(trial, &(clt_point){step, s->plan.value_names[i], values[i]});
        }
    }
    trial->reported = count;
    trial->last_step = step;
    return (int32_t)judge(s, id, step, values, stop);
}

int32_t collet_study_best(collet_study *s, uint64_t *id)
{
    if (s->best == UINT64_MAX) {
        return s->ready ? COLLET_STUDY_DONE : (int32_t)s->err.status;
    }
    *id = s->best;
    return COLLET_STUDY_OK;
}

/* Trials as JSON. */
#include "report/trials_impl.h"

#include "base/clock.h"
#include "config/option.h"
#include "report/folds.h"
#include "report/front.h"
#include "report/others.h"
#include "study/change.h"
#include "study/demand.h"
#include "study/edit.h"
#include "study/environment.h"

#include <string.h>

static void add_json_params(const clt_trial_row *trial, clt_json *json)
{
    clt_json_open(json, "params", '{');
    for (size_t p = 0; p < trial->param_count; p++) {
        const clt_param *param = &trial->params[p];
        double number;
        if (clt_number_plain(param->text, &number)) { /* "", 1-2 and 007 are none */
            clt_json_real(json, param->name, number);
        } else {
            clt_json_text(json, param->name, param->text);
        }
    }
    clt_json_close(json, '}');
}

/* One object a step; with folds it says of which. */
static void add_json_curve(const clt_trial_row *trial, const char *step_name, bool has_folds,
                           clt_json *json)
{
    size_t fold, length, done = 0;
    bool open = false;
    clt_json_open(json, "curve", '[');
    for (size_t i = 0; i < trial->curve_count; i++) {
        const clt_point *p = &trial->curve[i];
        bool is_fold = has_folds && clt_fold_point(p, &fold, &length);
        if (open && (is_fold || p->step != trial->curve[i - 1].step)) {
            clt_json_close(json, '}');
            open = false;
        }
        if (is_fold) {
            done = fold;
            continue;
        }
        if (!open) {
            clt_json_open(json, NULL, '{');
            clt_json_int(json, step_name, (int64_t)p->step);
            if (has_folds) {
                clt_json_int(json, "fold", (int64_t)done + 1);
            }
            open = true;
        }
        clt_json_real(json, p->metric, p->value);
    }
    if (open) {
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
}

static void add_json_values(const clt_study_row *study, const clt_trial_row *t, clt_json *json)
{
    for (size_t i = 0; i < t->value_count; i++) {
        size_t demand = i - study->goal_count;
        if (i < study->goal_count) {
            clt_json_real(json, study->goals[i].metric, t->values[i]);
        } else if (clt_demand_is_new(study, demand)) {
            clt_json_real(json, study->demands[demand].metric, t->values[i]);
        }
    }
    size_t count;
    const clt_point *points = clt_others_points(study, t, &count);
    for (size_t i = 0; i < count; i++) {
        if (clt_others_is(study, points[i].metric)) {
            clt_json_real(json, points[i].metric, points[i].value);
        }
    }
}

static void add_json_edits(const clt_trial_list *list, const clt_trial_row *t, clt_json *json)
{
    char date[32];
    bool any = false;
    for (size_t i = 0; i < list->edit_count; i++) {
        const clt_edit *edit = &list->edits[i];
        if (edit->number != t->number) {
            continue;
        }
        if (!any) {
            clt_json_open(json, "changed", '[');
        }
        any = true;
        clt_json_open(json, NULL, '{');
        clt_json_text(json, "at", clt_date_text(edit->at_ms, date, sizeof date));
        clt_json_text(json, "now", clt_edit_text(edit->kind));
        clt_json_text(json, "was", edit->was);
        clt_json_close(json, '}');
    }
    if (any) {
        clt_json_close(json, ']');
    }
}

void clt_trial_json(const clt_trial_list *list, const clt_trial_row *t, const char *key,
                    clt_json *json)
{
    char date[32];
    clt_arena arena = {0};
    clt_folds folds = clt_folds_of(t, &arena);
    clt_json_open(json, key, '{');
    clt_json_int(json, "trial", (int64_t)t->number);
    clt_json_text(json, "state", clt_trial_word(t));
    if (t->dropped) {
        clt_json_text(json, "was", clt_trial_state_text(t->state));
    }
    clt_json_open(json, "values", '{');
    add_json_values(list->study, t, json);
    clt_json_close(json, '}');
    if (list->study->demand_count > 0 && t->value_count > 0) {
        clt_json_bool(json, "meets", clt_trial_meets(list->study, t));
    }
    clt_json_int(json, clt_trial_steps_name(list), (int64_t)t->last_step);
    clt_json_real(json, "elapsed", t->seconds);
    clt_json_text(json, "started", clt_date_text(t->started_ms, date, sizeof date));
    clt_json_int(json, "attempt", t->attempt);
    clt_json_text(json, "why", t->why);
    if (t->wish > 0) {
        clt_json_int(json, "enqueued", (int64_t)t->wish);
    }
    if (t->twin > 0) {
        clt_json_int(json, "same_as", (int64_t)t->twin - 1);
    }
    add_json_edits(list, t, json);
    add_json_params(t, json);
    if (folds.count > 0) {
        clt_folds_json(&folds, json);
    }
    add_json_curve(t, clt_study_has_objective(list->study) ? "step" : "epoch", folds.count > 0,
                   json);
    clt_json_close(json, '}');
    clt_arena_finish(&arena);
}

static void add_json_entry(void *ctx, const char *key, size_t key_length, const char *value,
                           size_t value_length)
{
    clt_json *json = ctx;
    clt_str name = {0}, text = {0};
    clt_str_add_bytes(&name, key, key_length);
    clt_str_add_bytes(&text, value, value_length);
    clt_json_text(json, clt_str_text(&name), clt_str_text(&text));
    json->out->failed = json->out->failed || name.failed || text.failed;
    clt_str_finish(&name);
    clt_str_finish(&text);
}

static void add_json_environments(const clt_trial_list *list, clt_json *json)
{
    char date[32];
    clt_json_open(json, "environments", '[');
    for (size_t i = 0; i < list->environment_count; i++) {
        const clt_environment_row *row = &list->environments[i];
        clt_json_open(json, NULL, '{');
        clt_json_text(json, "since", clt_date_text(row->since_ms, date, sizeof date));
        clt_json_open(json, "entries", '{');
        clt_environment_each(row->text, add_json_entry, json);
        clt_json_close(json, '}');
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
}

/* How trials were run before that was corrected. */
static void add_json_untils(const clt_trial_list *list, clt_json *json)
{
    clt_arena arena = {0};
    clt_until *rows;
    size_t count;
    bool known = clt_change_untils(list->study->identity, &arena, &rows, &count);
    json->out->failed = json->out->failed || !known;
    if (known && count > 0) {
        clt_json_open(json, "run_before", '[');
        for (size_t i = 0; i < count; i++) {
            clt_json_open(json, NULL, '{');
            clt_json_int(json, "until_trial", (int64_t)rows[i].trial);
            clt_json_text(json, "line", rows[i].line);
            clt_json_close(json, '}');
        }
        clt_json_close(json, ']');
    }
    clt_arena_finish(&arena);
}

static void add_json_volume(const clt_trial_list *list, clt_front *front, clt_json *json)
{
    const clt_study_row *study = list->study;
    clt_front_volume v = clt_front_measure(list, front);
    if (!v.there) {
        return;
    }
    clt_json_real(json, "hypervolume", v.volume);
    clt_json_open(json, "reference", '{');
    for (size_t g = 0; g < study->goal_count; g++) {
        clt_json_real(json, study->goals[g].metric, v.reference[g]);
    }
    clt_json_close(json, '}');
    clt_json_text(json, "reference_from", v.given ? "study" : "worst");
}

/* The one best trial; with several goals there is a front in its place. */
static void add_json_best(const clt_trial_list *list, clt_json *json)
{
    const clt_trial_row *best = clt_best_trial(list);
    clt_front front = {.study = list->study};
    if (list->study->goal_count == 1 && best != NULL) {
        clt_json_int(json, "best", (int64_t)best->number);
    } else {
        clt_json_text(json, "best", NULL);
    }
    if (list->study->goal_count > 1) {
        front = clt_front_of(list);
        clt_json_open(json, "front", '[');
        for (size_t i = 0; i < front.members.count; i++) {
            clt_json_int(json, NULL, (int64_t)front.members.items[i].number);
        }
        clt_json_close(json, ']');
        add_json_volume(list, &front, json);
    }
    json->out->failed = json->out->failed || front.failed;
    clt_front_finish(&front);
}

static void add_json_demands(const clt_study_row *study, clt_json *json)
{
    clt_str text = {0};
    if (study->demand_count > 0) {
        clt_json_open(json, "require", '[');
        for (size_t i = 0; i < study->demand_count; i++) {
            clt_str_clear(&text);
            clt_demand_text(&study->demands[i], &text);
            clt_json_text(json, NULL, clt_str_text(&text));
        }
        clt_json_close(json, ']');
    }
    json->out->failed = json->out->failed || text.failed;
    clt_str_finish(&text);
}

/* Which of the trials' values are no goals, and nothing that is required. */
static void add_json_others(const clt_trial_list *list, clt_json *json)
{
    clt_others others = clt_others_of(list);
    if (others.names.count > 0) {
        clt_json_open(json, "no_goals", '[');
        for (size_t i = 0; i < others.names.count; i++) {
            clt_json_text(json, NULL, others.names.items[i]);
        }
        clt_json_close(json, ']');
    }
    json->out->failed = json->out->failed || others.failed;
    clt_others_finish(&others);
}

void clt_trials_json(const clt_trial_list *list, clt_json *json)
{
    const clt_study_row *study = list->study;
    char date[32];
    clt_json_open(json, NULL, '{');
    clt_json_text(json, "study", study->name);
    clt_json_text(json, "created", clt_date_text(study->created_ms, date, sizeof date));
    clt_json_int(json, "seed", (int64_t)study->seed);
    clt_json_open(json, "goals", '[');
    for (size_t g = 0; g < study->goal_count; g++) {
        clt_json_open(json, NULL, '{');
        clt_json_text(json, "metric", study->goals[g].metric);
        clt_json_text(json, "direction", study->goals[g].maximize ? "maximize" : "minimize");
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
    add_json_demands(study, json);
    add_json_others(list, json);
    add_json_environments(list, json);
    add_json_untils(list, json);
    if (clt_trials_have_ended(list)) {
        clt_json_open(json, "ended", '{');
        clt_json_text(json, "by", study->ended.by);
        clt_json_text(json, "why", study->ended.why);
        clt_json_int(json, "trials", (int64_t)study->ended.trials);
        clt_json_close(json, '}');
    }
    add_json_best(list, json);
    clt_json_open(json, "trials", '[');
    for (size_t i = 0; i < list->count; i++) {
        clt_trial_json(list, &list->rows[i], NULL, json);
    }
    clt_json_close(json, ']');
    clt_json_close(json, '}');
}

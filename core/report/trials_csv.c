/* Trials as CSV (RFC 4180). */
#include "report/trials_impl.h"

#include "base/clock.h"
#include "report/csv.h"
#include "report/folds.h"
#include "report/others.h"
#include "study/demand.h"

#include <math.h>
#include <string.h>

static bool is_own_column(const char *name)
{
    static const char *const own[] = {"trial",   "state",   "meets",   "epochs", "steps",
                                      "elapsed", "started", "attempt", "why"};
    bool found = false;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        found = found || strcmp(name, own[i]) == 0;
    }
    return found;
}

/* Is it the name of a column of values? */
static bool is_value(const clt_study_row *study, const clt_others *others, const char *name)
{
    bool found = false;
    for (size_t g = 0; g < study->goal_count; g++) {
        found = found || strcmp(name, study->goals[g].metric) == 0;
    }
    for (size_t i = 0; i < study->demand_count; i++) {
        found = found || strcmp(name, study->demands[i].metric) == 0;
    }
    for (size_t i = 0; i < others->names.count; i++) {
        found = found || strcmp(name, others->names.items[i]) == 0;
    }
    return found;
}

/* One whose name is another column's is called by its place in the JSON: values.state, params.x. */
static void add_csv_head(const char *place, const char *name, bool taken, clt_str *out)
{
    clt_str_add(out, ",");
    clt_str whole = {0};
    clt_str_add(&whole, taken ? place : "");
    clt_str_add(&whole, name);
    clt_csv_add(out, clt_str_text(&whole));
    out->failed = out->failed || whole.failed;
    clt_str_finish(&whole);
}

static void add_csv_value_heads(const clt_study_row *study, clt_str *out)
{
    for (size_t g = 0; g < study->goal_count; g++) {
        const char *name = study->goals[g].metric;
        add_csv_head("values.", name, is_own_column(name), out);
    }
    for (size_t i = 0; i < study->demand_count; i++) {
        const char *name = study->demands[i].metric;
        if (clt_demand_is_new(study, i)) {
            add_csv_head("values.", name, is_own_column(name), out);
        }
    }
    clt_str_add(out, study->demand_count > 0 ? ",meets" : "");
}

static void add_csv_demands(const clt_study_row *study, const clt_trial_row *t, clt_str *out)
{
    for (size_t i = 0; i < study->demand_count; i++) {
        if (clt_demand_is_new(study, i)) {
            clt_str_add(out, ",");
            if (t->value_count > 0) {
                clt_str_add_real(out, t->values[study->goal_count + i]);
            }
        }
    }
    if (study->demand_count > 0) {
        clt_str_add(out, t->value_count == 0 ? "," : clt_trial_meets(study, t) ? ",yes" : ",no");
    }
}

/* Metrics beside the goals. */
static void add_csv_others(const clt_trial_list *list, const clt_trial_row *t,
                           const clt_others *others, clt_str *out)
{
    size_t count;
    const clt_point *points = clt_others_points(list->study, t, &count);
    for (size_t i = 0; i < others->names.count; i++) {
        double value = clt_others_value(points, count, others->names.items[i]);
        clt_str_add(out, ",");
        if (!isnan(value)) {
            clt_str_add_real(out, value);
        }
    }
}

static void add_csv_row(const clt_trial_list *list, const clt_trial_row *t,
                        const clt_trial_names *params, const clt_others *others,
                        const clt_folds *head, clt_str *out)
{
    clt_arena arena = {0};
    clt_folds folds = clt_folds_of(t, &arena);
    char date[32];
    clt_str_addf(out, "%llu,%s", (unsigned long long)t->number, clt_trial_word(t));
    for (size_t g = 0; g < list->study->goal_count; g++) {
        clt_str_add(out, ",");
        if (g < t->value_count && !isnan(t->values[g])) {
            clt_str_add_real(out, t->values[g]);
        }
    }
    add_csv_demands(list->study, t, out);
    add_csv_others(list, t, others, out);
    clt_str_addf(out, ",%llu,", (unsigned long long)t->last_step);
    clt_str_add_real(out, t->seconds);
    clt_str_addf(out, ",%s,%u,", clt_date_text(t->started_ms, date, sizeof date), t->attempt);
    clt_csv_add(out, t->why != NULL ? t->why : "");
    for (size_t p = 0; p < params->count; p++) {
        const clt_param *param = clt_trial_param(t, params->items[p]);
        clt_str_add(out, ",");
        clt_csv_add(out, param != NULL ? param->text : "");
    }
    clt_folds_csv(&folds, head, out);
    clt_str_add(out, "\r\n");
    clt_arena_finish(&arena);
}

/* The folds of the trial that has most of them: the head of the table. */
static clt_folds most_folds(const clt_trial_list *list, clt_arena *arena)
{
    clt_folds most = {.count = 0};
    for (size_t i = 0; i < list->count; i++) {
        clt_folds folds = clt_folds_of(&list->rows[i], arena);
        most = folds.count > most.count ? folds : most;
    }
    return most;
}

void clt_trials_csv(const clt_trial_list *list, clt_str *out)
{
    clt_trial_names params = {0};
    clt_arena arena = {0};
    clt_folds head = most_folds(list, &arena);
    clt_others others = clt_others_of(list);
    out->failed = out->failed || others.failed;
    if (!clt_trial_names_of(list, &params)) {
        out->failed = true;
    }
    clt_str_add(out, "trial,state");
    add_csv_value_heads(list->study, out);
    for (size_t i = 0; i < others.names.count; i++) {
        const char *name = others.names.items[i];
        add_csv_head("values.", name, is_own_column(name), out);
    }
    clt_str_addf(out, ",%s,elapsed,started,attempt,why", clt_trial_steps_name(list));
    for (size_t p = 0; p < params.count; p++) {
        const char *name = params.items[p];
        add_csv_head("params.", name, is_own_column(name) || is_value(list->study, &others, name),
                     out);
    }
    clt_folds_csv_head(&head, out);
    clt_str_add(out, "\r\n");
    for (size_t i = 0; i < list->count; i++) {
        add_csv_row(list, &list->rows[i], &params, &others, &head, out);
    }
    clt_arena_finish(&arena);
    clt_others_finish(&others);
    CLT_VEC_FINISH(&params);
}

#include "report/trials.h"

#include "base/clock.h"
#include "base/vec.h"
#include "report/folds.h"
#include "report/front.h"
#include "report/table.h"
#include "study/demand.h"
#include "study/environment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool clt_study_has_objective(const clt_study_row *study)
{
    static const char *const lines[] = {"\nobjective.use = ", "\nparams."};
    bool has = false;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *first = lines[i] + 1; /* of the first line of all */
        has = has || strstr(study->identity, lines[i]) != NULL ||
              strncmp(study->identity, first, strlen(first)) == 0;
    }
    return has;
}

/* What a trial's resource is called. */
static const char *steps_of(const clt_trial_list *list)
{
    return clt_study_has_objective(list->study) ? "steps" : "epochs";
}

/* Names of all parameters that occur, in the order of their first appearance. */
typedef CLT_VEC(const char *) names;

const char *clt_trial_state_text(clt_trial_state state)
{
    static const char *const texts[] = {"running", "complete", "pruned", "failed", "paused"};
    return texts[state <= CLT_TRIAL_PAUSED ? state : CLT_TRIAL_FAILED];
}

const clt_trial_row *clt_best_trial(const clt_trial_list *list)
{
    const clt_trial_row *best = NULL;
    bool maximize = list->study->goals[0].maximize;
    for (size_t i = 0; i < list->count; i++) {
        const clt_trial_row *t = &list->rows[i];
        bool counts = clt_trial_counts(list->study, t);
        if (counts && (best == NULL || (maximize ? t->values[0] > best->values[0]
                                                 : t->values[0] < best->values[0]))) {
            best = t;
        }
    }
    return best;
}

static bool collect_names(const clt_trial_list *list, names *out)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t p = 0; p < list->rows[i].param_count; p++) {
            const char *name = list->rows[i].params[p].name;
            bool known = false;
            for (size_t k = 0; k < out->count && !known; k++) {
                known = strcmp(out->items[k], name) == 0;
            }
            if (!known && !CLT_PUSH(out, name)) {
                return false;
            }
        }
    }
    return true;
}

static const clt_param *find_param(const clt_trial_row *trial, const char *name)
{
    for (size_t p = 0; p < trial->param_count; p++) {
        if (strcmp(trial->params[p].name, name) == 0) {
            return &trial->params[p];
        }
    }
    return NULL;
}

static bool ends_with(const char *name, const char *tail)
{
    size_t n = strlen(name), m = strlen(tail);
    return n >= m && strcmp(name + n - m, tail) == 0 && (n == m || name[n - m - 1] == '.');
}

/* The shortest dotted end of a name that no other name has: "lr" for "optimizer.lr". */
static const char *short_name(const names *all, const char *name)
{
    const char *tail = name + strlen(name);
    while (tail > name) {
        size_t same = 0;
        tail--;
        while (tail > name && tail[-1] != '.') {
            tail--;
        }
        for (size_t i = 0; i < all->count; i++) {
            same += ends_with(all->items[i], tail);
        }
        if (same == 1 && !(tail[0] >= '0' && tail[0] <= '9')) {
            return tail;
        }
    }
    return name;
}

/* A parameter's text, its long fractions cut for reading. */
static void add_param(clt_table *table, const clt_param *param)
{
    if (param != NULL && strlen(param->text) > 9 && param->text[0] != '\0' &&
        strspn(param->text, "0123456789.e+-") == strlen(param->text)) {
        clt_table_add_real(table, param->value);
    } else {
        clt_table_add(table, param != NULL ? param->text : "");
    }
}

/* Mark of a trial on the front, where there is one. */
static void add_mark(clt_table *table, const clt_front *front, uint64_t number)
{
    if (front->study->goal_count > 1) {
        clt_table_add(table, clt_front_has(front, number) ? "*" : "");
    }
}

/* What the study requires: values that stand nowhere else, and whether all is met. */
static size_t count_demands(const clt_study_row *study)
{
    size_t count = study->demand_count > 0;
    for (size_t i = 0; i < study->demand_count; i++) {
        count += clt_demand_is_new(study, i);
    }
    return count;
}

static void add_demand_heads(clt_table *table, const clt_study_row *study)
{
    for (size_t i = 0; i < study->demand_count; i++) {
        if (clt_demand_is_new(study, i)) {
            clt_table_add(table, study->demands[i].metric);
        }
    }
    if (study->demand_count > 0) {
        clt_table_add(table, "meets");
    }
}

static void add_demands(clt_table *table, const clt_study_row *study, const clt_trial_row *t)
{
    for (size_t i = 0; i < study->demand_count; i++) {
        if (clt_demand_is_new(study, i)) {
            clt_table_add_real(table,
                               t->value_count > 0 ? t->values[study->goal_count + i] : (double)NAN);
        }
    }
    if (study->demand_count > 0) {
        clt_table_add(table, t->value_count == 0 ? "" : clt_trial_meets(study, t) ? "yes" : "no");
    }
}

static void add_row(clt_table *table, const clt_trial_list *list, const clt_trial_row *t,
                    const names *params, const clt_front *front)
{
    clt_table_addf(table, "%llu", (unsigned long long)t->number);
    clt_table_add(table, clt_trial_state_text(t->state));
    for (size_t g = 0; g < list->study->goal_count; g++) {
        clt_table_add_real(table, g < t->value_count ? t->values[g] : (double)NAN);
    }
    add_demands(table, list->study, t);
    add_mark(table, front, t->number);
    clt_table_addf(table, "%llu", (unsigned long long)t->last_step);
    clt_table_addf(table, "%.1f", t->seconds);
    for (size_t p = 0; p < params->count; p++) {
        add_param(table, find_param(t, params->items[p]));
    }
}

void clt_trials_table(const clt_trial_list *list, clt_str *out)
{
    names params = {0};
    if (!collect_names(list, &params)) {
        out->failed = true;
    }
    clt_front front = {.study = list->study};
    bool several = list->study->goal_count > 1;
    if (several) {
        front = clt_front_of(list);
    }
    clt_table table = {.columns = 4 + list->study->goal_count + count_demands(list->study) +
                                  several + params.count};
    clt_table_add(&table, "trial");
    clt_table_add(&table, "state");
    for (size_t g = 0; g < list->study->goal_count; g++) {
        clt_table_add(&table, list->study->goals[g].metric);
    }
    add_demand_heads(&table, list->study);
    if (several) {
        clt_table_add(&table, "front");
    }
    clt_table_add(&table, steps_of(list));
    clt_table_add(&table, "elapsed");
    for (size_t p = 0; p < params.count; p++) {
        clt_table_add(&table, short_name(&params, params.items[p]));
    }
    for (size_t i = 0; i < list->count; i++) {
        add_row(&table, list, &list->rows[i], &params, &front);
    }
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed || front.failed;
    clt_table_finish(&table);
    clt_front_finish(&front);
    CLT_VEC_FINISH(&params);
}

void clt_trial_params(const clt_trial_row *trial, clt_str *out)
{
    size_t widest = 0;
    for (size_t p = 0; p < trial->param_count; p++) {
        size_t width = strlen(trial->params[p].name);
        widest = width > widest ? width : widest;
    }
    for (size_t p = 0; p < trial->param_count; p++) {
        clt_str_addf(out, "  %-*s  %s\n", (int)widest, trial->params[p].name,
                     trial->params[p].text);
    }
}

static bool has_ended(const clt_trial_list *list)
{
    const clt_ended *ended = &list->study->ended;
    return ended->by != NULL && ended->why != NULL && ended->trials == list->count;
}

void clt_trials_ending(const clt_trial_list *list, clt_str *out)
{
    if (has_ended(list)) {
        clt_str_addf(out, "\nended by %s: %s\n", list->study->ended.by, list->study->ended.why);
    }
}

void clt_trials_outcome(const clt_trial_list *list, clt_str *out)
{
    const clt_trial_row *best = clt_best_trial(list);
    size_t complete = 0;
    for (size_t i = 0; i < list->count; i++) {
        complete += list->rows[i].state == CLT_TRIAL_COMPLETE;
    }
    if (best == NULL && complete > 0 && list->study->demand_count > 0) {
        clt_str_addf(out, "\nnone of the %zu complete trials meets ", complete);
        clt_broken_demands(list->study, NULL, out);
        clt_str_add(out, "\n");
    }
    if (best == NULL) {
        return;
    }
    clt_str_add(out, "\n");
    if (list->study->goal_count > 1) {
        clt_front_table(list, out);
        return;
    }
    clt_str_addf(out, "best: trial %llu, %s %.6g\n", (unsigned long long)best->number,
                 list->study->goals[0].metric, best->values[0]);
    clt_trial_params(best, out);
}

/* A field of RFC 4180: in quotes where it holds a comma, a quote or a line's end. */
static void add_field(clt_str *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        clt_str_add(out, text);
        return;
    }
    clt_str_add(out, "\"");
    for (; *text != '\0'; text++) {
        clt_str_add_bytes(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    }
    clt_str_add(out, "\"");
}

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
static bool is_value(const clt_study_row *study, const char *name)
{
    bool found = false;
    for (size_t g = 0; g < study->goal_count; g++) {
        found = found || strcmp(name, study->goals[g].metric) == 0;
    }
    for (size_t i = 0; i < study->demand_count; i++) {
        found = found || strcmp(name, study->demands[i].metric) == 0;
    }
    return found;
}

/* One whose name is another column's is called by its place in the JSON: values.state, params.x. */
static void add_csv_head(const char *place, const char *name, bool taken, clt_str *out)
{
    clt_str_add(out, ",");
    clt_str_add(out, taken ? place : "");
    add_field(out, name);
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

static void add_csv_row(const clt_trial_list *list, const clt_trial_row *t, const names *params,
                        const clt_folds *head, clt_str *out)
{
    clt_arena arena = {0};
    clt_folds folds = clt_folds_of(t, &arena);
    char date[32];
    clt_str_addf(out, "%llu,%s", (unsigned long long)t->number, clt_trial_state_text(t->state));
    for (size_t g = 0; g < list->study->goal_count; g++) {
        clt_str_add(out, ",");
        if (g < t->value_count && !isnan(t->values[g])) {
            clt_str_add_real(out, t->values[g]);
        }
    }
    add_csv_demands(list->study, t, out);
    clt_str_addf(out, ",%llu,", (unsigned long long)t->last_step);
    clt_str_add_real(out, t->seconds);
    clt_str_addf(out, ",%s,%u,", clt_date_text(t->started_ms, date, sizeof date), t->attempt);
    add_field(out, t->why != NULL ? t->why : "");
    for (size_t p = 0; p < params->count; p++) {
        const clt_param *param = find_param(t, params->items[p]);
        clt_str_add(out, ",");
        add_field(out, param != NULL ? param->text : "");
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
    names params = {0};
    clt_arena arena = {0};
    clt_folds head = most_folds(list, &arena);
    if (!collect_names(list, &params)) {
        out->failed = true;
    }
    clt_str_add(out, "trial,state");
    add_csv_value_heads(list->study, out);
    clt_str_addf(out, ",%s,elapsed,started,attempt,why", steps_of(list));
    for (size_t p = 0; p < params.count; p++) {
        const char *name = params.items[p];
        add_csv_head("params.", name, is_own_column(name) || is_value(list->study, name), out);
    }
    clt_folds_csv_head(&head, out);
    clt_str_add(out, "\r\n");
    for (size_t i = 0; i < list->count; i++) {
        add_csv_row(list, &list->rows[i], &params, &head, out);
    }
    clt_arena_finish(&arena);
    CLT_VEC_FINISH(&params);
}

static void add_json_params(const clt_trial_row *trial, clt_json *json)
{
    clt_json_open(json, "params", '{');
    for (size_t p = 0; p < trial->param_count; p++) {
        const clt_param *param = &trial->params[p];
        if (strspn(param->text, "0123456789.e+-") == strlen(param->text)) {
            clt_json_real(json, param->name, strtod(param->text, NULL));
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
}

void clt_trial_json(const clt_trial_list *list, const clt_trial_row *t, const char *key,
                    clt_json *json)
{
    char date[32];
    clt_arena arena = {0};
    clt_folds folds = clt_folds_of(t, &arena);
    clt_json_open(json, key, '{');
    clt_json_int(json, "trial", (int64_t)t->number);
    clt_json_text(json, "state", clt_trial_state_text(t->state));
    clt_json_open(json, "values", '{');
    add_json_values(list->study, t, json);
    clt_json_close(json, '}');
    if (list->study->demand_count > 0 && t->value_count > 0) {
        clt_json_bool(json, "meets", clt_trial_meets(list->study, t));
    }
    clt_json_int(json, steps_of(list), (int64_t)t->last_step);
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

void clt_environments_text(const clt_trial_list *list, clt_str *out)
{
    char date[32];
    for (size_t i = 0; i < list->environment_count; i++) {
        const clt_environment_row *row = &list->environments[i];
        clt_str_addf(out, "%ssince %s\n%s", i > 0 ? "\n" : "",
                     clt_date_text(row->since_ms, date, sizeof date), row->text);
    }
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
    add_json_environments(list, json);
    if (has_ended(list)) {
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

#include "report/trials_impl.h"

#include "base/clock.h"
#include "base/printable.h"
#include "report/folds.h"
#include "report/front.h"
#include "report/others.h"
#include "report/table.h"
#include "study/change.h"
#include "study/demand.h"
#include "study/edit.h"
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

const char *clt_trial_steps_name(const clt_trial_list *list)
{
    return clt_study_has_objective(list->study) ? "steps" : "epochs";
}

const char *clt_trial_state_text(clt_trial_state state)
{
    static const char *const texts[] = {"running", "complete", "pruned",
                                        "failed",  "paused",   "interrupted"};
    return texts[state <= CLT_TRIAL_INTERRUPTED ? state : CLT_TRIAL_FAILED];
}

const char *clt_trial_word(const clt_trial_row *trial)
{
    return trial->dropped ? "dropped" : clt_trial_state_text(trial->state);
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

bool clt_trial_names_of(const clt_trial_list *list, clt_trial_names *out)
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

const clt_param *clt_trial_param(const clt_trial_row *trial, const char *name)
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
static const char *short_name(const clt_trial_names *all, const char *name)
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

static void add_others(clt_table *table, const clt_trial_list *list, const clt_trial_row *t,
                       const clt_others *others)
{
    size_t count;
    const clt_point *points = clt_others_points(list->study, t, &count);
    for (size_t i = 0; i < others->names.count; i++) {
        clt_table_add_real(table, clt_others_value(points, count, others->names.items[i]));
    }
}

static void add_row(clt_table *table, const clt_trial_list *list, const clt_trial_row *t,
                    const clt_trial_names *params, const clt_others *others, const clt_front *front)
{
    clt_table_addf(table, "%llu", (unsigned long long)t->number);
    clt_table_add(table, clt_trial_word(t));
    for (size_t g = 0; g < list->study->goal_count; g++) {
        clt_table_add_real(table, g < t->value_count ? t->values[g] : (double)NAN);
    }
    add_demands(table, list->study, t);
    add_others(table, list, t, others);
    add_mark(table, front, t->number);
    clt_table_addf(table, "%llu", (unsigned long long)t->last_step);
    clt_table_addf(table, "%.1f", t->seconds);
    for (size_t p = 0; p < params->count; p++) {
        add_param(table, clt_trial_param(t, params->items[p]));
    }
}

void clt_trials_table(const clt_trial_list *list, clt_str *out)
{
    clt_trial_names params = {0};
    if (!clt_trial_names_of(list, &params)) {
        out->failed = true;
    }
    clt_others others = {.failed = false};
    if (clt_study_has_objective(list->study)) { /* a training has a dozen */
        others = clt_others_of(list);
    }
    clt_front front = {.study = list->study};
    bool several = list->study->goal_count > 1;
    if (several) {
        front = clt_front_of(list);
    }
    clt_table table = {.width = list->width,
                       .columns = 4 + list->study->goal_count + count_demands(list->study) +
                                  others.names.count + several + params.count};
    clt_table_add(&table, "trial");
    clt_table_add(&table, "state");
    for (size_t g = 0; g < list->study->goal_count; g++) {
        clt_table_add(&table, list->study->goals[g].metric);
    }
    add_demand_heads(&table, list->study);
    for (size_t i = 0; i < others.names.count; i++) {
        clt_table_add(&table, others.names.items[i]);
    }
    if (several) {
        clt_table_add(&table, "front");
    }
    clt_table_add(&table, clt_trial_steps_name(list));
    clt_table_add(&table, "elapsed");
    for (size_t p = 0; p < params.count; p++) {
        clt_table_add(&table, short_name(&params, params.items[p]));
    }
    for (size_t i = 0; i < list->count; i++) {
        add_row(&table, list, &list->rows[i], &params, &others, &front);
    }
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed || front.failed || others.failed;
    clt_table_finish(&table);
    clt_others_finish(&others);
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
        clt_printable_addf(out, "  %-*s  %s", (int)widest, trial->params[p].name,
                           trial->params[p].text);
    }
}

bool clt_trials_have_ended(const clt_trial_list *list)
{
    const clt_ended *ended = &list->study->ended;
    return ended->by != NULL && ended->why != NULL && ended->trials == list->count;
}

void clt_trials_ending(const clt_trial_list *list, clt_str *out)
{
    if (clt_trials_have_ended(list)) {
        clt_str_add(out, "\n");
        clt_printable_addf(out, "ended by %s: %s", list->study->ended.by, list->study->ended.why);
    }
}

void clt_trials_outcome(const clt_trial_list *list, clt_str *out)
{
    const clt_trial_row *best = clt_best_trial(list);
    size_t complete = 0;
    for (size_t i = 0; i < list->count; i++) {
        complete += list->rows[i].state == CLT_TRIAL_COMPLETE && !list->rows[i].dropped;
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
    clt_printable_addf(out, "best: trial %llu, %s %.6g", (unsigned long long)best->number,
                       list->study->goals[0].metric, best->values[0]);
    clt_trial_params(best, out);
}

void clt_trial_edits(const clt_trial_list *list, const clt_trial_row *trial, clt_str *out)
{
    char date[32];
    for (size_t i = 0; i < list->edit_count; i++) {
        const clt_edit *edit = &list->edits[i];
        if (edit->number == trial->number) {
            clt_printable_addf(out, "changed by hand %s: %s; it was %s",
                               clt_date_text(edit->at_ms, date, sizeof date),
                               clt_edit_text(edit->kind), edit->was);
        }
    }
}

/* How trials were run before that was corrected. */
static void add_untils(const clt_trial_list *list, clt_str *out)
{
    clt_arena arena = {0};
    clt_until *rows;
    size_t count;
    if (!clt_change_untils(list->study->identity, &arena, &rows, &count)) {
        out->failed = true;
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        bool set = strstr(rows[i].line, " = ") != NULL;
        clt_str_addf(out, "%suntil trial %llu: %s%s\n", i == 0 ? "\n" : "",
                     (unsigned long long)rows[i].trial, set ? "" : "no ", rows[i].line);
    }
    clt_arena_finish(&arena);
}

void clt_environments_text(const clt_trial_list *list, clt_str *out)
{
    char date[32];
    for (size_t i = 0; i < list->environment_count; i++) {
        const clt_environment_row *row = &list->environments[i];
        clt_str_addf(out, "%ssince %s\n%s", i > 0 ? "\n" : "",
                     clt_date_text(row->since_ms, date, sizeof date), row->text);
    }
    add_untils(list, out);
}

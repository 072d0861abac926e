#include "report/optuna.h"

#include "base/json.h"
#include "config/option.h"
#include "report/folds.h"
#include "space/steps.h"
#include "study/demand.h"
#include "study/wish.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Operations of a journal, by the numbers that stand in it. */
enum {
    ADD_STUDY = 0,
    STUDY_ATTRIBUTE = 2,
    STUDY_SYSTEM = 3,
    ADD_TRIAL = 4,
    SET_PARAM = 5,
    SET_STATE = 6,
    SET_STEP = 7,
    TRIAL_ATTRIBUTE = 8,
    TRIAL_SYSTEM = 9
};

/* Optuna's states are ours, but for 4: here a trial that is paused, there one that has not begun.
 */
enum { WAITING = 4 };

/* ---- One line ------------------------------------------------------------------------------- */

static clt_json open_line(clt_str *out, int code)
{
    clt_json json = {.out = out};
    clt_json_open(&json, NULL, '{');
    clt_json_int(&json, "op_code", code);
    clt_json_text(&json, "worker_id", "collet");
    return json;
}

static void close_line(clt_json *json)
{
    clt_json_close(json, '}');
    clt_str_add(json->out, "\n");
}

/* A number of which Python knows again that it is none with a fraction, or not finite. */
static void add_real(clt_json *json, const char *key, double value)
{
    clt_str number = {0};
    if (isnan(value) || isinf(value)) {
        clt_str_add(&number, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    } else {
        clt_str_add_real(&number, value);
    }
    clt_json_raw(json, key, clt_str_text(&number));
    json->out->failed = json->out->failed || number.failed;
    clt_str_finish(&number);
}

static void add_date(clt_json *json, const char *key, int64_t ms)
{
    char text[64] = "";
    struct tm parts;
    time_t seconds = (time_t)(ms / 1000);
    if (localtime_r(&seconds, &parts) != NULL) {
        size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
        (void)snprintf(text + n, sizeof text - n, ".%03d000", (int)(ms % 1000));
    }
    clt_json_text(json, key, text);
}

/* ---- The space ------------------------------------------------------------------------------ */

/* choice(32, 64) holds numbers, choice(a, b) texts. */
static bool are_numbers(const collet_dim *dim)
{
    double ignored;
    bool all = true;
    for (uint32_t k = 0; k < dim->category_count; k++) {
        all = all && clt_number_parse(dim->categories[k], &ignored);
    }
    return all;
}

static void add_choices(clt_json *json, const collet_dim *dim)
{
    bool numbers = are_numbers(dim);
    clt_json_open(json, "choices", '[');
    for (uint32_t k = 0; k < dim->category_count; k++) {
        double number;
        if (numbers && clt_number_parse(dim->categories[k], &number)) {
            clt_json_real(json, NULL, number);
        } else {
            clt_json_text(json, NULL, dim->categories[k]);
        }
    }
    clt_json_close(json, ']');
}

static void add_bound(clt_json *json, const char *key, const collet_dim *dim, double value)
{
    if (dim->type == COLLET_DIM_INT) {
        clt_json_int(json, key, (int64_t)value);
    } else {
        clt_json_real(json, key, value);
    }
}

/* The distribution is a text of JSON in the JSON of its line. */
static void add_distribution(clt_json *line, const collet_dim *dim)
{
    bool category = dim->type == COLLET_DIM_CATEGORY, whole = dim->type == COLLET_DIM_INT;
    clt_str text = {0};
    clt_json json = {.out = &text};
    clt_json_open(&json, NULL, '{');
    clt_json_text(&json, "name",
                  category ? "CategoricalDistribution"
                  : whole  ? "IntDistribution"
                           : "FloatDistribution");
    clt_json_open(&json, "attributes", '{');
    if (category) {
        add_choices(&json, dim);
    } else {
        clt_json_bool(&json, "log", (dim->flags & COLLET_DIM_LOG) != 0);
        add_bound(&json, "low", dim, dim->low);
        add_bound(&json, "high", dim, dim->high);
        if (dim->step > 0 || whole) {
            add_bound(&json, "step", dim, dim->step > 0 ? dim->step : 1);
        } else {
            clt_json_text(&json, "step", NULL);
        }
    }
    clt_json_close(&json, '}');
    clt_json_close(&json, '}');
    clt_json_text(line, "distribution", clt_str_text(&text));
    line->out->failed = line->out->failed || text.failed;
    clt_str_finish(&text);
}

/* ---- Trials --------------------------------------------------------------------------------- */

static clt_status add_param(const clt_optuna_report *r, const clt_trial_row *t,
                            const clt_param *param, clt_str *out, clt_error *err)
{
    const clt_space *space = &r->plan->space;
    uint32_t i = 0;
    while (i < space->dim_count && strcmp(space->dims[i].name, param->name) != 0) {
        i++;
    }
    if (i == space->dim_count) {
        return clt_fail(err, CLT_NO_STORE,
                        "trial %" PRIu64 " of the store has \"%s\", which its experiment has not",
                        t->number, param->name);
    }
    const collet_dim *dim = &space->dims[i];
    double value = param->value;
    if (clt_step_is_real(dim)) { /* what an older version stored may lie beyond the bounds */
        (void)clt_step_near(dim->low, dim->high, dim->step, value, &value);
    }
    clt_json json = open_line(out, SET_PARAM);
    clt_json_int(&json, "trial_id", (int64_t)t->number);
    clt_json_text(&json, "param_name", param->name);
    add_real(&json, "param_value_internal", value);
    add_distribution(&json, dim);
    close_line(&json);
    return CLT_OK;
}

/* What our metric came to at each step, in the order of steps. */
static void add_steps(const clt_optuna_report *r, const clt_trial_row *t, clt_str *out)
{
    const char *metric = r->list->study->goals[0].metric;
    for (size_t i = 0; i < t->curve_count; i++) {
        if (strcmp(t->curve[i].metric, metric) != 0) {
            continue;
        }
        clt_json json = open_line(out, SET_STEP);
        clt_json_int(&json, "trial_id", (int64_t)t->number);
        clt_json_int(&json, "step", (int64_t)t->curve[i].step);
        add_real(&json, "intermediate_value", t->curve[i].value);
        close_line(&json);
    }
}

/* The last value of each metric. */
static void add_metrics(const clt_trial_row *t, clt_json *json)
{
    clt_json_open(json, "collet:metrics", '{');
    for (size_t i = 0; i < t->curve_count; i++) {
        bool last = true;
        for (size_t k = i + 1; k < t->curve_count && last; k++) {
            last = strcmp(t->curve[i].metric, t->curve[k].metric) != 0;
        }
        if (last) {
            add_real(json, t->curve[i].metric, t->curve[i].value);
        }
    }
    clt_json_close(json, '}');
}

static clt_json open_attribute(const clt_trial_row *t, clt_str *out)
{
    clt_json json = open_line(out, TRIAL_ATTRIBUTE);
    clt_json_int(&json, "trial_id", (int64_t)t->number);
    clt_json_open(&json, "user_attr", '{');
    return json;
}

static void close_attribute(clt_json *json)
{
    clt_json_close(json, '}');
    close_line(json);
}

static void add_attributes(const clt_trial_row *t, clt_str *out)
{
    if (t->curve_count > 0) {
        clt_json json = open_attribute(t, out);
        add_metrics(t, &json);
        close_attribute(&json);
    }
    if (t->why != NULL) {
        clt_json json = open_attribute(t, out);
        clt_json_text(&json, "collet:failure", t->why);
        close_attribute(&json);
    }
    if (t->dropped) {
        clt_json json = open_attribute(t, out);
        clt_json_text(&json, "collet:state", "dropped");
        close_attribute(&json);
    }
    if (t->state == CLT_TRIAL_PAUSED && !t->dropped) {
        clt_json json = open_attribute(t, out);
        clt_json_text(&json, "collet:state", "paused");
        close_attribute(&json);
    }
    if (t->wish > 0) {
        clt_json json = open_attribute(t, out);
        clt_json_int(&json, "collet:enqueued", (int64_t)t->wish);
        close_attribute(&json);
    }
}

/* Optuna knows by them which trials are feasible: those without a positive one. */
static void add_constraints(const clt_study_row *study, const clt_trial_row *t, clt_str *out)
{
    if (study->demand_count == 0 || t->value_count == 0 || t->dropped) {
        return;
    }
    clt_json json = open_line(out, TRIAL_SYSTEM);
    clt_json_int(&json, "trial_id", (int64_t)t->number);
    clt_json_open(&json, "system_attr", '{');
    clt_json_open(&json, "constraints", '[');
    for (size_t i = 0; i < study->demand_count; i++) {
        add_real(&json, NULL,
                 clt_demand_excess(&study->demands[i], t->values[study->goal_count + i]));
    }
    clt_json_close(&json, ']');
    clt_json_close(&json, '}');
    close_line(&json);
}

static void add_end(const clt_study_row *study, const clt_trial_row *t, clt_str *out)
{
    clt_trial_state state = t->dropped                     ? CLT_TRIAL_FAILED
                            : t->state == CLT_TRIAL_PAUSED ? CLT_TRIAL_PRUNED
                                                           : t->state;
    clt_json json = open_line(out, SET_STATE);
    clt_json_int(&json, "trial_id", (int64_t)t->number);
    clt_json_int(&json, "state", (int64_t)state);
    if (t->value_count > 0 && !t->dropped) {
        clt_json_open(&json, "values", '[');
        for (size_t g = 0; g < study->goal_count; g++) {
            add_real(&json, NULL, t->values[g]);
        }
        clt_json_close(&json, ']');
    } else {
        clt_json_text(&json, "values", NULL);
    }
    add_date(&json, "datetime_complete", t->started_ms + (int64_t)(t->seconds * 1000 + 0.5));
    close_line(&json);
}

static clt_status add_trial(const clt_optuna_report *r, const clt_trial_row *t, clt_str *out,
                            clt_error *err)
{
    clt_arena arena = {0};
    bool folds = clt_folds_of(t, &arena).count > 0;
    clt_status status = CLT_OK;
    clt_json json = open_line(out, ADD_TRIAL);
    clt_json_int(&json, "study_id", 0);
    add_date(&json, "datetime_start", t->started_ms);
    close_line(&json);
    for (size_t p = 0; p < t->param_count && status == CLT_OK; p++) {
        status = add_param(r, t, &t->params[p], out, err);
    }
    if (!folds && r->list->study->goal_count == 1) { /* Optuna reports of one goal only */
        add_steps(r, t, out);
    }
    add_attributes(t, out);
    add_constraints(r->list->study, t, out);
    if (t->state != CLT_TRIAL_RUNNING) {
        add_end(r->list->study, t, out);
    }
    clt_arena_finish(&arena);
    return status;
}

/* ---- What waits ----------------------------------------------------------------------------- */

/* "name = value" as a member of an object, in the type that Optuna would suggest. */
static void add_fixed(const clt_plan *plan, clt_json *json, const char *name, const char *text)
{
    for (uint32_t i = 0; i < plan->space.dim_count; i++) {
        const collet_dim *dim = &plan->space.dims[i];
        double number;
        bool word = dim->type == COLLET_DIM_CATEGORY && !are_numbers(dim);
        if (strcmp(dim->name, name) != 0) {
            continue;
        }
        if (!word && clt_number_parse(text, &number)) {
            clt_json_real(json, name, number);
        } else {
            clt_json_text(json, name, text);
        }
    }
}

static void add_waiting(const clt_optuna_report *r, const char *text, clt_str *out)
{
    clt_arena arena = {0};
    clt_json json = open_line(out, ADD_TRIAL);
    clt_json_int(&json, "study_id", 0);
    clt_json_text(&json, "datetime_start", NULL);
    clt_json_int(&json, "state", WAITING);
    clt_json_text(&json, "value", NULL);
    clt_json_text(&json, "values", NULL);
    static const char *const empty[] = {"distributions", "params", "user_attrs",
                                        "intermediate_values"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        clt_json_open(&json, empty[i], '{');
        clt_json_close(&json, '}');
    }
    clt_json_open(&json, "system_attrs", '{');
    clt_json_open(&json, "fixed_params", '{');
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = clt_arena_printf(&arena, "%.*s", (int)length, text);
        char *equals = line != NULL ? strstr(line, " = ") : NULL;
        out->failed = out->failed || line == NULL;
        text += length + (text[length] == '\n');
        if (equals != NULL) {
            *equals = '\0';
            add_fixed(r->plan, &json, line, equals + 3);
        }
    }
    clt_json_close(&json, '}');
    clt_json_close(&json, '}');
    close_line(&json);
    clt_arena_finish(&arena);
}

/* ---- The study ------------------------------------------------------------------------------ */

static void add_study(const clt_optuna_report *r, clt_str *out)
{
    const clt_study_row *study = r->list->study;
    clt_json json = open_line(out, ADD_STUDY);
    clt_json_text(&json, "study_name", study->name);
    clt_json_open(&json, "directions", '[');
    for (size_t g = 0; g < study->goal_count; g++) {
        clt_json_int(&json, NULL, study->goals[g].maximize ? 2 : 1);
    }
    clt_json_close(&json, ']');
    close_line(&json);
    const struct {
        const char *key, *text;
    } attributes[] = {{"collet:study", study->name}, {"collet:version", r->version}};
    for (size_t i = 0; i < 2; i++) {
        json = open_line(out, STUDY_ATTRIBUTE);
        clt_json_int(&json, "study_id", 0);
        clt_json_open(&json, "user_attr", '{');
        clt_json_text(&json, attributes[i].key, attributes[i].text);
        clt_json_close(&json, '}');
        close_line(&json);
    }
    json = open_line(out, STUDY_SYSTEM); /* where Optuna 3.2 and newer keep them */
    clt_json_int(&json, "study_id", 0);
    clt_json_open(&json, "system_attr", '{');
    clt_json_open(&json, "study:metric_names", '[');
    for (size_t g = 0; g < study->goal_count; g++) {
        clt_json_text(&json, NULL, study->goals[g].metric);
    }
    clt_json_close(&json, ']');
    clt_json_close(&json, '}');
    close_line(&json);
}

clt_status clt_optuna_journal(const clt_optuna_report *r, clt_str *out, clt_error *err)
{
    clt_arena arena = {0};
    const uint64_t *trials = clt_wish_trials(&arena, r->list->rows, r->list->count, r->wish_count);
    clt_status status = trials != NULL ? CLT_OK : clt_fail_memory(err);
    add_study(r, out);
    for (size_t i = 0; i < r->list->count && status == CLT_OK; i++) {
        status = add_trial(r, &r->list->rows[i], out, err);
    }
    for (size_t i = 0; i < r->wish_count && status == CLT_OK; i++) {
        if (trials[i] == 0 && !r->wishes[i].withdrawn) {
            add_waiting(r, r->wishes[i].text, out);
        }
    }
    clt_arena_finish(&arena);
    return status == CLT_OK && out->failed ? clt_fail_memory(err) : status;
}

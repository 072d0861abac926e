#include "api/lines.h"

#include "base/json.h"
#include "base/json_read.h"
#include "base/suggest.h"
#include "config/option.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One line at work. */
typedef struct request {
    collet_study *study;
    const char *op;
    const clt_json_value *object;
    clt_arena arena;
    clt_error err; /* of the line; the study has its own */
    clt_json out;
} request;

/* What an operation may say. NULL ends the list. */
typedef struct operation {
    const char *name;
    const char *const *keys;
    int32_t (*act)(request *r);
} operation;

/* The largest number that is surely the one that was written. */
static const double MOST = 9007199254740991;

/* ---- What the line says --------------------------------------------------------------------- */

static int32_t wrong(request *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int32_t wrong(request *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)clt_fail_list(&r->err, CLT_BAD_INPUT, format, arguments);
    va_end(arguments);
    return COLLET_STUDY_E_INPUT;
}

/* A whole number that is not negative, nor so large that a neighbour would be read as the same. */
static int32_t check_count(request *r, const char *key, double number, uint64_t *count)
{
    if (!(number >= 0 && number <= MOST) || number != floor(number)) {
        return wrong(r, "\"%s\" is %.17g, not a whole number from 0 to %.0f", key, number, MOST);
    }
    *count = (uint64_t)number;
    return COLLET_STUDY_OK;
}

static int32_t read_count(request *r, const char *key, uint64_t *count)
{
    const clt_json_value *v = clt_json_find(r->object, key);
    *count = 0;
    if (v == NULL) {
        return wrong(r, "\"%s\" is missing; \"op\":\"%s\" needs it", key, r->op);
    }
    if (v->type != CLT_JSON_NUMBER) {
        return wrong(r, "\"%s\" is %s, not a whole number", key, clt_json_type_text(v->type));
    }
    return check_count(r, key, v->number, count);
}

/* A step may be written as text: "1". */
static int32_t read_step(request *r, uint64_t *step)
{
    const clt_json_value *v = clt_json_find(r->object, "step");
    double number;
    bool digits = v != NULL && v->type == CLT_JSON_TEXT &&
                  v->text[strspn(v->text, "0123456789")] == '\0' &&
                  clt_number_parse(v->text, &number);
    return digits ? check_count(r, "step", number, step) : read_count(r, "step", step);
}

static int32_t read_text(request *r, const char *key, const char **text)
{
    const clt_json_value *v = clt_json_find(r->object, key);
    *text = NULL;
    if (v != NULL && v->type != CLT_JSON_TEXT) {
        return wrong(r, "\"%s\" is %s, not a string", key, clt_json_type_text(v->type));
    }
    *text = v != NULL ? v->text : NULL;
    return COLLET_STUDY_OK;
}

/* "value" or "values" in *values; NULL where there is neither. */
static int32_t read_list(request *r, double **values, uint32_t *count)
{
    const clt_json_value *one = clt_json_find(r->object, "value");
    const clt_json_value *many = clt_json_find(r->object, "values");
    *values = NULL;
    *count = 0;
    if (one != NULL && many != NULL) {
        return wrong(r, "there are both \"value\" and \"values\"; one of them is enough");
    }
    if (many != NULL && many->type != CLT_JSON_ARRAY) {
        return wrong(r, "\"values\" is %s, not an array", clt_json_type_text(many->type));
    }
    const clt_json_value *first = many != NULL ? many->first : one;
    size_t wanted = many != NULL ? many->count : one != NULL;
    if (many == NULL && one == NULL) {
        return COLLET_STUDY_OK;
    }
    uint32_t most = collet_study_value_count(r->study);
    *values = clt_arena_array(&r->arena, wanted + most + 1, sizeof **values);
    if (*values == NULL) {
        return wrong(r, "out of memory");
    }
    for (const clt_json_value *v = first; v != NULL && *count < wanted; v = v->next) {
        if (v->type != CLT_JSON_NUMBER) {
            return wrong(r, "\"%s\" %s %s, not a number", many != NULL ? "values" : "value",
                         many != NULL ? "holds" : "is", clt_json_type_text(v->type));
        }
        (*values)[(*count)++] = v->number;
    }
    return COLLET_STUDY_OK;
}

/* Puts a metric wherever its name stands among the values; false where it does not. */
static bool place(const request *r, const clt_json_value *v, double *values, bool *known)
{
    bool found = false;
    for (uint32_t i = 0; i < collet_study_value_count(r->study); i++) {
        if (strcmp(collet_study_value_name(r->study, i), v->key) == 0) {
            values[i] = v->number;
            known[i] = found = true;
        }
    }
    return found;
}

static int32_t unknown_metric(request *r, const char *name)
{
    clt_suggest suggest = {.read = name};
    char hint[96];
    for (uint32_t i = 0; i < collet_study_value_count(r->study); i++) {
        clt_suggest_offer(&suggest, collet_study_value_name(r->study, i));
    }
    return wrong(r, "\"metrics\": \"%s\" is neither a goal nor required%s", name,
                 clt_suggest_text(&suggest, hint, sizeof hint));
}

/* What is required of a goal is had with the goal. */
static void take_goals(const request *r, double *values, bool *known)
{
    for (uint32_t i = 0; i < collet_study_value_count(r->study); i++) {
        for (uint32_t g = 0; g < i && !known[i]; g++) {
            bool same = strcmp(collet_study_value_name(r->study, g),
                               collet_study_value_name(r->study, i)) == 0;
            if (same && known[g]) {
                values[i] = values[g];
                known[i] = true;
            }
        }
    }
}

/* All values that the study wants, from "value" or "values" and, by their names, from "metrics".
 * NULL where there is none of these. */
static int32_t read_values(request *r, double **values, uint32_t *count)
{
    const clt_json_value *metrics = clt_json_find(r->object, "metrics");
    const uint32_t all = collet_study_value_count(r->study);
    if (read_list(r, values, count) != COLLET_STUDY_OK) {
        return COLLET_STUDY_E_INPUT;
    }
    if (metrics != NULL && metrics->type != CLT_JSON_OBJECT) {
        return wrong(r, "\"metrics\" is %s, not an object", clt_json_type_text(metrics->type));
    }
    if (*values == NULL && metrics != NULL) {
        *values = clt_arena_array(&r->arena, all, sizeof **values);
    }
    bool *known = clt_arena_array(&r->arena, all, sizeof *known);
    if (known == NULL || (*values == NULL && metrics != NULL)) {
        return wrong(r, "out of memory");
    }
    if (*values == NULL || *count > all) {
        return COLLET_STUDY_OK; /* the study has a word for too many */
    }
    for (uint32_t i = 0; i < *count; i++) {
        known[i] = true;
    }
    for (const clt_json_value *v = metrics != NULL ? metrics->first : NULL; v != NULL;
         v = v->next) {
        if (v->type != CLT_JSON_NUMBER) {
            return wrong(r, "\"%s\" is %s, not a number", v->key, clt_json_type_text(v->type));
        }
        if (!place(r, v, *values, known)) {
            return unknown_metric(r, v->key);
        }
    }
    take_goals(r, *values, known);
    bool named = metrics != NULL || *count >= collet_study_goal_count(r->study);
    for (*count = named ? 0 : *count; *count < all && known[*count]; (*count)++) {
    }
    return metrics == NULL || *count >= all
               ? COLLET_STUDY_OK
               : wrong(r, "\"metrics\" lacks \"%s\"", collet_study_value_name(r->study, *count));
}

static int32_t read_state(request *r, uint32_t *state)
{
    static const char *const names[] = {"complete", "pruned", "failed"};
    const char *text;
    if (read_text(r, "state", &text) != COLLET_STUDY_OK) {
        return COLLET_STUDY_E_INPUT;
    }
    *state = COLLET_STUDY_COMPLETE;
    for (uint32_t i = 0; text != NULL && i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *state = COLLET_STUDY_COMPLETE + i;
            return COLLET_STUDY_OK;
        }
    }
    return text == NULL ? COLLET_STUDY_OK
                        : wrong(r, "\"state\" is \"%s\"; write complete, pruned or failed", text);
}

/* ---- Answers -------------------------------------------------------------------------------- */

static void add_param(request *r, uint64_t id, uint32_t i)
{
    const char *name = collet_study_param_name(r->study, i), *text = NULL;
    double number;
    if (!collet_study_param_is_number(r->study, i)) {
        (void)collet_study_text(r->study, id, name, &text);
        if (text != NULL) {
            clt_json_text(&r->out, name, text);
        }
        return;
    }
    if (collet_study_number(r->study, id, name, &number) == COLLET_STUDY_OK && !isnan(number)) {
        clt_json_real(&r->out, name, number);
    }
}

/* "id" and "params" of a trial, in the object that is open. */
static void add_trial(request *r, uint64_t id)
{
    clt_json_int(&r->out, "id", (int64_t)id);
    clt_json_open(&r->out, "params", '{');
    for (uint32_t i = 0; i < collet_study_param_count(r->study); i++) {
        add_param(r, id, i);
    }
    clt_json_close(&r->out, '}');
}

static int32_t ask(request *r)
{
    uint64_t id;
    int32_t status = collet_study_ask(r->study, &id);
    if (status == COLLET_STUDY_OK) {
        add_trial(r, id);
    } else if (status == COLLET_STUDY_DONE) {
        clt_json_bool(&r->out, "done", true);
    }
    return status;
}

static int32_t tell(request *r)
{
    static const char *const names[] = {"open", "complete", "pruned", "failed"};
    uint64_t id;
    double *values;
    uint32_t count, state;
    const char *why;
    if (read_count(r, "id", &id) != COLLET_STUDY_OK || read_state(r, &state) != COLLET_STUDY_OK ||
        read_values(r, &values, &count) != COLLET_STUDY_OK ||
        read_text(r, "why", &why) != COLLET_STUDY_OK) {
        return COLLET_STUDY_E_INPUT;
    }
    if (state == COLLET_STUDY_COMPLETE && values == NULL) {
        return wrong(r, "\"value\" is missing; a trial without one is \"state\":\"failed\"");
    }
    if (state == COLLET_STUDY_FAILED && values != NULL) {
        return wrong(r, "a trial that is \"state\":\"failed\" has no \"value\"");
    }
    if (state != COLLET_STUDY_FAILED && why != NULL) {
        return wrong(r, "\"why\" belongs to \"state\":\"failed\"");
    }
    int32_t status = state == COLLET_STUDY_FAILED
                         ? collet_study_fail(r->study, id, why)
                         : collet_study_tell(r->study, id, state, values, count);
    if (status == COLLET_STUDY_OK && collet_study_state(r->study, id, &state) == COLLET_STUDY_OK) {
        clt_json_int(&r->out, "id", (int64_t)id);
        clt_json_text(&r->out, "state", names[state]);
    }
    if (status == COLLET_STUDY_OK && collet_study_values(r->study, id) != NULL &&
        collet_study_value_count(r->study) > collet_study_goal_count(r->study)) {
        clt_json_bool(&r->out, "meets", collet_study_meets(r->study, id) != 0);
    }
    return status;
}

/* A value as the experiment would write it; NULL where it is none. */
static const char *setting_text(request *r, const clt_json_value *v)
{
    clt_str number = {0};
    const char *text = v->type == CLT_JSON_TEXT ? v->text : NULL;
    if (v->type == CLT_JSON_NUMBER) {
        clt_str_add_real(&number, v->number);
        text = clt_arena_copy(&r->arena, clt_str_text(&number));
        clt_str_finish(&number);
    }
    return text;
}

static int32_t enqueue(request *r)
{
    const clt_json_value *params = clt_json_find(r->object, "params");
    if (params == NULL || params->type != CLT_JSON_OBJECT) {
        return wrong(r, "\"params\" is %s; write, say, \"params\":{\"x\":0.5}",
                     params != NULL ? clt_json_type_text(params->type) : "missing");
    }
    const char **names = clt_arena_array(&r->arena, params->count + 1, sizeof *names);
    const char **values = clt_arena_array(&r->arena, params->count + 1, sizeof *values);
    uint32_t count = 0;
    if (names == NULL || values == NULL) {
        return wrong(r, "out of memory");
    }
    for (const clt_json_value *v = params->first; v != NULL; v = v->next, count++) {
        names[count] = v->key;
        values[count] = setting_text(r, v);
        if (values[count] == NULL) {
            return wrong(r, "\"%s\" is %s, not a number or a string", v->key,
                         clt_json_type_text(v->type));
        }
    }
    int32_t status = collet_study_enqueue(r->study, names, values, count);
    if (status == COLLET_STUDY_OK) {
        clt_json_bool(&r->out, "enqueued", true);
    }
    return status;
}

static int32_t report(request *r)
{
    uint64_t id, step;
    double *values;
    uint32_t count;
    int32_t stop;
    if (read_count(r, "id", &id) != COLLET_STUDY_OK || read_step(r, &step) != COLLET_STUDY_OK ||
        read_values(r, &values, &count) != COLLET_STUDY_OK) {
        return COLLET_STUDY_E_INPUT;
    }
    if (values == NULL) {
        return wrong(r, "\"value\" is missing; \"op\":\"report\" needs it");
    }
    int32_t status = collet_study_report(r->study, id, step, values, count, &stop);
    if (status == COLLET_STUDY_OK) {
        clt_json_bool(&r->out, "stop", stop != 0);
    }
    return status;
}

static int32_t best(request *r)
{
    uint64_t id;
    uint32_t goals = collet_study_goal_count(r->study);
    int32_t status = collet_study_best(r->study, &id);
    if (status == COLLET_STUDY_DONE) {
        clt_json_text(&r->out, "id", NULL);
    }
    if (status != COLLET_STUDY_OK) {
        return status;
    }
    const double *values = collet_study_values(r->study, id);
    if (goals == 1) {
        clt_json_real(&r->out, "value", values[0]);
    } else {
        clt_json_open(&r->out, "values", '[');
        for (uint32_t i = 0; i < goals; i++) {
            clt_json_real(&r->out, NULL, values[i]);
        }
        clt_json_close(&r->out, ']');
    }
    add_trial(r, id);
    return status;
}

static int32_t list_open(request *r)
{
    uint32_t state;
    clt_json_open(&r->out, "open", '[');
    for (uint64_t id = 0; id < collet_study_count(r->study); id++) {
        if (collet_study_state(r->study, id, &state) == COLLET_STUDY_OK &&
            state == COLLET_STUDY_OPEN) {
            clt_json_open(&r->out, NULL, '{');
            add_trial(r, id);
            clt_json_close(&r->out, '}');
        }
    }
    clt_json_close(&r->out, ']');
    return COLLET_STUDY_OK;
}

/* ---- One line ------------------------------------------------------------------------------- */

static const char *const only_op[] = {"op", NULL};
static const char *const of_tell[] = {"op",      "id",    "value", "values",
                                      "metrics", "state", "why",   NULL};
static const char *const of_report[] = {"op", "id", "step", "value", "values", "metrics", NULL};
static const char *const of_enqueue[] = {"op", "params", NULL};
static const operation operations[] = {
    {"ask", only_op, ask},   {"tell", of_tell, tell},      {"report", of_report, report},
    {"best", only_op, best}, {"open", only_op, list_open}, {"enqueue", of_enqueue, enqueue},
};
enum { OPERATIONS = sizeof operations / sizeof operations[0] };

static const operation *find_operation(request *r)
{
    clt_suggest suggest = {.read = r->op};
    char hint[64];
    for (size_t i = 0; i < OPERATIONS; i++) {
        if (strcmp(operations[i].name, r->op) == 0) {
            return &operations[i];
        }
        clt_suggest_offer(&suggest, operations[i].name);
    }
    (void)wrong(r, "unknown \"op\":\"%s\"%s; there are ask, tell, report, best, open, enqueue",
                r->op, clt_suggest_text(&suggest, hint, sizeof hint));
    return NULL;
}

static bool knows_keys(request *r, const operation *o)
{
    for (const clt_json_value *v = r->object->first; v != NULL; v = v->next) {
        clt_suggest suggest = {.read = v->key};
        char hint[64];
        bool known = false;
        for (size_t i = 0; o->keys[i] != NULL; i++) {
            known = known || strcmp(o->keys[i], v->key) == 0;
            clt_suggest_offer(&suggest, o->keys[i]);
        }
        if (!known) {
            (void)wrong(r, "\"op\":\"%s\" knows no \"%s\"%s", r->op, v->key,
                        clt_suggest_text(&suggest, hint, sizeof hint));
            return false;
        }
    }
    return true;
}

static int32_t act(request *r, const char *line, size_t length)
{
    clt_json_value *value;
    if (strlen(line) < length) {
        return wrong(r, "byte %zu is NUL; a line is one JSON object", strlen(line) + 1);
    }
    if (clt_json_read(&r->arena, line, &value, &r->err) != CLT_OK) {
        return COLLET_STUDY_E_INPUT;
    }
    if (value->type != CLT_JSON_OBJECT) {
        return wrong(r, "the line is %s; it must be an object, such as {\"op\":\"ask\"}",
                     clt_json_type_text(value->type));
    }
    r->object = value;
    if (read_text(r, "op", &r->op) != COLLET_STUDY_OK || r->op == NULL) {
        return r->op == NULL && r->err.status == CLT_OK
                   ? wrong(r, "\"op\" is missing; write, say, {\"op\":\"ask\"}")
                   : COLLET_STUDY_E_INPUT;
    }
    const operation *o = find_operation(r);
    return o != NULL && knows_keys(r, o) ? o->act(r) : COLLET_STUDY_E_INPUT;
}

int32_t clt_lines_answer(collet_study *study, const char *line, size_t length, clt_str *out)
{
    clt_str answer = {0};
    request r = {.study = study, .out = {.out = &answer}};
    clt_json_open(&r.out, NULL, '{');
    int32_t status = act(&r, line, length);
    if (status != COLLET_STUDY_OK && status != COLLET_STUDY_DONE) {
        clt_str_clear(&answer);
        r.out.comma = false;
        clt_json_open(&r.out, NULL, '{');
        clt_json_text(&r.out, "error",
                      r.err.status != CLT_OK ? r.err.text : collet_study_error(study));
    }
    clt_json_close(&r.out, '}');
    clt_str_add(out, clt_str_text(&answer));
    clt_str_add(out, "\n");
    out->failed = out->failed || answer.failed;
    clt_str_finish(&answer);
    clt_arena_finish(&r.arena);
    return status;
}

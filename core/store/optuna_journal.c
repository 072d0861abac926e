/* Optuna's journal: one operation a line, in JSON, by which a study became what it is. */
#include "store/optuna.h"

#include "base/file.h"
#include "base/json_read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Operations, by the numbers that stand in it. */
enum {
    ADD_STUDY = 0,
    DELETE_STUDY,
    STUDY_ATTRIBUTE,
    STUDY_SYSTEM,
    ADD_TRIAL,
    SET_PARAM,
    SET_STATE,
    SET_STEP,
    TRIAL_ATTRIBUTE,
    TRIAL_SYSTEM
};

/* A journal being read. */
typedef struct reading {
    const char *path;
    clt_optuna_file *file;
    size_t line;
    const clt_json_value *object;       /* of the line */
    clt_arena arena;                    /* of it */
    CLT_VEC(clt_optuna_trial *) trials; /* of all studies, by their ids */
    CLT_VEC(clt_optuna_study *) owners; /* of each */
    clt_error *err;
} reading;

static clt_status wrong(const reading *r, const char *what)
{
    return clt_fail(r->err, CLT_BAD_INPUT, "%s:%zu: damaged: %s", r->path, r->line, what);
}

/* ---- Fields of a line ----------------------------------------------------------------------- */

static const clt_json_value *find(const reading *r, const char *key, clt_json_type type)
{
    const clt_json_value *v = clt_json_find(r->object, key);
    return v != NULL && v->type == type ? v : NULL;
}

static const char *text_of(const reading *r, const char *key)
{
    const clt_json_value *v = find(r, key, CLT_JSON_TEXT);
    return v != NULL ? v->text : NULL;
}

/* A whole number from 0 below `most`; false where there is none. */
static bool index_of(const reading *r, const char *key, size_t most, size_t *index)
{
    const clt_json_value *v = find(r, key, CLT_JSON_NUMBER);
    if (v == NULL || !(v->number >= 0 && v->number < (double)most) ||
        v->number != floor(v->number)) {
        return false;
    }
    *index = (size_t)v->number;
    return true;
}

static clt_optuna_study *study_of(const reading *r)
{
    size_t i;
    return index_of(r, "study_id", r->file->studies.count, &i) ? r->file->studies.items[i] : NULL;
}

static clt_optuna_trial *trial_of(const reading *r, clt_optuna_study **owner)
{
    size_t i;
    if (!index_of(r, "trial_id", r->trials.count, &i)) {
        return NULL;
    }
    *owner = r->owners.items[i];
    return r->trials.items[i];
}

/* Later lines about a trial that has ended came too late, and Optuna refuses them. */
static bool has_ended(const clt_optuna_trial *trial)
{
    return trial->state != CLT_OPTUNA_RUNNING && trial->state != CLT_OPTUNA_WAITING;
}

/* ---- Operations ----------------------------------------------------------------------------- */

static clt_status add_study(reading *r)
{
    const char *name = text_of(r, "study_name");
    const clt_json_value *directions = find(r, "directions", CLT_JSON_ARRAY);
    if (name == NULL || directions == NULL || directions->count == 0) {
        return wrong(r, "a study without a name or directions");
    }
    for (size_t i = 0; i < r->file->studies.count; i++) {
        const char *other = r->file->studies.items[i]->name;
        if (other != NULL && strcmp(other, name) == 0) {
            return CLT_OK; /* two processes made it at once */
        }
    }
    clt_optuna_study *study = clt_optuna_add_study(r->file, name, directions->count);
    size_t i = 0;
    for (const clt_json_value *v = directions->first; study != NULL && v != NULL; v = v->next) {
        if (v->type != CLT_JSON_NUMBER) {
            return wrong(r, "a direction that is no number");
        }
        study->maximize[i++] = v->number == 2;
    }
    return study != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status set_metrics(reading *r, clt_optuna_study *study)
{
    const clt_json_value *attribute = find(r, "system_attr", CLT_JSON_OBJECT);
    const clt_json_value *names =
        attribute != NULL ? clt_json_find(attribute, "study:metric_names") : NULL;
    if (names == NULL || names->type != CLT_JSON_ARRAY || names->count != study->goal_count) {
        return CLT_OK;
    }
    study->metrics = clt_arena_array(&r->file->arena, names->count, sizeof *study->metrics);
    size_t i = 0;
    for (const clt_json_value *v = names->first; study->metrics != NULL && v != NULL; v = v->next) {
        if (v->type != CLT_JSON_TEXT) {
            return wrong(r, "a metric whose name is no text");
        }
        study->metrics[i] = clt_arena_copy(&r->file->arena, v->text);
        if (study->metrics[i++] == NULL) {
            return clt_fail_memory(r->err);
        }
    }
    return study->metrics != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status set_values(reading *r, const clt_optuna_study *study, clt_optuna_trial *trial)
{
    const clt_json_value *many = find(r, "values", CLT_JSON_ARRAY);
    const clt_json_value *one = find(r, "value", CLT_JSON_NUMBER);
    const clt_json_value *v = many != NULL ? many->first : one;
    size_t count = many != NULL ? many->count : one != NULL;
    if (count == 0) {
        return CLT_OK;
    }
    if (count != study->goal_count) {
        return wrong(r, "a trial whose values are not as many as the directions");
    }
    trial->values = clt_arena_array(&r->file->arena, count, sizeof *trial->values);
    if (trial->values == NULL) {
        return clt_fail_memory(r->err);
    }
    for (size_t i = 0; i < count; i++, v = v->next) {
        trial->values[i] = v->type == CLT_JSON_NUMBER ? v->number : (double)NAN;
    }
    return CLT_OK;
}

static clt_status add_param(reading *r, clt_optuna_trial *trial, const char *name, double value,
                            const char *distribution)
{
    const clt_optuna_param param = {clt_arena_copy(&r->file->arena, name), value,
                                    clt_arena_copy(&r->file->arena, distribution)};
    for (size_t i = 0; i < trial->params.count; i++) {
        if (strcmp(trial->params.items[i].name, name) == 0) {
            trial->params.items[i] = param;
            return param.name != NULL && param.distribution != NULL ? CLT_OK
                                                                    : clt_fail_memory(r->err);
        }
    }
    return param.name != NULL && param.distribution != NULL && CLT_PUSH(&trial->params, param)
               ? CLT_OK
               : clt_fail_memory(r->err);
}

/* A trial that was added whole has its parameters and steps in the line. */
static clt_status add_whole(reading *r, clt_optuna_trial *trial)
{
    const clt_json_value *params = find(r, "params", CLT_JSON_OBJECT);
    const clt_json_value *distributions = find(r, "distributions", CLT_JSON_OBJECT);
    const clt_json_value *steps = find(r, "intermediate_values", CLT_JSON_OBJECT);
    clt_status status = CLT_OK;
    for (const clt_json_value *v = params != NULL ? params->first : NULL;
         v != NULL && status == CLT_OK; v = v->next) {
        const clt_json_value *d =
            distributions != NULL ? clt_json_find(distributions, v->key) : NULL;
        bool good = v->type == CLT_JSON_NUMBER && d != NULL && d->type == CLT_JSON_TEXT;
        status = good ? add_param(r, trial, v->key, v->number, d->text)
                      : wrong(r, "a parameter without a number or a distribution");
    }
    for (const clt_json_value *v = steps != NULL ? steps->first : NULL;
         v != NULL && status == CLT_OK; v = v->next) {
        long long step;
        int length = 0;
        if (sscanf(v->key, "%lld%n", &step, &length) != 1 || v->key[length] != '\0' ||
            v->type != CLT_JSON_NUMBER) {
            return wrong(r, "an intermediate value that is no number");
        }
        status = clt_optuna_set_step(trial, step, v->number) ? CLT_OK : clt_fail_memory(r->err);
    }
    return status;
}

static clt_status add_trial(reading *r, clt_optuna_study *study)
{
    size_t state = CLT_OPTUNA_RUNNING;
    if (clt_json_find(r->object, "state") != NULL &&
        !index_of(r, "state", CLT_OPTUNA_WAITING + 1, &state)) {
        return wrong(r, "a trial in no state");
    }
    clt_optuna_trial *trial = clt_optuna_add_trial(r->file, study);
    if (trial == NULL || !CLT_PUSH(&r->trials, trial) || !CLT_PUSH(&r->owners, study)) {
        return clt_fail_memory(r->err);
    }
    trial->state = (clt_optuna_state)state;
    trial->started_ms = clt_optuna_date(text_of(r, "datetime_start"));
    trial->ended_ms = clt_optuna_date(text_of(r, "datetime_complete"));
    return set_values(r, study, trial) == CLT_OK ? add_whole(r, trial) : r->err->status;
}

static clt_status set_param(reading *r, clt_optuna_trial *trial)
{
    const char *name = text_of(r, "param_name"), *distribution = text_of(r, "distribution");
    const clt_json_value *value = find(r, "param_value_internal", CLT_JSON_NUMBER);
    return name != NULL && distribution != NULL && value != NULL
               ? add_param(r, trial, name, value->number, distribution)
               : wrong(r, "a parameter without a name, a number or a distribution");
}

static clt_status set_state(reading *r, const clt_optuna_study *study, clt_optuna_trial *trial)
{
    size_t state;
    if (!index_of(r, "state", CLT_OPTUNA_WAITING + 1, &state)) {
        return wrong(r, "a trial in no state");
    }
    trial->state = (clt_optuna_state)state;
    const char *start = text_of(r, "datetime_start"), *end = text_of(r, "datetime_complete");
    trial->started_ms = start != NULL ? clt_optuna_date(start) : trial->started_ms;
    trial->ended_ms = end != NULL ? clt_optuna_date(end) : trial->ended_ms;
    return set_values(r, study, trial);
}

static clt_status set_step(reading *r, clt_optuna_trial *trial)
{
    const clt_json_value *step = find(r, "step", CLT_JSON_NUMBER);
    const clt_json_value *value = find(r, "intermediate_value", CLT_JSON_NUMBER);
    if (step == NULL || value == NULL || !(fabs(step->number) < 0x1p53)) {
        return wrong(r, "an intermediate value that is no number");
    }
    return clt_optuna_set_step(trial, (int64_t)step->number, value->number)
               ? CLT_OK
               : clt_fail_memory(r->err);
}

/* Attributes of users are not carried over, but for what we wrote ourselves. */
static clt_status set_attribute(reading *r, clt_optuna_study *study, clt_optuna_trial *trial)
{
    const clt_json_value *attribute = find(r, "user_attr", CLT_JSON_OBJECT);
    const clt_json_value *v = attribute != NULL ? attribute->first : NULL;
    bool ours = v != NULL && strncmp(v->key, "collet:", 7) == 0;
    study->has_attributes = study->has_attributes || (v != NULL && !ours);
    if (ours && trial != NULL && v->type == CLT_JSON_TEXT &&
        strcmp(v->key, "collet:failure") == 0) {
        trial->why = clt_arena_copy(&r->file->arena, v->text);
        return trial->why != NULL ? CLT_OK : clt_fail_memory(r->err);
    }
    return CLT_OK;
}

static clt_status act_on_study(reading *r, size_t code)
{
    clt_optuna_study *study = study_of(r);
    if (study == NULL) {
        return wrong(r, "it names a study that there is not");
    }
    switch (code) {
    case DELETE_STUDY:
        study->name = NULL;
        return CLT_OK;
    case STUDY_ATTRIBUTE:
        return set_attribute(r, study, NULL);
    case STUDY_SYSTEM:
        return set_metrics(r, study);
    default:
        return add_trial(r, study);
    }
}

static clt_status act_on_trial(reading *r, size_t code)
{
    clt_optuna_study *study;
    clt_optuna_trial *trial = trial_of(r, &study);
    if (trial == NULL) {
        return wrong(r, "it names a trial that there is not");
    }
    if (code == TRIAL_SYSTEM || (has_ended(trial) && code != TRIAL_ATTRIBUTE)) {
        return CLT_OK;
    }
    return code == SET_PARAM   ? set_param(r, trial)
           : code == SET_STATE ? set_state(r, study, trial)
           : code == SET_STEP  ? set_step(r, trial)
                               : set_attribute(r, study, trial);
}

/* ---- The file ------------------------------------------------------------------------------- */

static clt_status read_line(reading *r, const char *line)
{
    clt_json_value *value;
    clt_error json = {0};
    size_t code;
    if (clt_json_read(&r->arena, line, &value, &json) != CLT_OK) {
        return wrong(r, json.text);
    }
    r->object = value;
    if (value->type != CLT_JSON_OBJECT || !index_of(r, "op_code", TRIAL_SYSTEM + 1, &code)) {
        return wrong(r, "it is no operation of Optuna");
    }
    return code == ADD_STUDY   ? add_study(r)
           : code <= ADD_TRIAL ? act_on_study(r, code)
                               : act_on_trial(r, code);
}

static clt_status read_lines(reading *r, char *text)
{
    clt_status status = CLT_OK;
    while (*text != '\0' && status == CLT_OK) {
        size_t length = strcspn(text, "\n");
        bool whole = text[length] == '\n';
        text[length] = '\0';
        r->line++;
        r->file->torn = !whole;
        status = whole && length > 0 ? read_line(r, text) : CLT_OK;
        clt_arena_finish(&r->arena);
        text += length + whole;
    }
    return status;
}

clt_status clt_optuna_read_journal(const char *path, clt_optuna_file *file, clt_error *err)
{
    const size_t most = (size_t)1 << 30;
    reading r = {.path = path, .file = file, .err = err};
    clt_str text = {0};
    clt_status status = clt_file_read(path, most, &text, err);
    if (status == CLT_OK && strlen(clt_str_text(&text)) != text.length) {
        status = clt_fail(err, CLT_BAD_INPUT, "%s: damaged: it holds a byte 0", path);
    }
    status = status == CLT_OK && text.text != NULL ? read_lines(&r, text.text) : status;
    clt_str_finish(&text);
    CLT_VEC_FINISH(&r.trials);
    CLT_VEC_FINISH(&r.owners);
    return status;
}

/* What a trial is like, and what the experiment says: nothing here changes a study. */
#include "api/study_impl.h"

#include "config/option.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

clt_status clt_study_list_params(collet_study *s)
{
    s->params = clt_arena_array(&s->arena, s->plan.variable_count + 1, sizeof *s->params);
    if (s->params == NULL) {
        return clt_fail_memory(&s->err);
    }
    for (size_t i = 0; i < s->plan.variable_count; i++) {
        const clt_variable *v = &s->plan.variables[i];
        if (v->dim >= 0 || strcmp(v->section, CLT_PARAMS) == 0) {
            s->params[s->param_count++] = v;
        }
    }
    return CLT_OK;
}

uint64_t collet_study_count(const collet_study *s)
{
    return s->trials.count;
}

int32_t collet_study_state(collet_study *s, uint64_t id, uint32_t *state)
{
    const clt_held *trial = clt_study_trial(s, id);
    if (trial == NULL) {
        return (int32_t)s->err.status;
    }
    *state = trial->state;
    return COLLET_STUDY_OK;
}

const double *collet_study_values(const collet_study *s, uint64_t id)
{
    const clt_held *trial = id < s->trials.count ? &s->trials.items[id] : NULL;
    bool scored = trial != NULL &&
                  (trial->state == COLLET_STUDY_COMPLETE || trial->state == COLLET_STUDY_PRUNED);
    return scored ? clt_study_values(s, trial) : NULL;
}

const double *collet_study_point(const collet_study *s, uint64_t id)
{
    return id < s->trials.count ? s->trials.items[id].numbers : NULL;
}

/* The trial's point and the parameter of that name; NULL where either is not there. */
static const clt_variable *find(collet_study *s, uint64_t id, const char *name, const double **x)
{
    const clt_held *trial = clt_study_trial(s, id);
    if (trial == NULL) {
        return NULL;
    }
    *x = trial->numbers;
    for (uint32_t i = 0; i < s->param_count; i++) {
        if (strcmp(s->params[i]->name, name) == 0) {
            return s->params[i];
        }
    }
    (void)clt_fail(&s->err, CLT_USAGE, "there is no parameter \"%s\"", name);
    return NULL;
}

/* Names of units and choices among words are texts. */
static bool is_number(const clt_variable *v)
{
    return v->option != NULL && (v->option->type == COLLET_REAL || v->option->type == COLLET_INT);
}

static double number_of(const clt_variable *v, const double *x)
{
    bool choice = v->range.type == COLLET_DIM_CATEGORY;
    if (v->never || (v->dim >= 0 && isnan(x[v->dim]))) {
        return (double)NAN;
    }
    if (v->dim >= 0 && !choice) {
        return x[v->dim];
    }
    double number = (double)NAN;
    const char *text = choice ? v->range.choices[(size_t)x[v->dim]] : v->text;
    (void)clt_number_parse(text, &number);
    return number;
}

int32_t collet_study_number(collet_study *s, uint64_t id, const char *name, double *value)
{
    const double *x;
    const clt_variable *v = find(s, id, name, &x);
    if (v == NULL || !is_number(v)) {
        return (int32_t)(v == NULL
                             ? s->err.status
                             : clt_fail(&s->err, CLT_USAGE, "parameter \"%s\" is a text", name));
    }
    locale_t usual = uselocale(s->plain);
    *value = number_of(v, x);
    (void)uselocale(usual);
    return COLLET_STUDY_OK;
}

int32_t collet_study_text(collet_study *s, uint64_t id, const char *name, const char **text)
{
    const double *x;
    const clt_variable *v = find(s, id, name, &x);
    if (v == NULL) {
        return (int32_t)s->err.status;
    }
    *text = NULL;
    if (v->never || (v->dim >= 0 && isnan(x[v->dim]))) {
        return COLLET_STUDY_OK;
    }
    if (v->dim < 0) {
        *text = v->text;
        return COLLET_STUDY_OK;
    }
    clt_str_clear(&s->text);
    locale_t usual = uselocale(s->plain);
    clt_space_format(&s->plan.space, (uint32_t)v->dim, x[v->dim], &s->text);
    (void)uselocale(usual);
    *text = clt_str_text(&s->text);
    return s->text.failed ? (int32_t)clt_fail_memory(&s->err) : COLLET_STUDY_OK;
}

uint32_t collet_study_param_count(const collet_study *s)
{
    return s->param_count;
}

const char *collet_study_param_name(const collet_study *s, uint32_t i)
{
    return i < s->param_count ? s->params[i]->name : NULL;
}

int32_t collet_study_param_is_number(const collet_study *s, uint32_t i)
{
    return i < s->param_count && is_number(s->params[i]);
}

uint32_t collet_study_dim_count(const collet_study *s)
{
    return s->plan.space.dim_count;
}

const collet_dim *collet_study_dim(const collet_study *s, uint32_t i)
{
    return i < s->plan.space.dim_count ? &s->plan.space.dims[i] : NULL;
}

uint32_t collet_study_goal_count(const collet_study *s)
{
    return (uint32_t)s->plan.goal_count;
}

uint32_t collet_study_value_count(const collet_study *s)
{
    return (uint32_t)s->plan.value_count;
}

const char *collet_study_value_name(const collet_study *s, uint32_t i)
{
    return i < s->plan.value_count ? s->plan.value_names[i] : NULL;
}

int32_t collet_study_meets(const collet_study *s, uint64_t id)
{
    return collet_study_values(s, id) != NULL && clt_study_meets(s, &s->trials.items[id]);
}

const char *collet_study_goal(const collet_study *s, uint32_t i, int32_t *maximize)
{
    if (i >= s->plan.goal_count) {
        return NULL;
    }
    if (maximize != NULL) {
        *maximize = s->plan.goals[i].maximize;
    }
    return s->plan.goals[i].metric;
}

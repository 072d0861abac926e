#include "study/ancestry.h"

#include "base/file.h"
#include "base/suggest.h"
#include "config/option.h"
#include "study/wish.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

/* An older study, and the plan of the new one. */
typedef struct reading {
    const clt_plan *plan;
    clt_arena *arena;
    clt_store *store; /* of the older study */
    clt_study_row study;
    clt_ini ini; /* its experiment; no entries where that cannot be read */
    clt_trial_row *trials;
    size_t count;
    size_t *goals;      /* [goal_count of the plan]: which of its values */
    const char **names; /* [dim_count]: names of dimensions, in full */
    double *x;          /* [dim_count] */
    clt_ancestry *out;
    clt_error *err;
} reading;

/* ---- Names ---------------------------------------------------------------------------------- */

/* The value of a line that fixes something; NULL where it is a range, or not there. */
static const char *fixed(const clt_ini *ini, const char *section, const char *key)
{
    const clt_entry *entry = clt_ini_find(ini, section, key);
    bool range = entry != NULL &&
                 (strchr(entry->value, '(') != NULL || strstr(entry->value, " when ") != NULL ||
                  strcmp(entry->value, "search") == 0);
    return entry != NULL && !range ? entry->value : NULL;
}

/* [optimizer] lr beside use = adam is the same as [optimizer.adam] lr. */
static const char *full_name(clt_arena *arena, const clt_ini *ini, const char *name)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL) {
        return name;
    }
    const char *section = clt_arena_printf(arena, "%.*s", (int)(dot - name), name);
    const char *use = section != NULL ? fixed(ini, section, "use") : NULL;
    bool plain = use != NULL && clt_ini_find(ini, section, dot + 1) != NULL;
    return section == NULL ? NULL
           : plain         ? clt_arena_printf(arena, "%s.%s%s", section, use, dot)
                           : name;
}

/* What the older experiment fixes a parameter to, or NULL. */
static const char *fixed_before(const reading *r, const clt_variable *v)
{
    const char *dot = strrchr(v->section, '.');
    bool param = strcmp(v->section, CLT_PARAMS) == 0;
    const char *key = v->option == NULL ? "use"
                      : param           ? v->name
                                        : v->name + strlen(v->section) + 1; /* "units.2" */
    const char *found = fixed(&r->ini, v->section, key);
    if (found == NULL && dot != NULL) { /* [optimizer.adam] here, [optimizer] there */
        const char *role = clt_arena_printf(r->arena, "%.*s", (int)(dot - v->section), v->section);
        const char *use = role != NULL ? fixed(&r->ini, role, "use") : NULL;
        found = use != NULL && strcmp(use, dot + 1) == 0 ? fixed(&r->ini, role, key) : NULL;
    }
    if (found == NULL && v->option != NULL && dot == NULL) { /* the other way round */
        const char *use = fixed(r->plan->ini, v->section, "use");
        const char *own = use != NULL ? clt_arena_printf(r->arena, "%s.%s", v->section, use) : NULL;
        found = own != NULL ? fixed(&r->ini, own, key) : NULL;
    }
    return found;
}

static bool same_value(const char *a, const char *b)
{
    double x, y;
    return strcmp(a, b) == 0 || (clt_number_parse(a, &x) && clt_number_parse(b, &y) && x == y);
}

/* ---- One trial ------------------------------------------------------------------------------ */

/* Notes why the first trial that does not fit does not. */
static bool misfit(const reading *r, const clt_trial_row *trial, const char *why)
{
    if (r->out->misfit == NULL) {
        r->out->misfit =
            clt_arena_printf(r->arena, "trial %llu: %s", (unsigned long long)trial->number, why);
    }
    return false;
}

static const clt_param *param_of(const reading *r, const clt_trial_row *trial, const char *name)
{
    for (size_t p = 0; p < trial->param_count; p++) {
        const char *full = full_name(r->arena, &r->ini, trial->params[p].name);
        if (full != NULL && strcmp(full, name) == 0) {
            return &trial->params[p];
        }
    }
    return NULL;
}

/* Sets dimension i from the trial, or from what the older experiment fixes. */
static bool take_dim(const reading *r, const clt_trial_row *trial, uint32_t i)
{
    const clt_space *space = &r->plan->space;
    const clt_param *param = param_of(r, trial, r->names[i]);
    const char *name = space->dims[i].name;
    clt_error why = {0};
    const char *text = param != NULL ? param->text : fixed_before(r, space->variables[i]);
    if (text == NULL) {
        (void)clt_fail(&why, CLT_BAD_INPUT, "it has no \"%s\"", name);
        return misfit(r, trial, why.text);
    }
    if (clt_dim_read(space, i, text, &r->x[i], &why) != CLT_OK) {
        (void)clt_prefix(&why, "%s", name);
        return misfit(r, trial, why.text);
    }
    return true;
}

/* A parameter of the trial that is searched over here must be active here. */
static bool is_used(const reading *r, const clt_trial_row *trial, const clt_param *param)
{
    const char *name = full_name(r->arena, &r->ini, param->name);
    clt_error why = {0};
    (void)clt_fail(&why, CLT_BAD_INPUT, "its \"%s\" is not active here", param->name);
    for (uint32_t i = 0; name != NULL && i < r->plan->space.dim_count; i++) {
        if (strcmp(r->names[i], name) == 0 && isnan(r->x[i])) {
            return misfit(r, trial, why.text);
        }
    }
    return true;
}

/* One that is not searched over must have the value that it has here. */
static bool agrees(const reading *r, const clt_trial_row *trial, const clt_param *param)
{
    const char *name = full_name(r->arena, &r->ini, param->name);
    clt_error why = {0};
    for (uint32_t i = 0; name != NULL && i < r->plan->space.dim_count; i++) {
        if (strcmp(r->names[i], name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; name != NULL && i < r->plan->variable_count; i++) {
        const clt_variable *v = &r->plan->variables[i];
        const char *here = full_name(r->arena, r->plan->ini, v->name);
        if (here == NULL || strcmp(here, name) != 0 || v->range.type != 0 || v->text == NULL) {
            continue;
        }
        (void)clt_fail(&why, CLT_BAD_INPUT, "its \"%s\" is %s, and here %s", param->name,
                       param->text, v->text);
        return same_value(v->text, param->text) || misfit(r, trial, why.text);
    }
    (void)clt_fail(&why, CLT_BAD_INPUT, "its \"%s\" is no parameter here", param->name);
    return misfit(r, trial, why.text);
}

static bool is_allowed(const reading *r, const clt_trial_row *trial)
{
    const clt_rule *broken = clt_rules_broken(&r->plan->rules, r->x);
    clt_error why = {0};
    if (broken != NULL) {
        (void)clt_fail(&why, CLT_BAD_INPUT, "it does not meet \"%s\" of [" CLT_CONSTRAINTS "]",
                       broken->text);
    }
    return broken == NULL || misfit(r, trial, why.text);
}

/* The trial's point in r->x; false where it has none. */
static bool find_point(const reading *r, const clt_trial_row *trial)
{
    const collet_space space = clt_space_view(&r->plan->space);
    bool fits = true;
    for (size_t p = 0; p < trial->param_count && fits; p++) {
        fits = agrees(r, trial, &trial->params[p]);
    }
    for (uint32_t i = 0; i < space.dim_count && fits; i++) {
        r->x[i] = (double)NAN;
        fits = !collet_dim_active(&space, i, r->x) || take_dim(r, trial, i);
    }
    for (size_t p = 0; p < trial->param_count && fits; p++) {
        fits = is_used(r, trial, &trial->params[p]);
    }
    return fits && is_allowed(r, trial);
}

/* The older trial's value of a metric that is no goal there: of what was required, or what its
 * curve ends with; NaN where it has none. */
static double outcome_of(const reading *r, const clt_trial_row *trial, const char *metric)
{
    const clt_study_row *study = &r->study;
    for (size_t g = 0; g < study->goal_count; g++) {
        if (strcmp(study->goals[g].metric, metric) == 0) {
            return trial->values[g];
        }
    }
    for (size_t i = 0; i < study->demand_count; i++) {
        if (strcmp(study->demands[i].metric, metric) == 0) {
            return trial->values[study->goal_count + i];
        }
    }
    for (size_t i = trial->curve_count; i > 0; i--) {
        if (strcmp(trial->curve[i - 1].metric, metric) == 0) {
            return trial->curve[i - 1].value;
        }
    }
    return (double)NAN;
}

/* Whether the older trial can be judged by what is required here. */
static bool has_outcomes(const reading *r, const clt_trial_row *trial)
{
    clt_error why = {0};
    for (size_t i = 0; i < r->plan->demand_count; i++) {
        const char *metric = r->plan->demands[i].metric;
        if (isnan(outcome_of(r, trial, metric))) {
            (void)clt_fail(&why, CLT_BAD_INPUT, "it has no \"%s\", which is required here", metric);
            return misfit(r, trial, why.text);
        }
    }
    return true;
}

static clt_status add_values(const reading *r, const clt_trial_row *trial, clt_trial_row *row)
{
    const clt_plan *plan = r->plan;
    double *values = clt_arena_array(r->arena, plan->value_count, sizeof *values);
    for (size_t i = 0; values != NULL && i < plan->value_count; i++) {
        values[i] = i < plan->goal_count ? trial->values[r->goals[i]]
                                         : outcome_of(r, trial, plan->value_names[i]);
    }
    row->values = values;
    row->value_count = plan->value_count;
    return values != NULL ? CLT_OK : clt_fail_memory(r->err);
}

/* params as those of clt_params_of(), which belongs to whoever has a sampler */
static clt_status add_params(const reading *r, clt_trial_row *row)
{
    const clt_plan *plan = r->plan;
    clt_param *params = clt_arena_array(r->arena, plan->space.dim_count + 1u, sizeof *params);
    row->params = params;
    for (uint32_t i = 0; params != NULL && i < plan->space.dim_count; i++) {
        size_t variable = (size_t)(plan->space.variables[i] - plan->variables);
        if (isnan(r->x[i])) {
            continue;
        }
        const char *text = clt_plan_text(plan, variable, r->x, r->arena);
        params[row->param_count++] = (clt_param){plan->space.dims[i].name, text, r->x[i]};
        params = text != NULL ? params : NULL;
    }
    return params != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status take_trial(const reading *r, const clt_trial_row *trial)
{
    clt_ancestry *out = r->out;
    bool scored = trial->state == CLT_TRIAL_COMPLETE || trial->state == CLT_TRIAL_PRUNED;
    if (trial->dropped || (!scored && trial->state != CLT_TRIAL_FAILED)) {
        return CLT_OK;
    }
    out->finished++;
    if (!find_point(r, trial) || (scored && !has_outcomes(r, trial))) {
        return CLT_OK;
    }
    clt_ancestor *row = &out->rows[out->count];
    *row = (clt_ancestor){
        .source = clt_arena_printf(r->arena, "%s, trial %llu", r->study.name,
                                   (unsigned long long)trial->number),
        .trial = {.number = out->count, .state = trial->state, .last_step = trial->last_step}};
    out->count++;
    clt_status status = row->source != NULL ? add_params(r, &row->trial) : clt_fail_memory(r->err);
    return status == CLT_OK && scored ? add_values(r, trial, &row->trial) : status;
}

/* ---- The study ------------------------------------------------------------------------------ */

static clt_status at_line(const reading *r)
{
    const clt_entry *entry = clt_ini_find(r->plan->ini, "study", "warm_start");
    return clt_prefix(r->err, "%s:%d: study.warm_start", r->plan->ini->path,
                      entry != NULL ? entry->line : 0);
}

static clt_status find_goals(const reading *r)
{
    clt_str list = {0};
    for (size_t g = 0; g < r->plan->goal_count; g++) {
        size_t k = 0;
        while (k < r->study.goal_count &&
               strcmp(r->study.goals[k].metric, r->plan->goals[g].metric) != 0) {
            k++;
        }
        r->goals[g] = k;
        if (k < r->study.goal_count) {
            continue;
        }
        for (k = 0; k < r->study.goal_count; k++) {
            clt_str_addf(&list, "%s%s", k > 0 ? ", " : "", r->study.goals[k].metric);
        }
        clt_fail(r->err, CLT_BAD_INPUT, "the trials of study \"%s\" have no \"%s\"; they have %s",
                 r->study.name, r->plan->goals[g].metric, clt_str_text(&list));
        clt_str_finish(&list);
        return at_line(r);
    }
    return CLT_OK;
}

static clt_status read_trials(reading *r)
{
    const clt_plan *plan = r->plan;
    clt_error ignored = {0};
    if (clt_ini_parse(r->arena, r->study.source, r->study.experiment, &r->ini, &ignored) !=
        CLT_OK) {
        r->ini = (clt_ini){0};
    }
    r->goals = clt_arena_array(r->arena, plan->goal_count, sizeof *r->goals);
    r->names = clt_arena_array(r->arena, plan->space.dim_count + 1u, sizeof *r->names);
    r->x = clt_arena_array(r->arena, plan->space.dim_count + 1u, sizeof *r->x);
    if (r->goals == NULL || r->names == NULL || r->x == NULL) {
        return clt_fail_memory(r->err);
    }
    for (uint32_t i = 0; i < plan->space.dim_count; i++) {
        r->names[i] = full_name(r->arena, plan->ini, plan->space.dims[i].name);
        if (r->names[i] == NULL) {
            return clt_fail_memory(r->err);
        }
    }
    if (find_goals(r) != CLT_OK ||
        clt_store_trials(r->store, r->study.id, plan->demand_count > 0, r->arena, &r->trials,
                         &r->count, r->err) != CLT_OK) {
        return r->err->status;
    }
    r->out->study = r->study.name;
    r->out->rows = clt_arena_array(r->arena, r->count + 1, sizeof *r->out->rows);
    clt_status status = r->out->rows != NULL ? CLT_OK : clt_fail_memory(r->err);
    for (size_t i = 0; i < r->count && status == CLT_OK; i++) {
        status = take_trial(r, &r->trials[i]);
    }
    return status;
}

static clt_status fail_study(const reading *r, const char *name, const char *path)
{
    clt_study_summary *rows;
    size_t count;
    clt_suggest suggest = {.read = name};
    char hint[128];
    if (clt_store_list(r->store, r->arena, &rows, &count, r->err) != CLT_OK) {
        return r->err->status;
    }
    for (size_t i = 0; i < count; i++) {
        clt_suggest_offer(&suggest, rows[i].study.name);
    }
    clt_fail(r->err, CLT_BAD_INPUT, "%s has no study \"%s\"%s", path, name,
             clt_suggest_text(&suggest, hint, sizeof hint));
    return at_line(r);
}

/* The study "name" of "path.db:name". */
static clt_status read_other(reading *r, clt_store_opener open, const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *path = clt_arena_printf(r->arena, "%.*s", (int)(colon - text), text);
    const char *full = path != NULL ? clt_path_join(r->arena, r->plan->folder, path) : NULL;
    bool found;
    if (full == NULL) {
        return clt_fail_memory(r->err);
    }
    if (open(full, &r->store, r->err) != CLT_OK) {
        r->store = NULL;
        return at_line(r);
    }
    clt_status status =
        clt_store_find_study(r->store, colon + 1, r->arena, &found, &r->study, r->err);
    status = status == CLT_OK && !found ? fail_study(r, colon + 1, path) : status;
    status = status == CLT_OK ? read_trials(r) : status;
    clt_store_close(r->store);
    return status;
}

clt_status clt_ancestry_read(const clt_plan *plan, clt_store *store, clt_store_opener open,
                             clt_arena *arena, clt_ancestry *ancestry, clt_error *err)
{
    reading r = {.plan = plan, .arena = arena, .store = store, .out = ancestry, .err = err};
    const char *text = plan->study.warm_start;
    bool found = false;
    *ancestry = (clt_ancestry){0};
    if (text[0] == '\0') {
        return CLT_OK;
    }
    if (store != NULL &&
        clt_store_find_study(store, text, arena, &found, &r.study, err) != CLT_OK) {
        return err->status;
    }
    if (found) {
        return read_trials(&r);
    }
    if (strchr(text, ':') != NULL && open != NULL) {
        return read_other(&r, open, text);
    }
    if (store != NULL) {
        return fail_study(&r, text, "the store");
    }
    clt_fail(err, CLT_BAD_INPUT,
             "\"%s\": without a store of its own a study names another: "
             "path.db:study",
             text);
    return at_line(&r);
}

void clt_ancestry_text(const clt_ancestry *a, clt_str *out)
{
    size_t left = a->finished - a->count;
    clt_str_addf(out, "begins with %zu of the %zu finished trials of study \"%s\"", a->count,
                 a->finished, a->study);
    if (left > 0) {
        clt_str_addf(out, "; %zu do%s not fit: %s", left, left == 1 ? "es" : "",
                     a->misfit != NULL ? a->misfit : "");
    }
}

#include "study/box.h"

#include "config/option.h"
#include "study/attempt.h"

#include <math.h>
#include <string.h>

/* The space while it is made. */
typedef struct build {
    const clt_plan *plan;
    clt_box *box;
    clt_arena *arena;
    collet_dim *dims;
    int32_t *place; /* [variable_count]: dimension of each variable, or -1 */
    clt_error *err;
} build;

static clt_status add_variable(build *b, size_t index);

/* A number is a range of one value, anything else a category of one. */
static clt_status add_constant(build *b, const clt_variable *v, collet_dim *dim)
{
    double number;
    *dim = (collet_dim){.name = v->name};
    if (clt_number_parse(v->text, &number)) {
        dim->type = number == floor(number) ? COLLET_DIM_INT : COLLET_DIM_REAL;
        dim->low = dim->high = number;
        return CLT_OK;
    }
    const char **category = clt_arena_alloc(b->arena, sizeof *category);
    if (category == NULL) {
        return clt_fail_memory(b->err);
    }
    *category = v->text;
    dim->type = COLLET_DIM_CATEGORY;
    dim->category_count = 1;
    dim->categories = category;
    return CLT_OK;
}

/* A dimension of the search: its conditions speak of dimensions by other numbers here. */
static clt_status add_searched(build *b, const clt_variable *v, collet_dim *dim)
{
    const collet_dim *from = &b->plan->space.dims[v->dim];
    collet_condition *conditions =
        clt_arena_array(b->arena, from->condition_count + 1u, sizeof *conditions);
    if (conditions == NULL) {
        return clt_fail_memory(b->err);
    }
    for (uint32_t k = 0; k < from->condition_count; k++) {
        const clt_variable *parent = b->plan->space.variables[from->conditions[k].parent];
        size_t index = (size_t)(parent - b->plan->variables);
        if (add_variable(b, index) != CLT_OK) {
            return b->err->status;
        }
        conditions[k] = from->conditions[k];
        conditions[k].parent = (uint32_t)b->place[index];
    }
    *dim = *from;
    dim->conditions = from->condition_count > 0 ? conditions : NULL;
    return CLT_OK;
}

static clt_status add_variable(build *b, size_t index)
{
    const clt_variable *v = &b->plan->variables[index];
    collet_dim dim;
    if (b->place[index] >= 0 || v->never) {
        return CLT_OK;
    }
    clt_status status = v->dim >= 0 ? add_searched(b, v, &dim) : add_constant(b, v, &dim);
    if (status == CLT_OK) {
        uint32_t place = b->box->space.dim_count++;
        b->place[index] = (int32_t)place;
        b->dims[place] = dim;
        b->box->variables[place] = v;
    }
    return status;
}

static clt_status make_space(clt_box *box, const clt_plan *plan, clt_error *err)
{
    size_t n = plan->variable_count;
    build b = {.plan = plan,
               .box = box,
               .arena = &box->arena,
               .dims = clt_arena_array(&box->arena, n + 1, sizeof *b.dims),
               .place = clt_arena_array(&box->arena, n + 1, sizeof *b.place),
               .err = err};
    box->variables = clt_arena_array(&box->arena, n + 1, sizeof(const clt_variable *));
    if (b.dims == NULL || b.place == NULL || box->variables == NULL) {
        return clt_fail_memory(err);
    }
    box->space = clt_space_view(&plan->space);
    box->space.dims = b.dims;
    box->space.dim_count = 0;
    box->space.objective_count = (uint32_t)plan->goal_count;
    box->space.objectives = plan->value_names;
    box->space.constraint_count = (uint32_t)plan->demand_count;
    box->space.constraints = plan->value_names + plan->goal_count;
    box->space.trial_budget = (uint64_t)plan->study.trials;
    for (size_t i = 0; i < n; i++) {
        b.place[i] = -1;
    }
    for (size_t i = 0; i < n; i++) {
        bool param = strcmp(plan->variables[i].section, CLT_PARAMS) == 0;
        if (param && add_variable(&b, i) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

int clt_box_metric(const clt_box *box, const char *name)
{
    for (uint32_t i = 0; i < box->metrics->count; i++) {
        if (strcmp(box->metrics->names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static const char *wrong_metric(const clt_box *box, uint32_t i)
{
    const char *name = box->metrics->names[i];
    if (name == NULL || name[0] == '\0' || strlen(name) > CLT_MOST_NAME) {
        return "a metric without a name, or with a very long one";
    }
    for (const char *at = name; *at != '\0'; at++) {
        if (*at <= ' ' || *at >= 0x7f || *at == ',' || *at == '"') {
            return "a metric whose name is no word";
        }
    }
    return clt_box_metric(box, name) != (int)i ? "a metric twice" : NULL;
}

static clt_status check_metrics(clt_box *box, const char *id, clt_error *err)
{
    const collet_metrics *m = box->objective->metrics(box->self);
    const char *wrong = NULL;
    box->metrics = m;
    if (m == NULL || !COLLET_HAS(m, names) || m->names == NULL || m->count == 0 ||
        m->count > CLT_MOST_VALUES) {
        wrong = "no metrics, or more than 64";
    }
    for (uint32_t i = 0; wrong == NULL && i < m->count; i++) {
        if ((wrong = wrong_metric(box, i)) != NULL && m->names[i] != NULL) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "objective \"%s\": it names %s: \"%.64s\"", id,
                            wrong, m->names[i]);
        }
    }
    return wrong == NULL
               ? CLT_OK
               : clt_fail(err, CLT_PLUGIN_FAILED, "objective \"%s\": it names %s", id, wrong);
}

/* What create() said, behind the line to blame: that of the option whose key its words begin with,
 * where the file sets it, else that of `use`. */
static clt_status refused(clt_box *box, const clt_plan *plan, const clt_component *component,
                          collet_status code, clt_error *err)
{
    const char *said = box->host.said;
    size_t key = strcspn(said, ":");
    for (size_t i = 0; i < component->setting_count; i++) {
        const clt_setting *setting = &component->settings[i];
        const clt_variable *v = &plan->variables[setting->variable];
        const char *name = v->line > 0 ? v->name + strlen(v->section) + 1 : ""; /* "env.NAME" */
        if (v->line > 0 && strlen(name) == key && strncmp(name, said, key) == 0) {
            return clt_fail(err, CLT_BAD_INPUT, "%s:%d: objective.%s", plan->ini->path, v->line,
                            said);
        }
    }
    clt_host_fail(&box->host, code, "create", err);
    err->status = CLT_BAD_INPUT;
    return clt_prefix(err, "%s:%d", plan->ini->path, plan->variables[component->use].line);
}

static clt_status create(clt_box *box, const clt_plan *plan, const clt_component *component,
                         clt_error *err)
{
    void *config;
    if (clt_plan_configure(plan, component, NULL, &box->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    collet_status code =
        box->objective->create(clt_host_table(&box->host), config, &box->space, &box->self);
    if (code < 0) {
        box->self = NULL;
        return refused(box, plan, component, code, err);
    }
    return check_metrics(box, component->id, err);
}

clt_status clt_box_open(clt_box *box, const clt_plan *plan, const clt_host_hooks *hooks,
                        clt_error *err)
{
    const clt_component *component = clt_plan_component(plan, "objective", NULL);
    box->objective = component->unit->vtable;
    clt_host_init(&box->host, "objective", component->id, hooks);
    return make_space(box, plan, err) == CLT_OK ? create(box, plan, component, err) : err->status;
}

void clt_box_close(clt_box *box)
{
    if (box->self != NULL) {
        box->objective->destroy(box->self);
    }
    clt_arena_finish(&box->arena);
    *box = (clt_box){0};
}

clt_status clt_box_point(const clt_box *box, const clt_plan *plan, const double *x,
                         clt_arena *arena, collet_point *point, clt_error *err)
{
    uint32_t n = box->space.dim_count;
    double *values = clt_arena_array(arena, n + 1u, sizeof *values);
    const char **texts = clt_arena_array(arena, n + 1u, sizeof *texts);
    if (values == NULL || texts == NULL) {
        return clt_fail_memory(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        const clt_variable *v = box->variables[i];
        values[i] = v->dim >= 0 ? x[v->dim] : box->space.dims[i].low;
        texts[i] = clt_plan_text(plan, (size_t)(v - plan->variables), x, arena);
        if (texts[i] == NULL && !isnan(values[i])) {
            return clt_fail_memory(err);
        }
    }
    point->x = values;
    point->text = texts;
    return CLT_OK;
}

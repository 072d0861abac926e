#include "space/space.h"

#include "base/suggest.h"
#include "space/condition.h"
#include "space/steps.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

enum { MOST_CONDITIONS = 16 };

/* Where the search for parents stands with a variable. */
enum { UNSEEN, OPEN, PLACED };

typedef struct build {
    clt_arena *arena;
    const char *path;
    clt_variable *variables;
    size_t count;
    unsigned char *seen; /* [count]: UNSEEN, OPEN, PLACED */
    size_t *chain;       /* [count]: the variables that are OPEN, outermost first */
    size_t depth;
    clt_space *space;
    clt_error *err;
} build;

static clt_status place(build *b, size_t index);

static clt_status at_line(build *b, const clt_variable *v)
{
    return clt_prefix(b->err, "%s:%d", b->path, v->line);
}

static size_t find_name(const build *b, const char *section, const char *name)
{
    size_t prefix = strlen(section);
    for (size_t i = 0; i < b->count; i++) {
        const clt_variable *v = &b->variables[i];
        const char *full = v->name;
        if (v->option != NULL && strcmp(v->section, section) == 0 && strcmp(full, name) == 0) {
            return i; /* a name without its section */
        }
        if (prefix == 0 ? strcmp(full, name) == 0
                        : strncmp(full, section, prefix) == 0 && full[prefix] == '.' &&
                              strcmp(full + prefix + 1, name) == 0) {
            return i;
        }
    }
    return b->count;
}

/* The variable that a condition of v names: first in v's own section, then by its full name. */
static clt_status resolve(build *b, const clt_variable *v, const char *name, size_t *found)
{
    *found = find_name(b, v->section, name);
    *found = *found < b->count ? *found : find_name(b, "", name);
    if (*found < b->count) {
        return CLT_OK;
    }
    clt_suggest bare = {.read = name}, full = {.read = name};
    size_t prefix = strlen(v->section);
    char hint[160];
    for (size_t i = 0; i < b->count; i++) {
        const char *other = b->variables[i].name;
        clt_suggest_offer(&full, other);
        if (strcmp(other, b->variables[i].option != NULL ? b->variables[i].option->key : "") == 0) {
            clt_suggest_offer(&bare, other);
        } else if (strncmp(other, v->section, prefix) == 0 && other[prefix] == '.') {
            clt_suggest_offer(&bare, other + prefix + 1);
        }
    }
    clt_fail(b->err, CLT_BAD_INPUT, "\"when\": there is no \"%s\"%s", name,
             clt_suggest_text(bare.best != NULL ? &bare : &full, hint, sizeof hint));
    return at_line(b, v);
}

static clt_status report_cycle(build *b, size_t index)
{
    clt_str chain = {0};
    size_t first = 0;
    while (first < b->depth && b->chain[first] != index) {
        first++;
    }
    for (size_t i = first; i < b->depth; i++) {
        clt_str_addf(&chain, "%s -> ", b->variables[b->chain[i]].name);
    }
    clt_fail(b->err, CLT_BAD_INPUT, "\"when\" goes in a circle: %s%s", clt_str_text(&chain),
             b->variables[index].name);
    clt_str_finish(&chain);
    return at_line(b, &b->variables[b->chain[b->depth - 1]]);
}

/* Adds to conditions[*n] what the comparison asks of its parent; a parent that is not searched
 * over settles it here and now. */
static clt_status add_condition(build *b, clt_variable *v, const clt_comparison *comparison,
                                collet_condition *conditions, uint32_t *n)
{
    size_t parent;
    if (resolve(b, v, comparison->name, &parent) != CLT_OK || place(b, parent) != CLT_OK) {
        return b->err->status;
    }
    const clt_variable *p = &b->variables[parent];
    bool holds = false;
    if (p->never) {
        v->never = true;
        return CLT_OK;
    }
    if (p->dim < 0) {
        if (clt_comparison_holds(comparison, p, &holds, b->err) != CLT_OK) {
            return at_line(b, v);
        }
        v->never = v->never || !holds;
        return CLT_OK;
    }
    if (p->range.law.kind != CLT_EVEN) {
        clt_fail(b->err, CLT_BAD_INPUT,
                 "\"when %s %s %s\": a condition cannot speak of a normal() or lognormal(); "
                 "[constraints] can",
                 comparison->name, comparison->op, comparison->literal);
        return at_line(b, v);
    }
    double *ranges;
    uint32_t range_count;
    if (clt_comparison_ranges(b->arena, comparison, p, &ranges, &range_count, b->err) != CLT_OK) {
        return at_line(b, v);
    }
    v->never = v->never || range_count == 0;
    if (*n == MOST_CONDITIONS) {
        clt_fail(b->err, CLT_BAD_INPUT, "more than %d conditions", MOST_CONDITIONS);
        return at_line(b, v);
    }
    conditions[(*n)++] = (collet_condition){(uint32_t)p->dim, range_count, ranges};
    return CLT_OK;
}

static clt_status gather_conditions(build *b, clt_variable *v, collet_condition *conditions,
                                    uint32_t *n)
{
    if (v->parent != NULL) {
        clt_comparison implied = {v->parent, "==", v->parent_value};
        if (add_condition(b, v, &implied, conditions, n) != CLT_OK) {
            return b->err->status;
        }
    }
    const char *text = v->range.when;
    while (text != NULL) {
        clt_comparison comparison;
        if (clt_comparison_parse(b->arena, &text, &comparison, b->err) != CLT_OK) {
            return at_line(b, v);
        }
        if (add_condition(b, v, &comparison, conditions, n) != CLT_OK) {
            return b->err->status;
        }
    }
    return CLT_OK;
}

/* What a sampler sees of the dimension. */
static collet_dim asked_dim(const clt_variable *v, const collet_dim *dim)
{
    collet_dim asked = *dim;
    if (v->range.ordinal) {
        asked.type = COLLET_DIM_INT;
        asked.category_count = 0;
        asked.categories = NULL;
    } else if (v->range.law.kind != CLT_EVEN) {
        asked.type = COLLET_DIM_REAL;
        asked.low = asked.step = 0;
        asked.high = 1;
    }
    return asked;
}

static clt_status add_dim(build *b, clt_variable *v, const collet_condition *conditions, uint32_t n)
{
    collet_condition *kept = clt_arena_array(b->arena, n, sizeof *kept);
    if (kept == NULL) {
        return clt_fail_memory(b->err);
    }
    if (n > 0) {
        memcpy(kept, conditions, n * sizeof *kept);
    }
    v->dim = (int32_t)b->space->dim_count++;
    b->space->variables[v->dim] = v;
    b->space->dims[v->dim] = (collet_dim){
        .name = v->name,
        .low = v->range.low,
        .high = v->range.high,
        .step = v->range.step,
        .type = v->range.type,
        .flags = v->range.log ? COLLET_DIM_LOG : 0,
        .category_count = v->range.choice_count,
        .condition_count = n,
        .conditions = n > 0 ? kept : NULL,
        .categories = v->range.choices,
    };
    b->space->asked[v->dim] = asked_dim(v, &b->space->dims[v->dim]);
    b->space->has_laws = b->space->has_laws || v->range.law.kind != CLT_EVEN;
    return CLT_OK;
}

/* Places a variable, and before it those that its conditions speak of. */
static clt_status place(build *b, size_t index)
{
    clt_variable *v = &b->variables[index];
    if (b->seen[index] == PLACED) {
        return CLT_OK;
    }
    if (b->seen[index] == OPEN) {
        return report_cycle(b, index);
    }
    collet_condition conditions[MOST_CONDITIONS];
    uint32_t n = 0;
    b->seen[index] = OPEN;
    b->chain[b->depth++] = index;
    if (gather_conditions(b, v, conditions, &n) != CLT_OK) {
        return b->err->status;
    }
    b->depth--;
    b->seen[index] = PLACED;
    return v->range.type == 0 || v->never ? CLT_OK : add_dim(b, v, conditions, n);
}

clt_status clt_space_build(clt_arena *arena, const char *path, clt_variable *variables,
                           size_t count, clt_space *space, clt_error *err)
{
    build b = {.arena = arena,
               .path = path,
               .variables = variables,
               .count = count,
               .seen = clt_arena_array(arena, count, 1),
               .chain = clt_arena_array(arena, count, sizeof *b.chain),
               .space = space,
               .err = err};
    *space = (clt_space){.dims = clt_arena_array(arena, count, sizeof *space->dims),
                         .asked = clt_arena_array(arena, count, sizeof *space->asked),
                         .variables = clt_arena_array(arena, count, sizeof *space->variables)};
    if (b.seen == NULL || b.chain == NULL || space->dims == NULL || space->asked == NULL ||
        space->variables == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        variables[i].dim = -1;
        variables[i].never = false;
    }
    for (size_t i = 0; i < count; i++) {
        if (place(&b, i) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

collet_space clt_space_view(const clt_space *space)
{
    return (collet_space){
        .struct_size = COLLET_SIZE(collet_space),
        .dim_count = space->dim_count,
        .dim_size = COLLET_SIZE(collet_dim),
        .condition_size = COLLET_SIZE(collet_condition),
        .objective_count = 1,
        .parallel = 1,
        .dims = space->dims,
    };
}

collet_space clt_space_asked(const clt_space *space)
{
    collet_space view = clt_space_view(space);
    view.dims = space->asked;
    return view;
}

void clt_space_from_asked(const clt_space *space, double *x)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const clt_law *law = &space->variables[i]->range.law;
        if (law->kind != CLT_EVEN && x[i] >= 0 && x[i] <= 1) { /* all else is refused as it is */
            x[i] = clt_law_value(law, x[i]);
        }
        x[i] += 0.0; /* -0 becomes 0: no store keeps the sign of a zero */
    }
    clt_space_settle(space, x);
}

void clt_space_settle(const clt_space *space, double *x)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const collet_dim *dim = &space->dims[i];
        if (clt_step_is_real(dim) && !isnan(x[i])) {
            (void)clt_step_near(dim->low, dim->high, dim->step, x[i], &x[i]);
        }
    }
}

double clt_space_value(const clt_space *space, uint32_t i, double u)
{
    const clt_law *law = &space->variables[i]->range.law;
    return law->kind != CLT_EVEN ? clt_law_value(law, u) : collet_dim_value(&space->dims[i], u);
}

void clt_space_to_asked(const clt_space *space, const double *x, double *out)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const clt_law *law = &space->variables[i]->range.law;
        out[i] = law->kind != CLT_EVEN && !isnan(x[i]) ? clt_law_share(law, x[i]) : x[i];
    }
}

void clt_space_format(const clt_space *space, uint32_t i, double value, clt_str *out)
{
    const collet_dim *dim = &space->dims[i];
    if (dim->type == COLLET_DIM_CATEGORY) {
        clt_str_add(out, dim->categories[(size_t)value]);
    } else if (dim->type == COLLET_DIM_INT) {
        clt_str_addf(out, "%.0f", value);
    } else {
        clt_str_add_real(out, value);
    }
}

/* Is value low + k * step? */
static bool on_step(const collet_dim *dim, double value)
{
    double step = collet_dim_step(dim), on;
    if (step == 0) {
        return true;
    }
    if (clt_step_is_real(dim)) {
        return clt_step_near(dim->low, dim->high, step, value, &on) && on == value;
    }
    double k = (value - dim->low) / step;
    return value == floor(value) && fabs(k - nearbyint(k)) <= 1e-9 * fmax(1.0, fabs(k));
}

clt_status clt_space_check(const clt_space *space, const double *x, clt_error *err)
{
    collet_space view = clt_space_view(space);
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const collet_dim *dim = &space->dims[i];
        bool active = collet_dim_active(&view, i, x);
        if (!active && !isnan(x[i])) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "proposed %s = %.17g, which is not active here",
                            dim->name, x[i]);
        }
        if (active && !(x[i] >= dim->low && x[i] <= dim->high)) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "proposed %s = %.17g, outside %.17g to %.17g",
                            dim->name, x[i], dim->low, dim->high);
        }
        if (active && !on_step(dim, x[i])) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "proposed %s = %.17g, which is between steps",
                            dim->name, x[i]);
        }
    }
    return CLT_OK;
}

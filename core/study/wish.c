#include "study/wish.h"

#include "base/rng.h"
#include "base/suggest.h"
#include "config/quote.h"
#include "space/steps.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A wish being read. */
typedef struct reading {
    const clt_plan *plan;
    const collet_space *space;
    double *x; /* [dim_count]; NaN where it names nothing */
    clt_error *err;
} reading;

void clt_wish_add(clt_str *text, const char *name, const char *value)
{
    clt_str_addf(text, "%s = %s\n", name, value);
}

/* ---- One value ------------------------------------------------------------------------------ */

static clt_status fail_category(const collet_dim *dim, const char *text, clt_error *err)
{
    clt_suggest suggest = {.read = text};
    clt_str list = {0};
    char hint[128];
    for (uint32_t k = 0; k < dim->category_count; k++) {
        clt_suggest_offer(&suggest, dim->categories[k]);
        clt_str_addf(&list, "%s%s", k > 0 ? ", " : "", dim->categories[k]);
    }
    clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not one of %.400s%s", text, clt_str_text(&list),
             clt_suggest_text(&suggest, hint, sizeof hint));
    clt_str_finish(&list);
    return err->status;
}

static bool are_numbers(const collet_dim *dim)
{
    bool all = true;
    double number;
    for (uint32_t k = 0; k < dim->category_count; k++) {
        all = all && clt_number_plain(dim->categories[k], &number);
    }
    return all;
}

/* By its text, or as the same number: 0.10 is 0.1. */
static clt_status find_category(const collet_dim *dim, const char *text, double *value)
{
    double read, number;
    for (uint32_t k = 0; k < dim->category_count; k++) {
        if (strcmp(dim->categories[k], text) == 0) {
            *value = k;
            return CLT_OK;
        }
    }
    bool numbers = clt_number_parse(text, &read) && are_numbers(dim);
    for (uint32_t k = 0; numbers && k < dim->category_count; k++) {
        if (clt_number_parse(dim->categories[k], &number) && number == read) {
            *value = k;
            return CLT_OK;
        }
    }
    return CLT_BAD_INPUT;
}

/* A value may stand in quotes, as it does in the list. */
static clt_status take_category(const collet_dim *dim, const char *text, double *value,
                                clt_error *err)
{
    clt_arena arena = {0};
    const char *meant = clt_meant(&arena, text);
    clt_status status = find_category(dim, text, value);
    status = status != CLT_OK && meant != NULL ? find_category(dim, meant, value) : status;
    clt_arena_finish(&arena);
    return status == CLT_OK ? CLT_OK : fail_category(dim, text, err);
}

clt_status clt_dim_read(const clt_space *space, uint32_t i, const char *text, double *value,
                        clt_error *err)
{
    const collet_dim *dim = &space->dims[i];
    if (dim->type == COLLET_DIM_CATEGORY) {
        return take_category(dim, text, value, err);
    }
    bool whole = dim->type == COLLET_DIM_INT;
    if (!clt_number_parse(text, value) || (whole && *value != floor(*value))) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not a %snumber", text,
                        whole ? "whole " : "");
    }
    bool stepped = clt_step_is_real(dim);
    if (stepped && clt_step_near(dim->low, dim->high, dim->step, *value, value)) {
        return CLT_OK;
    }
    if (whole && clt_whole_check(text, *value, err) != CLT_OK) {
        return err->status;
    }
    if (!(*value >= dim->low && *value <= dim->high)) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is outside its range, %.10g to %.10g", text,
                        dim->low, dim->high);
    }
    double step = collet_dim_step(dim), k = step > 0 ? (*value - dim->low) / step : 0;
    if (stepped || (step > 0 && fabs(k - nearbyint(k)) > 1e-9 * fmax(1.0, fabs(k)))) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "\"%s\" lies between the steps of its range, %.10g + k "
                        "%.10g",
                        text, dim->low, step);
    }
    *value += 0.0; /* no store keeps the sign of a zero */
    return CLT_OK;
}

/* ---- A wish --------------------------------------------------------------------------------- */

/* A name that is a variable, but has one value. */
static bool is_constant(const clt_plan *plan, const char *name)
{
    bool constant = false;
    for (size_t i = 0; i < plan->variable_count; i++) {
        constant = constant || strcmp(plan->variables[i].name, name) == 0;
    }
    return constant;
}

/* With the nearest name, or where there is none all of the first ones. */
static clt_status fail_name(const reading *r, const char *name, const char *hint)
{
    enum { MOST = 8 };
    const clt_space *space = &r->plan->space;
    clt_str list = {0};
    for (uint32_t i = 0; i < space->dim_count && i < MOST && hint[0] == '\0'; i++) {
        clt_str_addf(&list, "%s%s", i > 0 ? ", " : "; it has ", space->dims[i].name);
    }
    clt_str_add(&list, hint[0] == '\0' && space->dim_count > MOST ? ", ..." : "");
    clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is no parameter of the search%s%.400s", name, hint,
             clt_str_text(&list));
    clt_str_finish(&list);
    return r->err->status;
}

static clt_status find_dim(const reading *r, const char *name, uint32_t *found)
{
    const clt_space *space = &r->plan->space;
    clt_suggest suggest = {.read = name};
    char hint[128];
    for (*found = 0; *found < space->dim_count; ++*found) {
        if (strcmp(space->dims[*found].name, name) == 0) {
            return CLT_OK;
        }
        clt_suggest_offer(&suggest, space->dims[*found].name);
        const char *dot = strrchr(space->dims[*found].name, '.');
        if (dot != NULL && strcmp(dot + 1, name) == 0) { /* "lr" for "optimizer.lr" */
            suggest = (clt_suggest){.read = name, .best = space->dims[*found].name};
        }
    }
    if (is_constant(r->plan, name)) {
        return clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is not searched over: it has one value",
                        name);
    }
    (void)clt_suggest_text(&suggest, hint, sizeof hint);
    return fail_name(r, name, hint);
}

static clt_status take_line(const reading *r, const char *name, const char *value)
{
    uint32_t i;
    if (find_dim(r, name, &i) != CLT_OK) {
        return r->err->status;
    }
    if (!isnan(r->x[i])) {
        return clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is named twice", name);
    }
    return clt_dim_read(&r->plan->space, i, value, &r->x[i], r->err) == CLT_OK
               ? CLT_OK
               : clt_prefix(r->err, "%s", name);
}

static clt_status take_lines(const reading *r, const char *text)
{
    clt_arena arena = {0};
    clt_status status = CLT_OK;
    while (*text != '\0' && status == CLT_OK) {
        size_t length = strcspn(text, "\n");
        char *line = clt_arena_printf(&arena, "%.*s", (int)length, text);
        char *equals = line != NULL ? strstr(line, " = ") : NULL;
        text += length + (text[length] == '\n');
        if (line == NULL) {
            status = clt_fail_memory(r->err);
        } else if (equals == NULL) {
            status = clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is not \"name = value\"", line);
        } else {
            *equals = '\0';
            status = take_line(r, line, equals + 3);
        }
    }
    clt_arena_finish(&arena);
    return status;
}

static bool holds(const collet_condition *condition, const double *x)
{
    bool any = false;
    for (uint32_t k = 0; k < condition->range_count; k++) {
        const double *range = &condition->ranges[2 * k];
        any = any || (x[condition->parent] >= range[0] && x[condition->parent] <= range[1]);
    }
    return any;
}

static clt_status fail_inactive(const reading *r, const collet_dim *dim, uint32_t parent)
{
    clt_str value = {0};
    const char *name = r->plan->space.dims[parent].name;
    clt_space_format(&r->plan->space, parent, r->x[parent], &value);
    clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is not there with %s = %s", dim->name, name,
             clt_str_text(&value));
    clt_str_finish(&value);
    return r->err->status;
}

/* What is named must be active by what is named. */
static clt_status check_active(const reading *r, uint32_t i)
{
    const collet_dim *dim = &r->plan->space.dims[i];
    for (uint32_t k = 0; k < dim->condition_count; k++) {
        const uint32_t parent = dim->conditions[k].parent;
        if (isnan(r->x[parent])) {
            return clt_fail(r->err, CLT_BAD_INPUT,
                            "\"%s\" depends on \"%s\": name that as well, or neither", dim->name,
                            r->plan->space.dims[parent].name);
        }
        if (!holds(&dim->conditions[k], r->x)) {
            return fail_inactive(r, dim, parent);
        }
    }
    return CLT_OK;
}

/* What is named, NaN elsewhere. */
static clt_status take_named(const reading *r, const char *text)
{
    for (uint32_t i = 0; i < r->space->dim_count; i++) {
        r->x[i] = (double)NAN;
    }
    clt_status status = take_lines(r, text);
    for (uint32_t i = 0; i < r->space->dim_count && status == CLT_OK; i++) {
        status = isnan(r->x[i]) ? CLT_OK : check_active(r, i);
    }
    return status;
}

/* ---- What it leaves out --------------------------------------------------------------------- */

/* The stream of no trial: where it leads to a point, a wish can be granted. */
#define ANY_TRIAL UINT64_MAX

/* Draws what is not named, and moves that until the constraints are met. */
static bool draw_rest(const reading *r, const bool *named, uint64_t number, double *work)
{
    const clt_space *space = &r->plan->space;
    clt_rng rng;
    clt_rng_init(&rng, (uint64_t)r->plan->study.seed, "enqueue", number);
    const collet_rng view = clt_rng_view(&rng);
    for (uint32_t i = 0; i < space->dim_count; i++) {
        double u = collet_uniform(&view); /* also where it is not needed: others stay the same */
        if (!named[i]) {
            bool active = collet_dim_active(r->space, i, r->x);
            r->x[i] = active ? clt_space_value(space, i, u) + 0.0 : (double)NAN;
        }
    }
    return clt_rules_mend_around(&r->plan->rules, space, &view, named, r->x, work);
}

/* Does the rule speak of nothing but what is named? */
static bool is_settled(const clt_rule *rule, const bool *named, uint32_t dims)
{
    bool *used = calloc(dims + 1u, sizeof *used);
    bool settled = used != NULL;
    if (used != NULL) {
        clt_term_mark(rule->term, used);
    }
    for (uint32_t i = 0; i < dims && settled; i++) {
        settled = !used[i] || named[i];
    }
    free(used);
    return settled;
}

/* With a rule that what is named breaks by itself, or else one that was not met in the end. */
static clt_status fail_rules(const reading *r, const bool *named)
{
    const clt_rules *rules = &r->plan->rules;
    const clt_rule *broken = NULL;
    bool settled = false;
    for (size_t k = 0; k < rules->count && !settled; k++) {
        if (clt_term_violation(rules->items[k].term, r->x) > 0) {
            settled = is_settled(&rules->items[k], named, r->space->dim_count);
            broken = settled || broken == NULL ? &rules->items[k] : broken;
        }
    }
    if (broken == NULL) { /* the rules are at odds with themselves in the last bit only */
        return clt_fail(r->err, CLT_BAD_INPUT,
                        "no values were found for what it leaves out that meet [" CLT_CONSTRAINTS
                        "]");
    }
    return clt_fail(r->err, CLT_BAD_INPUT, "%s \"%s\" of [" CLT_CONSTRAINTS "] (%s:%d)",
                    settled ? "what it names does not meet"
                            : "no values were found for what it leaves out that meet",
                    broken->text, r->plan->ini->path, broken->line);
}

/* named[dim_count], work[3 * dim_count]. A stream may fail to lead to a point; then that of the
 * check is taken, which does. */
static clt_status find_rest(const reading *r, uint64_t number, bool *named, double *work)
{
    for (uint32_t i = 0; i < r->space->dim_count; i++) {
        named[i] = !isnan(r->x[i]);
    }
    bool found = draw_rest(r, named, number, work) ||
                 (number != ANY_TRIAL && draw_rest(r, named, ANY_TRIAL, work));
    return found ? CLT_OK : fail_rules(r, named);
}

static clt_status take(const reading *r, const char *text, uint64_t number)
{
    size_t dims = r->space->dim_count;
    bool *named = calloc(dims + 1, sizeof *named);
    double *work = calloc(3 * dims + 1, sizeof *work);
    clt_status status =
        named != NULL && work != NULL ? take_named(r, text) : clt_fail_memory(r->err);
    status = status == CLT_OK ? find_rest(r, number, named, work) : status;
    free(named);
    free(work);
    return status;
}

clt_status clt_wish_check(const clt_plan *plan, const char *text, clt_error *err)
{
    const collet_space space = clt_space_view(&plan->space);
    double *x = calloc(plan->space.dim_count + 1u, sizeof *x);
    const reading r = {plan, &space, x, err};
    clt_status status = x != NULL ? take(&r, text, ANY_TRIAL) : clt_fail_memory(err);
    free(x);
    return status;
}

clt_status clt_wish_check_one(const clt_plan *plan, const char *name, const char *value,
                              clt_error *err)
{
    uint32_t i;
    double ignored;
    const reading r = {.plan = plan, .err = err};
    if (find_dim(&r, name, &i) != CLT_OK) {
        return err->status;
    }
    return clt_dim_read(&plan->space, i, value, &ignored, err) == CLT_OK
               ? CLT_OK
               : clt_prefix(err, "%s", name);
}

clt_status clt_wish_point(const clt_plan *plan, const char *text, uint64_t number, double *x,
                          clt_error *err)
{
    const collet_space space = clt_space_view(&plan->space);
    const reading r = {plan, &space, x, err};
    return take(&r, text, number);
}

const uint64_t *clt_wish_trials(clt_arena *arena, const clt_trial_row *rows, size_t trials,
                                size_t count)
{
    uint64_t *numbers = clt_arena_array(arena, count + 1, sizeof *numbers);
    for (size_t i = 0; numbers != NULL && i < trials; i++) {
        if (rows[i].wish > 0 && rows[i].wish <= count) {
            numbers[rows[i].wish - 1] = rows[i].number + 1;
        }
    }
    return numbers;
}

#include "space/condition.h"

#include "config/option.h"
#include "config/quote.h"
#include "space/steps.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const operators[] = {"<=", ">=", "==", "!=", "<", ">", "="};

static const char *copy_trimmed(clt_arena *arena, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    return clt_arena_printf(arena, "%.*s", (int)length, text);
}

/* Where the next " and " that is in no quotes begins, or NULL. */
static const char *find_and(const char *text)
{
    for (size_t i = 0; text[i] != '\0';) {
        size_t quoted = clt_quoted_at(text, i);
        if (strncmp(text + i, " and ", 5) == 0) {
            return text + i;
        }
        i += quoted > 0 ? quoted : 1;
    }
    return NULL;
}

clt_status clt_comparison_parse(clt_arena *arena, const char **text, clt_comparison *out,
                                clt_error *err)
{
    const char *start = *text + strspn(*text, " \t");
    const char *and = find_and(start);
    size_t length = and != NULL ? (size_t)(and-start) : strlen(start);
    size_t name = strcspn(start, "<>=! \t");
    const char *at = start + name + strspn(start + name, " \t");
    const char *op = NULL;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0] && op == NULL; i++) {
        op = strncmp(at, operators[i], strlen(operators[i])) == 0 ? operators[i] : NULL;
    }
    if (name == 0 || op == NULL || at > start + length) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "\"when %.*s\": a condition is written NAME OP VALUE, with one of "
                        "< <= > >= == !=",
                        (int)length, start);
    }
    const char *literal = at + strlen(op);
    literal += strspn(literal, " \t");
    out->name = copy_trimmed(arena, start, name);
    out->op = strcmp(op, "=") == 0 ? "==" : op;
    out->literal = literal < start + length
                       ? copy_trimmed(arena, literal, (size_t)(start + length - literal))
                       : "";
    *text = and != NULL ? and+5 : NULL;
    if (out->name == NULL || out->literal == NULL) {
        return clt_fail_memory(err);
    }
    bool written = out->literal[0] != '\0'; /* "" is a value */
    out->literal = clt_meant(arena, out->literal);
    if (out->literal == NULL) {
        return clt_fail_memory(err);
    }
    return written ? CLT_OK
                   : clt_fail(err, CLT_BAD_INPUT, "\"when %s %s\": a value is missing", out->name,
                              out->op);
}

static bool compare(const char *op, double a, double b)
{
    switch (op[0]) {
    case '<':
        return op[1] == '=' ? a <= b : a < b;
    case '>':
        return op[1] == '=' ? a >= b : a > b;
    default:
        return (a == b) == (op[0] == '=');
    }
}

static bool is_number(const clt_variable *v)
{
    return v->option != NULL && (v->option->type == COLLET_REAL || v->option->type == COLLET_INT);
}

/* The place of a text among an ordinal's choices; choice_count where it is none of them. */
static uint32_t place_of(const clt_variable *v, const char *text)
{
    clt_error ignored;
    clt_value a, b;
    for (uint32_t i = 0; i < v->range.choice_count; i++) {
        const char *choice = v->range.choices[i];
        bool same = strcmp(choice, text) == 0;
        if (v->option != NULL && v->option->type <= COLLET_ENUM) {
            same = clt_option_parse(v->option, choice, &a, &ignored) == CLT_OK &&
                   clt_option_parse(v->option, text, &b, &ignored) == CLT_OK &&
                   a.number == b.number;
        }
        if (same) {
            return i;
        }
    }
    return v->range.choice_count;
}

/* Do words compare by their place? Numbers do by what they are. */
static bool by_place(const clt_variable *v)
{
    return v->range.ordinal && !is_number(v);
}

/* What stands for text in comparisons: its number, or for names whether it equals the literal. */
static clt_status check_literal(const clt_comparison *c, const clt_variable *parent, double *number,
                                clt_error *err)
{
    clt_value value = {0};
    if (by_place(parent) && place_of(parent, c->literal) < parent->range.choice_count) {
        *number = place_of(parent, c->literal);
        return CLT_OK;
    }
    if (by_place(parent) && c->op[0] != '=' && c->op[0] != '!') {
        return clt_fail(err, CLT_BAD_INPUT, "\"when %s %s %s\": %s never has the value \"%s\"",
                        c->name, c->op, c->literal, parent->name, c->literal);
    }
    if (!is_number(parent) && c->op[0] != '=' && c->op[0] != '!') {
        return clt_fail(err, CLT_BAD_INPUT,
                        "\"when %s %s %s\": %s has no order; use == or !=", c->name, c->op,
                        c->literal, parent->name);
    }
    if (is_number(parent)) {
        return clt_number_parse(c->literal, number)
                   ? CLT_OK
                   : clt_fail(err, CLT_BAD_INPUT, "\"when %s %s %s\": \"%s\" is not a number",
                              c->name, c->op, c->literal, c->literal);
    }
    if (parent->option != NULL && clt_option_parse(parent->option, c->literal, &value, err) != 0) {
        return clt_prefix(err, "\"when %s %s %s\"", c->name, c->op, c->literal);
    }
    *number = value.number;
    return CLT_OK;
}

static bool holds_for(const clt_comparison *c, const clt_variable *parent, const char *text,
                      double literal)
{
    clt_error ignored;
    clt_value value = {0};
    if (parent->option == NULL || parent->option->type >= COLLET_STRING) {
        return (strcmp(text, c->literal) == 0) == (c->op[0] == '=');
    }
    return clt_option_parse(parent->option, text, &value, &ignored) == CLT_OK &&
           compare(c->op, value.number, literal);
}

clt_status clt_comparison_holds(const clt_comparison *comparison, const clt_variable *parent,
                                bool *holds, clt_error *err)
{
    double literal = 0;
    if (check_literal(comparison, parent, &literal, err) != CLT_OK) {
        return err->status;
    }
    *holds = parent->text != NULL && holds_for(comparison, parent, parent->text, literal);
    return CLT_OK;
}

/* Indices of the categories that hold, neighbours joined. */
static uint32_t category_ranges(const clt_comparison *c, const clt_variable *parent, double literal,
                                double *ranges)
{
    uint32_t count = 0;
    bool placed = by_place(parent) && place_of(parent, c->literal) < parent->range.choice_count;
    for (uint32_t i = 0; i < parent->range.choice_count; i++) {
        if (placed ? !compare(c->op, i, literal)
                   : !holds_for(c, parent, parent->range.choices[i], literal)) {
            continue;
        }
        if (count > 0 && ranges[2 * count - 1] == i - 1.0) {
            ranges[2 * count - 1] = i;
        } else {
            ranges[2 * count] = ranges[2 * count + 1] = i;
            count++;
        }
    }
    return count;
}

/* What the literal means among the values of a range with a step: 0.333 may not, 0.3333333333 does
 * mean one of them. */
static double among_steps(const clt_range *range, double literal)
{
    if (range->type == COLLET_DIM_REAL && range->step > 0) {
        (void)clt_step_near(range->low, range->high, range->step, literal, &literal);
    }
    return literal;
}

static uint32_t number_ranges(const char *op, double v, double *ranges)
{
    double below = nextafter(v, -INFINITY), above = nextafter(v, INFINITY);
    double low = op[0] == '>' ? (op[1] == '=' ? v : above) : op[0] == '=' ? v : -INFINITY;
    double high = op[0] == '<' ? (op[1] == '=' ? v : below) : op[0] == '=' ? v : INFINITY;
    ranges[0] = low;
    ranges[1] = high;
    if (op[0] != '!') {
        return 1;
    }
    ranges[1] = below;
    ranges[2] = above;
    ranges[3] = INFINITY;
    return 2;
}

clt_status clt_comparison_ranges(clt_arena *arena, const clt_comparison *comparison,
                                 const clt_variable *parent, double **ranges, uint32_t *range_count,
                                 clt_error *err)
{
    double literal = 0;
    if (check_literal(comparison, parent, &literal, err) != CLT_OK) {
        return err->status;
    }
    *ranges = clt_arena_array(arena, 2 * (size_t)parent->range.choice_count + 4, sizeof **ranges);
    if (*ranges == NULL) {
        return clt_fail_memory(err);
    }
    *range_count =
        parent->range.type == COLLET_DIM_CATEGORY
            ? category_ranges(comparison, parent, literal, *ranges)
            : number_ranges(comparison->op, among_steps(&parent->range, literal), *ranges);
    if (*range_count == 0 && comparison->op[0] == '=' && !parent->range.pinned) {
        return clt_fail(err, CLT_BAD_INPUT, "\"when %s %s %s\": %s never has the value \"%s\"",
                        comparison->name, comparison->op, comparison->literal, parent->name,
                        comparison->literal);
    }
    return CLT_OK;
}

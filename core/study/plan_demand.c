/* [study] require and reference: what is asked of a trial's outcome beside the goals. */
#include "study/plan_build.h"

#include "config/option.h"
#include "config/quote.h"

#include <math.h>
#include <string.h>

enum { MOST_DEMANDS = 16 };

static bool is_sign(char c)
{
    return c != '\0' && strchr("<>=!~", c) != NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* "study.require: "parameters == 10": " before what is wrong. */
static clt_status wrong(clt_plan_build *b, const clt_entry *entry, const char *text,
                        const char *what, const char *read)
{
    return clt_fail(b->err, CLT_BAD_INPUT, "%s:%d: study.%s: \"%s\": \"%s\" %s", b->plan->ini->path,
                    entry->line, entry->key, text, read, what);
}

static bool find_relation(const char *sign, clt_relation *relation)
{
    static const char *const signs[] = {"<=", "<", ">=", ">"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strcmp(signs[i], sign) == 0) {
            *relation = (clt_relation)i;
            return true;
        }
    }
    return false;
}

/* Takes the characters of one kind, or a name in quotes, and the blanks behind them; NULL when
 * memory ran out. */
static const char *take(clt_plan_build *b, const char **at, bool sign)
{
    size_t length = sign ? 0 : clt_quoted(*at);
    const char *text;
    if (length > 0) {
        text = clt_unquote(&b->plan->arena, *at, length);
        *at += length + strspn(*at + length, " \t");
        return text;
    }
    while ((*at)[length] != '\0' && !is_blank((*at)[length]) && is_sign((*at)[length]) == sign) {
        length++;
    }
    text = clt_arena_printf(&b->plan->arena, "%.*s", (int)length, *at);
    *at += length;
    while (is_blank(**at)) {
        (*at)++;
    }
    return text;
}

/* One comparison: metric, sign, number. */
static clt_status read_demand(clt_plan_build *b, const clt_entry *entry, const char *text,
                              clt_demand *demand)
{
    const char *at = text;
    const char *metric = take(b, &at, false), *sign = take(b, &at, true);
    if (metric == NULL || sign == NULL) {
        return clt_fail_memory(b->err);
    }
    demand->metric = metric;
    if (metric[0] == '\0') {
        return wrong(b, entry, text, "names no metric; write, say, parameters <= 100000", metric);
    }
    if (!find_relation(sign, &demand->relation)) {
        return wrong(b, entry, text, "is no comparison here; write <=, <, >= or >", sign);
    }
    if (!clt_number_parse(at, &demand->bound) || !isfinite(demand->bound)) {
        return wrong(b, entry, text, "is no number; a metric is compared with a number", at);
    }
    return CLT_OK;
}

/* One of the list in `entry`, without its commas. */
static const char *next_of(clt_plan_build *b, const char **list, bool *more)
{
    const char *at = *list + strspn(*list, " \t");
    size_t length = clt_quoted_span(at, ",");
    *more = at[length] == ',';
    *list = at + length + *more;
    while (length > 0 && is_blank(at[length - 1])) {
        length--;
    }
    return clt_arena_printf(&b->plan->arena, "%.*s", (int)length, at);
}

static clt_status add_demands(clt_plan_build *b, const clt_entry *entry, clt_demand *demands)
{
    clt_plan *plan = b->plan;
    const char *list = entry->value;
    for (bool more = list[0] != '\0'; more;) {
        const char *text = next_of(b, &list, &more);
        if (text == NULL) {
            return clt_fail_memory(b->err);
        }
        if (plan->demand_count == MOST_DEMANDS) {
            return wrong(b, entry, text, "is one too many; a study requires at most 16 things",
                         text);
        }
        if (read_demand(b, entry, text, &demands[plan->demand_count]) != CLT_OK) {
            return b->err->status;
        }
        plan->demand_count++;
    }
    return CLT_OK;
}

clt_status clt_plan_read_demands(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    clt_demand *demands = clt_arena_array(&plan->arena, MOST_DEMANDS, sizeof *demands);
    plan->demands = demands;
    if (demands == NULL) {
        return clt_fail_memory(b->err);
    }
    for (size_t i = 0; i < plan->ini->entry_count; i++) {
        const clt_entry *entry = &plan->ini->entries[i];
        if (strcmp(entry->section, "study") == 0 && strcmp(entry->key, "require") == 0 &&
            add_demands(b, entry, demands) != CLT_OK) {
            return b->err->status;
        }
    }
    return CLT_OK;
}

clt_status clt_plan_read_reference(clt_plan_build *b, clt_goal *goals)
{
    clt_plan *plan = b->plan;
    const clt_entry *entry = clt_ini_find(plan->ini, "study", "reference");
    const char *list = plan->study.reference;
    size_t count = 0;
    for (bool more = list[0] != '\0'; more; count++) {
        const char *text = next_of(b, &list, &more);
        double value;
        if (text == NULL) {
            return clt_fail_memory(b->err);
        }
        if (!clt_number_parse(text, &value) || !isfinite(value)) {
            clt_fail(b->err, CLT_BAD_INPUT, "\"%s\" is no number; write one for each goal", text);
            return clt_plan_at(b, entry->line, "study.reference");
        }
        if (count < plan->goal_count) {
            goals[count].has_reference = true;
            goals[count].reference = value;
        }
    }
    if (count != 0 && (count != plan->goal_count || count == 1)) {
        clt_fail(b->err, CLT_BAD_INPUT,
                 count == 1 && plan->goal_count == 1
                     ? "\"%s\" has no meaning with one goal: there is no volume"
                     : "\"%s\" is not one number for each of the goals",
                 plan->study.reference);
        return clt_plan_at(b, entry->line, "study.reference");
    }
    return CLT_OK;
}

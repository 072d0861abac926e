/* Experiments with an [objective]: which kind of experiment it is, and its [params]. */
#include "study/plan_build.h"

#include "config/quote.h"

#include <collet/plugin.h>

#include <ctype.h>
#include <math.h>
#include <string.h>

/* What a trial's point may hold, so that it fits in one message. */
enum { MOST_PARAMS = 4000 };

static bool plays(const clt_section *section, const char *role)
{
    size_t length = strlen(role);
    return strncmp(section->name, role, length) == 0 &&
           (section->name[length] == '\0' || section->name[length] == '.');
}

static const clt_section *section_of(const clt_ini *ini, const char *role)
{
    for (size_t i = 0; i < ini->section_count; i++) {
        if (plays(&ini->sections[i], role)) {
            return &ini->sections[i];
        }
    }
    return NULL;
}

/* [training] or [augment] alone says nothing about which of the two is meant, and needs no section
 * either. */
static const char *const trains[] = {"data", "model", "optimizer", "training", "augment"};
enum { TRAINS = sizeof trains / sizeof trains[0] };

static clt_status check_box(clt_plan_build *b, const clt_section *objective)
{
    const clt_ini *ini = b->plan->ini;
    for (size_t i = 0; i < TRAINS; i++) {
        const clt_section *other = section_of(ini, trains[i]);
        if (other != NULL) {
            return clt_fail(b->err, CLT_BAD_INPUT,
                            "%s:%d: [%s] does not go with [%s] (line %d): a trial trains a model "
                            "or evaluates an objective",
                            ini->path, other->line, other->name, objective->name, objective->line);
        }
    }
    return CLT_OK;
}

clt_status clt_plan_needs_objective(const clt_plan *plan, clt_error *err)
{
    const clt_section *params = section_of(plan->ini, "params");
    return params == NULL || section_of(plan->ini, "objective") != NULL
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s:%d: [%s] holds the parameters of an objective, but there is no "
                          "[objective]; write [objective] use = NAME",
                          plan->ini->path, params->line, params->name);
}

static bool trains_any(const clt_ini *ini)
{
    bool any = false;
    for (size_t i = 0; i < TRAINS; i++) {
        any = any || section_of(ini, trains[i]) != NULL;
    }
    return any;
}

static clt_status check_training(clt_plan_build *b)
{
    const clt_ini *ini = b->plan->ini;
    const clt_entry *seed = clt_ini_find(ini, "study", "trial_seed");
    if (clt_plan_needs_objective(b->plan, b->err) != CLT_OK) {
        return b->err->status;
    }
    if (!trains_any(ini)) {
        return clt_fail(b->err, CLT_BAD_INPUT,
                        "%s: there is neither an [objective] with its [params] nor [data], [model] "
                        "and [optimizer]; one of them says what a trial does",
                        ini->path);
    }
    if (seed != NULL) {
        clt_fail(b->err, CLT_BAD_INPUT,
                 "it belongs to experiments with an [objective]; here write [training] seed = %s",
                 seed->value);
        return clt_plan_at(b, seed->line, "study.trial_seed");
    }
    return CLT_OK;
}

clt_status clt_plan_choose(clt_plan_build *b)
{
    const clt_ini *ini = b->plan->ini;
    const clt_section *objective = section_of(ini, "objective");
    b->plan->outside = objective == NULL && section_of(ini, CLT_PARAMS) != NULL && !trains_any(ini);
    b->plan->black_box = objective != NULL || b->plan->outside;
    return objective != NULL  ? check_box(b, objective)
           : b->plan->outside ? CLT_OK
                              : check_training(b);
}

static bool is_key(const char *key)
{
    bool good = isalpha((unsigned char)key[0]) || key[0] == '_';
    for (const char *at = key; *at != '\0'; at++) {
        good = good && (isalnum((unsigned char)*at) || strchr("_.-", *at) != NULL);
    }
    return good;
}

/* choice(1, 2, 4) has an order for `when`; choice(a, b) has none, nor has choice("1", "2"). */
static uint32_t choice_type(clt_arena *arena, const char *text)
{
    const char *at = text + strcspn(text, "(");
    clt_error ignored = {0};
    clt_listed item;
    double number;
    do {
        at++;
        if (clt_list_next(arena, &at, ",)", &item, &ignored) != CLT_OK || item.quoted ||
            !clt_number_parse(item.text, &number)) {
            return COLLET_STRING;
        }
    } while (*at == ',');
    return COLLET_REAL;
}

/* A parameter has no table that states its type: what is written says it. */
static uint32_t type_of(clt_arena *arena, const clt_entry *entry)
{
    const char *text = entry->value;
    size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    double number;
    if (strncmp(text, "choice(", 7) == 0 || strncmp(text, "ordinal(", 8) == 0) {
        return choice_type(arena, text);
    }
    if (text[word + strspn(text + word, " \t")] == '(' && word > 0) {
        return strncmp(text, "int", word) == 0 && word == 3 ? COLLET_INT : COLLET_REAL;
    }
    bool range = strcmp(text, "search") == 0 ||
                 (!entry->quoted && (strstr(text, " when ") != NULL || text[0] == '\0'));
    return range || clt_number_parse(text, &number) ? COLLET_REAL : COLLET_STRING;
}

static clt_status add_param(clt_plan_build *b, const clt_entry *entry)
{
    clt_arena *arena = &b->plan->arena;
    collet_option *option = clt_arena_alloc(arena, sizeof *option);
    if (option == NULL) {
        return clt_fail_memory(b->err);
    }
    if (!is_key(entry->key)) {
        clt_fail(b->err, CLT_BAD_INPUT,
                 "\"%s\" is no name of a parameter; use letters, digits, \"_\", \"-\" and \".\", a "
                 "letter first",
                 entry->key);
        return clt_plan_at(b, entry->line, "[params]");
    }
    *option = (collet_option){.key = entry->key,
                              .doc = "a parameter of the objective",
                              .min = -INFINITY,
                              .max = INFINITY,
                              .type = type_of(arena, entry),
                              .count = 1};
    clt_variable variable = {.name = entry->key,
                             .section = CLT_PARAMS,
                             .line = entry->line,
                             .option = option,
                             .text = entry->value};
    if (clt_range_parse(arena, option, entry->value, &variable.range, b->err) != CLT_OK) {
        return clt_plan_at(b, entry->line, clt_plan_name(b, CLT_PARAMS, entry->key));
    }
    variable.text = clt_range_plain(&variable.range, entry->value);
    return CLT_PUSH(&b->variables, variable) ? CLT_OK : clt_fail_memory(b->err);
}

clt_status clt_plan_add_params(clt_plan_build *b)
{
    const clt_ini *ini = b->plan->ini;
    size_t count = 0;
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *entry = &ini->entries[i];
        if (strcmp(entry->section, CLT_PARAMS) != 0) {
            continue;
        }
        if (++count > MOST_PARAMS) {
            clt_fail(b->err, CLT_BAD_INPUT, "more than %d parameters", MOST_PARAMS);
            return clt_plan_at(b, entry->line, "[params]");
        }
        if (add_param(b, entry) != CLT_OK) {
            return b->err->status;
        }
    }
    return CLT_OK;
}

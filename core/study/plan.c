#include "study/plan.h"

#include "base/file.h"
#include "base/suggest.h"
#include "config/quote.h"
#include "study/plan_build.h"

#include <stdio.h>
#include <string.h>

static clt_status fail_memory(clt_plan_build *b)
{
    return clt_fail_memory(b->err);
}

/* "path:line: name: " before the text of the error. */
clt_status clt_plan_at(clt_plan_build *b, int line, const char *name)
{
    return clt_prefix(b->err, "%s:%d: %s", b->plan->ini->path, line, name);
}

static const char *const roles[] = {"data", "model", "optimizer", "objective", "sampler", "pruner"};

/* Is there [role], or [role.NAME]? */
static bool has_section(const clt_ini *ini, const char *role)
{
    size_t length = strlen(role);
    bool any = false;
    for (size_t i = 0; i < ini->section_count; i++) {
        const char *name = ini->sections[i].name;
        any = any ||
              (strncmp(name, role, length) == 0 && (name[length] == '\0' || name[length] == '.'));
    }
    return any;
}

/* Is a role part of this experiment? */
static bool has_role(const clt_plan *plan, const char *role)
{
    bool objective = strcmp(role, "objective") == 0;
    if (strcmp(role, "pruner") == 0) {
        return has_section(plan->ini, role);
    }
    return strcmp(role, "sampler") == 0 || (objective == plan->black_box && !plan->outside);
}

/* "model" of "model.mlp" */
static bool is_role(const char *section, size_t length)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strlen(roles[i]) == length && strncmp(roles[i], section, length) == 0) {
            return true;
        }
    }
    return false;
}

static clt_status check_section(clt_plan_build *b, const clt_section *section)
{
    size_t length = strcspn(section->name, ".");
    if (is_role(section->name, length)) {
        return CLT_OK;
    }
    if (clt_host_section_find(section->name) != NULL || clt_plan_is_wish(section->name)) {
        return CLT_OK;
    }
    clt_suggest suggest = {.read = section->name};
    char hint[96];
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        clt_suggest_offer(&suggest, roles[i]);
    }
    for (size_t i = 0; clt_host_section_at(i) != NULL; i++) {
        clt_suggest_offer(&suggest, clt_host_section_at(i)->name);
    }
    return clt_fail(b->err, CLT_BAD_INPUT, "%s:%d: unknown section [%s]%s", b->plan->ini->path,
                    section->line, section->name, clt_suggest_text(&suggest, hint, sizeof hint));
}

static clt_status check_sections(clt_plan_build *b)
{
    const clt_ini *ini = b->plan->ini;
    if (ini->entry_count > 0 && ini->entries[0].section[0] == '\0') {
        return clt_fail(b->err, CLT_BAD_INPUT, "%s:%d: \"%s\" stands before any [section]",
                        ini->path, ini->entries[0].line, ini->entries[0].key);
    }
    for (size_t i = 0; i < ini->section_count; i++) {
        if (check_section(b, &ini->sections[i]) != CLT_OK) {
            return b->err->status;
        }
    }
    if (clt_ini_section(ini, "study") == NULL) {
        return clt_fail(b->err, CLT_BAD_INPUT,
                        "%s: there is no [study] section; it says what to optimise, such as "
                        "maximize = accuracy",
                        ini->path);
    }
    return CLT_OK;
}

clt_status clt_plan_read_host(clt_plan_build *b, const char *name, void *config)
{
    const clt_host_section *section = clt_host_section_find(name);
    const clt_ini *ini = b->plan->ini;
    if (clt_option_defaults(section->options, config, b->err) != CLT_OK) {
        return b->err->status;
    }
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *entry = &ini->entries[i];
        uint32_t element;
        clt_value value;
        clt_range range;
        if (strcmp(entry->section, name) != 0) {
            continue;
        }
        const collet_option *option =
            clt_option_find(section->options, entry->key, &element, b->err);
        if (option == NULL) {
            return clt_plan_at(b, entry->line, clt_plan_bracket(b, name));
        }
        if (clt_range_parse(&b->plan->arena, option, entry->value, &range, b->err) != CLT_OK ||
            clt_option_parse(option, entry->value, &value, b->err) != CLT_OK) {
            return clt_plan_at(b, entry->line, clt_plan_name(b, name, entry->key));
        }
        clt_option_store(option, element, &value, config);
    }
    return CLT_OK;
}

/* One metric of the list in `entry`. */
static clt_status add_goal(clt_plan_build *b, const clt_entry *entry, const char *metric,
                           clt_goal *goals)
{
    clt_plan *plan = b->plan;
    if (metric[0] == '\0') {
        return clt_fail(b->err, CLT_BAD_INPUT,
                        "%s:%d: study.%s: \"%s\" names no metric beside a comma; write, say, "
                        "accuracy, loss",
                        plan->ini->path, entry->line, entry->key, entry->value);
    }
    if (plan->goal_count == CLT_MOST_GOALS) {
        return clt_fail(b->err, CLT_BAD_INPUT,
                        "%s:%d: study.%s: \"%s\" is one goal too many; a study has at most %d",
                        plan->ini->path, entry->line, entry->key, metric, (int)CLT_MOST_GOALS);
    }
    for (size_t i = 0; i < plan->goal_count; i++) {
        if (strcmp(goals[i].metric, metric) == 0) {
            return clt_fail(b->err, CLT_BAD_INPUT,
                            "%s:%d: study.%s: \"%s\" is a goal already; name it once",
                            plan->ini->path, entry->line, entry->key, metric);
        }
    }
    goals[plan->goal_count++] =
        (clt_goal){.metric = metric, .maximize = strcmp(entry->key, "maximize") == 0};
    return CLT_OK;
}

/* Adds the metrics of a comma-separated list to the goals. */
static clt_status add_goals(clt_plan_build *b, const clt_entry *entry, clt_goal *goals)
{
    const char *list = entry->value;
    clt_listed one;
    bool more = list[0] != '\0';
    while (more) {
        if (clt_list_next(&b->plan->arena, &list, ",", &one, b->err) != CLT_OK) {
            return clt_plan_at(b, entry->line, clt_plan_name(b, "study", entry->key));
        }
        if (!one.quoted && strpbrk(one.text, " \t") != NULL) {
            return clt_fail(b->err, CLT_BAD_INPUT,
                            "%s:%d: study.%s: \"%s\": separate metrics by commas",
                            b->plan->ini->path, entry->line, entry->key, one.text);
        }
        if (add_goal(b, entry, one.text, goals) != CLT_OK) {
            return b->err->status;
        }
        more = *list == ',';
        list += more;
    }
    return CLT_OK;
}

static clt_status name_values(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    plan->value_count = plan->goal_count + plan->demand_count;
    const char **names = clt_arena_array(&plan->arena, plan->value_count, sizeof *names);
    for (size_t i = 0; names != NULL && i < plan->value_count; i++) {
        size_t goals = plan->goal_count;
        names[i] = i < goals ? plan->goals[i].metric : plan->demands[i - goals].metric;
    }
    plan->value_names = names;
    return names != NULL ? CLT_OK : fail_memory(b);
}

/* Goals come in the order of the file, whichever way they point. */
static clt_status read_goals(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    clt_goal *goals = clt_arena_array(&plan->arena, CLT_MOST_GOALS, sizeof *goals);
    plan->goals = goals;
    if (goals == NULL) {
        return fail_memory(b);
    }
    for (size_t i = 0; i < plan->ini->entry_count; i++) {
        const clt_entry *entry = &plan->ini->entries[i];
        bool lists = strcmp(entry->key, "maximize") == 0 || strcmp(entry->key, "minimize") == 0;
        if (lists && strcmp(entry->section, "study") == 0 && add_goals(b, entry, goals) != CLT_OK) {
            return b->err->status;
        }
    }
    if (plan->goal_count == 0) {
        return clt_fail(b->err, CLT_BAD_INPUT,
                        "%s:%d: [study] says neither maximize nor minimize; write, say, "
                        "maximize = accuracy",
                        plan->ini->path, clt_ini_section(plan->ini, "study")->line);
    }
    return clt_plan_read_reference(b, goals);
}

const char *clt_plan_study_name(const clt_ini *ini, clt_arena *arena)
{
    const clt_entry *name = clt_ini_find(ini, "study", "name");
    if (name != NULL && name->value[0] != '\0') {
        return name->value;
    }
    const char *file = clt_path_name(ini->path);
    size_t length = strlen(file);
    length -= length > 4 && strcmp(file + length - 4, ".ini") == 0 ? 4 : 0;
    return clt_arena_printf(arena, "%.*s", (int)length, file);
}

static clt_status read_study(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    if (clt_plan_read_host(b, "study", &plan->study) != CLT_OK || read_goals(b) != CLT_OK ||
        clt_plan_read_demands(b) != CLT_OK || name_values(b) != CLT_OK) {
        return b->err->status;
    }
    const clt_entry *time = clt_ini_find(plan->ini, "study", "time");
    if (time != NULL && clt_duration_parse(time->value, &plan->time_limit, b->err) != CLT_OK) {
        return clt_plan_at(b, time->line, "study.time");
    }
    if (plan->study.name[0] == '\0') {
        plan->study.name = clt_plan_study_name(plan->ini, &plan->arena);
    }
    return plan->study.name != NULL ? CLT_OK : fail_memory(b);
}

static const char USE_SAMPLER[] = "sampler.use = ", OLD_SAMPLER[] = "random";

/* The line of an identity that names the sampler, or NULL. */
static const char *sampler_line(const char *identity)
{
    while (*identity != '\0' && strncmp(identity, USE_SAMPLER, sizeof USE_SAMPLER - 1) != 0) {
        identity += strcspn(identity, "\n");
        identity += *identity == '\n';
    }
    return *identity != '\0' ? identity : NULL;
}

const char *clt_plan_unnamed_sampler(const char *identity)
{
    return sampler_line(identity) == NULL ? OLD_SAMPLER : NULL;
}

/* All that changes what a trial does or what is proposed: every line of the file but the limits. A
 * default sampler is named too, so that another default does not change what a study goes on with.
 */
static clt_status make_identity(clt_plan_build *b)
{
    clt_str text = {0};
    const clt_ini *ini = b->plan->ini;
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *e = &ini->entries[i];
        if (!clt_plan_is_limit(e) && strcmp(e->section, "plugins") != 0 &&
            strcmp(e->section, "run") != 0) {
            clt_str_addf(&text, "%s.%s = %s\n", e->section, e->key, e->value);
        }
    }
    if (clt_ini_find(ini, "sampler", "use") == NULL && b->plan->unnamed_sampler == NULL) {
        clt_str_addf(&text, "%s%s\n", USE_SAMPLER,
                     clt_plan_component(b->plan, "sampler", NULL)->id);
    }
    b->plan->identity = text.failed ? NULL : clt_arena_copy(&b->plan->arena, clt_str_text(&text));
    clt_str_finish(&text);
    return b->plan->identity != NULL ? CLT_OK : fail_memory(b);
}

/* Who asks and tells evaluates as often as they like. */
static clt_status check_repeats(clt_plan_build *b)
{
    const clt_entry *entry = clt_ini_find(b->plan->ini, "study", "repeats");
    if (!b->plan->outside || b->plan->study.repeats == 1) {
        return CLT_OK;
    }
    clt_fail(b->err, CLT_BAD_INPUT,
             "it has no meaning without an [objective]: whoever asks and "
             "tells evaluates as often as they like");
    return clt_plan_at(b, entry != NULL ? entry->line : 0, "study.repeats");
}

static clt_status build_all(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    if (check_sections(b) != CLT_OK || read_study(b) != CLT_OK || clt_plan_choose(b) != CLT_OK ||
        clt_plan_read_run(b) != CLT_OK || check_repeats(b) != CLT_OK) {
        return b->err->status;
    }
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (has_role(plan, roles[i]) && clt_plan_add_role(b, roles[i]) != CLT_OK) {
            return b->err->status;
        }
    }
    clt_status status = plan->black_box ? clt_plan_add_params(b) : clt_plan_add_host(b, "training");
    status = status == CLT_OK && !plan->black_box ? clt_plan_add_host(b, "augment") : status;
    if (status != CLT_OK) {
        return b->err->status;
    }
    plan->components = b->components.items;
    plan->component_count = b->components.count;
    plan->variables = b->variables.items;
    plan->variable_count = b->variables.count;
    if (clt_plan_read_halt(b) != CLT_OK || make_identity(b) != CLT_OK ||
        clt_plan_add_notes(b) != CLT_OK) {
        return b->err->status;
    }
    return clt_space_build(&plan->arena, plan->ini->path, plan->variables, plan->variable_count,
                           &plan->space, b->err) == CLT_OK &&
                   clt_rules_read(&plan->arena, plan->ini, plan->variables, plan->variable_count,
                                  &plan->space, &plan->rules, b->err) == CLT_OK
               ? clt_plan_add_wishes(b)
               : b->err->status;
}

clt_status clt_plan_make(clt_plan *plan, const clt_ini *ini, clt_registry *registry, clt_error *err)
{
    clt_plan_build b = {.plan = plan, .registry = registry, .err = err};
    plan->ini = ini;
    plan->registry = registry;
    const char *folder = clt_path_folder(&plan->arena, ini->path);
    plan->folder = folder != NULL ? clt_path_absolute(&plan->arena, folder) : NULL;
    if (plan->folder == NULL) {
        return fail_memory(&b);
    }
    clt_status status = build_all(&b);
    /* The vectors belong to the plan from here on, whatever the outcome. */
    plan->components = b.components.items;
    plan->variables = b.variables.items;
    return status;
}

/* The line of the file that sets a canonical name, or 0. */
static int line_of(const clt_ini *ini, const char *name, size_t length)
{
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *e = &ini->entries[i];
        size_t prefix = strlen(e->section);
        if (prefix + 1 + strlen(e->key) == length && strncmp(e->section, name, prefix) == 0 &&
            strncmp(e->key, name + prefix + 1, strlen(e->key)) == 0) {
            return e->line;
        }
    }
    return 0;
}

/* Goes past the lines that both have, and past `extra`, which only the plan has. */
static void skip_common(const char **was, const char **is, const char *extra)
{
    for (;;) {
        size_t length = strcspn(*is, "\n");
        bool skip = *is == extra;
        if (**is == '\0' || (!skip && (**was == '\0' || strcspn(*was, "\n") != length ||
                                       strncmp(*was, *is, length) != 0))) {
            return;
        }
        *is += length + 1;
        *was += skip ? 0 : length + 1;
    }
}

/* Does the identity have a line of the key that this line is about? */
static bool has_key(const char *identity, const char *line)
{
    const char *sign = strstr(line, " = ");
    size_t n = sign != NULL ? (size_t)(sign - line) + 3 : strcspn(line, "\n");
    for (const char *at = identity; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, line, n) == 0) {
            return true;
        }
    }
    return false;
}

clt_status clt_plan_same(const clt_plan *plan, const char *study, const char *identity,
                         clt_error *err)
{
    const char *was = identity, *is = plan->identity, *extra = NULL;
    const char *old = clt_plan_unnamed_sampler(identity);
    const char *now = clt_plan_component(plan, "sampler", NULL)->id;
    if (old != NULL && strcmp(old, now) == 0) {
        extra = sampler_line(is);
    } else if (old != NULL && clt_ini_find(plan->ini, "sampler", "use") == NULL) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: study \"%s\" began with the sampler %s, then the default, which is %s "
                        "now; write [sampler] use = %s to go on, or start another study with --new",
                        plan->ini->path, study, old, now, old);
    }
    skip_common(&was, &is, extra);
    if (*was == '\0' && *is == '\0') {
        return CLT_OK;
    }
    int was_length = (int)strcspn(was, "\n"), is_length = (int)strcspn(is, "\n");
    bool renamed = is_length > 0 && !has_key(identity, is);
    if (was_length > 0 && !renamed && !has_key(plan->identity, was)) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: the experiment is not the one that study \"%s\" began with: \"%.*s\" "
                        "is missing; undo the change, or start another study with --new",
                        plan->ini->path, study, was_length, was);
    }
    char where[32] = "";
    int line = *is != '\0' ? line_of(plan->ini, is, (size_t)(strstr(is, " = ") - is)) : 0;
    if (line > 0) {
        (void)snprintf(where, sizeof where, ":%d", line);
    }
    return clt_fail(
        err, CLT_BAD_INPUT,
        "%s%s: the experiment is not the one that study \"%s\" began with: \"%.*s\" was "
        "\"%.*s\"; undo the change, or start another study with --new",
        plan->ini->path, where, study, is_length > 0 ? is_length : 9,
        is_length > 0 ? is : "(nothing)", was_length > 0 ? was_length : 9,
        was_length > 0 ? was : "(nothing)");
}

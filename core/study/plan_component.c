#include "study/plan_build.h"

#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

const char *clt_plan_name(clt_plan_build *b, const char *section, const char *key)
{
    const char *name = clt_arena_printf(&b->plan->arena, "%s.%s", section, key);
    return name != NULL ? name : key;
}

const char *clt_plan_bracket(clt_plan_build *b, const char *section)
{
    const char *name = clt_arena_printf(&b->plan->arena, "[%s]", section);
    return name != NULL ? name : section;
}

/* What is known while a component's lines are read. */
typedef struct reading {
    clt_component component;
    const char *parent; /* the role, where several units are to choose from */
    bool unused;        /* its lines are checked and then forgotten */
    CLT_VEC(clt_setting) settings;
} reading;

static const char *kind_of(const char *role)
{
    return strcmp(role, "data") == 0 ? "dataset" : role;
}

static bool searchable(const char *role)
{
    return strcmp(role, "data") != 0 && strcmp(role, "sampler") != 0 &&
           strcmp(role, "objective") != 0 && strcmp(role, "pruner") != 0;
}

static clt_status push_variable(clt_plan_build *b, reading *r, const clt_variable *variable,
                                const collet_option *option, uint32_t element)
{
    clt_setting setting = {option, element, b->variables.count};
    return CLT_PUSH(&b->variables, *variable) && CLT_PUSH(&r->settings, setting)
               ? CLT_OK
               : clt_fail_memory(b->err);
}

/* Is it "section.key"? */
static bool is_key_of(const char *name, const char *key)
{
    size_t n = strlen(name), k = strlen(key);
    return n > k && name[n - k - 1] == '.' && strcmp(name + n - k, key) == 0;
}

/* The same option in [model] and in [model.mlp]. */
static clt_status check_twice(clt_plan_build *b, const reading *r, const clt_entry *entry,
                              const collet_option *option, uint32_t element)
{
    for (size_t i = 0; i < r->settings.count; i++) {
        const clt_setting *other = &r->settings.items[i];
        const char *name = b->variables.items[other->variable].name;
        bool named = (option->flags & COLLET_NAMED) != 0; /* the name is what may not come again */
        if (other->option == option && other->element == element &&
            (!named || is_key_of(name, entry->key))) {
            clt_fail(b->err, CLT_BAD_INPUT, "\"%s\" is given in line %d already", entry->key,
                     b->variables.items[other->variable].line);
            return clt_plan_at(b, entry->line, clt_plan_bracket(b, entry->section));
        }
    }
    return CLT_OK;
}

static clt_status add_entry(clt_plan_build *b, reading *r, const clt_entry *entry)
{
    uint32_t element;
    const collet_option *option =
        clt_option_find(r->component.options, entry->key, &element, b->err);
    if (option == NULL) {
        return clt_plan_at(b, entry->line, clt_plan_bracket(b, entry->section));
    }
    if (check_twice(b, r, entry, option, element) != CLT_OK) {
        return b->err->status;
    }
    clt_variable variable = {.name = clt_plan_name(b, entry->section, entry->key),
                             .section = entry->section,
                             .line = entry->line,
                             .option = option,
                             .text = entry->value,
                             .parent = r->parent,
                             .parent_value = r->component.id};
    if (clt_range_parse(&b->plan->arena, option, entry->value, &variable.range, b->err) != CLT_OK) {
        return clt_plan_at(b, entry->line, variable.name);
    }
    variable.text = clt_range_plain(&variable.range, entry->value);
    if (variable.range.type != 0 && !searchable(r->component.role)) {
        clt_fail(b->err, CLT_BAD_INPUT, "\"%s\": [%s] cannot be searched over", entry->value,
                 r->component.role);
        return clt_plan_at(b, entry->line, variable.name);
    }
    return r->unused ? CLT_OK : push_variable(b, r, &variable, option, element);
}

static clt_status add_section(clt_plan_build *b, reading *r, const char *section, bool skip_use)
{
    const clt_ini *ini = b->plan->ini;
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *entry = &ini->entries[i];
        if (strcmp(entry->section, section) != 0 || (skip_use && strcmp(entry->key, "use") == 0)) {
            continue;
        }
        if (add_entry(b, r, entry) != CLT_OK) {
            return b->err->status;
        }
    }
    return CLT_OK;
}

static bool is_set(const reading *r, const collet_option *option)
{
    bool set = false;
    for (size_t i = 0; i < r->settings.count; i++) {
        set = set || r->settings.items[i].option == option;
    }
    return set;
}

/* Options that the file leaves out: conditions may still speak of their defaults. */
static clt_status add_defaults(clt_plan_build *b, reading *r, const char *section, int line)
{
    for (uint32_t i = 0; i < r->component.options.count; i++) {
        const collet_option *option = clt_option_at(r->component.options, i);
        if (is_set(r, option)) {
            continue;
        }
        if ((option->flags & COLLET_REQUIRED) != 0) {
            clt_fail(b->err, CLT_BAD_INPUT, "option \"%s\" is missing: %s", option->key,
                     option->doc);
            return clt_plan_at(b, line, clt_plan_bracket(b, section));
        }
        clt_variable variable = {.name = clt_plan_name(b, section, option->key),
                                 .section = section,
                                 .option = option,
                                 .text = option->def,
                                 .parent = r->parent,
                                 .parent_value = r->component.id};
        if (!CLT_PUSH(&b->variables, variable)) {
            return clt_fail_memory(b->err);
        }
    }
    return CLT_OK;
}

/* Moves the settings into the arena and adds the component. */
static clt_status keep(clt_plan_build *b, reading *r)
{
    clt_setting *settings =
        clt_arena_array(&b->plan->arena, r->settings.count + 1, sizeof *settings);
    if (settings == NULL) {
        return clt_fail_memory(b->err);
    }
    for (size_t i = 0; i < r->settings.count; i++) {
        settings[i] = r->settings.items[i];
    }
    r->component.settings = settings;
    r->component.setting_count = r->settings.count;
    return CLT_PUSH(&b->components, r->component) ? CLT_OK : clt_fail_memory(b->err);
}

static clt_status find_unit(clt_plan_build *b, const char *role, const char *id, int line,
                            const collet_unit **unit)
{
    if (clt_registry_find(b->registry, kind_of(role), id, unit, b->err) == CLT_OK) {
        return CLT_OK;
    }
    return clt_prefix(b->err, "%s:%d", b->plan->ini->path, line);
}

/* Reads a unit's lines: those of [role.id], and those of [role] where it is the only one. */
static clt_status add_unit(clt_plan_build *b, const char *role, const char *id, size_t use,
                           bool alone, int line, bool unused)
{
    reading r = {.unused = unused, .parent = alone ? NULL : role};
    const collet_unit *unit;
    const char *own = clt_plan_name(b, role, id);
    bool has_own = clt_ini_section(b->plan->ini, own) != NULL;
    clt_status status = find_unit(b, role, id, line, &unit);
    if (status == CLT_OK) {
        r.component =
            (clt_component){.role = role,
                            .id = id,
                            .unit = unit,
                            .options = {unit->options, unit->option_count, unit->option_size},
                            .config_size = unit->config_size,
                            .use = use};
        status = alone && !unused ? add_section(b, &r, role, true) : CLT_OK;
    }
    if (status == CLT_OK) {
        status = add_section(b, &r, own, false);
    }
    if (status == CLT_OK && !unused) {
        status = add_defaults(b, &r, has_own || !alone ? own : role, line);
        status = status == CLT_OK ? keep(b, &r) : status;
    }
    CLT_VEC_FINISH(&r.settings);
    return status;
}

/* [model.cnn] beside `use = mlp`: checked, so that a slip shows, and otherwise ignored. */
static clt_status check_unused(clt_plan_build *b, const char *role)
{
    const clt_ini *ini = b->plan->ini;
    size_t length = strlen(role);
    for (size_t i = 0; i < ini->section_count; i++) {
        const clt_section *section = &ini->sections[i];
        bool used = false;
        if (strncmp(section->name, role, length) != 0 || section->name[length] != '.') {
            continue;
        }
        const char *id = section->name + length + 1;
        for (size_t k = 0; k < b->components.count; k++) {
            const clt_component *c = &b->components.items[k];
            used = used || (strcmp(c->role, role) == 0 && strcmp(c->id, id) == 0);
        }
        if (!used && add_unit(b, role, id, 0, false, section->line, true) != CLT_OK) {
            return b->err->status;
        }
    }
    return CLT_OK;
}

/* Several units: the plain section holds nothing but `use`. */
static clt_status check_only_use(clt_plan_build *b, const char *role)
{
    const clt_ini *ini = b->plan->ini;
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *entry = &ini->entries[i];
        if (strcmp(entry->section, role) == 0 && strcmp(entry->key, "use") != 0) {
            clt_fail(b->err, CLT_BAD_INPUT,
                     "\"%s\": with a choice of units the options of each stand in [%s.NAME]",
                     entry->key, role);
            return clt_plan_at(b, entry->line, clt_plan_bracket(b, role));
        }
    }
    return CLT_OK;
}

/* `use = ...` of a role, or its default. */
static clt_status read_use(clt_plan_build *b, const char *role, clt_variable *use)
{
    const clt_ini *ini = b->plan->ini;
    const clt_entry *entry = clt_ini_find(ini, role, "use");
    const clt_section *section = clt_ini_section(ini, role);
    *use = (clt_variable){.name = role, .section = role};
    if (entry == NULL && strcmp(role, "sampler") == 0) {
        use->text = b->plan->unnamed_sampler != NULL ? b->plan->unnamed_sampler : "auto";
        use->line = section != NULL ? section->line : 0;
        return CLT_OK;
    }
    if (entry == NULL) {
        return section == NULL
                   ? clt_fail(b->err, CLT_BAD_INPUT,
                              "%s: there is no [%s] section; it says what to use: use = NAME",
                              ini->path, role)
                   : clt_fail(b->err, CLT_BAD_INPUT,
                              "%s:%d: [%s] does not say what to use; write use = NAME", ini->path,
                              section->line, role);
    }
    use->line = entry->line;
    use->text = entry->value;
    if (clt_range_parse(&b->plan->arena, NULL, entry->value, &use->range, b->err) != CLT_OK) {
        return clt_plan_at(b, entry->line, clt_plan_name(b, role, "use"));
    }
    use->text = clt_range_plain(&use->range, entry->value);
    if (use->range.type != 0 && !searchable(role)) {
        clt_fail(b->err, CLT_BAD_INPUT, "\"%s\": [%s] cannot be searched over", entry->value, role);
        return clt_plan_at(b, entry->line, clt_plan_name(b, role, "use"));
    }
    return CLT_OK;
}

clt_status clt_plan_add_role(clt_plan_build *b, const char *role)
{
    clt_variable use;
    if (read_use(b, role, &use) != CLT_OK) {
        return b->err->status;
    }
    bool alone = use.range.type == 0;
    uint32_t count = alone ? 1 : use.range.choice_count;
    size_t index = b->variables.count;
    if (!CLT_PUSH(&b->variables, use)) {
        return clt_fail_memory(b->err);
    }
    if (!alone && check_only_use(b, role) != CLT_OK) {
        return b->err->status;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *id = alone ? use.text : use.range.choices[i];
        if (add_unit(b, role, id, index, alone, use.line, false) != CLT_OK) {
            return b->err->status;
        }
    }
    return check_unused(b, role);
}

clt_status clt_plan_add_host(clt_plan_build *b, const char *name)
{
    const clt_host_section *section = clt_host_section_find(name);
    reading r = {.component = {.role = section->name,
                               .id = section->name,
                               .options = section->options,
                               .config_size = section->config_size}};
    clt_status status = add_section(b, &r, name, false);
    status = status == CLT_OK ? add_defaults(b, &r, section->name, 0) : status;
    status = status == CLT_OK ? keep(b, &r) : status;
    CLT_VEC_FINISH(&r.settings);
    return status;
}

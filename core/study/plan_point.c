/* A plan at one point of its space: configs for the components, the plain experiment. */
#include "study/plan_build.h"

#include "base/file.h"
#include "config/quote.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void clt_plan_finish(clt_plan *plan)
{
    free((void *)plan->components);
    free(plan->variables);
    clt_arena_finish(&plan->arena);
    *plan = (clt_plan){0};
}

const char *clt_plan_part_name(const clt_plan *plan)
{
    return plan->study.repeats > 1 ? "run" : "fold";
}

bool clt_plan_is_active(const clt_plan *plan, size_t index, const double *x)
{
    const clt_variable *v = &plan->variables[index];
    return !v->never && (v->range.type == 0 || (x != NULL && !isnan(x[v->dim])));
}

const char *clt_plan_text(const clt_plan *plan, size_t index, const double *x, clt_arena *arena)
{
    const clt_variable *v = &plan->variables[index];
    if (!clt_plan_is_active(plan, index, x)) {
        return NULL;
    }
    if (v->range.type == 0) {
        return v->text;
    }
    clt_str text = {0};
    clt_space_format(&plan->space, (uint32_t)v->dim, x[v->dim], &text);
    const char *copy = text.failed ? NULL : clt_arena_copy(arena, clt_str_text(&text));
    clt_str_finish(&text);
    return copy;
}

/* The largest of an option's values as trials may have it. */
static double most_of(const clt_plan *plan, const clt_variable *v)
{
    double most = 0, value;
    if (v->dim < 0) {
        return clt_number_parse(v->text, &most) ? most : 0;
    }
    const collet_dim *dim = &plan->space.dims[v->dim];
    for (uint32_t i = 0; dim->type == COLLET_DIM_CATEGORY && i < dim->category_count; i++) {
        most = clt_number_parse(dim->categories[i], &value) && value > most ? value : most;
    }
    return dim->type == COLLET_DIM_CATEGORY ? most : dim->high;
}

uint64_t clt_plan_epochs(const clt_plan *plan)
{
    for (size_t i = 0; i < plan->variable_count && !plan->black_box; i++) {
        if (strcmp(plan->variables[i].name, "training.epochs") == 0) {
            return (uint64_t)most_of(plan, &plan->variables[i]);
        }
    }
    return 0;
}

const clt_component *clt_plan_component(const clt_plan *plan, const char *role, const double *x)
{
    for (size_t i = 0; i < plan->component_count; i++) {
        const clt_component *c = &plan->components[i];
        if (strcmp(c->role, role) != 0) {
            continue;
        }
        const clt_variable *use = &plan->variables[c->use];
        if (c->unit == NULL || use->range.type == 0 || use->dim < 0) {
            return c;
        }
        size_t chosen = (size_t)x[use->dim];
        if (strcmp(use->range.choices[chosen], c->id) == 0) {
            return c;
        }
    }
    return NULL;
}

/* Relative paths start from the experiment's folder. */
static const char *resolve_path(const clt_plan *plan, const collet_option *option, const char *text,
                                clt_arena *arena)
{
    bool relative = option->type == COLLET_PATH && text[0] != '\0';
    if (relative && strcmp(text, ".") == 0) {
        return plan->folder;
    }
    return relative ? clt_path_join(arena, plan->folder, text) : text;
}

/* Appends a line "NAME=text" to the field of a COLLET_NAMED option. */
static clt_status add_named(const clt_variable *v, const char *text, const collet_option *option,
                            clt_arena *arena, void *config, clt_error *err)
{
    clt_value value = {0};
    const char *before, *key = v->name + strlen(v->section) + 1; /* "env.NAME" */
    memcpy(&before, (const char *)config + option->offset, sizeof before);
    value.text = clt_arena_printf(arena, "%s%s=%s\n", before != NULL ? before : "",
                                  key + strlen(option->key) + 1, text);
    if (value.text == NULL) {
        return clt_fail_memory(err);
    }
    clt_option_store(option, CLT_ALL_ELEMENTS, &value, config);
    return CLT_OK;
}

static clt_status apply(const clt_plan *plan, const clt_setting *setting, const double *x,
                        clt_arena *arena, void *config, clt_error *err)
{
    clt_value value;
    if (!clt_plan_is_active(plan, setting->variable, x)) {
        return CLT_OK; /* what is there already stays */
    }
    const char *text = clt_plan_text(plan, setting->variable, x, arena);
    text = text != NULL ? resolve_path(plan, setting->option, text, arena) : NULL;
    if (text == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_option_parse(setting->option, text, &value, err) != CLT_OK) {
        return clt_prefix(err, "%s", plan->variables[setting->variable].name);
    }
    if ((setting->option->flags & COLLET_NAMED) != 0) {
        return add_named(&plan->variables[setting->variable], text, setting->option, arena, config,
                         err);
    }
    clt_option_store(setting->option, setting->element, &value, config);
    return CLT_OK;
}

/* A default path starts from the experiment's folder as well. */
static clt_status resolve_defaults(const clt_plan *plan, clt_options options, clt_arena *arena,
                                   void *config, clt_error *err)
{
    for (uint32_t i = 0; i < options.count; i++) {
        const collet_option *option = clt_option_at(options, i);
        bool path = option->type == COLLET_PATH && option->def != NULL && option->def[0] != '\0';
        clt_value value = {0};
        if (!path) {
            continue;
        }
        const char *text = resolve_path(plan, option, option->def, arena);
        if (text == NULL) {
            return clt_fail_memory(err);
        }
        if (clt_option_parse(option, text, &value, err) != CLT_OK) {
            return err->status;
        }
        clt_option_store(option, CLT_ALL_ELEMENTS, &value, config);
    }
    return CLT_OK;
}

clt_status clt_plan_configure(const clt_plan *plan, const clt_component *component, const double *x,
                              clt_arena *arena, void **config, clt_error *err)
{
    *config = clt_arena_alloc(arena, component->config_size + 1);
    if (*config == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_option_defaults(component->options, *config, err) != CLT_OK ||
        resolve_defaults(plan, component->options, arena, *config, err) != CLT_OK) {
        return clt_prefix(err, "%s %s", component->role, component->id);
    }
    /* "units" sets all elements, so it comes before "units.2". */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < component->setting_count; i++) {
            const clt_setting *setting = &component->settings[i];
            if ((setting->element == CLT_ALL_ELEMENTS) == (pass == 0) &&
                apply(plan, setting, x, arena, *config, err) != CLT_OK) {
                return err->status;
            }
        }
    }
    return CLT_OK;
}

static const clt_variable *variable_of(const clt_plan *plan, const clt_entry *entry)
{
    bool use = strcmp(entry->key, "use") == 0;
    for (size_t i = 0; i < plan->variable_count; i++) {
        const clt_variable *v = &plan->variables[i];
        if (v->line == entry->line && (v->option != NULL || use)) {
            return v;
        }
    }
    return NULL;
}

/* Has the section no meaning here: does it belong to a unit that is not drawn, say? */
static bool is_inactive(const clt_plan *plan, const char *section, const double *x)
{
    const char *dot = strchr(section, '.');
    if (strcmp(section, "sampler") == 0 || strcmp(section, "pruner") == 0 ||
        strcmp(section, "enqueue") == 0 || strcmp(section, CLT_CONSTRAINTS) == 0) {
        return true; /* with nothing to search there is nothing to sample, nor to forbid */
    }
    for (size_t i = 0; dot != NULL && i < plan->component_count; i++) {
        const clt_component *c = &plan->components[i];
        if (strncmp(c->role, section, (size_t)(dot - section)) == 0 &&
            strcmp(c->id, dot + 1) == 0) {
            return clt_plan_component(plan, c->role, x) != c;
        }
    }
    return dot != NULL; /* checked, but not in use */
}

/* May text stand in a line of its own, with no quotes around it? */
static bool is_safe(const char *text)
{
    size_t length = strlen(text);
    bool blank =
        length > 0 && (isspace((unsigned char)text[0]) || isspace((unsigned char)text[length - 1]));
    return !blank && text[0] != ';' && clt_before_comment(text, length) == length;
}

/* So that it is read back as what it was. What was searched over may be any text: where it is more
 * than a word it stands as the only value of a choice. */
static void add_value(const clt_entry *entry, const clt_variable *v, const char *text, clt_str *out)
{
    bool ranged = v != NULL && (v->range.type != 0 || v->range.constant != NULL);
    if (ranged && !clt_is_bare(text)) {
        clt_str_add(out, "choice(");
        clt_list_add(text, out);
        clt_str_add(out, ")");
    } else if (entry->quoted || (!is_safe(text) && strchr(text, '"') == NULL)) {
        clt_str_addf(out, "\"%s\"", text);
    } else {
        clt_str_add(out, text);
    }
}

static void write_entry(const clt_plan *plan, const clt_entry *entry, const double *x, clt_str *out)
{
    clt_arena arena = {0};
    const clt_variable *v = variable_of(plan, entry);
    const char *text = entry->value;
    bool active = true;
    if (v != NULL) {
        active = clt_plan_is_active(plan, (size_t)(v - plan->variables), x);
        text = clt_plan_text(plan, (size_t)(v - plan->variables), x, &arena);
        text =
            text != NULL && v->option != NULL ? resolve_path(plan, v->option, text, &arena) : text;
    }
    if (text != NULL) {
        clt_str_addf(out, "%s = ", entry->key);
        add_value(entry, v, text, out);
        clt_str_add(out, "\n");
    }
    out->failed = out->failed || (active && text == NULL); /* never a line less in silence */
    clt_arena_finish(&arena);
}

/* One trial, and a seed for what is random in it, are what makes the experiment plain. */
static bool is_replaced(const clt_entry *e)
{
    bool limit = clt_plan_is_limit(e) ||
                 (strcmp(e->section, "study") == 0 && strcmp(e->key, "warm_start") == 0);
    bool seed = (strcmp(e->section, "training") == 0 && strcmp(e->key, "seed") == 0) ||
                (strcmp(e->section, "study") == 0 && strcmp(e->key, "trial_seed") == 0);
    return limit || seed;
}

void clt_plan_trial_ini(const clt_plan *plan, const double *x, uint64_t seed, clt_str *out)
{
    const clt_ini *ini = plan->ini;
    for (size_t s = 0; s < ini->section_count; s++) {
        const char *section = ini->sections[s].name;
        if (is_inactive(plan, section, x)) {
            continue;
        }
        clt_str_addf(out, "%s[%s]\n", out->length > 0 ? "\n" : "", section);
        if (strcmp(section, "study") == 0) {
            clt_str_add(out, "trials = 1\n");
        }
        if (strcmp(section, "study") == 0 && plan->black_box) {
            clt_str_addf(out, "trial_seed = %" PRIu64 "\n", seed);
        }
        if (strcmp(section, "training") == 0) {
            clt_str_addf(out, "seed = %" PRIu64 "\n", seed);
        }
        for (size_t i = 0; i < ini->entry_count; i++) {
            if (strcmp(ini->entries[i].section, section) == 0 && !is_replaced(&ini->entries[i])) {
                write_entry(plan, &ini->entries[i], x, out);
            }
        }
    }
    if (clt_ini_section(ini, "training") == NULL && !plan->black_box) {
        clt_str_addf(out, "\n[training]\nseed = %" PRIu64 "\n", seed);
    }
}

/* collet help: the commands, one command, a section of an experiment, the units of a kind, or any
 * unit's options. */
#include "cli/session.h"

#include "base/suggest.h"
#include "plugin/verify.h"

#include <stdio.h>
#include <string.h>

static void list_commands(clt_str *out)
{
    clt_str_add(out, "collet: tune and compare learning algorithms\n\n");
    for (size_t i = 0; clt_command_at(i) != NULL; i++) {
        const clt_command *c = clt_command_at(i);
        clt_str_addf(out, "  %-8s %-10s %s\n", c->name, c->words, c->summary);
    }
    clt_str_add(out, "\nexit codes:\n");
#define ADD_STATUS(name, code, text) clt_str_addf(out, "  %-4d %s\n", code, text);
    CLT_STATUSES(ADD_STATUS)
#undef ADD_STATUS
}

static void add_option(const collet_option *option, int width, clt_str *out)
{
    clt_str_addf(out, "  %-*s %s\n  %-*s ", width, option->key, option->doc, width, "");
    clt_option_describe(option, out);
    clt_str_addf(out, "; default %s\n",
                 option->def == NULL      ? "none, it must be given"
                 : option->def[0] == '\0' ? "empty"
                                          : option->def);
    if (option->search != NULL) {
        clt_str_addf(out, "  %-*s search: %s\n", width, "", option->search);
    }
    if ((option->flags & COLLET_NAMED) != 0) {
        clt_str_addf(out, "  %-*s %s.NAME = value, as many as are wanted\n", width, "",
                     option->key);
    }
    if (option->count > 1) {
        clt_str_addf(out, "  %-*s %s.1 to %s.%u set one element\n", width, "", option->key,
                     option->key, option->count);
    }
}

static void add_options(clt_options options, clt_str *out)
{
    int width = 14;
    clt_str_add(out, options.count > 0 ? "\noptions:\n" : "\nno options\n");
    for (uint32_t i = 0; i < options.count; i++) {
        int length = (int)strlen(clt_option_at(options, i)->key);
        width = length > width ? length : width;
    }
    for (uint32_t i = 0; i < options.count; i++) {
        add_option(clt_option_at(options, i), width, out);
    }
}

/* What a section that uses units of that kind is called. */
static const char *role_of(const char *kind)
{
    return strcmp(kind, "dataset") == 0 ? "data" : kind;
}

/* Every unit of that id, whatever its kind. */
static bool help_units(const clt_registry *registry, const char *id, clt_str *out)
{
    const collet_unit *unit;
    clt_walk walk = {0};
    bool any = false;
    while ((unit = clt_registry_next(registry, &walk)) != NULL) {
        if (strcmp(unit->id, id) != 0) {
            continue;
        }
        clt_str_addf(out, "%s%s %s %s: %s\n", any ? "\n" : "", walk.kind, unit->id, unit->version,
                     unit->summary);
        clt_str_addf(out, "\n  [%s]\n  use = %s\n", role_of(walk.kind), unit->id);
        add_options((clt_options){unit->options, unit->option_count, unit->option_size}, out);
        if (unit->reference != NULL && unit->reference[0] != '\0') {
            clt_str_addf(out, "\nreference: %s\n", unit->reference);
        }
        any = true;
    }
    return any;
}

/* The units of a kind, a line each. */
static bool help_kind(const clt_registry *registry, const char *word, clt_str *out)
{
    const collet_unit *unit;
    clt_walk walk = {0};
    bool any = false;
    while ((unit = clt_registry_next(registry, &walk)) != NULL) {
        if (strcmp(walk.kind, word) != 0 && strcmp(role_of(walk.kind), word) != 0) {
            continue;
        }
        if (!any) {
            clt_str_addf(out, "[%s]\nuse = one of\n\n", role_of(walk.kind));
        }
        clt_str_addf(out, "  %-12s %s\n", unit->id, unit->summary);
        any = true;
    }
    clt_str_add(out, any ? "\n\"collet help NAME\" has the options of each\n" : "");
    return any;
}

static clt_status unknown(const clt_registry *registry, const char *word, clt_error *err)
{
    clt_suggest suggest = {.read = word};
    const collet_unit *unit;
    clt_walk walk = {0};
    char hint[96];
    for (size_t i = 0; clt_command_at(i) != NULL; i++) {
        clt_suggest_offer(&suggest, clt_command_at(i)->name);
    }
    for (size_t i = 0; clt_host_section_at(i) != NULL; i++) {
        clt_suggest_offer(&suggest, clt_host_section_at(i)->name);
    }
    while ((unit = clt_registry_next(registry, &walk)) != NULL) {
        clt_suggest_offer(&suggest, unit->id);
    }
    return clt_fail(err, CLT_USAGE, "help: \"%s\" is no command, section, kind or unit%s", word,
                    clt_suggest_text(&suggest, hint, sizeof hint));
}

static clt_status help_other(const clt_args *args, clt_str *out, clt_error *err)
{
    const char *word = args->words[0];
    const clt_host_section *section = clt_host_section_find(word);
    if (section != NULL) {
        clt_str_addf(out, "[%s]: %s\n", section->name, section->summary);
        add_options(section->options, out);
        return CLT_OK;
    }
    clt_session session = {0};
    clt_status status = clt_session_plugins(&session, args, err);
    status = status == CLT_OK ? clt_registry_scan(session.registry, err) : status;
    if (status == CLT_OK && !help_units(session.registry, word, out) &&
        !help_kind(session.registry, word, out)) {
        status = unknown(session.registry, word, err);
    }
    clt_session_finish(&session);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_str out = {0};
    if (args->word_count > 0 && clt_command_find(args->words[0]) != NULL) {
        clt_command_help(clt_command_find(args->words[0]));
        return CLT_OK;
    }
    if (args->word_count == 0) {
        list_commands(&out);
    } else if (help_other(args, &out, err) != CLT_OK) {
        clt_str_finish(&out);
        return err->status;
    }
    return clt_print(&out, err);
}

static const clt_flag flags[] = {CLT_FLAG_PLUGIN_PATH, CLT_FLAG_END};

const clt_command clt_command_help_ = {"help",
                                       "[NAME]",
                                       "Explains a command, a section of the experiment file, a "
                                       "kind of unit, or a unit with its options",
                                       "",
                                       0,
                                       1,
                                       flags,
                                       run};

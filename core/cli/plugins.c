/* collet plugins: what is there, where it was found, and what was refused and why. */
#include "cli/session.h"

#include "plugin/verify.h"
#include "report/table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add_units(const clt_registry *registry, const char *kind, bool verbose,
                      clt_table *table)
{
    const clt_loaded *file;
    for (size_t f = 0; (file = clt_registry_at(registry, f)) != NULL; f++) {
        for (uint32_t i = 0; file->plugin != NULL && i < file->plugin->unit_count; i++) {
            const collet_unit *unit = file->plugin->units[i];
            const char *name = clt_kind_short(unit->kind);
            if (name == NULL || strcmp(name, kind) != 0) {
                continue;
            }
            bool shadowed = clt_registry_shadowed(registry, unit);
            if (shadowed && !verbose) {
                continue;
            }
            clt_table_add(table, kind);
            clt_table_add(table, unit->id);
            clt_table_add(table, unit->version);
            clt_table_addf(table, "%s%s", unit->summary,
                           shadowed ? " (hidden by one found before)" : "");
            if (verbose) {
                clt_table_add(table, file->path);
            }
        }
    }
}

static void list_units(const clt_registry *registry, bool verbose, clt_str *out)
{
    clt_table table = {.columns = verbose ? 5 : 4};
    static const char *const heads[] = {"kind", "id", "version", "what it is", "file"};
    for (size_t i = 0; i < table.columns; i++) {
        clt_table_add(&table, heads[i]);
    }
    for (unsigned k = 0; clt_kind_at(k) != NULL; k++) {
        add_units(registry, clt_kind_at(k), verbose, &table);
    }
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed;
    clt_table_finish(&table);
}

static void list_refused(const clt_registry *registry, clt_str *out)
{
    const clt_loaded *file;
    bool any = false;
    for (size_t f = 0; (file = clt_registry_at(registry, f)) != NULL; f++) {
        if (file->refusal != NULL) {
            clt_str_addf(out, "%s  %s\n", any ? "" : "\nrefused:\n", file->refusal);
            any = true;
        }
        for (uint32_t i = 0; file->plugin != NULL && i < file->plugin->unit_count; i++) {
            const collet_unit *unit = file->plugin->units[i];
            if (clt_kind_short(unit->kind) == NULL) {
                clt_str_addf(
                    out, "\n%s: skipped \"%s\", of a kind that this version does not know: %s\n",
                    file->path, unit->id != NULL ? unit->id : "", unit->kind);
            }
        }
        if (file->warning != NULL) {
            clt_str_addf(out, "\nwarning: %s\n", file->warning);
        }
    }
}

static void list_search(const clt_session *s, clt_str *out)
{
    const clt_folder *folder;
    clt_str_add(out, "\nsearched, in this order:\n");
    for (size_t i = 0; (folder = clt_registry_folder(s->registry, i)) != NULL; i++) {
        clt_str_addf(out, "  %s (%s%s)\n", folder->path, folder->reason,
                     access(folder->path, F_OK) == 0 ? "" : "; not there");
    }
    const clt_blas *b = &s->blas;
    clt_str_add(out, "\nBLAS:\n");
    if (b->version[0] == '\0') {
        clt_str_addf(out, "  none: %s\n", b->why);
        return;
    }
    clt_str_addf(out, "  %s\n  kernel %s (OpenBLAS by itself: %s; %s)\n  threads %s\n", b->version,
                 b->chosen, b->found, b->why, b->threads);
}

static void units_json(const clt_registry *registry, clt_str *out)
{
    clt_json json = {.out = out};
    const clt_loaded *file;
    clt_json_open(&json, NULL, '[');
    for (size_t f = 0; (file = clt_registry_at(registry, f)) != NULL; f++) {
        clt_json_open(&json, NULL, '{');
        clt_json_text(&json, "file", file->path);
        clt_json_text(&json, "refused", file->refusal);
        clt_json_open(&json, "units", '[');
        for (uint32_t i = 0; file->plugin != NULL && i < file->plugin->unit_count; i++) {
            const collet_unit *unit = file->plugin->units[i];
            clt_json_open(&json, NULL, '{');
            clt_json_text(&json, "kind", unit->kind);
            clt_json_text(&json, "id", unit->id);
            if (clt_kind_short(unit->kind) != NULL) {
                clt_json_text(&json, "version", unit->version);
                clt_json_text(&json, "summary", unit->summary);
                clt_json_bool(&json, "hidden", clt_registry_shadowed(registry, unit));
            }
            clt_json_close(&json, '}');
        }
        clt_json_close(&json, ']');
        clt_json_close(&json, '}');
    }
    clt_json_close(&json, ']');
    clt_str_add(out, "\n");
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_session session = {0};
    clt_str out = {0};
    clt_status status = clt_session_plugins(&session, args, err);
    status = status == CLT_OK ? clt_registry_scan(session.registry, err) : status;
    if (status == CLT_OK && args->json) {
        units_json(session.registry, &out);
    } else if (status == CLT_OK) {
        list_units(session.registry, args->verbose, &out);
        list_refused(session.registry, &out);
        if (args->verbose) {
            list_search(&session, &out);
        }
    }
    clt_session_finish(&session);
    if (status != CLT_OK) {
        clt_str_finish(&out);
        return status;
    }
    return clt_print(&out, err);
}

static const clt_flag flags[] = {
    CLT_FLAG_JSON("print JSON"),
    CLT_FLAG_PLUGIN_PATH,
    {"--verbose", 'v', NULL, "also files, the search path and the BLAS kernel",
     offsetof(clt_args, verbose)},
    CLT_FLAG_END,
};

const clt_command clt_command_plugins = {
    "plugins",
    "",
    "Lists the units that plugins offer, and files that were refused",
    "A file is refused that others can change: it, and each folder above it but for those that "
    "this\n"
    "program lies in, must belong to root or to you, and neither group nor others may write to it "
    "(a\n"
    "sticky folder such as /tmp, and a group that is yours alone, are fine). --trust, or "
    "COLLET_TRUST=1\n"
    "in the environment, loads it all the same.\n",
    0,
    0,
    flags,
    run};

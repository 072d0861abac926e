#include "plugin/registry.h"

#include "base/file.h"
#include "base/str.h"
#include "base/suggest.h"
#include "plugin/loader.h"
#include "plugin/trust.h"
#include "plugin/verify.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct clt_registry {
    clt_search search;
    clt_arena arena;
    CLT_VEC(clt_loaded) files;
    bool scanned;
};

clt_status clt_registry_create(clt_search *search, clt_registry **registry, clt_error *err)
{
    *registry = calloc(1, sizeof **registry);
    if (*registry == NULL) {
        clt_search_finish(search);
        return clt_fail_memory(err);
    }
    (*registry)->search = *search;
    *search = (clt_search){0};
    return CLT_OK;
}

void clt_registry_destroy(clt_registry *registry)
{
    if (registry != NULL) {
        clt_search_finish(&registry->search);
        CLT_VEC_FINISH(&registry->files);
        clt_arena_finish(&registry->arena);
        free(registry);
    }
}

const clt_loaded *clt_registry_at(const clt_registry *registry, size_t i)
{
    return i < registry->files.count ? &registry->files.items[i] : NULL;
}

const clt_folder *clt_registry_folder(const clt_registry *registry, size_t i)
{
    return i < registry->search.folders.count ? &registry->search.folders.items[i] : NULL;
}

static const collet_unit *unit_in(const clt_loaded *file, const char *kind, const char *id)
{
    for (uint32_t i = 0; file->plugin != NULL && i < file->plugin->unit_count; i++) {
        const collet_unit *unit = file->plugin->units[i];
        const char *name = clt_kind_short(unit->kind);
        if (name != NULL && strcmp(name, kind) == 0 && strcmp(unit->id, id) == 0) {
            return unit;
        }
    }
    return NULL;
}

/* Loads a file, unless it is known already; nothing happens where none is. */
static clt_status try_file(clt_registry *r, const char *path, clt_error *err)
{
    const char *real = clt_path_real(&r->arena, path);
    if (real == NULL) {
        return errno == ENOMEM ? clt_fail_memory(err) : CLT_OK;
    }
    for (size_t i = 0; i < r->files.count; i++) {
        if (strcmp(r->files.items[i].path, real) == 0) {
            return CLT_OK;
        }
    }
    clt_loaded file = {.path = real};
    clt_error refusal = {0};
    char warning[512];
    warning[0] = '\0';
    file.untrusted = clt_trust_check(real, &refusal) != CLT_OK;
    if (file.untrusted) {
        file.refusal = clt_arena_printf(&r->arena, "%s: %s", real, refusal.text);
    } else if (clt_plugin_load(real, &file.plugin, warning, sizeof warning, &refusal) != CLT_OK) {
        if (refusal.status == CLT_IO) {
            *err = refusal;
            return CLT_IO;
        }
        file.refusal = clt_arena_copy(&r->arena, refusal.text);
    }
    file.warning = warning[0] != '\0' ? clt_arena_copy(&r->arena, warning) : NULL;
    bool whole = (file.plugin != NULL || file.refusal != NULL) &&
                 (warning[0] == '\0' || file.warning != NULL);
    return whole && CLT_PUSH(&r->files, file) ? CLT_OK : clt_fail_memory(err);
}

/* FOLDER/ID.so and FOLDER/<kind>s/ID.so, folder by folder; stops at the first unit found. */
static clt_status try_named(clt_registry *r, const char *kind, const char *id,
                            const collet_unit **unit, clt_error *err)
{
    *unit = NULL;
    for (size_t i = 0; i < r->search.folders.count && *unit == NULL; i++) {
        const char *folder = r->search.folders.items[i].path;
        const char *paths[2] = {
            clt_arena_printf(&r->arena, "%s/%s.so", folder, id),
            clt_arena_printf(&r->arena, "%s/%ss/%s.so", folder, kind, id),
        };
        for (int k = 0; k < 2 && *unit == NULL; k++) {
            if (paths[k] == NULL) {
                return clt_fail_memory(err);
            }
            const char *real = clt_path_real(&r->arena, paths[k]);
            if (real == NULL && errno == ENOMEM) {
                return clt_fail_memory(err);
            }
            if (real != NULL && try_file(r, real, err) != CLT_OK) {
                return err->status;
            }
            for (size_t f = 0; real != NULL && f < r->files.count && *unit == NULL; f++) {
                const clt_loaded *file = &r->files.items[f];
                *unit = strcmp(file->path, real) == 0 ? unit_in(file, kind, id) : NULL;
            }
        }
    }
    return CLT_OK;
}

static int is_plugin_or_folder(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool ends_with_so(const char *name)
{
    size_t n = strlen(name);
    return n > 3 && strcmp(name + n - 3, ".so") == 0;
}

/* Every *.so of a folder in alphabetical order, and of its subfolders one level down. */
static clt_status scan_folder(clt_registry *r, const char *folder, int depth, clt_error *err)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_plugin_or_folder, alphasort);
    clt_status status = n < 0 && errno == ENOMEM ? clt_fail_memory(err) : CLT_OK;
    for (int i = 0; i < n; i++) {
        const char *path = clt_path_join(&r->arena, folder, entries[i]->d_name);
        struct stat info;
        if (path == NULL) {
            status = clt_fail_memory(err);
        } else if (status == CLT_OK && ends_with_so(path)) {
            status = try_file(r, path, err);
        } else if (status == CLT_OK && depth > 0 && stat(path, &info) == 0 &&
                   S_ISDIR(info.st_mode)) {
            status = scan_folder(r, path, depth - 1, err);
        }
        free(entries[i]);
    }
    if (n >= 0) {
        free(entries);
    }
    return status;
}

clt_status clt_registry_scan(clt_registry *registry, clt_error *err)
{
    for (size_t i = 0; i < registry->search.folders.count && !registry->scanned; i++) {
        if (scan_folder(registry, registry->search.folders.items[i].path, 1, err) != CLT_OK) {
            return err->status;
        }
    }
    registry->scanned = true;
    return CLT_OK;
}

static clt_status not_found(clt_registry *r, const char *kind, const char *id, clt_error *err)
{
    clt_suggest suggest = {.read = id};
    clt_str names = {0};
    char hint[128];
    for (size_t f = 0; f < r->files.count; f++) {
        const clt_loaded *file = &r->files.items[f];
        const char *name = clt_path_name(file->path);
        if (file->refusal != NULL && strncmp(name, id, strlen(id)) == 0 &&
            strcmp(name + strlen(id), ".so") == 0) {
            clt_str_finish(&names);
            return clt_fail(err, CLT_BAD_INPUT, "%s \"%s\" was refused: %s", kind, id,
                            file->refusal);
        }
        for (uint32_t i = 0; file->plugin != NULL && i < file->plugin->unit_count; i++) {
            const collet_unit *unit = file->plugin->units[i];
            const char *short_kind = clt_kind_short(unit->kind);
            if (short_kind == NULL && unit->id != NULL && strcmp(unit->id, id) == 0) {
                clt_str_finish(&names);
                return clt_fail(err, CLT_BAD_INPUT,
                                "there is no %s \"%s\": %s has one, of a kind that this version "
                                "does not know: %s",
                                kind, id, file->path, unit->kind != NULL ? unit->kind : "");
            }
            if (short_kind != NULL && strcmp(short_kind, kind) == 0) {
                clt_suggest_offer(&suggest, unit->id);
                clt_str_addf(&names, "%s%s", names.length > 0 ? ", " : "", unit->id);
            }
        }
    }
    clt_fail(err, CLT_BAD_INPUT, "there is no %s \"%s\"%s; found: %s", kind, id,
             clt_suggest_text(&suggest, hint, sizeof hint),
             names.length > 0 ? clt_str_text(&names) : "none");
    clt_str_finish(&names);
    return CLT_BAD_INPUT;
}

clt_status clt_registry_find(clt_registry *registry, const char *kind, const char *id,
                             const collet_unit **unit, clt_error *err)
{
    if (strchr(id, '/') != NULL || id[0] == '.') {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not the name of a %s", id, kind);
    }
    if (try_named(registry, kind, id, unit, err) != CLT_OK || *unit != NULL) {
        return *unit != NULL ? CLT_OK : err->status;
    }
    if (clt_registry_scan(registry, err) != CLT_OK) {
        return err->status;
    }
    for (size_t i = 0; i < registry->files.count && *unit == NULL; i++) {
        *unit = unit_in(&registry->files.items[i], kind, id);
    }
    return *unit != NULL ? CLT_OK : not_found(registry, kind, id, err);
}

const clt_loaded *clt_registry_file_of(const clt_registry *registry, const collet_unit *unit)
{
    for (size_t f = 0; f < registry->files.count; f++) {
        const clt_loaded *file = &registry->files.items[f];
        for (uint32_t i = 0; file->plugin != NULL && i < file->plugin->unit_count; i++) {
            if (file->plugin->units[i] == unit) {
                return file;
            }
        }
    }
    return NULL;
}

bool clt_registry_shadowed(const clt_registry *registry, const collet_unit *unit)
{
    const char *kind = clt_kind_short(unit->kind);
    for (size_t f = 0; kind != NULL && f < registry->files.count; f++) {
        const collet_unit *first = unit_in(&registry->files.items[f], kind, unit->id);
        if (first != NULL) {
            return first != unit;
        }
    }
    return false;
}

const collet_unit *clt_registry_next(const clt_registry *registry, clt_walk *walk)
{
    const clt_loaded *file;
    while ((file = clt_registry_at(registry, walk->file)) != NULL) {
        if (file->plugin == NULL || walk->unit == file->plugin->unit_count) {
            walk->file++;
            walk->unit = 0;
            continue;
        }
        const collet_unit *unit = file->plugin->units[walk->unit++];
        walk->kind = clt_kind_short(unit->kind);
        if (walk->kind != NULL && !clt_registry_shadowed(registry, unit)) {
            return unit;
        }
    }
    return NULL;
}

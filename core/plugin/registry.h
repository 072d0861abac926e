/**
 * @file plugin/registry.h
 * @brief Finds units by kind and id along the search path.
 *
 * A unit is looked for in ID.so and KINDs/ID.so (samplers/grid.so) of each folder first, and only
 * then in every *.so, so that an experiment loads what it uses and little else. The first match
 * wins. A file is loaded at most once; what was refused is kept with its reason.
 */
#ifndef CLT_PLUGIN_REGISTRY_H
#define CLT_PLUGIN_REGISTRY_H

#include "base/error.h"
#include "plugin/search.h"

#include <collet/plugin.h>

#include <stdbool.h>

/** One file that was tried. */
typedef struct clt_loaded {
    const char *path;            /**< real path */
    const collet_plugin *plugin; /**< NULL when it was refused */
    const char *refusal;         /**< why, or NULL */
    bool untrusted;      /**< others than root and the user can change it; see plugin/trust.h */
    const char *warning; /**< something to tell, or NULL */
} clt_loaded;

typedef struct clt_registry clt_registry;

/** A registry over a search path, which it takes over (also when it fails). */
clt_status clt_registry_create(clt_search *search, clt_registry **registry, clt_error *err);

/** Frees it; the plugins stay loaded. Does nothing for NULL. */
void clt_registry_destroy(clt_registry *registry);

/** The unit of that kind ("sampler") and id, in *unit; lives as long as the process.
 *  CLT_BAD_INPUT where there is none, with "did you mean" and any file of that name that was
 *  refused and why. */
clt_status clt_registry_find(clt_registry *registry, const char *kind, const char *id,
                             const collet_unit **unit, clt_error *err);

/** Loads every plugin along the path, for lists. */
clt_status clt_registry_scan(clt_registry *registry, clt_error *err);

/** File i in the order of loading, or NULL past the end. */
const clt_loaded *clt_registry_at(const clt_registry *registry, size_t i);

/** Folder i of the search path, or NULL past the end. */
const clt_folder *clt_registry_folder(const clt_registry *registry, size_t i);

/** The file that a unit came from, or NULL. */
const clt_loaded *clt_registry_file_of(const clt_registry *registry, const collet_unit *unit);

/** A walk over units; {0} at first. */
typedef struct clt_walk {
    size_t file;
    uint32_t unit;
    const char *kind; /**< of the unit that was given last, short: "sampler" */
} clt_walk;

/** The next unit that an experiment can use, in the order of loading: of a kind that this version
 *  knows, and not hidden. NULL at the end. */
const collet_unit *clt_registry_next(const clt_registry *registry, clt_walk *walk);

/** Is the unit hidden by an earlier one of the same kind and id? */
bool clt_registry_shadowed(const clt_registry *registry, const collet_unit *unit);

#endif /* CLT_PLUGIN_REGISTRY_H */

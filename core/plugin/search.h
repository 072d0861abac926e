/**
 * @file plugin/search.h
 * @brief Where plugins are looked for: folders in order, each with the reason it is there.
 *
 *   1. [plugins] path of the experiment       (refused where the file belongs to someone else)
 *   2. --plugin-path                          (each one, in the order given)
 *   3. COLLET_PLUGIN_PATH                     (not under elevated privileges)
 *   4. plugins/ beside the program (or, in a program that only uses it, beside libcollet.so)
 *   5. ../lib/collet/plugins-1 from there
 */
#ifndef CLT_PLUGIN_SEARCH_H
#define CLT_PLUGIN_SEARCH_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

#include <stdbool.h>

/** One folder. */
typedef struct clt_folder {
    const char *path;
    const char *reason; /**< "--plugin-path" */
} clt_folder;

/** Folders, first to last. Zero it to start empty. */
typedef struct clt_search {
    clt_arena arena;
    CLT_VEC(clt_folder) folders;
} clt_search;

/** Appends each folder of a list separated by ':'; relative ones start from base (NULL: from
 *  the working folder). */
clt_status clt_search_add(clt_search *search, const char *list, const char *base,
                          const char *reason, clt_error *err);

/** Appends the folders of an experiment's [plugins] path. CLT_BAD_INPUT where the file belongs to
 *  neither the user nor root: running it would run the owner's code. */
clt_status clt_search_add_experiment(clt_search *search, const char *list, const char *file,
                                     clt_error *err);

/** Appends what every run ends with: the environment's, the program's and the installed folder. */
clt_status clt_search_add_standard(clt_search *search, clt_error *err);

/** Is one of the folders that were added for that reason no folder? *path: the first such. */
bool clt_search_missing(const clt_search *search, const char *reason, const char **path);

/** Frees it. */
void clt_search_finish(clt_search *search);

#endif /* CLT_PLUGIN_SEARCH_H */

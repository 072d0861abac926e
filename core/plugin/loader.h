/**
 * @file plugin/loader.h
 * @brief One file to one plugin table, and every reason why not.
 */
#ifndef CLT_PLUGIN_LOADER_H
#define CLT_PLUGIN_LOADER_H

#include "base/error.h"

#include <collet/plugin.h>

/** Loads the shared object at path (a real path, absolute) and verifies its table. It is never
 *  unloaded. CLT_PLUGIN_FAILED with "path: ..." for every refusal; CLT_IO where memory, descriptors
 *  or the disk failed, which says nothing of the file. A constructor that crashes, hangs or exits
 *  ends the process with a line that names the file (plugin/guard.h). warning[size] gets "" or what
 *  the file did to the floating-point environment, which is put back. Not thread-safe: it looks at
 *  the state of the calling thread. */
clt_status clt_plugin_load(const char *path, const collet_plugin **plugin, char *warning,
                           size_t size, clt_error *err);

#endif /* CLT_PLUGIN_LOADER_H */

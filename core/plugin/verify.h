/**
 * @file plugin/verify.h
 * @brief Is the table that a plugin hands over what the contract says?
 */
#ifndef CLT_PLUGIN_VERIFY_H
#define CLT_PLUGIN_VERIFY_H

#include "base/error.h"

#include <collet/plugin.h>

/** Kinds of units that this host knows, "sampler" to "objective", or NULL past the end. */
const char *clt_kind_at(unsigned i);

/** The short name ("sampler") of a kind ("sampler/1"), or NULL where this host does not know it. */
const char *clt_kind_short(const char *kind);

/** Checks magic, versions, and every unit: names, vtable, option table. CLT_PLUGIN_FAILED with
 *  what was found, what was wanted and the remedy, without the path. */
clt_status clt_plugin_verify(const collet_plugin *plugin, clt_error *err);

#endif /* CLT_PLUGIN_VERIFY_H */

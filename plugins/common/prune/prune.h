/**
 * @file prune/prune.h
 * @brief What the bundled pruners share: an instance, and the tables of a plugin with one pruner.
 */
#ifndef PRUNE_PRUNE_H
#define PRUNE_PRUNE_H

#include "prune/curves.h"

#include <collet/helpers.h>

/** An instance of a pruner that keeps nothing but room to work in. */
typedef struct prune_state {
    const collet_host *host;
    const void *config;
    const collet_resource *resource;
    uint32_t m;      /**< objectives */
    double *scratch; /**< [2 m] */
    prune_list list;
} prune_state;

/** Makes one; *self is a prune_state. COLLET_E_NOMEM. */
collet_status prune_create(const collet_host *host, const void *config,
                           const collet_resource *resource, void **self);

/** Frees it; does nothing for NULL. */
void prune_destroy(void *self);

/** "out of memory", as a call's end. */
collet_status prune_no_memory(const prune_state *s);

/** Can a trial be paused and go on? A host older than ABI 1.2 does not say, and cannot. */
bool prune_can_pause(const collet_resource *resource);

/** -1 where the user maximises that objective, else 1. */
double prune_sign(const collet_resource *resource, uint32_t objective);

/** The entry point of a plugin with one pruner, from its vtable and its `options` for the type
 *  `config`. Ends with a semicolon. */
#define PRUNE_PLUGIN(id, summary, reference, vtable, ...)                                          \
    static const collet_unit unit = {COLLET_SIZE(collet_unit),                                     \
                                     0,                                                            \
                                     COLLET_KIND_PRUNER,                                           \
                                     id,                                                           \
                                     "1.0.0",                                                      \
                                     summary,                                                      \
                                     reference,                                                    \
                                     &(vtable),                                                    \
                                     __VA_ARGS__};                                                 \
    static const collet_unit *const units[] = {&unit};                                             \
    static const collet_plugin plugin = {COLLET_MAGIC,                                             \
                                         COLLET_ABI_MAJOR,                                         \
                                         COLLET_ABI_MINOR,                                         \
                                         COLLET_SIZE(collet_plugin),                               \
                                         0,                                                        \
                                         COLLET_COUNT(units),                                      \
                                         units,                                                    \
                                         id,                                                       \
                                         "1.0.0",                                                  \
                                         "The Collet authors",                                     \
                                         "MIT"};                                                   \
    COLLET_PLUGIN(plugin)

#endif /* PRUNE_PRUNE_H */

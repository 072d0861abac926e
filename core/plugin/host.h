/**
 * @file plugin/host.h
 * @brief The services that one plugin instance gets from the host.
 */
#ifndef CLT_PLUGIN_HOST_H
#define CLT_PLUGIN_HOST_H

#include "base/error.h"

#include <collet/plugin.h>

#include <stdatomic.h>
#include <stdbool.h>

/** What the host's owner wants to hear; any may be NULL. */
typedef struct clt_host_hooks {
    void *ctx;
    /** One line from a unit, level COLLET_LOG_DEBUG to COLLET_LOG_ERROR; any thread. */
    void (*log)(void *ctx, const char *unit, int32_t level, const char *line);
    /** Shall the trial end? Any thread. */
    bool (*cancelled)(void *ctx);
    /** A point of an objective's curve; the status goes back to it. */
    collet_status (*report)(void *ctx, uint64_t step, const char *const *metrics,
                            const double *values, uint32_t count);
} clt_host_hooks;

/** One instance's host; in the caller's memory, which must not move. */
typedef struct clt_host {
    collet_host table;
    char unit[96]; /**< `model "mlp"` */
    clt_host_hooks hooks;
    atomic_flag lock;          /**< of said: set_error() may come from any thread */
    char said[512];            /**< last text of set_error() */
    collet_status failed_with; /**< code of the last clt_host_fail(), or 0 */
} clt_host;

/** Makes a host for a unit of that kind ("model") and id. hooks may be NULL. */
void clt_host_init(clt_host *host, const char *kind, const char *id, const clt_host_hooks *hooks);

/** What the unit gets; valid as long as host. */
const collet_host *clt_host_table(clt_host *host);

/** Turns a negative status of a call into an error: `model "mlp": loss: ` and what the unit said,
 *  or what the status means. Forgets what was said. Returns CLT_PLUGIN_FAILED. */
clt_status clt_host_fail(clt_host *host, collet_status code, const char *call, clt_error *err);

/** A line of the host's own about the unit, as if the unit had logged it. */
void clt_host_say(clt_host *host, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Says, the first time, that the unit changed something for the whole process: what
 *  clt_guard_leave() named, NULL: nothing. */
void clt_host_say_changed(clt_host *host, const char *changed, bool *said);

/** What a status of the ABI means. */
const char *clt_plugin_status_text(collet_status code);

#endif /* CLT_PLUGIN_HOST_H */

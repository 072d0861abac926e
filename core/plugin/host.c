#include "plugin/host.h"

#include "base/printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void host_log(void *ctx, int32_t level, const char *line)
{
    clt_host *host = ctx;
    char clean[512];
    if (host->hooks.log != NULL && line != NULL) {
        clt_printable_copy(clean, sizeof clean, line);
        host->hooks.log(host->hooks.ctx, host->unit, level, clean);
    }
}

static void host_set_error(void *ctx, const char *message)
{
    clt_host *host = ctx;
    while (atomic_flag_test_and_set(&host->lock)) {
    }
    clt_printable_copy(host->said, sizeof host->said, message != NULL ? message : "");
    atomic_flag_clear(&host->lock);
}

static int32_t host_cancelled(void *ctx)
{
    clt_host *host = ctx;
    return host->hooks.cancelled != NULL && host->hooks.cancelled(host->hooks.ctx);
}

static collet_status host_report(void *ctx, uint64_t step, const char *const *metrics,
                                 const double *values, uint32_t count)
{
    clt_host *host = ctx;
    return host->hooks.report != NULL
               ? host->hooks.report(host->hooks.ctx, step, metrics, values, count)
               : COLLET_OK;
}

static const void *host_get_extension(void *ctx, const char *id)
{
    (void)ctx;
    (void)id; /* none yet: every name is unknown */
    return NULL;
}

void clt_host_init(clt_host *host, const char *kind, const char *id, const clt_host_hooks *hooks)
{
    *host = (clt_host){
        .table = {.struct_size = COLLET_SIZE(collet_host),
                  .abi_minor = COLLET_ABI_MINOR,
                  .ctx = host,
                  .log = host_log,
                  .set_error = host_set_error,
                  .cancelled = host_cancelled,
                  .report = host_report,
                  .get_extension = host_get_extension},
    };
    atomic_flag_clear(&host->lock);
    if (hooks != NULL) {
        host->hooks = *hooks;
    }
    (void)snprintf(host->unit, sizeof host->unit, "%s \"%.64s\"", kind, id);
}

const collet_host *clt_host_table(clt_host *host)
{
    return &host->table;
}

void clt_host_say(clt_host *host, int32_t level, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    host_log(host, level, line);
}

const char *clt_plugin_status_text(collet_status code)
{
    switch (code) {
    case COLLET_OK:
        return "success";
    case COLLET_STOP:
        return "stop";
    case COLLET_DONE:
        return "done";
    case COLLET_E_INVALID:
        return "an argument or an option is wrong";
    case COLLET_E_NOMEM:
        return "out of memory";
    case COLLET_E_NUMERIC:
        return "a number is not finite";
    case COLLET_E_STATE:
        return "a saved state cannot be read";
    case COLLET_E_UNSUPPORTED:
        return "this unit cannot do that";
    case COLLET_E_CANCELLED:
        return "cancelled";
    case COLLET_E_IO:
        return "a file cannot be read or written";
    default:
        return code < 0 ? "an error inside the unit" : "success";
    }
}

clt_status clt_host_fail(clt_host *host, collet_status code, const char *call, clt_error *err)
{
    const char *why = host->said[0] != '\0' ? host->said : clt_plugin_status_text(code);
    clt_fail(err, CLT_PLUGIN_FAILED, "%s: %s: %s", host->unit, call, why);
    host->said[0] = '\0';
    host->failed_with = code;
    return CLT_PLUGIN_FAILED;
}

void clt_host_say_changed(clt_host *host, const char *changed, bool *said)
{
    if (changed != NULL && !*said) {
        *said = true;
        clt_host_say(host, COLLET_LOG_WARN, "changed %s of the whole process (put back)", changed);
    }
}

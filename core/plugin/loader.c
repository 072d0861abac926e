#include "plugin/loader.h"

#include "plugin/arithmetic.h"
#include "plugin/elf.h"
#include "plugin/guard.h"
#include "plugin/surroundings.h"
#include "plugin/verify.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Constructors run: the file's own and those of the libraries that it needs. What they change for
 * the whole process is put back; -ffast-math does so to arithmetic. */
static void *open_object(const char *path, char *warning, size_t size)
{
    static const double HANGS = 60;
    clt_guard_note();
    clt_arithmetic before;
    clt_arithmetic_note(&before);
    clt_guard_enter(path, "loading it", UINT64_MAX, HANGS);
    errno = 0;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    int cause = errno;
    const char *changed = clt_guard_leave();
    changed = clt_arithmetic_restore(&before) ? CLT_CHANGED_ARITHMETIC : changed; /* no guard */
    if (changed != NULL) {
        bool arithmetic = strcmp(changed, CLT_CHANGED_ARITHMETIC) == 0;
        (void)snprintf(warning, size, "%s: changed %s when it was loaded (put back)%s", path,
                       changed, arithmetic ? "; do not link it with -ffast-math" : "");
    }
    errno = cause;
    return handle;
}

/* dlerror() repeats the path, which the caller puts in front anyway. */
static const char *without_path(const char *text, const char *path)
{
    size_t n = strlen(path);
    return strncmp(text, path, n) == 0 && text[n] == ':' ? text + n + 2 : text;
}

static clt_status load(const char *path, const collet_plugin **plugin, char *warning, size_t size,
                       clt_error *err)
{
    if (clt_elf_check(path, err) != CLT_OK) {
        return err->status;
    }
    void *handle = open_object(path, warning, size);
    if (handle == NULL) {
        bool no_memory = errno == ENOMEM;
        const char *why = dlerror();
        if (no_memory) {
            return clt_fail_memory(err);
        }
        return clt_fail(err, CLT_PLUGIN_FAILED, "%s",
                        why != NULL ? without_path(why, path) : "cannot be loaded");
    }
    collet_plugin_entry_fn entry;
    void *symbol = dlsym(handle, COLLET_ENTRY_SYMBOL);
    if (symbol == NULL) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "has no function %s(): not a collet plugin, or built with hidden symbols",
                        COLLET_ENTRY_SYMBOL);
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from void * to a function */
    *plugin = entry(COLLET_ABI_MAJOR, COLLET_ABI_MINOR);
    if (*plugin == NULL) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "does not serve ABI %u; it was built for another version: build it again "
                        "with this program's headers",
                        COLLET_ABI_MAJOR);
    }
    return clt_plugin_verify(*plugin, err);
}

clt_status clt_plugin_load(const char *path, const collet_plugin **plugin, char *warning,
                           size_t size, clt_error *err)
{
    warning[0] = '\0';
    clt_status status = load(path, plugin, warning, size, err);
    if (status != CLT_OK) {
        *plugin = NULL;
        return clt_prefix(err, "%s", path);
    }
    return CLT_OK;
}

#include "base/error.h"

#include "base/printable.h"

#include <stdio.h>
#include <string.h>

/* A text that was too long ends in dots, behind a whole character. */
static void mark_cut(clt_error *err)
{
    static const char dots[] = "...";
    size_t keep = sizeof err->text - sizeof dots;
    while (keep > 0 && ((unsigned char)err->text[keep] & 0xc0) == 0x80) {
        keep--;
    }
    memcpy(err->text + keep, dots, sizeof dots);
}

/* What is quoted in a text may be anything: a cell of a damaged store, a name in another encoding.
 */
static void make_printable(clt_error *err)
{
    char copy[sizeof err->text];
    if (!clt_printable(err->text)) {
        clt_printable_copy(copy, sizeof copy, err->text);
        memcpy(err->text, copy, sizeof copy);
    }
}

clt_status clt_fail_list(clt_error *err, clt_status status, const char *format, va_list arguments)
{
    err->status = status;
    if (vsnprintf(err->text, sizeof err->text, format, arguments) >= (int)sizeof err->text) {
        mark_cut(err);
    }
    make_printable(err);
    return status;
}

clt_status clt_fail(clt_error *err, clt_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    clt_fail_list(err, status, format, arguments);
    va_end(arguments);
    return status;
}

clt_status clt_fail_memory(clt_error *err)
{
    return clt_fail(err, CLT_IO, "out of memory");
}

clt_status clt_prefix(clt_error *err, const char *format, ...)
{
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    size_t used = length < 0 ? 0 : (size_t)length;
    for (const char *rest = ": "; *rest != '\0' && used + 1 < sizeof old; rest++) {
        err->text[used++] = *rest;
    }
    for (size_t i = 0; old[i] != '\0' && used + 1 < sizeof old; i++) {
        err->text[used++] = old[i];
    }
    if (length < 0 || (size_t)length + 2 + strlen(old) >= sizeof old) {
        mark_cut(err);
    } else {
        err->text[used] = '\0';
    }
    make_printable(err);
    return err->status;
}

const char *clt_status_text(clt_status status)
{
    switch (status) {
#define CLT_STATUS_CASE(name, code, text)                                                          \
    case name:                                                                                     \
        return text;
        CLT_STATUSES(CLT_STATUS_CASE)
#undef CLT_STATUS_CASE
    }
    return "unknown status";
}

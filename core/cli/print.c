#include "cli/print.h"

#include "base/printable.h"

#include <string.h>

/* A line without memory: cut where it is very long. */
static void put_short(FILE *stream, const char *end, const char *format, va_list arguments)
{
    char text[2048], shown[2048];
    if (vsnprintf(text, sizeof text, format, arguments) >= 0) {
        clt_printable_copy(shown, sizeof shown, text);
        (void)fputs(shown, stream);
        (void)fputs(end, stream);
    }
}

static void put(FILE *stream, const char *end, const char *format, va_list arguments)
{
    clt_str text = {0}, shown = {0};
    va_list again;
    va_copy(again, arguments);
    clt_str_add_list(&text, format, arguments);
    clt_printable_add(&shown, clt_str_text(&text));
    clt_str_add(&shown, end);
    if (text.failed || shown.failed) {
        put_short(stream, end, format, again);
    } else {
        (void)fputs(clt_str_text(&shown), stream);
    }
    va_end(again);
    clt_str_finish(&text);
    clt_str_finish(&shown);
}

void clt_put(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(stream, "", format, arguments);
    va_end(arguments);
}

void clt_put_line(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(stream, "\n", format, arguments);
    va_end(arguments);
}

void clt_put_lines(FILE *stream, const char *text)
{
    clt_str shown = {0};
    clt_printable_add_lines(&shown, text, strlen(text));
    (void)fputs(clt_str_text(&shown), stream);
    clt_str_finish(&shown);
}

void clt_put_own(FILE *stream, const char *text)
{
    (void)fputs(text, stream);
}

clt_status clt_print_exact(clt_str *out, clt_error *err)
{
    clt_status status = out->failed ? clt_fail_memory(err) : CLT_OK;
    if (status == CLT_OK && fputs(clt_str_text(out), stdout) < 0) {
        status = clt_fail(err, CLT_IO, "standard output cannot be written");
    }
    clt_str_finish(out);
    return status;
}

clt_status clt_print(clt_str *out, clt_error *err)
{
    clt_str shown = {0};
    clt_printable_add_lines(&shown, clt_str_text(out), out->length);
    shown.failed = shown.failed || out->failed;
    clt_str_finish(out);
    return clt_print_exact(&shown, err);
}

#include "base/str.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void clt_str_finish(clt_str *str)
{
    free(str->text);
    *str = (clt_str){0};
}

void clt_str_clear(clt_str *str)
{
    str->length = 0;
    str->failed = false;
    if (str->text != NULL) {
        str->text[0] = '\0';
    }
}

const char *clt_str_text(const clt_str *str)
{
    return str->text != NULL ? str->text : "";
}

/* Makes room for n more bytes and the final NUL. */
static bool reserve(clt_str *str, size_t n)
{
    if (str->failed) {
        return false;
    }
    size_t needed = str->length + n + 1;
    if (needed <= str->capacity) {
        return true;
    }
    size_t capacity = str->capacity * 2 > needed ? str->capacity * 2 : needed + 15;
    char *text = realloc(str->text, capacity);
    if (text == NULL) {
        str->failed = true;
        return false;
    }
    str->text = text;
    str->capacity = capacity;
    return true;
}

char *clt_str_take(clt_str *str)
{
    char *text = reserve(str, 0) ? str->text : NULL;
    if (text == NULL) {
        free(str->text);
    } else {
        text[str->length] = '\0';
    }
    *str = (clt_str){0};
    return text;
}

void clt_str_add_bytes(clt_str *str, const void *bytes, size_t n)
{
    if (reserve(str, n)) {
        if (n > 0) {
            memcpy(str->text + str->length, bytes, n);
        }
        str->length += n;
        str->text[str->length] = '\0';
    }
}

void clt_str_add(clt_str *str, const char *text)
{
    clt_str_add_bytes(str, text, strlen(text));
}

/* Most texts fit into what is there already, and are formatted once. */
void clt_str_add_list(clt_str *str, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    bool ready = reserve(str, 0);
    size_t room = ready ? str->capacity - str->length : 0;
    int n = ready ? vsnprintf(str->text + str->length, room, format, arguments) : -1;
    bool fits = n >= 0 && (size_t)n < room;
    if (n > 0 && !fits && reserve(str, (size_t)n)) {
        (void)vsnprintf(str->text + str->length, (size_t)n + 1, format, again);
        fits = true;
    }
    str->length += fits ? (size_t)n : 0;
    if (ready) {
        str->text[str->length] = '\0';
    }
    va_end(again);
}

void clt_str_addf(clt_str *str, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    clt_str_add_list(str, format, arguments);
    va_end(arguments);
}

void clt_str_add_real(clt_str *str, double value)
{
    char text[40];
    if (isnan(value)) {
        clt_str_add(str, "nan"); /* printf may say "-nan" */
        return;
    }
    if (value == floor(value) && fabs(value) < 1e15) {
        clt_str_addf(str, "%.0f", value); /* 1000, not 1e+03 */
        return;
    }
    /* 15 digits come back whatever they are, and %g drops zeros at the end: where they are the
     * value, they are its shortest text. Below the smallest normal number fewer may do. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    clt_str_add(str, text);
}

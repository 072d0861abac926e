#include "command/outcome.h"

#include <stdlib.h>
#include <string.h>

/* Deeper than that is no line of metrics. */
enum { DEEPEST = 64 };

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Behind a number, as JSON writes it or Python's json does; NULL where there is none. */
static const char *read_number(const char *at, double *value)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    char *end;
    for (size_t i = 0; i < 3; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0) {
            *value = strtod(at, NULL);
            return at + strlen(words[i]);
        }
    }
    size_t n = strspn(at, "0123456789+-.eE");
    *value = strtod(at, &end);
    return n > 0 && end == at + n ? end : NULL;
}

/* Behind a string, at its quote; NULL where it does not end. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++) {
        at += *at == '\\' && at[1] != '\0';
        if (*at == '\0') {
            return NULL;
        }
    }
    return at + 1;
}

static const char *skip_value(const char *at, int depth);

/* Behind the list or object at its bracket. */
static const char *skip_nested(const char *at, int depth)
{
    char close = *at == '{' ? '}' : ']';
    bool object = *at == '{';
    at = skip_blanks(at + 1);
    while (*at != close) {
        if (object) {
            at = *at == '"' ? skip_string(at) : NULL;
            at = at != NULL ? skip_blanks(at) : NULL;
            at = at != NULL && *at == ':' ? at + 1 : NULL;
        }
        at = at != NULL ? skip_value(skip_blanks(at), depth + 1) : NULL;
        at = at != NULL ? skip_blanks(at) : NULL;
        if (at == NULL || (*at != ',' && *at != close)) {
            return NULL;
        }
        at = *at == ',' ? skip_blanks(at + 1) : at;
    }
    return at + 1;
}

static const char *skip_value(const char *at, int depth)
{
    static const char *const words[] = {"true", "false", "null"};
    double number;
    if (depth > DEEPEST) {
        return NULL;
    }
    for (size_t i = 0; i < 3; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0) {
            return at + strlen(words[i]);
        }
    }
    return *at == '"'                 ? skip_string(at)
           : *at == '{' || *at == '[' ? skip_nested(at, depth)
                                      : read_number(at, &number);
}

/* Behind a step that is written as text, "3", at its quote; NULL where that is none. */
static const char *read_text_step(const char *at, double *value)
{
    char *end;
    size_t n = *at == '"' ? strspn(at + 1, "0123456789") : 0;
    *value = n > 0 ? strtod(at + 1, &end) : 0;
    return n > 0 && at[n + 1] == '"' ? at + n + 2 : NULL;
}

static bool is_step(const char *name, size_t length)
{
    return length == 4 && memcmp(name, "step", 4) == 0;
}

static void take(const char *name, size_t length, double value, const char *const *names,
                 uint32_t count, command_outcome *out)
{
    if (is_step(name, length)) {
        out->has_step = true;
        out->step = value;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
            out->values[i] = value;
            out->present |= UINT64_C(1) << i;
        }
    }
}

/* The members of the object at `at`, all of it; false where it is none. */
static bool read_object(const char *at, const char *const *names, uint32_t count,
                        command_outcome *out)
{
    const char *end = skip_nested(at, 0);
    double value;
    if (end == NULL || *skip_blanks(end) != '\0') {
        return false;
    }
    for (at = skip_blanks(at + 1); *at == '"'; at = skip_blanks(at + (*at == ','))) {
        const char *name = at + 1, *after = skip_string(at);
        at = skip_blanks(skip_blanks(after) + 1); /* the colon: skip_nested() saw it */
        size_t length = (size_t)(after - 1 - name);
        if (read_number(at, &value) != NULL ||
            (is_step(name, length) && read_text_step(at, &value) != NULL)) {
            take(name, length, value, names, count, out);
        }
        at = skip_blanks(skip_value(at, 1));
    }
    return true;
}

/* A number alone, as C, Python or R print it. */
static bool read_alone(const char *line, double *number)
{
    char *end;
    bool hex = strpbrk(line, "xX") != NULL; /* strtod takes what nobody means */
    *number = strtod(line, &end);
    return !hex && end != line && *skip_blanks(end) == '\0';
}

command_kind command_outcome_read(const char *line, const char *const *names, uint32_t count,
                                  command_outcome *out)
{
    line = skip_blanks(line);
    out->present = 0;
    out->has_step = false;
    if (*line == '{') {
        return read_object(line, names, count, out) ? COMMAND_OBJECT : COMMAND_TEXT;
    }
    return read_alone(line, &out->number) ? COMMAND_NUMBER : COMMAND_TEXT;
}

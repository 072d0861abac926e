#include "config/option.h"

#include "base/str.h"
#include "base/suggest.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const collet_option *clt_option_at(clt_options options, uint32_t i)
{
    return (const collet_option *)(const void *)((const char *)options.rows +
                                                 (size_t)i * options.stride);
}

static const collet_option *find_plain(clt_options options, const char *key, size_t length)
{
    for (uint32_t i = 0; i < options.count; i++) {
        const collet_option *option = clt_option_at(options, i);
        if (strncmp(option->key, key, length) == 0 && option->key[length] == '\0') {
            return option;
        }
    }
    return NULL;
}

static const collet_option *not_found(clt_options options, const char *key, clt_error *err)
{
    clt_suggest suggest = {.read = key};
    char hint[128];
    for (uint32_t i = 0; i < options.count; i++) {
        clt_suggest_offer(&suggest, clt_option_at(options, i)->key);
    }
    clt_fail(err, CLT_BAD_INPUT, "unknown option \"%s\"%s", key,
             clt_suggest_text(&suggest, hint, sizeof hint));
    return NULL;
}

const collet_option *clt_option_find(clt_options options, const char *key, uint32_t *element,
                                     clt_error *err)
{
    *element = CLT_ALL_ELEMENTS;
    const char *dot = strchr(key, '.');
    const collet_option *option =
        find_plain(options, key, dot != NULL ? (size_t)(dot - key) : strlen(key));
    if (option != NULL && dot == NULL && (option->flags & COLLET_NAMED) != 0) {
        clt_fail(err, CLT_BAD_INPUT, "\"%s\": a name is missing; write %s.NAME = value", key, key);
        return NULL;
    }
    if (option == NULL || dot == NULL) {
        return option != NULL ? option : not_found(options, key, err);
    }
    if ((option->flags & COLLET_NAMED) != 0 && dot[1] != '\0') {
        return option;
    }
    char *end;
    long n = strtol(dot + 1, &end, 10);
    if (!isdigit((unsigned char)dot[1]) || *end != '\0' || n < 1 || n > (long)option->count ||
        option->count < 2) {
        if (option->count < 2) {
            clt_fail(err, CLT_BAD_INPUT, "\"%s\": %s is a single value", key, option->key);
        } else {
            clt_fail(err, CLT_BAD_INPUT, "\"%s\": %s goes from %s.1 to %s.%u", key, option->key,
                     option->key, option->key, option->count);
        }
        return NULL;
    }
    *element = (uint32_t)n - 1;
    return option;
}

bool clt_number_parse(const char *text, double *out)
{
    const char *digit = text + strspn(text, " \t+-");
    if (!isdigit((unsigned char)*digit) && *digit != '.') {
        return false; /* strtod would take "inf", "nan" */
    }
    if (strpbrk(text, "xXpP") != NULL) {
        return false; /* and hexadecimal */
    }
    char *end;
    *out = strtod(text, &end);
    return end != text && end[strspn(end, " \t")] == '\0' && isfinite(*out);
}

bool clt_number_plain(const char *text, double *out)
{
    const char *first = text + (*text == '-');
    bool padded = first[0] == '0' && isdigit((unsigned char)first[1]);
    return !padded && *first != '+' && strpbrk(text, " \t") == NULL && clt_number_parse(text, out);
}

clt_status clt_whole_check(const char *text, double number, clt_error *err)
{
    const double most = 9007199254740992.0;
    if (number != floor(number)) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not a whole number", text);
    }
    /* 2^53 + 1 is read as 2^53, but for a long double */
    return fabs(number) > most || (fabs(number) == most && strtold(text, NULL) != number)
               ? clt_fail(err, CLT_BAD_INPUT,
                          "\"%s\" is beyond the whole numbers that are told apart here, up to "
                          "9007199254740992 (2^53)",
                          text)
               : CLT_OK;
}

int clt_choice_index(const char *choices, const char *text)
{
    size_t length = strlen(text);
    for (int i = 0; choices != NULL; i++) {
        size_t n = strcspn(choices, "|");
        if (n == length && strncmp(choices, text, n) == 0) {
            return i;
        }
        choices = choices[n] == '|' ? choices + n + 1 : NULL;
    }
    return -1;
}

char *clt_choice_at(clt_arena *arena, const char *choices, uint32_t i)
{
    while (choices != NULL && i > 0) {
        choices = strchr(choices, '|');
        choices = choices != NULL ? choices + 1 : NULL;
        i--;
    }
    return choices == NULL ? NULL
                           : clt_arena_printf(arena, "%.*s", (int)strcspn(choices, "|"), choices);
}

/* "0 to 1", "more than 0", ... */
static void describe_range(const collet_option *option, clt_str *out)
{
    bool low = isfinite(option->min), high = isfinite(option->max);
    bool open_low = (option->flags & COLLET_OPEN_MIN) != 0;
    bool open_high = (option->flags & COLLET_OPEN_MAX) != 0;
    if (low) {
        clt_str_add(out, open_low ? "more than " : high && !open_high ? "" : "at least ");
        clt_str_add_real(out, option->min);
    }
    if (high) {
        clt_str_add(out, low && !open_low && !open_high ? " to " : low ? " and " : "");
        clt_str_add(out, open_high ? "less than " : low && !open_low ? "" : "at most ");
        clt_str_add_real(out, option->max);
    }
}

clt_status clt_option_in_range(const collet_option *option, double number, const char *text,
                               clt_error *err)
{
    bool open_low = (option->flags & COLLET_OPEN_MIN) != 0;
    bool open_high = (option->flags & COLLET_OPEN_MAX) != 0;
    bool inside = (open_low ? number > option->min : number >= option->min) &&
                  (open_high ? number < option->max : number <= option->max);
    if (inside) {
        return CLT_OK;
    }
    clt_str range = {0};
    describe_range(option, &range);
    clt_fail(err, CLT_BAD_INPUT, "\"%s\" is out of range: %s is %s", text, option->key,
             clt_str_text(&range));
    clt_str_finish(&range);
    return CLT_BAD_INPUT;
}

static clt_status parse_number(const collet_option *option, const char *text, clt_value *out,
                               clt_error *err)
{
    if (!clt_number_parse(text, &out->number)) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not a %s", text,
                        option->type == COLLET_INT ? "whole number" : "number");
    }
    if (option->type == COLLET_INT) {
        if (clt_whole_check(text, out->number, err) != CLT_OK) {
            return err->status;
        }
        out->integer = (int64_t)out->number;
    }
    return clt_option_in_range(option, out->number, text, err);
}

static clt_status parse_bool(const char *text, clt_value *out, clt_error *err)
{
    static const char *const words[] = {"off", "on", "no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            out->integer = (int64_t)(i % 2);
            out->number = (double)out->integer;
            return CLT_OK;
        }
    }
    return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is neither on nor off", text);
}

static clt_status parse_enum(const collet_option *option, const char *text, clt_value *out,
                             clt_error *err)
{
    int index = clt_choice_index(option->choices, text);
    if (index >= 0) {
        out->integer = index;
        out->number = index;
        return CLT_OK;
    }
    clt_arena arena = {0};
    clt_suggest suggest = {.read = text};
    clt_str list = {0};
    char hint[128];
    const char *choice;
    for (uint32_t i = 0; (choice = clt_choice_at(&arena, option->choices, i)) != NULL; i++) {
        clt_suggest_offer(&suggest, choice);
        clt_str_addf(&list, "%s%s", i > 0 ? ", " : "", choice);
    }
    clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not one of %s%s", text, clt_str_text(&list),
             clt_suggest_text(&suggest, hint, sizeof hint));
    clt_str_finish(&list);
    clt_arena_finish(&arena);
    return CLT_BAD_INPUT;
}

/* Whoever knows other files writes a list in brackets. */
static clt_status hint_at_choice(const char *text, clt_error *err)
{
    size_t n = strlen(text);
    char said[256];
    if (n < 3 || text[0] != '[' || text[n - 1] != ']' || strlen(err->text) >= sizeof said) {
        return err->status;
    }
    (void)strcpy(said, err->text);
    return clt_fail(err, CLT_BAD_INPUT, "%s; did you mean choice(%.*s)?", said, (int)n - 2,
                    text + 1);
}

static clt_status parse(const collet_option *option, const char *text, clt_value *out,
                        clt_error *err)
{
    switch (option->type) {
    case COLLET_INT:
    case COLLET_REAL:
        return parse_number(option, text, out, err);
    case COLLET_BOOL:
        return parse_bool(text, out, err);
    case COLLET_ENUM:
        return parse_enum(option, text, out, err);
    default:
        out->text = text;
        return CLT_OK;
    }
}

clt_status clt_option_parse(const collet_option *option, const char *text, clt_value *out,
                            clt_error *err)
{
    *out = (clt_value){0};
    return parse(option, text, out, err) == CLT_OK ? CLT_OK : hint_at_choice(text, err);
}

static void store_one(const collet_option *option, uint32_t element, const clt_value *value,
                      void *config)
{
    char *base = (char *)config + option->offset;
    switch (option->type) {
    case COLLET_INT:
        memcpy(base + element * sizeof(int64_t), &value->integer, sizeof(int64_t));
        break;
    case COLLET_REAL:
        memcpy(base + element * sizeof(double), &value->number, sizeof(double));
        break;
    case COLLET_BOOL:
    case COLLET_ENUM: {
        int32_t narrow = (int32_t)value->integer;
        memcpy(base + element * sizeof narrow, &narrow, sizeof narrow);
        break;
    }
    default:
        memcpy(base + element * sizeof value->text, &value->text, sizeof value->text);
    }
}

void clt_option_store(const collet_option *option, uint32_t element, const clt_value *value,
                      void *config)
{
    if (element != CLT_ALL_ELEMENTS) {
        store_one(option, element, value, config);
        return;
    }
    for (uint32_t i = 0; i < option->count; i++) {
        store_one(option, i, value, config);
    }
}

clt_status clt_option_defaults(clt_options options, void *config, clt_error *err)
{
    for (uint32_t i = 0; i < options.count; i++) {
        const collet_option *option = clt_option_at(options, i);
        clt_value value = {0};
        if (option->def != NULL && clt_option_parse(option, option->def, &value, err) != CLT_OK) {
            return clt_prefix(err, "default of option %s", option->key);
        }
        clt_option_store(option, CLT_ALL_ELEMENTS, &value, config);
    }
    return CLT_OK;
}

void clt_option_describe(const collet_option *option, clt_str *out)
{
    static const char *const names[] = {"?", "on/off", "int", "real", "one of", "text", "path"};
    clt_str_add(out, names[option->type <= COLLET_PATH ? option->type : 0]);
    if (option->type == COLLET_INT || option->type == COLLET_REAL) {
        clt_str_add(out, isfinite(option->min) || isfinite(option->max) ? ", " : "");
        describe_range(option, out);
    } else if (option->type == COLLET_ENUM) {
        for (const char *c = option->choices; *c != '\0'; c++) {
            clt_str_addf(out, "%s%c", c == option->choices ? " " : "", *c == '|' ? ' ' : *c);
        }
    }
}

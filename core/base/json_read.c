#include "base/json_read.h"

#include "base/utf8.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 32 };

typedef struct reading {
    clt_arena *arena;
    clt_error *err;
    const char *start, *at;
    int depth;
} reading;

static clt_json_value *read_value(reading *r);

static void skip_blanks(reading *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

/* Always NULL: what is there is not what was expected. */
static void *fail(reading *r, const char *expected)
{
    size_t shown = clt_utf8_valid(r->at, strcspn(r->at, "\r\n"));
    shown = shown < 16 ? shown : clt_utf8_valid(r->at, 16);
    if (r->err->status == CLT_OK) {
        (void)clt_fail(r->err, CLT_BAD_INPUT, "byte %td: expected %s, found %s%.*s%s",
                       r->at - r->start + 1, expected, shown > 0 ? "\"" : "nothing more",
                       (int)shown, r->at, shown > 0 ? "\"" : "");
    }
    return NULL;
}

static clt_json_value *make(reading *r, clt_json_type type)
{
    clt_json_value *v = clt_arena_alloc(r->arena, sizeof *v);
    if (v == NULL) {
        (void)clt_fail_memory(r->err);
        return NULL;
    }
    v->type = type;
    return v;
}

/* Four hexadecimal digits; -1 where there are none. */
static long hex4(const char *at)
{
    long code = 0;
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)at[i])) {
            return -1;
        }
        int c = tolower((unsigned char)at[i]);
        code = code * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    return code;
}

static char *put_utf8(char *out, long code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | (code >> 6));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | (code >> 12));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | (code >> 18));
        *out++ = (char)(0x80 | ((code >> 12) & 0x3f));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* \uXXXX, or two of them that are a pair; r->at stands behind the 'u'. */
static char *read_code(reading *r, char *out)
{
    long code = hex4(r->at), low = -1;
    if (code >= 0xd800 && code < 0xdc00 && r->at[4] == '\\' && r->at[5] == 'u') {
        low = hex4(r->at + 6);
        low = low >= 0xdc00 && low < 0xe000 ? low : -1;
    }
    if (code <= 0 || (code >= 0xd800 && code < 0xe000 && low < 0)) {
        return fail(r, "four hexadecimal digits of a character");
    }
    r->at += low < 0 ? 4 : 10;
    return put_utf8(out, low < 0 ? code : 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
}

static char *read_escape(reading *r, char *out)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *name = *r->at != '\0' ? strchr(names, *r->at) : NULL;
    if (*r->at == 'u') {
        r->at++;
        return read_code(r, out);
    }
    if (name == NULL) {
        return fail(r, "one of \"\\/bfnrtu after a backslash");
    }
    r->at++;
    *out++ = meant[name - names];
    return out;
}

/* A string; r->at stands at its quote. */
static const char *read_text(reading *r)
{
    size_t room = strlen(r->at);
    char *text = clt_arena_alloc(r->arena, room + 1), *out = text;
    if (text == NULL) {
        (void)clt_fail_memory(r->err);
        return NULL;
    }
    r->at++;
    while (out != NULL && *r->at != '"') {
        if ((unsigned char)*r->at < 0x20) {
            return fail(r, "the quote that ends a string");
        }
        if (*r->at == '\\') {
            r->at++;
            out = read_escape(r, out);
        } else {
            *out++ = *r->at++;
        }
    }
    r->at += out != NULL;
    return out != NULL ? text : NULL;
}

static clt_json_value *read_number(reading *r)
{
    const char *at = r->at + (*r->at == '-');
    size_t whole = strspn(at, "0123456789");
    if (whole == 0 || (whole > 1 && *at == '0')) {
        return fail(r, "a value");
    }
    at += whole;
    if (*at == '.') {
        size_t digits = strspn(at + 1, "0123456789");
        at += digits > 0 ? digits + 1 : 0;
    }
    if (*at == 'e' || *at == 'E') {
        size_t sign = at[1] == '+' || at[1] == '-', digits = strspn(at + 1 + sign, "0123456789");
        at += digits > 0 ? 1 + sign + digits : 0;
    }
    clt_json_value *v = make(r, CLT_JSON_NUMBER);
    if (v != NULL) {
        v->number = strtod(r->at, NULL);
        r->at = at;
    }
    return v;
}

static clt_json_value *read_word(reading *r)
{
    static const struct {
        const char *word;
        clt_json_type type;
        double number;
    } words[] = {
        {"null", CLT_JSON_NULL, 0},
        {"false", CLT_JSON_FALSE, 0},
        {"true", CLT_JSON_TRUE, 0},
        {"NaN", CLT_JSON_NUMBER, (double)NAN},
        {"Infinity", CLT_JSON_NUMBER, (double)INFINITY},
        {"-Infinity", CLT_JSON_NUMBER, -(double)INFINITY},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i].word);
        if (strncmp(r->at, words[i].word, n) == 0 && !isalnum((unsigned char)r->at[n])) {
            clt_json_value *v = make(r, words[i].type);
            if (v != NULL) {
                v->number = words[i].number;
                r->at += n;
            }
            return v;
        }
    }
    return read_number(r);
}

/* "key": in front of a value of an object. */
static const char *read_key(reading *r, const clt_json_value *object)
{
    if (*r->at != '"') {
        return fail(r, "a key in quotes");
    }
    const char *before = r->at, *key = read_text(r);
    if (key != NULL && clt_json_find(object, key) != NULL) {
        r->at = before;
        return fail(r, "another key, since this one is there already");
    }
    skip_blanks(r);
    if (key != NULL && *r->at != ':') {
        return fail(r, "\":\" after a key");
    }
    r->at += key != NULL;
    return key;
}

/* The values between brackets; r->at stands behind the first one. */
static clt_json_value *read_members(reading *r, clt_json_value *v)
{
    const char end = v->type == CLT_JSON_OBJECT ? '}' : ']';
    clt_json_value **last = &v->first;
    skip_blanks(r);
    while (*r->at != end) {
        const char *key = NULL;
        if (v->count > 0 && *r->at != ',') {
            return fail(r, end == '}' ? "\",\" or \"}\"" : "\",\" or \"]\"");
        }
        r->at += v->count > 0;
        skip_blanks(r);
        if (end == '}' && (key = read_key(r, v)) == NULL) {
            return NULL;
        }
        *last = read_value(r);
        if (*last == NULL) {
            return NULL;
        }
        (*last)->key = key;
        last = &(*last)->next;
        v->count++;
        skip_blanks(r);
    }
    r->at++;
    return v;
}

static clt_json_value *read_value(reading *r)
{
    skip_blanks(r);
    if (*r->at == '"') {
        const char *text = read_text(r);
        clt_json_value *v = text != NULL ? make(r, CLT_JSON_TEXT) : NULL;
        if (v != NULL) {
            v->text = text;
        }
        return v;
    }
    if (*r->at != '{' && *r->at != '[') {
        return read_word(r);
    }
    clt_json_value *v = make(r, *r->at == '{' ? CLT_JSON_OBJECT : CLT_JSON_ARRAY);
    if (v == NULL || r->depth == DEEPEST) {
        return v == NULL ? NULL : fail(r, "values that are nested less deep");
    }
    r->at++;
    r->depth++;
    v = read_members(r, v);
    r->depth--;
    return v;
}

clt_status clt_json_read(clt_arena *arena, const char *text, clt_json_value **value, clt_error *err)
{
    reading r = {.arena = arena, .err = err, .start = text, .at = text};
    size_t length = strlen(text), valid = clt_utf8_valid(text, length);
    if (valid < length) {
        return clt_fail(err, CLT_BAD_INPUT, "byte %zu is not UTF-8", valid + 1);
    }
    *value = read_value(&r);
    skip_blanks(&r);
    if (*value != NULL && *r.at != '\0') {
        *value = fail(&r, "the end");
    }
    return *value != NULL ? CLT_OK : err->status;
}

const clt_json_value *clt_json_find(const clt_json_value *object, const char *key)
{
    for (const clt_json_value *v = object->first; v != NULL; v = v->next) {
        if (v->key != NULL && strcmp(v->key, key) == 0) {
            return v;
        }
    }
    return NULL;
}

const char *clt_json_type_text(clt_json_type type)
{
    static const char *const texts[] = {"null",     "false",    "true",     "a number",
                                        "a string", "an array", "an object"};
    return texts[type];
}

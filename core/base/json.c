#include "base/json.h"

#include "base/printable.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A code point that a terminal would obey, or nobody see; those above U+FFFF as two halves. */
static void add_escape(clt_str *out, uint32_t point)
{
    if (point == '\n') {
        clt_str_add(out, "\\n");
    } else if (point > 0xffff) {
        clt_str_addf(out, "\\u%04x\\u%04x", 0xd7c0 + (unsigned)(point >> 10),
                     0xdc00 + (unsigned)(point & 0x3ff));
    } else {
        clt_str_addf(out, "\\u%04x", (unsigned)point);
    }
}

/* A byte that is not UTF-8 would make all of the JSON unreadable. */
static void quote(clt_str *out, const char *text)
{
    clt_str_add(out, "\"");
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        uint32_t point = 0;
        length = clt_utf8_step(text, left, &point);
        if (length == 0) {
            clt_str_add(out, "\\ufffd");
            length = 1;
        } else if (point == '"' || point == '\\') {
            clt_str_addf(out, "\\%c", (char)point);
        } else if (!clt_printable_point(point)) {
            add_escape(out, point);
        } else {
            clt_str_add_bytes(out, text, length);
        }
    }
    clt_str_add(out, "\"");
}

static void begin(clt_json *json, const char *key)
{
    if (json->comma) {
        clt_str_add(json->out, ",");
    }
    if (key != NULL) {
        quote(json->out, key);
        clt_str_add(json->out, ":");
    }
    json->comma = true;
}

void clt_json_open(clt_json *json, const char *key, char bracket)
{
    begin(json, key);
    clt_str_add_bytes(json->out, &bracket, 1);
    json->comma = false;
}

void clt_json_close(clt_json *json, char bracket)
{
    clt_str_add_bytes(json->out, &bracket, 1);
    json->comma = true;
}

void clt_json_text(clt_json *json, const char *key, const char *value)
{
    begin(json, key);
    if (value != NULL) {
        quote(json->out, value);
    } else {
        clt_str_add(json->out, "null");
    }
}

void clt_json_real(clt_json *json, const char *key, double value)
{
    begin(json, key);
    if (isfinite(value)) {
        clt_str_add_real(json->out, value);
    } else {
        clt_str_add(json->out, "null");
    }
}

void clt_json_int(clt_json *json, const char *key, int64_t value)
{
    begin(json, key);
    clt_str_addf(json->out, "%" PRId64, value);
}

void clt_json_bool(clt_json *json, const char *key, bool value)
{
    begin(json, key);
    clt_str_add(json->out, value ? "true" : "false");
}

void clt_json_raw(clt_json *json, const char *key, const char *value)
{
    begin(json, key);
    clt_str_add(json->out, value);
}

#include "base/json.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void escape(clt_str *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            clt_str_addf(out, "\\%c", c);
        } else if (c == '\n') {
            clt_str_add(out, "\\n");
        } else if (c < 0x20) {
            clt_str_addf(out, "\\u%04x", c);
        } else {
            clt_str_add_bytes(out, text + i, 1);
        }
    }
}

/* A byte that is not UTF-8 would make all of the JSON unreadable. */
static void quote(clt_str *out, const char *text)
{
    clt_str_add(out, "\"");
    for (size_t left = strlen(text), valid;; text += valid + 1, left -= valid + 1) {
        valid = clt_utf8_valid(text, left);
        escape(out, text, valid);
        if (valid == left) {
            break;
        }
        clt_str_add(out, "\\ufffd");
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

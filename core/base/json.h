/**
 * @file base/json.h
 * @brief Writes JSON into a clt_str: commas and escapes are its business, nesting the caller's.
 *
 * A failed string (out of memory) shows at the end, in the clt_str.
 */
#ifndef CLT_BASE_JSON_H
#define CLT_BASE_JSON_H

#include "base/str.h"

#include <stdint.h>

/** Start with {.out = &str}. */
typedef struct clt_json {
    clt_str *out;
    bool comma; /**< the next item of this level needs one */
} clt_json;

/** Opens '{' or '['; key is NULL inside an array and at the top. */
void clt_json_open(clt_json *json, const char *key, char bracket);
/** Closes with '}' or ']'. */
void clt_json_close(clt_json *json, char bracket);
/** A string; null for NULL. */
void clt_json_text(clt_json *json, const char *key, const char *value);
/** A number with all its digits; null where it is not finite, which JSON cannot say. */
void clt_json_real(clt_json *json, const char *key, double value);
/** A whole number. */
void clt_json_int(clt_json *json, const char *key, int64_t value);
/** A value that is JSON, or what its reader takes for it, already. */
void clt_json_raw(clt_json *json, const char *key, const char *value);
/** true or false. */
void clt_json_bool(clt_json *json, const char *key, bool value);

#endif /* CLT_BASE_JSON_H */

/* JSON texts (base/json_read): a tree, or one line that says at which byte it went wrong. What was
 * read and written again is read as the same. */
#include "fuzz.h"

#include "base/json.h"
#include "base/json_read.h"

#include <math.h>
#include <string.h>

static void write_value(clt_json *json, const clt_json_value *v)
{
    switch (v->type) {
    case CLT_JSON_NUMBER:
        clt_json_real(json, v->key, v->number);
        return;
    case CLT_JSON_TEXT:
        clt_json_text(json, v->key, v->text);
        return;
    case CLT_JSON_ARRAY:
    case CLT_JSON_OBJECT:
        clt_json_open(json, v->key, v->type == CLT_JSON_ARRAY ? '[' : '{');
        for (const clt_json_value *i = v->first; i != NULL; i = i->next) {
            write_value(json, i);
        }
        clt_json_close(json, v->type == CLT_JSON_ARRAY ? ']' : '}');
        return;
    default: /* null, true, false: the writer has no call for a bare one, and they hold nothing */
        clt_json_real(json, v->key, (double)v->type);
    }
}

static bool same(const clt_json_value *a, const clt_json_value *b)
{
    if (a->type <= CLT_JSON_TRUE) { /* written as a number, see above */
        return b->type == CLT_JSON_NUMBER;
    }
    if (a->type == CLT_JSON_NUMBER && !isfinite(a->number)) {
        return true; /* JSON has no such number, and the writer says null */
    }
    if (a->type != b->type || a->count != b->count) {
        return false;
    }
    if (a->type == CLT_JSON_NUMBER) {
        return a->number == b->number;
    }
    if (a->type == CLT_JSON_TEXT) {
        return strcmp(a->text, b->text) == 0;
    }
    for (a = a->first, b = b->first; a != NULL && b != NULL; a = a->next, b = b->next) {
        bool keys = (a->key == NULL) == (b->key == NULL);
        if (!keys || (a->key != NULL && strcmp(a->key, b->key) != 0) || !same(a, b)) {
            return false;
        }
    }
    return a == NULL && b == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_str out = {0};
    clt_json_value *value, *again;
    clt_status status = clt_json_read(&arena, fuzz_text(&arena, data, size), &value, &err);
    fuzz_check_error(status, &err);
    if (status == CLT_OK) {
        clt_json json = {.out = &out};
        write_value(&json, value);
        fuzz_require(clt_json_read(&arena, clt_str_text(&out), &again, &err) == CLT_OK, err.text);
        fuzz_require(same(value, again), "what is written and read again is the same");
    }
    clt_str_finish(&out);
    clt_arena_finish(&arena);
    return 0;
}

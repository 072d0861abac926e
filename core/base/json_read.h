/**
 * @file base/json_read.h
 * @brief Reads one JSON text, of RFC 8259, into a tree.
 *
 * Beyond the standard, NaN, Infinity and -Infinity are numbers, since Python writes them.
 */
#ifndef CLT_BASE_JSON_READ_H
#define CLT_BASE_JSON_READ_H

#include "base/arena.h"
#include "base/error.h"

/** Type of a value. */
typedef enum clt_json_type {
    CLT_JSON_NULL,
    CLT_JSON_FALSE,
    CLT_JSON_TRUE,
    CLT_JSON_NUMBER,
    CLT_JSON_TEXT,
    CLT_JSON_ARRAY,
    CLT_JSON_OBJECT
} clt_json_type;

/** One value; lives in the arena that it was read into. */
typedef struct clt_json_value {
    clt_json_type type;
    const char *key;  /**< in an object; else NULL */
    double number;    /**< NUMBER */
    const char *text; /**< TEXT, valid UTF-8 without NUL */
    size_t count;     /**< ARRAY, OBJECT: of its values */
    struct clt_json_value *first, *next;
} clt_json_value;

/** Reads text. CLT_BAD_INPUT says at which byte, counted from 1, what was expected; objects must
 * not give a key twice, and nest at most 32 deep. */
clt_status clt_json_read(clt_arena *arena, const char *text, clt_json_value **value,
                         clt_error *err);

/** The value under a key of an object, or NULL. */
const clt_json_value *clt_json_find(const clt_json_value *object, const char *key);

/** "a number", "an object"; for messages. */
const char *clt_json_type_text(clt_json_type type);

#endif /* CLT_BASE_JSON_READ_H */

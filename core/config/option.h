/**
 * @file config/option.h
 * @brief Option tables at work: text to value, value to config struct, and what to say when the
 * text is wrong. Units (plugins) and the host's own sections use the same tables.
 */
#ifndef CLT_CONFIG_OPTION_H
#define CLT_CONFIG_OPTION_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <collet/plugin.h>

#include <stdbool.h>

/** A table, whatever the minor version that it was compiled with. */
typedef struct clt_options {
    const collet_option *rows;
    uint32_t count;
    uint32_t stride; /**< bytes from one row to the next */
} clt_options;

/** The table of a constant array. */
#define CLT_OPTIONS(array) ((clt_options){(array), COLLET_COUNT(array), COLLET_SIZE(collet_option)})

/** All elements of an array option, where a function asks for one. */
#define CLT_ALL_ELEMENTS UINT32_MAX

/** Row i. */
const collet_option *clt_option_at(clt_options options, uint32_t i);

/** Finds the row of `key`, or of "key.2" (then *element is 1), or of "key.NAME" of a COLLET_NAMED
 *  one. NULL when there is none; err then
 *  holds why, without file and line, with "did you mean". */
const collet_option *clt_option_find(clt_options options, const char *key, uint32_t *element,
                                     clt_error *err);

/** A value of any option type. */
typedef struct clt_value {
    double number;    /**< REAL, INT, BOOL, ENUM (index); what conditions compare */
    int64_t integer;  /**< INT, BOOL, ENUM */
    const char *text; /**< STRING, PATH; else NULL */
} clt_value;

/** Reads text as a value of the option and checks it against range and choices. CLT_BAD_INPUT
 *  with what is wrong, without file and line. STRING and PATH: out->text is text itself. */
clt_status clt_option_parse(const collet_option *option, const char *text, clt_value *out,
                            clt_error *err);

/** Is number within the option's range? Else CLT_BAD_INPUT; text is what was read. */
clt_status clt_option_in_range(const collet_option *option, double number, const char *text,
                               clt_error *err);

/** Reads a finite number that fills all of text (blanks around it are fine). */
bool clt_number_parse(const char *text, double *out);

/** The same of a number as one writes it: 007, +5 and " 1" are names. */
bool clt_number_plain(const char *text, double *out);

/** Is number whole, and one of those up to 2^53 that a double tells from their neighbours? text is
 *  what was read. CLT_BAD_INPUT with what is wrong. */
clt_status clt_whole_check(const char *text, double number, clt_error *err);

/** Index of a choice of an ENUM in "a|b|c", or -1. */
int clt_choice_index(const char *choices, const char *text);

/** Choice i of "a|b|c" copied into the arena; NULL past the end or when memory ran out. */
char *clt_choice_at(clt_arena *arena, const char *choices, uint32_t i);

/** Writes a value into config, to one element or all. A text is kept by pointer. */
void clt_option_store(const collet_option *option, uint32_t element, const clt_value *value,
                      void *config);

/** Fills config[config_size], zeroed, with every default. A REQUIRED option stays zero. The error
 *  names the option whose default does not parse. */
clt_status clt_option_defaults(clt_options options, void *config, clt_error *err);

/** "real, 0 to 1" and the like: type and range, for help, added to out. */
void clt_option_describe(const collet_option *option, clt_str *out);

#endif /* CLT_CONFIG_OPTION_H */

/**
 * @file config/ini.h
 * @brief An INI file as a list of entries that know their lines. inih reads; this adds what it
 * leaves out: line numbers, UTF-8, limits that are errors instead of silent cuts, duplicates.
 */
#ifndef CLT_CONFIG_INI_H
#define CLT_CONFIG_INI_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/** Longest line (comments may be longer), and longest section or key (inih's limit), in bytes. */
enum { CLT_INI_LINE = 65535, CLT_INI_NAME = 49 };

/** The section whose lines are no `key = value` but plain text: its keys are "1", "2", ... */
#define CLT_INI_LINES "constraints"

/** One `key = value`. */
typedef struct clt_entry {
    const char *section; /**< "" before the first header */
    const char *key;
    const char *value; /**< without the double quotes around all of it */
    bool quoted;       /**< it had them: a list of it is of one text, and no "when" is in it */
    int line;          /**< from 1 */
} clt_entry;

/** One `[section]` header. */
typedef struct clt_section {
    const char *name;
    int line;
} clt_section;

/** A file that was read. Everything lives in the arena that it was read into. */
typedef struct clt_ini {
    const char *path; /**< as messages name it */
    const char *text; /**< all of the file */
    const clt_entry *entries;
    size_t entry_count;
    const clt_section *sections;
    size_t section_count;
} clt_ini;

/** Parses text; path is for messages. CLT_BAD_INPUT with "path:line: ..." for what is wrong: a
 *  line that is too long, not UTF-8, neither section nor key; a key or a section given twice. */
clt_status clt_ini_parse(clt_arena *arena, const char *path, const char *text, clt_ini *ini,
                         clt_error *err);

/** Reads a file of at most 1 MiB and parses it. */
clt_status clt_ini_read(clt_arena *arena, const char *path, clt_ini *ini, clt_error *err);

/** The entry of that section and key, or NULL. */
const clt_entry *clt_ini_find(const clt_ini *ini, const char *section, const char *key);

/** The header of that section, or NULL. */
const clt_section *clt_ini_section(const clt_ini *ini, const char *name);

#endif /* CLT_CONFIG_INI_H */

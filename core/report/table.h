/**
 * @file report/table.h
 * @brief A table of text, aligned for a terminal or a file.
 */
#ifndef CLT_REPORT_TABLE_H
#define CLT_REPORT_TABLE_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

/** Cells row by row, the first row is the head. Zero it and set columns, and width where there is a
 *  limit. */
typedef struct clt_table {
    size_t columns;
    size_t width; /**< at most so many characters a line; 0: as many as it takes */
    CLT_VEC(const char *) cells;
    clt_arena arena;
    bool failed; /**< memory ran out */
} clt_table;

/** Appends a cell, copied as one printable line (base/printable.h); NULL is an empty one. */
void clt_table_add(clt_table *table, const char *cell);

/** The same, printf-like. */
void clt_table_addf(clt_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Appends a number, short: up to 6 significant digits. */
void clt_table_add_real(clt_table *table, double value);

/** Writes the table: numbers to the right, words to the left, two blanks between. Where it is wider
 *  than allowed, long words are cut to dots, then columns left out from the right and named in a
 *  line below. */
void clt_table_write(const clt_table *table, clt_str *out);

/** Frees it. */
void clt_table_finish(clt_table *table);

#endif /* CLT_REPORT_TABLE_H */

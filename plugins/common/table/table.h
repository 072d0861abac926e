/**
 * @file table/table.h
 * @brief The cells of one file, or of a training file and a test file with the same columns.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include "table/csv.h"

#include <stdbool.h>

/** Cells as text. Zero it, set the first four, then table_read(). */
typedef struct table {
    const collet_host *host;
    char delimiter, quote; /**< as csv_reader has them */
    bool header;           /**< does the first line name the columns? else they are column1, ... */
    const char *paths[2];  /**< the file, and a test file or "" */
    csv_reader files[2];
    uint32_t width;    /**< columns */
    char **names;      /**< [width] */
    text_piece *cells; /**< [rows][width] */
    int *lines;        /**< [rows]: of the file that each is from */
    size_t rows;       /**< of both files, the test file's last */
    size_t training;   /**< of the first one */
    size_t cell_room, line_room;
} table;

/** Reads the files. Errors name file and line: an empty file, a header without rows, columns of one
 *  name, a row with more or fewer cells than the header, a test file with other columns. */
collet_status table_read(table *t);

/** Frees all. */
void table_finish(table *t);

/** The column of that name, to *column. COLLET_E_INVALID with the nearest name where there is none;
 *  key is the option that named it. */
collet_status table_find(const table *t, const char *key, text_piece name, uint32_t *column);

/** The file that a row is from. */
const char *table_path(const table *t, size_t row);

/** A cell. */
text_piece table_cell(const table *t, size_t row, uint32_t column);

/** "out of memory" with the size of the table. */
collet_status table_no_memory(const table *t);

#endif /* TABLE_TABLE_H */

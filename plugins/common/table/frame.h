/**
 * @file table/frame.h
 * @brief The columns of a table with their roles: from cells to numbers and codes, and from these,
 * once fitted, to features.
 *
 * To train: table_frame_open() reads the files and says what each column is; table_frame_fill()
 * turns cells into numbers and codes; table_frame_fit() learns from some rows and writes the
 * features of all. To predict: table_frame_load() takes what table_frame_save() wrote, then come
 * table_frame_apply() and table_frame_write(). All errors name file, line and column.
 */
#ifndef TABLE_FRAME_H
#define TABLE_FRAME_H

#include "table/column.h"
#include "table/number.h"
#include "table/table.h"

/** What is wanted of the columns; strings are lists of names between commas. */
typedef struct table_wishes {
    const char *target; /**< empty: the last column */
    const char *ignore, *categorical, *missing_text;
    table_format format;
    int64_t max_categories;
    table_missing missing;
    table_scale scale;
    bool scale_target;
} table_wishes;

/** What a column is. */
typedef enum table_role { TABLE_FEATURE, TABLE_TARGET, TABLE_IGNORED } table_role;

/** Zero it, set wishes, table.host and how the table is written; then open or load. */
typedef struct table_frame {
    table_wishes wishes;
    table table;
    uint32_t width;        /**< columns: the table's; to predict, those that were learnt from */
    uint32_t *places;      /**< [width]: where each stands in the table */
    table_role *roles;     /**< [width] */
    table_column *columns; /**< [width] */
    uint32_t target;       /**< which column; UINT32_MAX: none, to predict */
    bool predicts;         /**< the columns are fitted; rows have no target */
    uint32_t features;
    float *x; /**< [table.rows][features] */
    char **feature_names;
} table_frame;

/** Reads the file at path and, unless empty, that of a test part; finds out which columns are
 *  numbers. columns[target].categorical may then still be changed. */
collet_status table_frame_open(table_frame *frame, const char *path, const char *test);

/** Turns cells into numbers or codes. */
collet_status table_frame_fill(table_frame *frame);

/** Learns from rows[count] (NULL: the first count rows) and writes the features of all. */
collet_status table_frame_fit(table_frame *frame, const uint32_t *rows, size_t count);

/** Writes x and feature_names by what was learnt. */
collet_status table_frame_write(table_frame *frame);

/** Writes what was learnt of the features. */
void table_frame_save(const table_frame *frame, text_writer *writer);

/** Reads it; the reader has failed where it is no such thing. COLLET_E_NOMEM. */
collet_status table_frame_load(table_frame *frame, text_reader *reader);

/** Reads the file at path, finds the learnt columns by their names, and fills them; its target, if
 *  it is there, is passed over. */
collet_status table_frame_apply(table_frame *frame, const char *path);

/** A cell of column i. */
text_piece table_frame_cell(const table_frame *frame, size_t row, uint32_t column);

/** Is the cell a number, as the wishes say that they are written? As table_number(). */
bool table_frame_number(const table_frame *frame, text_piece cell, double *value);

/** table_number_advice() for the categories of a column. */
bool table_frame_advice(const table_frame *frame, uint32_t column, char advice[256],
                        text_piece *example);

/** Logs a warning for each column of a filled frame that was found to be texts, and looks like
 *  numbers, or has a category of its own for nearly every row. */
void table_frame_warn(const table_frame *frame);

/** Does the cell say that a value is missing? */
bool table_frame_missing(const table_frame *frame, text_piece cell);

/** Frees x and feature_names. */
void table_frame_forget(table_frame *frame);

/** Frees all. */
void table_frame_finish(table_frame *frame);

#endif /* TABLE_FRAME_H */

/**
 * @file table/column.h
 * @brief One column of a table: numbers or categories, and what is learnt about them.
 *
 * A column is filled with all rows' cells, then fitted to some rows; then it writes the features
 * of any row. Numbers become one feature, scaled; categories one each for those that the fitted
 * rows have, 1 where the row is of it. With an indicator there is one more, 1 where the cell is
 * missing.
 */
#ifndef TABLE_COLUMN_H
#define TABLE_COLUMN_H

#include "text/lexicon.h"
#include "text/read.h"
#include "text/state.h"

/** What stands in for a missing cell. */
typedef enum table_missing {
    TABLE_REFUSE,        /**< nothing: the caller sees to it that none is missing */
    TABLE_MEAN,          /**< the mean; of categories the most frequent one */
    TABLE_MOST_FREQUENT, /**< the most frequent value, of equals the smallest or first by name */
    TABLE_INDICATOR /**< the mean, and a feature that says so; of categories that feature only */
} table_missing;

/** How numbers are scaled. */
typedef enum table_scale {
    TABLE_STANDARD, /**< less the mean, over the standard deviation */
    TABLE_RANGE,    /**< from 0 at the smallest to 1 at the largest */
    TABLE_NONE
} table_scale;

/** Zero it to start; name is the caller's. */
typedef struct table_column {
    const char *name;
    bool categorical;
    bool stated;             /**< that it is categorical was said, and not found */
    double *numbers;         /**< [rows], NaN where missing; or NULL */
    int32_t *codes;          /**< [rows], -1 where missing; or NULL */
    text_lexicon categories; /**< codes are their numbers */
    bool indicator;          /**< fitted: is there a feature for missing cells? */
    double shift, scale;     /**< fitted, numbers: feature = (x - shift) / scale */
    double fill;             /**< fitted, numbers: what a missing one is taken for */
    int32_t fill_code;       /**< fitted, categories; -1: none */
    int32_t *features;       /**< fitted: [categories] which feature each is, or -1 */
    int32_t *by_name;        /**< fitted: [feature_count] the category of each feature */
    uint32_t feature_count;  /**< fitted: with the indicator */
} table_column;

/** Is the cell a number? *value is it; NaN for a text that means one that is not finite. */
bool table_number(text_piece cell, double *value);

/** Learns from rows[count] (NULL: the first count rows). False when memory ran out. */
bool table_column_fit(table_column *column, const uint32_t *rows, size_t count,
                      table_missing missing, table_scale scale);

/** Writes the features of a row to out[feature_count]. */
void table_column_write(const table_column *column, size_t row, float *out);

/** The name of feature i, to free(): "age", "colour=red", "age is missing"; NULL without memory. */
char *table_column_feature_name(const table_column *column, uint32_t i);

/** Writes what was learnt, with the name. */
void table_column_save(const table_column *column, text_writer *writer);

/** Reads it into a zeroed column: one that is fitted, has no cells yet, and whose categories are
 *  numbered as its features are. The name is to be freed, also after a failure. */
void table_column_load(table_column *column, text_reader *reader);

/** The code of a category in a column that was loaded; all that it does not know have one together,
 *  which is no feature. -1 when memory ran out. */
int32_t table_column_code(table_column *column, text_piece cell);

/** Frees all but the name. */
void table_column_finish(table_column *column);

#endif /* TABLE_COLUMN_H */

/**
 * @file table/number.h
 * @brief Numbers as people write them: 1,5 and 1.234,56 and 12 %; and texts that look like such.
 */
#ifndef TABLE_NUMBER_H
#define TABLE_NUMBER_H

#include "text/lexicon.h"
#include "text/read.h"

/** What stands between thousands. */
typedef enum table_thousands {
    TABLE_THOUSANDS_NONE,
    TABLE_THOUSANDS_COMMA,
    TABLE_THOUSANDS_POINT,
    TABLE_THOUSANDS_SPACE, /**< also U+00A0, U+2009, U+202F, which may then stand around it, too */
    TABLE_THOUSANDS_APOSTROPHE /**< also U+2019 */
} table_thousands;

/** How numbers are written. All zero: 1234.5 and 1e5, and nothing else. */
typedef struct table_format {
    bool comma; /**< it is what stands before decimals, in place of the point */
    table_thousands thousands;
    bool fortran;      /**< exponents are written with D as well */
    const char *units; /**< what may stand before or behind numbers, with commas between; or NULL */
} table_format;

/** Is the cell a number so written? *value is it; NaN for a text that means one that is not finite.
 */
bool table_number_in(const table_format *format, text_piece cell, double *value);

/** Do most of texts[count], all different, look like numbers, some of them written otherwise than
 *  1234.5? Then advice says which options read them, or what to write, and *example is one. */
bool table_number_advice(const text_piece *texts, size_t count, char advice[256],
                         text_piece *example);

#endif /* TABLE_NUMBER_H */

/**
 * @file report/csv.h
 * @brief A cell of CSV (RFC 4180) that is safe to open in a spreadsheet or to print.
 */
#ifndef CLT_REPORT_CSV_H
#define CLT_REPORT_CSV_H

#include "base/str.h"

/** Appends a cell: in quotes where it holds a comma, a quote or a line's end. A text that a
 *  spreadsheet would take for a formula, because it begins with = + - @, a tab or a line's end,
 * gets an apostrophe before it; a number does not. Of the characters that cannot be seen
 *  (base/printable.h) only tabs and line ends stay. */
void clt_csv_add(clt_str *out, const char *text);

#endif /* CLT_REPORT_CSV_H */

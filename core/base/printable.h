/**
 * @file base/printable.h
 * @brief What may be shown of a text that others wrote.
 *
 * Names, values, reasons and logs come from experiments, programs, plugins and stores of anybody.
 * A terminal obeys control characters, and a reader is misled by characters that turn the text
 * around or are not seen at all. One rule for all that people read, on a terminal or not: white
 * space is shown as a blank, whatever else cannot be seen, and each byte that is no UTF-8, as a
 * question mark. Nothing is cut.
 */
#ifndef CLT_BASE_PRINTABLE_H
#define CLT_BASE_PRINTABLE_H

#include "base/str.h"

#include <stdint.h>

/** Is it seen where it stands? Not so: control characters, bidirectional controls, separators of
 *  lines, and what else has no width. */
bool clt_printable_point(uint32_t point);

/** Is a text shown as it is, as one line? */
bool clt_printable(const char *text);

/** Appends a text as one line: its line ends become blanks. */
void clt_printable_add(clt_str *out, const char *text);

/** Appends a text of several lines, n bytes: '\n' stays. */
void clt_printable_add_lines(clt_str *out, const char *text, size_t n);

/** Appends one line, printf-like, and the '\n' that ends it: what is formatted cannot add another.
 */
void clt_printable_addf(clt_str *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Copies a text as one line into out[size], cut behind a whole character where it is too long. */
void clt_printable_copy(char *out, size_t size, const char *text);

#endif /* CLT_BASE_PRINTABLE_H */

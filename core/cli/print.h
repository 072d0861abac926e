/**
 * @file cli/print.h
 * @brief The one way out to standard output and standard error, for texts of others as well: see
 * base/printable.h for what becomes of them.
 */
#ifndef CLT_CLI_PRINT_H
#define CLT_CLI_PRINT_H

#include "base/error.h"
#include "base/str.h"

#include <stdio.h>

/** Part of a line, printf-like. What is formatted adds no line of its own. */
void clt_put(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A line, or the rest of one, printf-like, and its end. */
void clt_put_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Lines, each with its end. */
void clt_put_lines(FILE *stream, const char *text);

/** Words of our own that a terminal is to obey, such as a colour. */
void clt_put_own(FILE *stream, const char *text);

/** Prints lines for people to standard output, or reports that they are incomplete; frees out. */
clt_status clt_print(clt_str *out, clt_error *err);

/** The same to the byte: for formats that know what to do about characters of any kind, and for
 *  what is drawn in colours. */
clt_status clt_print_exact(clt_str *out, clt_error *err);

#endif /* CLT_CLI_PRINT_H */

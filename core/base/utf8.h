/**
 * @file base/utf8.h
 * @brief UTF-8: is it, and how wide is it on a terminal.
 */
#ifndef CLT_BASE_UTF8_H
#define CLT_BASE_UTF8_H

#include <stddef.h>

/** Length of the longest valid UTF-8 prefix of n bytes: n where all is valid. Overlong forms,
 *  surrogates and code points above U+10FFFF are not valid. */
size_t clt_utf8_valid(const char *text, size_t n);

/** Number of code points of a valid text: its width on a terminal, near enough for tables. */
size_t clt_utf8_width(const char *text);

#endif /* CLT_BASE_UTF8_H */

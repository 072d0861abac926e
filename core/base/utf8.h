/**
 * @file base/utf8.h
 * @brief UTF-8: is it, and how wide is it on a terminal.
 */
#ifndef CLT_BASE_UTF8_H
#define CLT_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/** Length of the code point that starts at text, of which n > 0 bytes are there; 0 where none is
 *  valid. point may be NULL. */
size_t clt_utf8_step(const char *text, size_t n, uint32_t *point);

/** Length of the longest valid UTF-8 prefix of n bytes: n where all is valid. Overlong forms,
 *  surrogates and code points above U+10FFFF are not valid. */
size_t clt_utf8_valid(const char *text, size_t n);

/** Number of code points of a valid text: its width on a terminal, near enough for tables. */
size_t clt_utf8_width(const char *text);

/** Bytes of the first n code points of a valid text, or of all where it has fewer. */
size_t clt_utf8_bytes(const char *text, size_t n);

#endif /* CLT_BASE_UTF8_H */

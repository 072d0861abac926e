/**
 * @file base/str.h
 * @brief A string that grows. Once memory runs out it stays failed and later appends do nothing,
 * so a caller builds a whole text and asks once, at the end.
 */
#ifndef CLT_BASE_STR_H
#define CLT_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/** Zero it to start empty. */
typedef struct clt_str {
    char *text; /**< NUL-terminated, or NULL while empty; read it through clt_str_text() */
    size_t length;
    size_t capacity;
    bool failed; /**< memory ran out at some append */
} clt_str;

/** Frees the text and leaves an empty string. */
void clt_str_finish(clt_str *str);

/** Empties the string and keeps its memory. */
void clt_str_clear(clt_str *str);

/** The text, "" while empty; valid until the next call on str. */
const char *clt_str_text(const clt_str *str);

/** Hands the text over (to free()), or NULL if memory ran out; str is empty afterwards. */
char *clt_str_take(clt_str *str);

/** Appends a text. */
void clt_str_add(clt_str *str, const char *text);

/** Appends n bytes. */
void clt_str_add_bytes(clt_str *str, const void *bytes, size_t n);

/** Appends, printf-like. */
void clt_str_addf(clt_str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The same for a va_list. */
void clt_str_add_list(clt_str *str, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/** Appends the shortest decimal that reads back as the same double ("0.1", "1e-05", "nan"). */
void clt_str_add_real(clt_str *str, double value);

#endif /* CLT_BASE_STR_H */

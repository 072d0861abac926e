/**
 * @file config/quote.h
 * @brief Texts in quotes, and lists of texts: choice("[128, 32]", "a ; b", sqrt).
 *
 * A text in quotes is what is between them, whatever that is: commas, brackets, `;`, nothing. In
 * "..." a backslash stands before a " or \ that is part of the text; in '...' all is as it is.
 * `run = ` of a command follows the same rules. A quote opens at the start of a word only, so that
 * the apostrophe in Tom's opens none.
 */
#ifndef CLT_CONFIG_QUOTE_H
#define CLT_CONFIG_QUOTE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the text in quotes that begins at `at`, with both quotes; 0: none begins there, or it
 *  is not closed. */
size_t clt_quoted(const char *at);

/** What is between the quotes of such a text of so many bytes; NULL when memory ran out. */
const char *clt_unquote(clt_arena *arena, const char *at, size_t length);

/** What text means: itself, or what is between the quotes around all of it. NULL when memory ran
 *  out. */
const char *clt_meant(clt_arena *arena, const char *text);

/** Bytes of the text in quotes that opens at text[i], at the start of a word; 0: none does. */
size_t clt_quoted_at(const char *text, size_t i);

/** Length of the part of text[length] before the comment: a `;` that stands behind a blank, and in
 *  no quotes. */
size_t clt_before_comment(const char *text, size_t length);

/** Bytes up to the first of the characters `ends` that is in no quotes, or to the end. */
size_t clt_quoted_span(const char *text, const char *ends);

/** One text of a list. */
typedef struct clt_listed {
    const char *text; /**< without blanks around, and without quotes */
    bool quoted;
} clt_listed;

/** Takes the next text of a list, up to the first of the characters `ends` or the end, and moves
 *  *at there. CLT_BAD_INPUT: a quote is not closed, or something stands behind one. */
clt_status clt_list_next(clt_arena *arena, const char **at, const char *ends, clt_listed *out,
                         clt_error *err);

/** Is text, as it is, read back as itself where a value or one of a list stands? */
bool clt_is_bare(const char *text);

/** Appends text to a list, in quotes where it would not be read back as it is. */
void clt_list_add(const char *text, clt_str *out);

#endif /* CLT_CONFIG_QUOTE_H */

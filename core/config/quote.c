#include "config/quote.h"

#include <ctype.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_escape(char quote, const char *at)
{
    return quote == '"' && at[0] == '\\' && (at[1] == '"' || at[1] == '\\');
}

size_t clt_quoted(const char *at)
{
    char quote = at[0];
    size_t n = 1;
    if (quote != '"' && quote != '\'') {
        return 0;
    }
    while (at[n] != quote) {
        if (at[n] == '\0' || at[n] == '\n') {
            return 0;
        }
        n += is_escape(quote, at + n) ? 2 : 1;
    }
    return n + 1;
}

const char *clt_unquote(clt_arena *arena, const char *at, size_t length)
{
    char *text = clt_arena_alloc(arena, length), *end = text;
    for (size_t i = 1; text != NULL && i + 1 < length; i++) {
        i += is_escape(at[0], at + i);
        *end++ = at[i];
    }
    if (text != NULL) {
        *end = '\0';
    }
    return text;
}

const char *clt_meant(clt_arena *arena, const char *text)
{
    size_t length = clt_quoted(text);
    return length > 0 && text[length] == '\0' ? clt_unquote(arena, text, length) : text;
}

/* Where a quote opens: at the start, or behind what is no part of a word. */
static bool opens(const char *text, size_t i)
{
    return i == 0 || strchr(" \t,(=<>![{:", text[i - 1]) != NULL;
}

size_t clt_quoted_at(const char *text, size_t i)
{
    return opens(text, i) ? clt_quoted(text + i) : 0;
}

size_t clt_before_comment(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t n = clt_quoted_at(text, i);
        n = i + n <= length ? n : 0;
        if (i > 0 && text[i] == ';' && isspace((unsigned char)text[i - 1])) {
            return i;
        }
        i += n > 0 ? n : 1;
    }
    return length;
}

size_t clt_quoted_span(const char *text, const char *ends)
{
    size_t i = 0;
    while (text[i] != '\0' && strchr(ends, text[i]) == NULL) {
        size_t n = clt_quoted_at(text, i);
        i += n > 0 ? n : 1;
    }
    return i;
}

/* The text in quotes at *at. */
static clt_status take_quoted(clt_arena *arena, const char **at, const char *ends, clt_listed *out,
                              clt_error *err)
{
    size_t length = clt_quoted(*at);
    if (length == 0) {
        return clt_fail(err, CLT_BAD_INPUT, "the quote is not closed: %s", *at);
    }
    const char *behind = *at + length + strspn(*at + length, " \t");
    if (*behind != '\0' && strchr(ends, *behind) == NULL) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%.*s is followed by \"%.*s\"; a comma separates values", (int)length, *at,
                        (int)strcspn(behind, ends), behind);
    }
    out->quoted = true;
    out->text = clt_unquote(arena, *at, length);
    *at = behind;
    return out->text != NULL ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_list_next(clt_arena *arena, const char **at, const char *ends, clt_listed *out,
                         clt_error *err)
{
    *out = (clt_listed){0};
    while (isspace((unsigned char)**at)) {
        ++*at;
    }
    if (**at == '"' || **at == '\'') {
        return take_quoted(arena, at, ends, out, err);
    }
    size_t n = strcspn(*at, ends), length = n;
    while (length > 0 && isspace((unsigned char)(*at)[length - 1])) {
        length--;
    }
    out->text = clt_arena_printf(arena, "%.*s", (int)length, *at);
    *at += n;
    return out->text != NULL ? CLT_OK : clt_fail_memory(err);
}

bool clt_is_bare(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && !is_blank(text[0]) && !is_blank(text[length - 1]) &&
           strpbrk(text, "\"',()[]{};#\\") == NULL && strstr(text, "when") == NULL &&
           strcmp(text, "search") != 0;
}

void clt_list_add(const char *text, clt_str *out)
{
    bool simple = strpbrk(text, "\"\\") == NULL;
    if (clt_is_bare(text)) {
        clt_str_add(out, text);
        return;
    }
    clt_str_add(out, "\"");
    for (const char *at = text; *at != '\0'; at++) {
        clt_str_add(out, !simple && (*at == '"' || *at == '\\') ? "\\" : "");
        clt_str_add_bytes(out, at, 1);
    }
    clt_str_add(out, "\"");
}

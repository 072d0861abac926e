#include "command/words.h"

#include <collet/helpers.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A line while it is read. */
typedef struct reader {
    command_line *line;
    const collet_host *host;
    const char *key, *at;
    char *to;      /* where the next character goes */
    bool in_word;  /* a word is open */
    bool in_part;  /* a stretch of plain text is open */
    bool in_group; /* a bracket is open */
} reader;

static collet_status fault(const reader *r, const char *what)
{
    return collet_fail(r->host, COLLET_E_INVALID, "%s: %s", r->key, what);
}

static void open_word(reader *r)
{
    command_line *l = r->line;
    if (!r->in_word) {
        l->words[l->word_count++] =
            (command_word){l->part_count, 0, r->in_group ? l->group_count : 0, false};
        r->in_word = true;
    }
}

static void open_part(reader *r, bool is_name)
{
    command_line *l = r->line;
    open_word(r);
    l->parts[l->part_count++] = (command_part){r->to, is_name, -1};
    l->words[l->word_count - 1].count++;
}

static void close_part(reader *r)
{
    if (r->in_part) {
        *r->to++ = '\0';
    }
    r->in_part = false;
}

static void put(reader *r, char c)
{
    if (!r->in_part) {
        open_part(r, false);
        r->in_part = true;
    }
    *r->to++ = c;
}

static void note_quoted(reader *r)
{
    open_word(r);
    r->line->words[r->line->word_count - 1].quoted = true;
}

static void close_word(reader *r)
{
    close_part(r);
    r->in_word = false;
}

static bool is_name_character(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("_.-", c) != NULL);
}

/* {name} or {{, at the brace */
static collet_status read_brace(reader *r)
{
    const char *name = r->at + 1;
    size_t n = 0;
    if (*name == '{') {
        put(r, '{');
        r->at += 2;
        return COLLET_OK;
    }
    while (is_name_character(name[n])) {
        n++;
    }
    if (n == 0 || name[n] != '}') {
        return collet_fail(r->host, COLLET_E_INVALID,
                           "%s: \"%.20s\" is no placeholder such as {lr}; write {{ for a brace, or "
                           "put it into '...'",
                           r->key, r->at);
    }
    close_part(r);
    open_part(r, true);
    memcpy(r->to, name, n);
    r->to += n;
    *r->to++ = '\0';
    r->at = name + n + 1;
    return COLLET_OK;
}

/* What may hold placeholders, in and outside of double quotes. */
static collet_status read_character(reader *r)
{
    if (*r->at == '{') {
        return read_brace(r);
    }
    r->at += r->at[0] == '}' && r->at[1] == '}';
    put(r, *r->at++);
    return COLLET_OK;
}

/* '...' or "...", at the quote; an empty one is a word as well */
static collet_status read_quoted(reader *r)
{
    char quote = *r->at++;
    collet_status status = COLLET_OK;
    note_quoted(r);
    while (*r->at != quote && *r->at != '\0' && status == COLLET_OK) {
        bool escape = quote == '"' && r->at[0] == '\\' && (r->at[1] == '"' || r->at[1] == '\\');
        r->at += escape;
        if (quote == '"' && !escape) {
            status = read_character(r);
        } else {
            put(r, *r->at++);
        }
    }
    if (status == COLLET_OK && *r->at != quote) {
        return fault(r, quote == '"' ? "a \" is opened and not closed"
                                     : "a ' is opened and not closed");
    }
    r->at += status == COLLET_OK;
    return status;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Brackets around words; *was says whether there was one. */
static collet_status read_bracket(reader *r, bool *was)
{
    bool ends = r->at[0] == ']' && (is_blank(r->at[1]) || r->at[1] == '\0');
    *was = (r->at[0] == '[' && !r->in_word) || (ends && r->in_group);
    if (!*was) {
        return COLLET_OK;
    }
    if (r->at[0] == '[' && r->in_group) {
        return fault(r, "a [ within [...]; brackets do not nest (write \\[ for the character)");
    }
    close_word(r);
    r->in_group = r->at[0] == '[';
    r->line->group_count += r->in_group;
    r->at++;
    return COLLET_OK;
}

static collet_status read_next(reader *r)
{
    bool bracket;
    collet_status status = read_bracket(r, &bracket);
    if (status != COLLET_OK || bracket) {
        return status;
    }
    if (is_blank(*r->at)) {
        close_word(r);
        r->at++;
        return COLLET_OK;
    }
    if (*r->at == '\'' || *r->at == '"') {
        return read_quoted(r);
    }
    if (*r->at == '\\') {
        if (r->at[1] == '\0') {
            return fault(r, "a \\ with nothing behind it");
        }
        note_quoted(r);
        put(r, r->at[1]);
        r->at += 2;
        return COLLET_OK;
    }
    return read_character(r);
}

/* Room for what a text holds: each part and each word takes a character of it at least. */
static collet_status make_room(command_line *line, const collet_host *host, const char *text)
{
    size_t n = strlen(text) + 1;
    *line = (command_line){.parts = calloc(n, sizeof *line->parts),
                           .words = calloc(n, sizeof *line->words),
                           .memory = calloc(n, 2)};
    return line->parts != NULL && line->words != NULL && line->memory != NULL
               ? COLLET_OK
               : collet_fail(host, COLLET_E_NOMEM, "out of memory");
}

collet_status command_read_value(command_line *line, const collet_host *host, const char *key,
                                 const char *text)
{
    collet_status status = make_room(line, host, text);
    reader r = {.line = line, .host = host, .key = key, .at = text, .to = line->memory};
    if (status == COLLET_OK) {
        r.in_group = true;
        line->group_count = 1;
        open_word(&r);
    }
    while (status == COLLET_OK && *r.at != '\0') {
        status = read_character(&r);
    }
    if (status == COLLET_OK) {
        close_word(&r);
    }
    return status;
}

collet_status command_read(command_line *line, const collet_host *host, const char *key,
                           const char *text)
{
    if (make_room(line, host, text) != COLLET_OK) {
        return COLLET_E_NOMEM;
    }
    reader r = {.line = line, .host = host, .key = key, .at = text, .to = line->memory};
    while (*r.at != '\0') {
        collet_status status = read_next(&r);
        if (status != COLLET_OK) {
            return status;
        }
    }
    close_word(&r);
    if (r.in_group) {
        return fault(&r, "a [ is opened and not closed (write \\[ for the character)");
    }
    if (line->word_count == 0 || line->words[0].group > 0) {
        return fault(&r, "it names no program");
    }
    return COLLET_OK;
}

/* Pipes, lists of commands, and redirections with a number or "&" before them: 2>&1. */
static bool is_shell_word(const char *text)
{
    static const char *const alone[] = {"&&", "&", ";"};
    bool is = false;
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        is = is || strcmp(text, alone[i]) == 0;
    }
    const char *redirection = text + strspn(text, "0123456789&");
    return is || text[0] == '|' || *redirection == '>' || *redirection == '<';
}

const char *command_shell_word(const command_line *line)
{
    for (size_t w = 1; w < line->word_count; w++) {
        const command_word *word = &line->words[w];
        const command_part *part = &line->parts[word->first];
        if (!word->quoted && word->count > 0 && !part->is_name && is_shell_word(part->text)) {
            return part->text;
        }
    }
    return NULL;
}

void command_finish(command_line *line)
{
    free(line->parts);
    free(line->words);
    free(line->memory);
    *line = (command_line){0};
}

static const char *part_text(const command_part *part, const char *const *texts)
{
    return !part->is_name ? part->text : part->place >= 0 ? texts[part->place] : NULL;
}

/* Has the word's bracket an inactive parameter? A word in none is never left out. */
static bool left_out(const command_line *l, const command_word *word, const char *const *texts)
{
    for (size_t w = 0; word->group > 0 && w < l->word_count; w++) {
        const command_word *other = &l->words[w];
        for (size_t p = 0; other->group == word->group && p < other->count; p++) {
            if (part_text(&l->parts[other->first + p], texts) == NULL) {
                return true;
            }
        }
    }
    return false;
}

static size_t fill_word(const command_line *l, const command_word *word, const char *const *texts,
                        char *out)
{
    size_t length = 0;
    for (size_t p = 0; p < word->count; p++) {
        const char *text = part_text(&l->parts[word->first + p], texts);
        size_t n = text != NULL ? strlen(text) : 0;
        if (out != NULL && n > 0) {
            memcpy(out + length, text, n);
        }
        length += n;
    }
    if (out != NULL) {
        out[length] = '\0';
    }
    return length + 1;
}

char **command_fill(const command_line *line, const char *const *texts)
{
    size_t size = (line->word_count + 1) * sizeof(char *), count = 0;
    for (size_t w = 0; w < line->word_count; w++) {
        size += fill_word(line, &line->words[w], texts, NULL);
    }
    char **argv = malloc(size);
    char *at = argv != NULL ? (char *)(argv + line->word_count + 1) : NULL;
    for (size_t w = 0; argv != NULL && w < line->word_count; w++) {
        if (!left_out(line, &line->words[w], texts)) {
            argv[count++] = at;
            at += fill_word(line, &line->words[w], texts, at);
        }
    }
    if (argv != NULL) {
        argv[count] = NULL;
    }
    return argv;
}

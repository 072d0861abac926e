/**
 * @file command/words.h
 * @brief The call of a program, written on one line: parted into words, filled with parameters.
 *
 * No shell is asked, so nothing but the following has a meaning:
 *
 *     blanks        part words
 *     '...'         as it stands, blanks and braces too
 *     "..."         blanks are kept; \" and \\ stand for " and \; placeholders are filled in
 *     \c            outside of quotes: the character c itself
 *     {name}        the text of that parameter; it stays in its word, whatever it holds
 *     {{ and }}     a brace
 *     [...]         words that are left out while a parameter among them is inactive: the bracket
 *                   opens before a word and closes after one, and does not nest
 */
#ifndef COMMAND_WORDS_H
#define COMMAND_WORDS_H

#include <collet/plugin.h>

#include <stdbool.h>

/** A stretch of a word: text as it stands, or the name of a parameter. */
typedef struct command_part {
    char *text;
    bool is_name;
    int32_t place; /**< of the parameter, for the caller to set; -1 at first */
} command_part;

/** One word: parts [first, first + count). */
typedef struct command_word {
    size_t first, count;
    uint32_t group; /**< of the bracket that it stands in, from 1; 0: in none */
    bool quoted;    /**< some of it is quoted or escaped */
} command_word;

/** A line that was read. Zero it before command_read(). */
typedef struct command_line {
    command_part *parts;
    command_word *words;
    size_t part_count, word_count;
    uint32_t group_count;
    char *memory;
} command_line;

/** Reads the line. COLLET_E_INVALID, with set_error() beginning "key: ", for one that is none. */
collet_status command_read(command_line *line, const collet_host *host, const char *key,
                           const char *text);

/** Reads a value: one word, blanks and all, in which only {name}, {{ and }} have a meaning. It is
 *  left out while a parameter in it is inactive. Errors as above. */
collet_status command_read_value(command_line *line, const collet_host *host, const char *key,
                                 const char *text);

/** The first word that a shell would take for its own, such as > and &&, unless it is quoted: NULL
 *  where there is none. */
const char *command_shell_word(const command_line *line);

/** Frees what it holds. */
void command_finish(command_line *line);

/** The words with texts[place] for each name, closed by NULL, to free() as one block; NULL when
 *  memory ran out. A NULL text, or a place below 0, is an inactive parameter: its bracket is left
 *  out. */
char **command_fill(const command_line *line, const char *const *texts);

#endif /* COMMAND_WORDS_H */

/**
 * @file text/read.h
 * @brief Whole text files, gzipped or not, and their lines.
 */
#ifndef TEXT_READ_H
#define TEXT_READ_H

#include <collet/plugin.h>

/** A file's bytes; length of them, then a 0. Zero it before text_read(). */
typedef struct text_file {
    char *bytes;
    size_t length;
} text_file;

/** Reads the file at path and checks that it is UTF-8 without zero bytes; a byte order mark at its
 *  start is left out. COLLET_E_IO where it cannot be read, COLLET_E_INVALID, naming file and line,
 *  where it is no text; then nothing is left behind. */
collet_status text_read(const collet_host *host, const char *path, text_file *file);

/** Frees the bytes. */
void text_file_finish(text_file *file);

/** One line, or one field: length bytes at text. */
typedef struct text_piece {
    const char *text;
    size_t length;
} text_piece;

/** Takes the line at *at, without its end ("\n" or "\r\n"), and moves *at behind it. 0 at the end
 *  of the file. */
int text_next_line(const text_file *file, size_t *at, text_piece *line);

/** The piece without blanks and tabs at both ends. */
text_piece text_trim(text_piece piece);

/** The known name that read is most likely a slip of: within a third of its length in edits, at
 *  most; -1 where none is near. names[count]. For messages, not for speed. */
int text_nearest(const char *read, const char *const *names, size_t count);

#endif /* TEXT_READ_H */

#include "text/read.h"

#include "input/input.h"
#include "text/words.h"

#include <collet/helpers.h>

#include <ctype.h>
#include <stdbool.h>

enum { CHUNK = 1 << 15 };

void text_file_finish(text_file *file)
{
    free(file->bytes);
    *file = (text_file){0};
}

/* Appends what the file has. Stops at a byte that no text has: check_text() then finds the first,
 * and files of zeros may be without end. */
static collet_status read_all(const collet_host *host, const char *path, input_file *in,
                              text_file *file)
{
    size_t room = 0, got = CHUNK;
    for (bool text = true; text && got == CHUNK;) {
        if (room < file->length + CHUNK + 1) {
            room = 2 * (file->length + CHUNK + 1);
            char *bytes = realloc(file->bytes, room);
            if (bytes == NULL) {
                return collet_fail(host, COLLET_E_NOMEM, "%s: no memory for %zu bytes", path, room);
            }
            file->bytes = bytes;
        }
        char *begin = file->bytes + file->length;
        collet_status status = input_read(in, begin, CHUNK, &got);
        if (status < 0) {
            return status;
        }
        text = memchr(begin, '\0', got) == NULL;
        file->length += got;
        file->bytes[file->length] = '\0';
    }
    return COLLET_OK;
}

static int line_of(const text_file *file, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++) {
        line += file->bytes[i] == '\n';
    }
    return line;
}

static collet_status check_text(const collet_host *host, const char *path, text_file *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (file->length >= 3 && memcmp(file->bytes, mark, 3) == 0) {
        file->length -= 3;
        memmove(file->bytes, file->bytes + 3, file->length + 1);
    }
    for (size_t at = 0; at < file->length;) {
        size_t from = at;
        int32_t c = text_decode(file->bytes, file->length, &at);
        if (c <= 0) {
            return collet_fail(host, COLLET_E_INVALID,
                               "%s:%d: byte 0x%02x is not UTF-8 text; convert the file with iconv",
                               path, line_of(file, from), (unsigned char)file->bytes[from]);
        }
    }
    return memchr(file->bytes, '\n', file->length) != NULL ||
                   memchr(file->bytes, '\r', file->length) == NULL
               ? COLLET_OK
               : collet_fail(host, COLLET_E_INVALID,
                             "%s: its lines end with carriage returns alone; tr '\\r' '\\n' makes "
                             "them lines",
                             path);
}

collet_status text_read(const collet_host *host, const char *path, text_file *file)
{
    input_file *in = NULL;
    collet_status status = input_open(host, path, &in);
    status = status < 0 ? status : read_all(host, path, in, file);
    input_close(in);
    status = status < 0 ? status : check_text(host, path, file);
    if (status < 0) {
        text_file_finish(file);
    }
    return status;
}

int text_next_line(const text_file *file, size_t *at, text_piece *line)
{
    if (*at >= file->length) {
        return 0;
    }
    line->text = file->bytes + *at;
    const char *end = memchr(line->text, '\n', file->length - *at);
    line->length = end != NULL ? (size_t)(end - line->text) : file->length - *at;
    *at += line->length + 1;
    line->length -= line->length > 0 && line->text[line->length - 1] == '\r';
    return 1;
}

text_piece text_trim(text_piece piece)
{
    while (piece.length > 0 && (*piece.text == ' ' || *piece.text == '\t')) {
        piece.text++;
        piece.length--;
    }
    while (piece.length > 0 &&
           (piece.text[piece.length - 1] == ' ' || piece.text[piece.length - 1] == '\t')) {
        piece.length--;
    }
    return piece;
}

enum { LONGEST_NAME = 63 };

/* Insertions, deletions and changes between two names of up to LONGEST_NAME bytes: Levenshtein,
 * one row of the table at a time. */
static size_t edits(const char *a, const char *b)
{
    size_t row[LONGEST_NAME + 1], length = strlen(b);
    for (size_t j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t change =
                diagonal + (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]));
            size_t gap = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = change < gap ? change : gap;
        }
    }
    return row[length];
}

int text_nearest(const char *read, const char *const *names, size_t count)
{
    size_t least = SIZE_MAX, length = strlen(read);
    int best = -1;
    for (size_t i = 0; i < count && length <= LONGEST_NAME; i++) {
        size_t other = strlen(names[i]);
        size_t longer = length > other ? length : other;
        size_t distance = other > LONGEST_NAME ? SIZE_MAX : edits(read, names[i]);
        if (distance <= (longer + 2) / 3 && distance < least) {
            least = distance;
            best = (int)i;
        }
    }
    return best;
}

#include "table/csv.h"

#include "text/lexicon.h"

#include <collet/helpers.h>

void csv_close(csv_reader *r)
{
    text_file_finish(&r->file);
    free(r->cells);
    r->cells = NULL;
    r->count = r->room = 0;
}

/* The candidate that the first line has most of; a comma where it has none. */
static char guess_delimiter(const text_file *file)
{
    static const char candidates[] = ",;\t|";
    size_t at = 0, most = 0;
    char best = ',';
    text_piece line;
    if (!text_next_line(file, &at, &line)) {
        return best;
    }
    for (const char *c = candidates; *c != '\0'; c++) {
        size_t times = 0;
        for (size_t i = 0; i < line.length; i++) {
            times += line.text[i] == *c;
        }
        if (times > most) {
            most = times;
            best = *c;
        }
    }
    return best;
}

collet_status csv_open(csv_reader *r)
{
    collet_status status = text_read(r->host, r->path, &r->file);
    r->next_line = 1;
    if (status >= 0 && r->delimiter == '\0') {
        r->delimiter = guess_delimiter(&r->file);
    }
    return status;
}

static int ends_cell(const csv_reader *r, size_t at)
{
    const char *s = r->file.bytes;
    return at >= r->file.length || s[at] == r->delimiter || s[at] == '\n' ||
           (s[at] == '\r' && (at + 1 >= r->file.length || s[at + 1] == '\n'));
}

/* Takes a quoted cell whose quote is at r->at; "" stands for ". */
static collet_status quoted_cell(csv_reader *r, text_piece *cell)
{
    char *s = r->file.bytes, *out = s + r->at;
    int opened = r->next_line;
    cell->text = out;
    for (r->at++;; r->at++) {
        if (r->at >= r->file.length) {
            return collet_fail(r->host, COLLET_E_INVALID,
                               "%s:%d: the quote that opens here is never closed; quote = none "
                               "takes quotes for text",
                               r->path, opened);
        }
        if (s[r->at] == r->quote && s[++r->at] != r->quote) {
            break;
        }
        r->next_line += s[r->at] == '\n';
        *out++ = s[r->at];
    }
    cell->length = (size_t)(out - cell->text);
    while (!ends_cell(r, r->at) && (s[r->at] == ' ' || s[r->at] == '\t')) {
        r->at++;
    }
    return ends_cell(r, r->at) ? COLLET_OK
                               : collet_fail(r->host, COLLET_E_INVALID,
                                             "%s:%d: \"%c\" follows a closing quote; a quote in a "
                                             "quoted cell is written twice",
                                             r->path, r->next_line, s[r->at]);
}

static collet_status next_cell(csv_reader *r, text_piece *cell)
{
    const char *s = r->file.bytes;
    size_t begin = r->at;
    while (!ends_cell(r, begin) && s[begin] == ' ') {
        begin++;
    }
    if (r->quote != '\0' && begin < r->file.length && s[begin] == r->quote) {
        r->at = begin;
        return quoted_cell(r, cell);
    }
    begin = r->at;
    while (!ends_cell(r, r->at)) {
        r->at++;
    }
    *cell = text_trim((text_piece){s + begin, r->at - begin});
    return COLLET_OK;
}

/* Moves over blank lines. */
static void skip_blank(csv_reader *r)
{
    text_piece line;
    for (size_t at = r->at; text_next_line(&r->file, &at, &line);) {
        if (text_trim(line).length > 0) {
            return;
        }
        r->at = at;
        r->next_line++;
    }
    r->at = r->file.length;
}

collet_status csv_next(csv_reader *r)
{
    skip_blank(r);
    if (r->at >= r->file.length) {
        return COLLET_DONE;
    }
    r->line = r->next_line;
    for (r->count = 0;; r->at++) {
        text_piece cell;
        if (!text_reserve((void **)&r->cells, &r->room, r->count + 1, sizeof *r->cells)) {
            return collet_fail(r->host, COLLET_E_NOMEM, "%s: out of memory", r->path);
        }
        collet_status status = next_cell(r, &cell);
        if (status < 0) {
            return status;
        }
        r->cells[r->count++] = cell;
        if (r->at >= r->file.length || r->file.bytes[r->at] != r->delimiter) {
            break;
        }
    }
    r->at += r->at < r->file.length && r->file.bytes[r->at] == '\r';
    r->at++;
    r->next_line++;
    return COLLET_OK;
}

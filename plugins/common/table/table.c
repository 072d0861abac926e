#include "table/table.h"

#include "text/lexicon.h"

#include <collet/helpers.h>

void table_finish(table *t)
{
    for (uint32_t i = 0; t->names != NULL && i < t->width; i++) {
        free(t->names[i]);
    }
    csv_close(&t->files[0]);
    csv_close(&t->files[1]);
    free(t->names);
    free(t->cells);
    free(t->lines);
}

collet_status table_no_memory(const table *t)
{
    return collet_fail(t->host, COLLET_E_NOMEM, "out of memory for %zu rows of %u columns", t->rows,
                       t->width);
}

const char *table_path(const table *t, size_t row)
{
    return t->paths[row < t->training ? 0 : 1];
}

text_piece table_cell(const table *t, size_t row, uint32_t column)
{
    return t->cells[row * t->width + column];
}

/* Columns from the first record, which stays to be read as a row where it is none. */
static collet_status name_columns(table *t, const csv_reader *r)
{
    t->width = (uint32_t)r->count;
    t->names = calloc(r->count, sizeof *t->names);
    if (t->names == NULL) {
        return table_no_memory(t);
    }
    for (uint32_t i = 0; i < t->width; i++) {
        text_piece cell = t->header ? r->cells[i] : (text_piece){"", 0};
        char *name = NULL;
        int n = cell.length > 0 ? asprintf(&name, "%.*s", (int)cell.length, cell.text)
                                : asprintf(&name, "column%u", i + 1);
        if (n < 0) {
            return table_no_memory(t);
        }
        t->names[i] = name;
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(t->names[k], name) == 0) {
                return collet_fail(t->host, COLLET_E_INVALID,
                                   "%s:%d: columns %u and %u are both called \"%s\"%s", r->path,
                                   r->line, k + 1, i + 1, name,
                                   strspn(name, "+-.0123456789") == strlen(name)
                                       ? "; header = off where the first line is a row"
                                       : "");
            }
        }
    }
    return COLLET_OK;
}

static collet_status add_row(table *t, const csv_reader *r)
{
    if (r->count != t->width) {
        bool commas = r->delimiter == ',' && r->count > t->width;
        return collet_fail(t->host, COLLET_E_INVALID, "%s:%d: %zu cells; the first line has %u%s",
                           r->path, r->line, r->count, t->width,
                           commas ? "; a cell with a comma in it stands in quotes" : "");
    }
    size_t used = t->rows * t->width;
    if (!text_reserve((void **)&t->cells, &t->cell_room, used + t->width, sizeof *t->cells) ||
        !text_reserve((void **)&t->lines, &t->line_room, t->rows + 1, sizeof *t->lines)) {
        return table_no_memory(t);
    }
    memcpy(t->cells + used, r->cells, t->width * sizeof *t->cells);
    t->lines[t->rows++] = r->line;
    return COLLET_OK;
}

/* The columns of a test file must be those of the training file. */
static collet_status check_header(const table *t, const csv_reader *r)
{
    for (uint32_t i = 0; i < t->width && i < r->count; i++) {
        text_piece cell = r->cells[i];
        if (strlen(t->names[i]) != cell.length ||
            memcmp(t->names[i], cell.text, cell.length) != 0) {
            return collet_fail(t->host, COLLET_E_INVALID,
                               "%s:%d: column %u is \"%.*s\", in %s it is \"%s\"", r->path, r->line,
                               i + 1, (int)cell.length, cell.text, t->paths[0], t->names[i]);
        }
    }
    return r->count == t->width
               ? COLLET_OK
               : collet_fail(t->host, COLLET_E_INVALID, "%s:%d: %zu columns; %s has %u", r->path,
                             r->line, r->count, t->paths[0], t->width);
}

static collet_status read_file(table *t, csv_reader *r, const char *path)
{
    size_t before = t->rows;
    *r = (csv_reader){.host = t->host, .path = path, .delimiter = t->delimiter, .quote = t->quote};
    collet_status status = csv_open(r);
    status = status < 0 ? status : csv_next(r);
    if (status == COLLET_DONE) {
        return collet_fail(t->host, COLLET_E_INVALID, "%s: is empty", path);
    }
    if (status >= 0) {
        bool first = t->names == NULL;
        status = first ? name_columns(t, r) : t->header ? check_header(t, r) : COLLET_OK;
        status = status < 0 || t->header ? status : add_row(t, r);
    }
    while (status >= 0 && (status = csv_next(r)) == COLLET_OK) {
        status = add_row(t, r);
    }
    return status < 0 || t->rows > before
               ? status
               : collet_fail(t->host, COLLET_E_INVALID, "%s: has a header and no rows", path);
}

collet_status table_read(table *t)
{
    collet_status status = read_file(t, &t->files[0], t->paths[0]);
    t->training = t->rows;
    return status < 0 || t->paths[1][0] == '\0' ? status : read_file(t, &t->files[1], t->paths[1]);
}

static collet_status not_found(const table *t, const char *key, const char *name)
{
    int near = text_nearest(name, (const char *const *)t->names, t->width);
    return near >= 0
               ? collet_fail(t->host, COLLET_E_INVALID,
                             "%s: %s: there is no column \"%s\" (did you mean \"%s\"?)",
                             t->paths[0], key, name, t->names[near])
               : collet_fail(t->host, COLLET_E_INVALID,
                             "%s: %s: there is no column \"%s\"; there are %u, from \"%s\" "
                             "to \"%s\"",
                             t->paths[0], key, name, t->width, t->names[0], t->names[t->width - 1]);
}

collet_status table_find(const table *t, const char *key, text_piece name, uint32_t *column)
{
    char read[128];
    for (uint32_t i = 0; i < t->width; i++) {
        if (strlen(t->names[i]) == name.length &&
            memcmp(t->names[i], name.text, name.length) == 0) {
            *column = i;
            return COLLET_OK;
        }
    }
    (void)snprintf(read, sizeof read, "%.*s", (int)name.length, name.text);
    return not_found(t, key, read);
}

#include "report/table.h"

#include "base/printable.h"
#include "base/utf8.h"
#include "config/option.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP = 2,        /* blanks between columns */
    NARROWEST = 12, /* characters that words keep */
    DOTS = 3,
};

void clt_table_finish(clt_table *table)
{
    CLT_VEC_FINISH(&table->cells);
    clt_arena_finish(&table->arena);
}

void clt_table_add(clt_table *table, const char *cell)
{
    clt_str shown = {0};
    cell = cell != NULL ? cell : "";
    if (clt_printable(cell)) {
        const char *copy = clt_arena_copy(&table->arena, cell);
        table->failed = copy == NULL || !CLT_PUSH(&table->cells, copy) || table->failed;
        return;
    }
    clt_printable_add(&shown, cell);
    const char *copy = clt_arena_copy(&table->arena, clt_str_text(&shown));
    table->failed = shown.failed || copy == NULL || !CLT_PUSH(&table->cells, copy) || table->failed;
    clt_str_finish(&shown);
}

void clt_table_addf(clt_table *table, const char *format, ...)
{
    clt_str text = {0};
    va_list arguments;
    va_start(arguments, format);
    clt_str_add_list(&text, format, arguments);
    va_end(arguments);
    table->failed = text.failed || table->failed;
    clt_table_add(table, clt_str_text(&text));
    clt_str_finish(&text);
}

void clt_table_add_real(clt_table *table, double value)
{
    if (isnan(value)) {
        clt_table_add(table, "-");
    } else {
        clt_table_addf(table, "%.6g", value);
    }
}

static const char *cell_at(const clt_table *table, size_t row, size_t column)
{
    return table->cells.items[row * table->columns + column];
}

/* How a column is written. */
typedef struct column {
    size_t width;
    bool numeric; /* numbers (and gaps): it stands to the right */
} column;

static bool is_number(const char *cell)
{
    double number;
    return cell[0] == '\0' || strcmp(cell, "-") == 0 || clt_number_parse(cell, &number);
}

/* Each cell is looked at once, so that the time grows with the table and no faster. */
static void measure(const clt_table *table, size_t rows, column *columns)
{
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < table->columns; c++) {
            const char *cell = cell_at(table, r, c);
            size_t width = clt_utf8_width(cell);
            columns[c].width = width > columns[c].width ? width : columns[c].width;
            columns[c].numeric = r == 0 ? rows > 1 : columns[c].numeric && is_number(cell);
        }
    }
}

static size_t width_of(const column *columns, size_t count)
{
    size_t width = 0;
    for (size_t c = 0; c < count; c++) {
        width += columns[c].width + (c > 0 ? GAP : 0);
    }
    return width;
}

static size_t least(const column *at)
{
    return at->numeric || at->width < NARROWEST ? at->width : NARROWEST;
}

/* How many columns, from the left, have room where words are as narrow as they may be; one always.
 */
static size_t count_fitting(const clt_table *table, const column *columns)
{
    size_t count = 0, width = 0;
    for (; count < table->columns; count++) {
        width += least(&columns[count]) + (count > 0 ? GAP : 0);
        if (count > 0 && table->width > 0 && width > table->width) {
            break;
        }
    }
    return count;
}

/* Words give way, the longest before others, and where that is not enough columns on the right; the
 * number of those that stay. */
static size_t fit(const clt_table *table, column *columns)
{
    size_t count = count_fitting(table, columns);
    while (table->width > 0 && width_of(columns, count) > table->width) {
        column *widest = NULL;
        for (size_t c = 0; c < count; c++) {
            bool may = columns[c].width > least(&columns[c]);
            widest =
                may && (widest == NULL || columns[c].width > widest->width) ? &columns[c] : widest;
        }
        if (widest == NULL) {
            break;
        }
        widest->width--;
    }
    return count;
}

static void add_blanks(clt_str *out, size_t n)
{
    static const char blanks[] = "                                ";
    for (size_t part; n > 0; n -= part) {
        part = n < sizeof blanks - 1 ? n : sizeof blanks - 1;
        clt_str_add_bytes(out, blanks, part);
    }
}

/* A cell in a column that may be narrower: what is cut ends in dots. */
static void write_cell(const char *cell, const column *at, bool last, clt_str *out)
{
    size_t width = clt_utf8_width(cell), blanks = width < at->width ? at->width - width : 0;
    add_blanks(out, at->numeric ? blanks : 0);
    if (width > at->width) {
        size_t dots = at->width < DOTS ? at->width : DOTS;
        clt_str_add_bytes(out, cell, clt_utf8_bytes(cell, at->width - dots));
        clt_str_add_bytes(out, "...", dots);
    } else {
        clt_str_add(out, cell);
    }
    add_blanks(out, at->numeric || last ? 0 : blanks);
    clt_str_add(out, last ? "\n" : "  ");
}

/* What a reader of the table would miss. */
static void write_missing(const clt_table *table, size_t count, clt_str *out)
{
    for (size_t c = count; c < table->columns; c++) {
        clt_str_addf(out, "%s%s", c == count ? "no room for: " : ", ", cell_at(table, 0, c));
    }
    clt_str_add(out, count < table->columns ? "\n" : "");
}

void clt_table_write(const clt_table *table, clt_str *out)
{
    size_t rows = table->columns > 0 ? table->cells.count / table->columns : 0;
    column *columns = calloc(table->columns + 1, sizeof *columns);
    if (columns == NULL) {
        out->failed = true;
        return;
    }
    measure(table, rows, columns);
    size_t count = fit(table, columns);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < count; c++) {
            write_cell(cell_at(table, r, c), &columns[c], c + 1 == count, out);
        }
    }
    if (rows > 0) {
        write_missing(table, count, out);
    }
    free(columns);
}

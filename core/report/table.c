#include "report/table.h"

#include "base/utf8.h"
#include "config/option.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void clt_table_finish(clt_table *table)
{
    CLT_VEC_FINISH(&table->cells);
    clt_arena_finish(&table->arena);
}

void clt_table_add(clt_table *table, const char *cell)
{
    const char *copy = clt_arena_copy(&table->arena, cell != NULL ? cell : "");
    table->failed = copy == NULL || !CLT_PUSH(&table->cells, copy) || table->failed;
}

void clt_table_addf(clt_table *table, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    clt_table_add(table, text);
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

static size_t width_of(const clt_table *table, size_t column, size_t rows)
{
    size_t width = 0;
    for (size_t r = 0; r < rows; r++) {
        size_t w = clt_utf8_width(cell_at(table, r, column));
        width = w > width ? w : width;
    }
    return width;
}

/* A column of numbers (and gaps) stands to the right. */
static bool is_numeric(const clt_table *table, size_t column, size_t rows)
{
    double number;
    for (size_t r = 1; r < rows; r++) {
        const char *cell = cell_at(table, r, column);
        if (cell[0] != '\0' && strcmp(cell, "-") != 0 && !clt_number_parse(cell, &number)) {
            return false;
        }
    }
    return rows > 1;
}

void clt_table_write(const clt_table *table, clt_str *out)
{
    size_t rows = table->columns > 0 ? table->cells.count / table->columns : 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < table->columns; c++) {
            const char *cell = cell_at(table, r, c);
            size_t width = width_of(table, c, rows);
            size_t blanks = width - clt_utf8_width(cell);
            bool right = is_numeric(table, c, rows), last = c + 1 == table->columns;
            clt_str_addf(out, "%*s%s%*s%s", right ? (int)blanks : 0, "", cell,
                         right || last ? 0 : (int)blanks, "", last ? "\n" : "  ");
        }
    }
}

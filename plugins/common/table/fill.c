#include "table/frame.h"

#include <collet/helpers.h>

#include <float.h>
#include <math.h>

/* One category more than there may be: where they are numbers, that is why. */
static collet_status refuse_more(const table_frame *f, uint32_t column, size_t row)
{
    const bool target = column == f->target;
    const char *what = target ? "the target" : "column", *name = f->columns[column].name;
    char advice[256];
    text_piece example;
    if (table_frame_advice(f, column, advice, &example)) {
        return collet_fail(f->table.host, COLLET_E_INVALID,
                           "%s:%d: %s \"%s\" has more than %lld different texts, which look like "
                           "numbers, such as \"%.*s\": they are read with %s",
                           table_path(&f->table, row), f->table.lines[row], what, name,
                           (long long)f->wishes.max_categories, (int)example.length, example.text,
                           advice);
    }
    return collet_fail(f->table.host, COLLET_E_INVALID,
                       "%s:%d: %s \"%s\" has more than %lld different %s; %s, or raise "
                       "max_categories",
                       table_path(&f->table, row), f->table.lines[row], what, name,
                       (long long)f->wishes.max_categories, target ? "classes" : "texts",
                       target ? "name another as target" : "ignore it");
}

static collet_status add_category(table_frame *f, uint32_t column, size_t row, text_piece cell)
{
    table_column *c = &f->columns[column];
    char digits[32];
    double value;
    if (column == f->target && table_frame_number(f, cell, &value) && isfinite(value)) {
        /* 1, 1.0 and 01 are one class */
        cell.length = (size_t)snprintf(digits, sizeof digits, "%.15g", value);
        cell.text = digits;
    }
    int64_t code = f->predicts ? table_column_code(c, cell)
                               : text_lexicon_add(&c->categories, cell.text, cell.length);
    if (code < 0) {
        return table_no_memory(&f->table);
    }
    c->codes[row] = (int32_t)code;
    if (f->predicts || (int64_t)c->categories.count <= f->wishes.max_categories) {
        return COLLET_OK;
    }
    return refuse_more(f, column, row);
}

static collet_status refuse_number(const table_frame *f, uint32_t column, size_t row,
                                   text_piece cell, const char *what, const char *why)
{
    return collet_fail(f->table.host, COLLET_E_INVALID, "%s:%d: %s \"%s\": \"%.*s\" %s",
                       table_path(&f->table, row), f->table.lines[row], what,
                       f->columns[column].name, cell.length < 60 ? (int)cell.length : 60, cell.text,
                       why);
}

static collet_status add_number(table_frame *f, uint32_t column, size_t row, text_piece cell)
{
    double *x = &f->columns[column].numbers[row];
    if (!table_frame_number(f, cell, x)) {
        char advice[256], why[320];
        text_piece example;
        if (table_number_advice(&cell, 1, advice, &example)) {
            (void)snprintf(why, sizeof why, "is not written as a number is; it is read with %s",
                           advice);
            return refuse_number(f, column, row, cell,
                                 column == f->target ? "the target" : "column", why);
        }
        if (row == 0 && !f->table.header) {
            return refuse_number(f, column, row, cell, "column",
                                 "is not a number as most others are; header = on where the first "
                                 "line names the columns");
        }
        return column == f->target
                   ? refuse_number(f, column, row, cell, "the target",
                                   "is not a number, which regression predicts; task = "
                                   "classification takes texts")
                   : refuse_number(f, column, row, cell, "column",
                                   "is not a number as most others are; missing_text can say that "
                                   "it means a missing one");
    }
    const char *what = column == f->target ? "the target" : "column";
    if (isfinite(*x)) {
        return fabs(*x) <= (double)FLT_MAX ? COLLET_OK
                                           : refuse_number(f, column, row, cell, what,
                                                           "is too large; numbers are at most "
                                                           "3.4e38");
    }
    return refuse_number(f, column, row, cell, what,
                         column == f->target ? "is not a finite number, which is to be predicted"
                                             : "is not a finite number; missing_text can say that "
                                               "it means a missing one");
}

static collet_status add_missing(table_frame *f, uint32_t column, size_t row)
{
    table_column *c = &f->columns[column];
    if (column == f->target) {
        return collet_fail(f->table.host, COLLET_E_INVALID, "%s:%d: the target \"%s\" is missing",
                           table_path(&f->table, row), f->table.lines[row], c->name);
    }
    if (f->wishes.missing == TABLE_REFUSE && f->predicts) {
        return collet_fail(
            f->table.host, COLLET_E_INVALID,
            "%s:%d: column \"%s\": the cell is missing, and the model was trained "
            "with missing = refuse, so it does not know what could stand in: fill "
            "the cell, or train a model with [data] missing = mean, most_frequent or "
            "indicator",
            table_path(&f->table, row), f->table.lines[row], c->name);
    }
    if (f->wishes.missing == TABLE_REFUSE) {
        return collet_fail(f->table.host, COLLET_E_INVALID,
                           "%s:%d: column \"%s\": the cell is missing; missing = mean, "
                           "most_frequent or indicator says what stands in",
                           table_path(&f->table, row), f->table.lines[row], c->name);
    }
    if (c->categorical) {
        c->codes[row] = -1;
    } else {
        c->numbers[row] = NAN;
    }
    return COLLET_OK;
}

static collet_status allocate_columns(table_frame *f)
{
    for (uint32_t i = 0; i < f->width; i++) {
        table_column *c = &f->columns[i];
        if (f->roles[i] == TABLE_IGNORED) {
            continue;
        }
        if (c->categorical) {
            c->codes = malloc(f->table.rows * sizeof *c->codes);
        } else {
            c->numbers = malloc(f->table.rows * sizeof *c->numbers);
        }
        if (c->codes == NULL && c->numbers == NULL) {
            return table_no_memory(&f->table);
        }
    }
    return COLLET_OK;
}

collet_status table_frame_fill(table_frame *f)
{
    collet_status status = allocate_columns(f);
    for (size_t row = 0; row < f->table.rows && status >= 0; row++) {
        for (uint32_t i = 0; i < f->width && status >= 0; i++) {
            text_piece cell = table_frame_cell(f, row, i);
            status = f->roles[i] == TABLE_IGNORED   ? COLLET_OK
                     : table_frame_missing(f, cell) ? add_missing(f, i, row)
                     : f->columns[i].categorical    ? add_category(f, i, row, cell)
                                                    : add_number(f, i, row, cell);
        }
    }
    return status;
}

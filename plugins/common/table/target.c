#include "table/target.h"

#include <collet/helpers.h>

#include <math.h>

/* Does a numeric target look like a class? */
static bool is_class(const table_frame *f)
{
    enum { MOST_CLASSES = 20, ROWS_A_CLASS = 5 };
    double seen[MOST_CLASSES], value;
    size_t count = 0;
    for (size_t row = 0; row < f->table.rows; row++) {
        if (!table_frame_number(f, table_frame_cell(f, row, f->target), &value) ||
            value != floor(value)) {
            return false;
        }
        size_t i = 0;
        while (i < count && seen[i] != value) {
            i++;
        }
        if (i == count && count == MOST_CLASSES) {
            return false;
        }
        seen[i] = value;
        count += i == count;
    }
    return count * ROWS_A_CLASS <= f->table.rows;
}

void table_target_choose(table_frame *f, table_task task)
{
    table_column *c = &f->columns[f->target];
    c->stated = c->stated || task == TABLE_CLASSES;
    c->categorical =
        task == TABLE_CLASSES || (task == TABLE_AUTO && (c->categorical || is_class(f)));
}

/* ---- Classes -------------------------------------------------------------------------------- */

/* Classes that are numbers rise; others are by name, behind them. */
static int by_class(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    double p, q;
    bool first = table_number((text_piece){x, strlen(x)}, &p);
    bool second = table_number((text_piece){y, strlen(y)}, &q);
    if (first && second) {
        return (p > q) - (p < q);
    }
    return first != second ? (first ? -1 : 1) : strcmp(x, y);
}

/* Of training rows there must be two classes or more, and of test rows no other ones. Codes are
 * numbered as they come, so those of training rows come first. */
static collet_status check_classes(const table_frame *f)
{
    const table_column *c = &f->columns[f->target];
    const table *t = &f->table;
    int32_t most = 0;
    for (size_t row = 0; row < t->training; row++) {
        most = most > c->codes[row] ? most : c->codes[row];
    }
    if (most == 0) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: all rows are of the one class \"%s\"; there must be two or more",
                           t->paths[0], c->categories.entries[0].text);
    }
    for (size_t row = t->training; row < t->rows; row++) {
        if (c->codes[row] > most) {
            return collet_fail(t->host, COLLET_E_INVALID,
                               "%s:%d: the class \"%s\" is not one of %s", table_path(t, row),
                               t->lines[row], c->categories.entries[c->codes[row]].text,
                               t->paths[0]);
        }
    }
    return COLLET_OK;
}

/* The labels of all rows, by the classes in their order. */
static void number_classes(const table_frame *f, table_labels *out)
{
    const table_column *c = &f->columns[f->target];
    for (uint32_t i = 0; i < out->classes; i++) {
        out->names[i] = c->categories.entries[i].text;
    }
    qsort(out->names, out->classes, sizeof *out->names, by_class);
    for (size_t row = 0; row < f->table.rows; row++) {
        const char *name = c->categories.entries[c->codes[row]].text;
        int32_t k = 0;
        while (out->names[k] != name) {
            k++;
        }
        out->labels[row] = k;
    }
}

collet_status table_target_labels(const table_frame *f, table_labels *out)
{
    collet_status status = check_classes(f);
    if (status < 0) {
        return status;
    }
    out->classes = (uint32_t)f->columns[f->target].categories.count;
    out->labels = malloc(f->table.rows * sizeof *out->labels);
    out->names = malloc(out->classes * sizeof *out->names);
    if (out->labels == NULL || out->names == NULL) {
        return table_no_memory(&f->table);
    }
    number_classes(f, out);
    return COLLET_OK;
}

/* ---- Numbers -------------------------------------------------------------------------------- */

collet_status table_target_check(const table_frame *f)
{
    const table_column *c = &f->columns[f->target];
    for (size_t row = 1; row < f->table.training; row++) {
        if (c->numbers[row] != c->numbers[0]) {
            return COLLET_OK;
        }
    }
    return collet_fail(f->table.host, COLLET_E_INVALID,
                       "%s: the target \"%s\" is %g in every row: there is nothing to predict",
                       f->table.paths[0], c->name, c->numbers[0]);
}

collet_status table_target_write(const table_frame *f, float **targets)
{
    size_t rows = f->table.rows;
    *targets = *targets != NULL ? *targets : malloc(rows * sizeof **targets);
    for (size_t row = 0; *targets != NULL && row < rows; row++) {
        table_column_write(&f->columns[f->target], row, &(*targets)[row]);
    }
    return *targets != NULL ? COLLET_OK : table_no_memory(&f->table);
}

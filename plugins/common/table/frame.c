#include "table/frame.h"

#include <collet/helpers.h>

text_piece table_frame_cell(const table_frame *f, size_t row, uint32_t column)
{
    return table_cell(&f->table, row, f->places[column]);
}

void table_frame_finish(table_frame *f)
{
    table_frame_forget(f);
    for (uint32_t i = 0; f->columns != NULL && i < f->width; i++) {
        if (f->predicts) {
            free((char *)(uintptr_t)f->columns[i].name);
        }
        table_column_finish(&f->columns[i]);
    }
    table_finish(&f->table);
    free(f->places);
    free(f->roles);
    free(f->columns);
}

static collet_status read_table(table_frame *f, const char *path, const char *test)
{
    f->table.paths[0] = path;
    f->table.paths[1] = test;
    return table_read(&f->table);
}

static bool allocate_width(table_frame *f, uint32_t width)
{
    f->columns = calloc(width + 1u, sizeof *f->columns);
    f->roles = calloc(width + 1u, sizeof *f->roles);
    f->places = calloc(width + 1u, sizeof *f->places);
    f->width = f->columns != NULL ? width : 0;
    return f->columns != NULL && f->roles != NULL && f->places != NULL;
}

/* A column for each of the table's. */
static collet_status take_columns(table_frame *f)
{
    if (!allocate_width(f, f->table.width)) {
        return table_no_memory(&f->table);
    }
    for (uint32_t i = 0; i < f->width; i++) {
        f->columns[i].name = f->table.names[i];
        f->places[i] = i;
    }
    return COLLET_OK;
}

/* ---- Roles ---------------------------------------------------------------------------------- */

/* Bytes of the text in quotes that begins there and ends before a comma or the end; 0: none does.
 */
static size_t quoted(const char *at)
{
    const char *end = *at == '"' || *at == '\'' ? strchr(at + 1, *at) : NULL;
    size_t n = end != NULL ? (size_t)(end - at) + 1 : 0;
    size_t blanks = n > 0 ? strspn(at + n, " \t") : 0;
    return n > 0 && (at[n + blanks] == ',' || at[n + blanks] == '\0') ? n : 0;
}

/* Takes the next of some names between commas; false where there is none. One in quotes may have
 * commas and blanks in it. */
static bool next_name(const char **list, text_piece *name)
{
    while (**list != '\0') {
        *list += strspn(*list, " \t");
        size_t n = quoted(*list);
        *name = n > 0 ? (text_piece){*list + 1, n - 2}
                      : text_trim((text_piece){*list, strcspn(*list, ",")});
        n += strcspn(*list + n, ",");
        *list += n + ((*list)[n] == ',');
        if (name->length > 0) {
            return true;
        }
    }
    return false;
}

/* The next column that a list names. Where the whole of it is the name of one, with a comma in it,
 * it means that: an experiment takes the quotes around a value away. */
static collet_status next_column(const table_frame *f, const char *what, const char **list,
                                 uint32_t *column, bool *more)
{
    text_piece name, all = text_trim((text_piece){*list, strlen(*list)});
    for (uint32_t i = 0; i < f->width && memchr(all.text, ',', all.length) != NULL; i++) {
        if (strlen(f->columns[i].name) == all.length &&
            memcmp(f->columns[i].name, all.text, all.length) == 0) {
            *list += strlen(*list);
            *column = i;
            *more = true;
            return COLLET_OK;
        }
    }
    *more = next_name(list, &name);
    return *more ? table_find(&f->table, what, name, column) : COLLET_OK;
}

static collet_status choose_target(table_frame *f)
{
    text_piece name = {f->wishes.target, strlen(f->wishes.target)};
    f->target = f->width - 1;
    collet_status status =
        name.length > 0 ? table_find(&f->table, "target", name, &f->target) : COLLET_OK;
    if (status >= 0) {
        f->roles[f->target] = TABLE_TARGET;
    }
    return status;
}

static collet_status ignore_columns(table_frame *f)
{
    uint32_t i;
    bool more = true;
    for (const char *list = f->wishes.ignore; more;) {
        collet_status status = next_column(f, "ignore", &list, &i, &more);
        if (status < 0 || !more) {
            return status;
        }
        if (i == f->target) {
            return collet_fail(f->table.host, COLLET_E_INVALID,
                               "%s: ignore: \"%s\" is the column to predict; target = ... says "
                               "another",
                               f->table.paths[0], f->columns[i].name);
        }
        f->roles[i] = TABLE_IGNORED;
    }
    return COLLET_OK;
}

static collet_status mark_categories(table_frame *f)
{
    uint32_t i;
    bool more = true;
    for (const char *list = f->wishes.categorical; more;) {
        collet_status status = next_column(f, "categorical", &list, &i, &more);
        if (status < 0 || !more) {
            return status;
        }
        f->columns[i].categorical = f->columns[i].stated = true;
    }
    return COLLET_OK;
}

/* ---- Kinds ---------------------------------------------------------------------------------- */

bool table_frame_number(const table_frame *f, text_piece cell, double *value)
{
    return table_number_in(&f->wishes.format, cell, value);
}

bool table_frame_missing(const table_frame *f, text_piece cell)
{
    text_piece name;
    for (const char *list = f->wishes.missing_text; next_name(&list, &name);) {
        if (name.length == cell.length && memcmp(name.text, cell.text, cell.length) == 0) {
            return true;
        }
    }
    return cell.length == 0;
}

/* A column without a value is more often a slip than meant. */
static collet_status check_values(const table_frame *f, const size_t *values)
{
    for (uint32_t i = 0; i < f->width; i++) {
        if (values[i] == 0 && f->roles[i] != TABLE_IGNORED) {
            return collet_fail(f->table.host, COLLET_E_INVALID,
                               "%s: column \"%s\" is empty: all its cells are missing; ignore = %s "
                               "leaves it out",
                               f->table.paths[0], f->columns[i].name, f->columns[i].name);
        }
    }
    return COLLET_OK;
}

/* Which columns are numbers: at least half of their cells, missing ones left out. Row by row, for
 * that is how the file lies in memory. Marks columns of texts as categorical. */
static collet_status find_kinds(table_frame *f)
{
    size_t *numbers = calloc(f->width, sizeof *numbers), *values = calloc(f->width, sizeof *values);
    collet_status status = COLLET_OK;
    for (size_t row = 0; numbers != NULL && values != NULL && row < f->table.rows; row++) {
        for (uint32_t i = 0; i < f->width; i++) {
            text_piece cell = table_frame_cell(f, row, i);
            double value;
            if (!table_frame_missing(f, cell)) { /* which may be a number, as -999 */
                values[i]++;
                numbers[i] += table_frame_number(f, cell, &value) ? 1 : 0;
            }
        }
    }
    if (numbers != NULL && values != NULL) {
        status = check_values(f, values);
    } else {
        status = table_no_memory(&f->table);
    }
    for (uint32_t i = 0; i < f->width && status >= 0; i++) {
        f->columns[i].categorical = f->columns[i].categorical || 2 * numbers[i] < values[i];
    }
    free(numbers);
    free(values);
    return status;
}

collet_status table_frame_open(table_frame *f, const char *path, const char *test)
{
    collet_status status = read_table(f, path, test);
    status = status < 0 ? status : take_columns(f);
    status = status < 0 ? status : choose_target(f);
    status = status < 0 ? status : ignore_columns(f);
    status = status < 0 ? status : mark_categories(f);
    return status < 0 ? status : find_kinds(f);
}

/* ---- Predicting ----------------------------------------------------------------------------- */

void table_frame_save(const table_frame *f, text_writer *w)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < f->width; i++) {
        count += f->roles[i] == TABLE_FEATURE;
    }
    text_put_number(w, count);
    for (uint32_t i = 0; i < f->width; i++) {
        if (f->roles[i] == TABLE_FEATURE) {
            table_column_save(&f->columns[i], w);
        }
    }
}

collet_status table_frame_load(table_frame *f, text_reader *r)
{
    uint64_t count = text_take_number(r, text_most(r, 3 * sizeof(uint64_t)));
    uint64_t features = 0;
    f->predicts = true;
    f->target = UINT32_MAX;
    if (!allocate_width(f, (uint32_t)count)) {
        return collet_fail(f->table.host, COLLET_E_NOMEM, "out of memory");
    }
    for (uint32_t i = 0; i < f->width && !r->failed; i++) {
        table_column_load(&f->columns[i], r);
        features += f->columns[i].feature_count;
    }
    f->features = (uint32_t)features;
    r->failed = r->failed || features == 0 || features >= INT32_MAX;
    return COLLET_OK;
}

collet_status table_frame_apply(table_frame *f, const char *path)
{
    collet_status status = read_table(f, path, "");
    for (uint32_t i = 0; i < f->width && status >= 0; i++) {
        const char *name = f->columns[i].name;
        status = table_find(&f->table, "the model's columns", (text_piece){name, strlen(name)},
                            &f->places[i]);
    }
    return status < 0 ? status : table_frame_fill(f);
}

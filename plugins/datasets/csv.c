/*
 * csv - a table in a text file: numbers and categories, to classify rows or to predict a number.
 *
 * Definition: a row's features are, column after column, (x - mean) / deviation of a number, and of
 * a category one number for each that the training rows have, 1 where the row is of it.
 *
 * Options:
 *     path            the file; its first line names the columns                    (required)
 *     test            the same, of a test part                                      (none)
 *     target          column to predict                                             (the last one)
 *     task            auto | classification | regression                            auto
 *     delimiter       auto | comma | semicolon | tab | pipe                         auto
 *     quote           double | single | none                                        double
 *     header          does the first line name the columns? else column1, ...       on
 *     categorical     columns that are categories, though their cells are numbers   (none)
 *     ignore          columns to leave out                                          (none)
 *     missing         refuse | mean | most_frequent | indicator                     refuse
 *     missing_text    cells that mean "missing", beside empty ones                  NA, ?
 *     max_categories  most different texts of a column of categories                100
 *     scale           standard | range | none: of numbers                           standard
 *     scale_target    regression: train on (target - mean) / deviation; mse, mae    off
 *                     and predictions stay in the file's units
 *
 *     [data]
 *     use         = csv
 *     path        = houses.csv
 *     target      = price
 *     categorical = district, year
 *     missing     = indicator
 *
 * How it works: a column is numbers when at least half of its cells are; then any other cell is an
 * error, for it is more often a slip than a category. task = auto classifies when the target is
 * text, or whole numbers of at most 20 different values that come five times on average. Means,
 * deviations, categories and what stands in for missing cells come from the rows that train; a
 * category that these do not have is no category at all; so it is when a model predicts the rows of
 * another file, whose columns are found by their names. missing = mean takes the most frequent
 * category, indicator adds a feature that is 1 where the cell is missing. Files may be gzipped.
 *
 * RFC 4180: Common Format and MIME Type for Comma-Separated Values Files (2005).
 */
#include <collet/dataset.h>
#include <collet/helpers.h>

#include "table/column.h"
#include "table/table.h"

enum { AUTO, CLASSIFICATION, REGRESSION };

typedef struct csv_config {
    const char *path, *test, *target, *categorical, *ignore, *missing_text;
    int64_t max_categories;
    int32_t task, delimiter, quote, header, missing, scale, scale_target, reserved;
} csv_config;

static const collet_option options[] = {
    COLLET_OPT_PATH(csv_config, path, NULL, COLLET_FIXED | COLLET_REQUIRED,
                    "the file; its first line names the columns"),
    COLLET_OPT_PATH(csv_config, test, "", COLLET_FIXED, "the same, of a test part"),
    COLLET_OPT_STRING(csv_config, target, "", COLLET_FIXED,
                      "column to predict; the last one if left out"),
    COLLET_OPT_ENUM(csv_config, task, "auto", "auto|classification|regression", COLLET_FIXED,
                    "what the target is"),
    COLLET_OPT_ENUM(csv_config, delimiter, "auto", "auto|comma|semicolon|tab|pipe", COLLET_FIXED,
                    "what stands between cells"),
    COLLET_OPT_ENUM(csv_config, quote, "double", "double|single|none", COLLET_FIXED,
                    "what stands around cells that hold delimiters"),
    COLLET_OPT_BOOL(csv_config, header, "on", COLLET_FIXED,
                    "whether the first line names the columns; else they are column1, column2 ..."),
    COLLET_OPT_STRING(csv_config, categorical, "", COLLET_FIXED,
                      "columns that are categories though their cells are numbers"),
    COLLET_OPT_STRING(csv_config, ignore, "", COLLET_FIXED, "columns to leave out"),
    COLLET_OPT_ENUM(csv_config, missing, "refuse", "refuse|mean|most_frequent|indicator",
                    COLLET_FIXED, "what stands in for missing cells"),
    COLLET_OPT_STRING(csv_config, missing_text, "NA, ?", COLLET_FIXED,
                      "cells that mean that a value is missing, beside empty ones"),
    COLLET_OPT_INT(csv_config, max_categories, "100", 1, 1e6, NULL, COLLET_FIXED,
                   "most different texts of a column of categories"),
    COLLET_OPT_ENUM(csv_config, scale, "standard", "standard|range|none", COLLET_FIXED,
                    "how columns of numbers are scaled"),
    COLLET_OPT_BOOL(csv_config, scale_target, "off", COLLET_FIXED,
                    "regression: train on the target less its mean, over its deviation"),
};

enum { FEATURE, TARGET, IGNORED };

typedef struct csv {
    const csv_config *config;
    const collet_host *host;
    collet_data data;
    table table;
    uint32_t target;
    uint32_t width;        /* columns: the table's; to predict, those that the model learnt from */
    uint32_t *places;      /* [width]: where each stands in the table */
    int *roles;            /* [width] */
    table_column *columns; /* [width] */
    bool predicts;         /* the columns are fitted; rows have no target */
    float target_shift, target_scale;
    int32_t *labels; /* [table.rows], classification */
    const char **class_names;
    float *targets; /* [table.rows], regression */
    float *x;       /* [table.rows][features] */
    char **feature_names;
    uint32_t features;
} csv;

static void free_features(csv *t)
{
    for (uint32_t i = 0; t->feature_names != NULL && i < t->features; i++) {
        free(t->feature_names[i]);
    }
    free(t->feature_names);
    free(t->x);
    t->feature_names = NULL;
    t->x = NULL;
}

static void close_data(void *self)
{
    csv *t = self;
    if (t == NULL) {
        return;
    }
    free_features(t);
    for (uint32_t i = 0; t->columns != NULL && i < t->width; i++) {
        if (t->predicts) {
            free((char *)(uintptr_t)t->columns[i].name);
        }
        table_column_finish(&t->columns[i]);
    }
    table_finish(&t->table);
    free(t->places);
    free(t->roles);
    free(t->columns);
    free(t->labels);
    free(t->class_names);
    free(t->targets);
    free(t);
}

/* ---- Columns -------------------------------------------------------------------------------- */

/* Takes the next of some names between commas; false where there is none. */
static bool next_name(const char **list, text_piece *name)
{
    while (**list != '\0') {
        size_t n = strcspn(*list, ",");
        *name = text_trim((text_piece){*list, n});
        *list += n + ((*list)[n] == ',');
        if (name->length > 0) {
            return true;
        }
    }
    return false;
}

static collet_status read_table(csv *t, const char *path, const char *test)
{
    static const char delimiters[] = {0, ',', ';', '\t', '|'}, quotes[] = {'"', '\'', 0};
    const csv_config *c = t->config;
    t->table = (table){.host = t->host,
                       .delimiter = delimiters[c->delimiter],
                       .quote = quotes[c->quote],
                       .header = c->header != 0,
                       .paths = {path, test}};
    collet_status status = table_read(&t->table);
    if (status < 0) {
        return status;
    }
    t->data.test_rows = t->table.rows - t->table.training;
    return status;
}

static bool allocate_width(csv *t, uint32_t width)
{
    t->columns = calloc(width + 1u, sizeof *t->columns);
    t->roles = calloc(width + 1u, sizeof *t->roles);
    t->places = calloc(width + 1u, sizeof *t->places);
    t->width = t->columns != NULL ? width : 0;
    return t->columns != NULL && t->roles != NULL && t->places != NULL;
}

/* A column for each of the table's. */
static collet_status take_columns(csv *t)
{
    if (!allocate_width(t, t->table.width)) {
        return table_no_memory(&t->table);
    }
    for (uint32_t i = 0; i < t->width; i++) {
        t->columns[i].name = t->table.names[i];
        t->places[i] = i;
    }
    return COLLET_OK;
}

static text_piece cell_of(const csv *t, size_t row, uint32_t column)
{
    return table_cell(&t->table, row, t->places[column]);
}

/* What the options say of columns by name. */
static collet_status assign_roles(csv *t)
{
    const csv_config *c = t->config;
    text_piece name = {c->target, strlen(c->target)};
    uint32_t i;
    collet_status status = COLLET_OK;
    t->target = t->width - 1;
    if (name.length > 0) {
        status = table_find(&t->table, "target", name, &t->target);
    }
    for (const char *list = c->ignore; status >= 0 && next_name(&list, &name);) {
        status = table_find(&t->table, "ignore", name, &i);
        if (status >= 0) {
            t->roles[i] = IGNORED;
        }
    }
    for (const char *list = c->categorical; status >= 0 && next_name(&list, &name);) {
        status = table_find(&t->table, "categorical", name, &i);
        if (status >= 0) {
            t->columns[i].categorical = true;
        }
    }
    t->roles[t->target] = TARGET;
    return status;
}

static bool is_missing(const csv *t, text_piece cell)
{
    text_piece name;
    for (const char *list = t->config->missing_text; next_name(&list, &name);) {
        if (name.length == cell.length && memcmp(name.text, cell.text, cell.length) == 0) {
            return true;
        }
    }
    return cell.length == 0;
}

/* Which columns are numbers: at least half of their cells, missing ones left out. Row by row, for
 * that is how the file lies in memory. Marks columns of texts as categorical. */
static collet_status find_kinds(csv *t)
{
    int64_t *lead = calloc(t->width, sizeof *lead); /* numbers less other cells */
    if (lead == NULL) {
        return table_no_memory(&t->table);
    }
    for (size_t row = 0; row < t->table.rows; row++) {
        for (uint32_t i = 0; i < t->width; i++) {
            text_piece cell = cell_of(t, row, i);
            double value;
            if (table_number(cell, &value)) {
                lead[i]++;
            } else if (!is_missing(t, cell)) {
                lead[i]--;
            }
        }
    }
    for (uint32_t i = 0; i < t->width; i++) {
        t->columns[i].categorical = t->columns[i].categorical || lead[i] < 0;
    }
    free(lead);
    return COLLET_OK;
}

/* Does a numeric target look like a class? */
static bool is_class(const csv *t)
{
    enum { MOST_CLASSES = 20, ROWS_A_CLASS = 5 };
    double seen[MOST_CLASSES], value;
    size_t count = 0;
    for (size_t row = 0; row < t->table.rows; row++) {
        if (!table_number(cell_of(t, row, t->target), &value) || value != floor(value)) {
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
    return count * ROWS_A_CLASS <= t->table.rows;
}

static void choose_task(csv *t)
{
    bool *classes = &t->columns[t->target].categorical;
    *classes =
        t->config->task == CLASSIFICATION || (t->config->task == AUTO && (*classes || is_class(t)));
}

static collet_status add_category(csv *t, uint32_t column, size_t row, text_piece cell)
{
    table_column *c = &t->columns[column];
    char digits[32];
    double value;
    if (column == t->target && table_number(cell, &value) && isfinite(value)) {
        /* 1, 1.0 and 01 are one class */
        cell.length = (size_t)snprintf(digits, sizeof digits, "%.15g", value);
        cell.text = digits;
    }
    int64_t code = t->predicts ? table_column_code(c, cell)
                               : text_lexicon_add(&c->categories, cell.text, cell.length);
    if (code < 0) {
        return table_no_memory(&t->table);
    }
    c->codes[row] = (int32_t)code;
    return t->predicts || (int64_t)c->categories.count <= t->config->max_categories
               ? COLLET_OK
               : collet_fail(t->host, COLLET_E_INVALID,
                             "%s:%d: column \"%s\" has more than %lld different texts; ignore it, "
                             "or raise max_categories",
                             table_path(&t->table, row), t->table.lines[row], c->name,
                             (long long)t->config->max_categories);
}

static collet_status add_number(csv *t, uint32_t column, size_t row, text_piece cell)
{
    table_column *c = &t->columns[column];
    int shown = cell.length < 60 ? (int)cell.length : 60;
    bool number = table_number(cell, &c->numbers[row]);
    if (!number && column == t->target) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s:%d: the target \"%s\": \"%.*s\" is not a number, which regression "
                           "predicts; task = classification takes texts",
                           table_path(&t->table, row), t->table.lines[row], c->name, shown,
                           cell.text);
    }
    if (!number) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s:%d: column \"%s\": \"%.*s\" is not a number as most others are; "
                           "missing_text can say that it means a missing one",
                           table_path(&t->table, row), t->table.lines[row], c->name, shown,
                           cell.text);
    }
    return isfinite(c->numbers[row])
               ? COLLET_OK
               : collet_fail(t->host, COLLET_E_INVALID,
                             "%s:%d: column \"%s\": \"%.*s\" is not a finite number; missing_text "
                             "can say that it means a missing one",
                             table_path(&t->table, row), t->table.lines[row], c->name, shown,
                             cell.text);
}

static collet_status add_missing(csv *t, uint32_t column, size_t row)
{
    table_column *c = &t->columns[column];
    if (column == t->target) {
        return collet_fail(t->host, COLLET_E_INVALID, "%s:%d: the target \"%s\" is missing",
                           table_path(&t->table, row), t->table.lines[row], c->name);
    }
    if (t->config->missing == TABLE_REFUSE) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s:%d: column \"%s\": the cell is missing; missing = mean, "
                           "most_frequent or indicator says what stands in",
                           table_path(&t->table, row), t->table.lines[row], c->name);
    }
    if (c->categorical) {
        c->codes[row] = -1;
    } else {
        c->numbers[row] = NAN;
    }
    return COLLET_OK;
}

static collet_status allocate_columns(csv *t)
{
    for (uint32_t i = 0; i < t->width; i++) {
        table_column *c = &t->columns[i];
        if (t->roles[i] == IGNORED) {
            continue;
        }
        if (c->categorical) {
            c->codes = malloc(t->table.rows * sizeof *c->codes);
        } else {
            c->numbers = malloc(t->table.rows * sizeof *c->numbers);
        }
        if (c->codes == NULL && c->numbers == NULL) {
            return table_no_memory(&t->table);
        }
    }
    return COLLET_OK;
}

/* Turns cells into numbers or codes. */
static collet_status fill_columns(csv *t)
{
    collet_status status = allocate_columns(t);
    for (size_t row = 0; row < t->table.rows; row++) {
        for (uint32_t i = 0; i < t->width && status >= 0; i++) {
            text_piece cell = cell_of(t, row, i);
            status = t->roles[i] == IGNORED      ? COLLET_OK
                     : is_missing(t, cell)       ? add_missing(t, i, row)
                     : t->columns[i].categorical ? add_category(t, i, row, cell)
                                                 : add_number(t, i, row, cell);
        }
    }
    return status;
}

/* ---- The target ----------------------------------------------------------------------------- */

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

static collet_status make_labels(csv *t)
{
    table_column *c = &t->columns[t->target];
    size_t classes = c->categories.count;
    int32_t first = c->codes[0];
    bool one = true;
    for (size_t row = 0; row < t->table.training && one; row++) {
        one = c->codes[row] == first;
    }
    if (one) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: all rows are of the one class \"%s\"; there must be two or more",
                           t->config->path, c->categories.entries[first].text);
    }
    t->labels = malloc(t->table.rows * sizeof *t->labels);
    t->class_names = malloc(classes * sizeof *t->class_names);
    if (t->labels == NULL || t->class_names == NULL) {
        return table_no_memory(&t->table);
    }
    for (size_t i = 0; i < classes; i++) {
        t->class_names[i] = c->categories.entries[i].text;
    }
    qsort(t->class_names, classes, sizeof *t->class_names, by_class);
    for (size_t row = 0; row < t->table.rows; row++) {
        const char *name = c->categories.entries[c->codes[row]].text;
        int32_t k = 0;
        while (t->class_names[k] != name) {
            k++;
        }
        t->labels[row] = k;
    }
    return COLLET_OK;
}

/* ---- Fitting -------------------------------------------------------------------------------- */

static collet_status fit_columns(csv *t, const uint32_t *rows, size_t count)
{
    const csv_config *c = t->config;
    free_features(t);
    t->features = 0;
    for (uint32_t i = 0; i < t->width; i++) {
        bool target = t->roles[i] == TARGET;
        table_scale scale =
            !target ? (table_scale)c->scale : (c->scale_target ? TABLE_STANDARD : TABLE_NONE);
        if (t->roles[i] != IGNORED &&
            !table_column_fit(&t->columns[i], rows, count, (table_missing)c->missing, scale)) {
            return table_no_memory(&t->table);
        }
        t->features += t->roles[i] == FEATURE ? t->columns[i].feature_count : 0;
    }
    return t->features > 0 ? COLLET_OK
                           : collet_fail(t->host, COLLET_E_INVALID,
                                         "%s: no column is left to learn from", c->path);
}

static collet_status write_features(csv *t)
{
    uint32_t at = 0;
    t->x = collet_zeros(t->table.rows * t->features);
    t->feature_names = calloc(t->features, sizeof *t->feature_names);
    if (t->x == NULL || t->feature_names == NULL) {
        return table_no_memory(&t->table);
    }
    for (uint32_t i = 0; i < t->width; i++) {
        const table_column *c = &t->columns[i];
        if (t->roles[i] != FEATURE) {
            continue;
        }
        for (size_t row = 0; row < t->table.rows; row++) {
            table_column_write(c, row, t->x + row * t->features + at);
        }
        for (uint32_t k = 0; k < c->feature_count; k++) {
            if ((t->feature_names[at++] = table_column_feature_name(c, k)) == NULL) {
                return table_no_memory(&t->table);
            }
        }
    }
    return COLLET_OK;
}

static collet_status write_targets(csv *t)
{
    const table_column *c = &t->columns[t->target];
    if (c->categorical) {
        return COLLET_OK;
    }
    t->targets = t->targets != NULL ? t->targets : malloc(t->table.rows * sizeof *t->targets);
    for (size_t row = 0; t->targets != NULL && row < t->table.rows; row++) {
        table_column_write(c, row, &t->targets[row]);
    }
    return t->targets != NULL ? COLLET_OK : table_no_memory(&t->table);
}

static collet_status fit_rows(csv *t, const uint32_t *rows, size_t count)
{
    collet_status status = fit_columns(t, rows, count);
    status = status < 0 ? status : write_features(t);
    status = status < 0 ? status : write_targets(t);
    const table_column *target = &t->columns[t->target];
    bool classes = target->categorical;
    t->target_shift = (float)target->shift;
    t->target_scale = (float)target->scale;
    t->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_TABLE,
                            .storage = COLLET_STORE_F32,
                            .classes = classes ? (uint32_t)target->categories.count : 0,
                            .rows = t->table.rows,
                            .test_rows = t->data.test_rows,
                            .features = t->features,
                            .target_count = classes ? 0 : 1,
                            .scale = 1,
                            .x = t->x,
                            .labels = t->labels,
                            .targets = t->targets,
                            .class_names = t->class_names,
                            .feature_names = (const char *const *)t->feature_names,
                            .target_shift = classes ? NULL : &t->target_shift,
                            .target_scale = classes ? NULL : &t->target_scale};
    return status;
}

static collet_status open_data(const collet_host *host, const void *config, const collet_rng *rng,
                               void **self, const collet_data **data)
{
    (void)rng;
    csv *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    t->host = host;
    collet_status status = read_table(t, t->config->path, t->config->test);
    status = status < 0 ? status : take_columns(t);
    status = status < 0 ? status : assign_roles(t);
    status = status < 0 ? status : find_kinds(t);
    if (status >= 0) {
        choose_task(t);
        status = fill_columns(t);
    }
    status = status < 0 || !t->columns[t->target].categorical ? status : make_labels(t);
    status = status < 0 ? status : fit_rows(t, NULL, t->table.training);
    if (status < 0) {
        close_data(t);
        return status;
    }
    *self = t;
    *data = &t->data;
    return COLLET_OK;
}

static collet_status fit(void *self, const uint32_t *rows, size_t count, const collet_data **data)
{
    csv *t = self;
    *data = &t->data;
    return fit_rows(t, rows, count);
}

/* ---- Predicting ----------------------------------------------------------------------------- */

static collet_status save(void *self, const collet_sink *sink)
{
    const csv *t = self;
    text_writer w = {.sink = sink};
    const table_column *target = &t->columns[t->target];
    uint64_t count = 0;
    for (uint32_t i = 0; i < t->width; i++) {
        count += t->roles[i] == FEATURE;
    }
    text_put_number(&w, target->categorical ? 0 : 1);
    text_put_real(&w, target->categorical ? 0 : target->shift);
    text_put_real(&w, target->categorical ? 1 : target->scale);
    text_put_number(&w, count);
    for (uint32_t i = 0; i < t->width; i++) {
        if (t->roles[i] == FEATURE) {
            table_column_save(&t->columns[i], &w);
        }
    }
    return w.status;
}

static collet_status load(csv *t, const collet_source *learnt)
{
    text_reader r = {.source = learnt};
    t->data.target_count = (uint32_t)text_take_number(&r, 1);
    t->target_shift = (float)text_take_real(&r);
    t->target_scale = (float)text_take_real(&r);
    uint64_t count = text_take_number(&r, text_most(&r, 3 * sizeof(uint64_t)));
    uint64_t features = 0;
    if (!allocate_width(t, (uint32_t)count)) {
        return collet_fail(t->host, COLLET_E_NOMEM, "out of memory");
    }
    for (uint32_t i = 0; i < t->width && !r.failed; i++) {
        table_column_load(&t->columns[i], &r);
        features += t->columns[i].feature_count;
    }
    t->features = (uint32_t)features;
    return text_at_end(&r) && features > 0 && features < INT32_MAX
               ? COLLET_OK
               : collet_fail(t->host, COLLET_E_STATE, "what was learnt of the columns is damaged");
}

/* The learnt columns by their names in the table; its target, if it is there, is passed over. */
static collet_status find_columns(csv *t)
{
    collet_status status = COLLET_OK;
    for (uint32_t i = 0; i < t->width && status >= 0; i++) {
        const char *name = t->columns[i].name;
        status = table_find(&t->table, "the model's columns", (text_piece){name, strlen(name)},
                            &t->places[i]);
    }
    return status;
}

static collet_status apply(const collet_host *host, const void *config, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data)
{
    csv *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    t->host = host;
    t->predicts = true;
    t->target = UINT32_MAX;
    collet_status status = load(t, learnt);
    status = status < 0 ? status : read_table(t, path, "");
    status = status < 0 ? status : find_columns(t);
    status = status < 0 ? status : fill_columns(t);
    status = status < 0 ? status : write_features(t);
    if (status < 0) {
        close_data(t);
        return status;
    }
    t->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_TABLE,
                            .storage = COLLET_STORE_F32,
                            .rows = t->table.rows,
                            .features = t->features,
                            .target_count = t->data.target_count,
                            .scale = 1,
                            .x = t->x,
                            .feature_names = (const char *const *)t->feature_names,
                            .target_shift = t->data.target_count > 0 ? &t->target_shift : NULL,
                            .target_scale = t->data.target_count > 0 ? &t->target_scale : NULL};
    *self = t;
    *data = &t->data;
    return COLLET_OK;
}

static const collet_dataset vtable = {
    .struct_size = COLLET_SIZE(collet_dataset),
    .open = open_data,
    .close = close_data,
    .fit = fit,
    .save = save,
    .apply = apply,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 1,
                                 COLLET_KIND_DATASET,
                                 "csv",
                                 "1.0.0",
                                 "a table in a text file: numbers and categories",
                                 "www.rfc-editor.org/rfc/rfc4180",
                                 &vtable,
                                 COLLET_OPTIONS(options, csv_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "csv",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

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
 *     decimal         point | comma: what stands before decimals                   point
 *     thousands       none | comma | point | space | apostrophe: between thousands none
 *     exponent        e | d: d takes 1.0D+02, as Fortran writes it, as well        e
 *     units           what may stand before or behind numbers, such as %, EUR      (none)
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

#include "table/target.h"

typedef struct csv_config {
    const char *path, *test, *target, *categorical, *ignore, *missing_text;
    int64_t max_categories;
    int32_t task, delimiter, quote, header, missing, scale, scale_target;
    int32_t decimal, thousands, exponent;
    const char *units;
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
    COLLET_OPT_ENUM(csv_config, decimal, "point", "point|comma", COLLET_FIXED,
                    "what stands before decimals"),
    COLLET_OPT_ENUM(csv_config, thousands, "none", "none|comma|point|space|apostrophe",
                    COLLET_FIXED, "what stands between thousands"),
    COLLET_OPT_ENUM(csv_config, exponent, "e", "e|d", COLLET_FIXED,
                    "d: exponents may be written with D as well, as in 1.0D+02"),
    COLLET_OPT_STRING(csv_config, units, "", COLLET_FIXED,
                      "what may stand before or behind numbers, with commas between"),
    COLLET_OPT_STRING(csv_config, missing_text, "NA, ?", COLLET_FIXED,
                      "cells that mean that a value is missing, beside empty ones"),
    COLLET_OPT_INT(csv_config, max_categories, "100", 1, 1e6, NULL, COLLET_FIXED,
                   "most different texts of a column of categories"),
    COLLET_OPT_ENUM(csv_config, scale, "standard", "standard|range|none", COLLET_FIXED,
                    "how columns of numbers are scaled"),
    COLLET_OPT_BOOL(csv_config, scale_target, "off", COLLET_FIXED,
                    "regression: train on the target less its mean, over its deviation"),
};

typedef struct csv {
    const csv_config *config;
    const collet_host *host;
    collet_data data;
    table_frame frame;
    table_labels labels; /* classification */
    float *targets;      /* [rows], regression */
    float target_shift, target_scale;
} csv;

static void close_data(void *self)
{
    csv *t = self;
    if (t != NULL) {
        table_frame_finish(&t->frame);
        free(t->labels.labels);
        free(t->labels.names);
        free(t->targets);
        free(t);
    }
}

static csv *create(const collet_host *host, const csv_config *c)
{
    static const char delimiters[] = {0, ',', ';', '\t', '|'}, quotes[] = {'"', '\'', 0};
    csv *t = calloc(1, sizeof *t);
    if (t != NULL) {
        t->config = c;
        t->host = host;
        t->frame.table = (table){.host = host,
                                 .delimiter = delimiters[c->delimiter],
                                 .quote = quotes[c->quote],
                                 .header = c->header != 0};
        t->frame.wishes = (table_wishes){.target = c->target,
                                         .ignore = c->ignore,
                                         .categorical = c->categorical,
                                         .missing_text = c->missing_text,
                                         .format = {.comma = c->decimal != 0,
                                                    .thousands = (table_thousands)c->thousands,
                                                    .fortran = c->exponent != 0,
                                                    .units = c->units},
                                         .max_categories = c->max_categories,
                                         .missing = (table_missing)c->missing,
                                         .scale = (table_scale)c->scale,
                                         .scale_target = c->scale_target != 0};
    }
    return t;
}

/* What is the same of rows to learn from and rows to predict. */
static void describe(csv *t, uint32_t target_count)
{
    const table_frame *f = &t->frame;
    t->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_TABLE,
                            .storage = COLLET_STORE_F32,
                            .rows = f->table.rows,
                            .features = f->features,
                            .target_count = target_count,
                            .scale = 1,
                            .x = f->x,
                            .feature_names = (const char *const *)f->feature_names,
                            .target_shift = target_count > 0 ? &t->target_shift : NULL,
                            .target_scale = target_count > 0 ? &t->target_scale : NULL};
}

/* ---- Training ------------------------------------------------------------------------------- */

static const table_column *target_of(const csv *t)
{
    return &t->frame.columns[t->frame.target];
}

static collet_status fit_rows(csv *t, const uint32_t *rows, size_t count)
{
    const table_column *target = target_of(t);
    bool classes = target->categorical;
    collet_status status = table_frame_fit(&t->frame, rows, count);
    if (status >= 0 && !classes) {
        status = table_target_write(&t->frame, &t->targets);
    }
    t->target_shift = (float)target->shift;
    t->target_scale = (float)target->scale;
    describe(t, classes ? 0 : 1);
    t->data.test_rows = t->frame.table.rows - t->frame.table.training;
    t->data.classes = t->labels.classes;
    t->data.labels = t->labels.labels;
    t->data.class_names = t->labels.names;
    t->data.targets = t->targets;
    return status;
}

/* Classes or numbers, before the cells are read as these. */
static collet_status choose_task(csv *t)
{
    table_target_choose(&t->frame, (table_task)t->config->task);
    return !t->config->scale_target || !target_of(t)->categorical
               ? COLLET_OK
               : collet_fail(t->host, COLLET_E_INVALID,
                             "%s: scale_target: the target \"%s\" has classes; task = regression "
                             "predicts it as a number",
                             t->config->path, target_of(t)->name);
}

/* One character cannot mean both. */
static collet_status check_format(const collet_host *host, const csv_config *c)
{
    bool comma = c->decimal != 0 && c->thousands == TABLE_THOUSANDS_COMMA;
    bool point = c->decimal == 0 && c->thousands == TABLE_THOUSANDS_POINT;
    return !comma && !point
               ? COLLET_OK
               : collet_fail(host, COLLET_E_INVALID,
                             "thousands = %s: that is what stands before decimals; decimal = %s "
                             "is meant as well, or another thousands",
                             comma ? "comma" : "point", comma ? "point" : "comma");
}

static collet_status open_data(const collet_host *host, const void *config, const collet_rng *rng,
                               void **self, const collet_data **data)
{
    (void)rng;
    csv *t = create(host, config);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    collet_status status = check_format(host, t->config);
    status = status < 0 ? status : table_frame_open(&t->frame, t->config->path, t->config->test);
    status = status < 0 ? status : choose_task(t);
    status = status < 0 ? status : table_frame_fill(&t->frame);
    if (status >= 0) {
        status = target_of(t)->categorical ? table_target_labels(&t->frame, &t->labels)
                                           : table_target_check(&t->frame);
    }
    status = status < 0 ? status : fit_rows(t, NULL, t->frame.table.training);
    if (status >= 0) {
        table_frame_warn(&t->frame);
    }
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
    const table_column *target = target_of(t);
    text_put_number(&w, target->categorical ? 0 : 1);
    text_put_real(&w, target->categorical ? 0 : target->shift);
    text_put_real(&w, target->categorical ? 1 : target->scale);
    table_frame_save(&t->frame, &w);
    return w.status;
}

static collet_status load(csv *t, const collet_source *learnt, uint32_t *target_count)
{
    text_reader r = {.source = learnt};
    *target_count = (uint32_t)text_take_number(&r, 1);
    t->target_shift = (float)text_take_real(&r);
    t->target_scale = (float)text_take_real(&r);
    collet_status status = table_frame_load(&t->frame, &r);
    return status < 0 || text_at_end(&r)
               ? status
               : collet_fail(t->host, COLLET_E_STATE, "what was learnt of the columns is damaged");
}

static collet_status apply(const collet_host *host, const void *config, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data)
{
    uint32_t target_count;
    csv *t = create(host, config);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    collet_status status = load(t, learnt, &target_count);
    status = status < 0 ? status : table_frame_apply(&t->frame, path);
    status = status < 0 ? status : table_frame_write(&t->frame);
    if (status < 0) {
        close_data(t);
        return status;
    }
    describe(t, target_count);
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

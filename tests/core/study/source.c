/* What rows that judge a trial hold must not reach what the others train on. */
#include "study/source.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 80 };

static char folder[] = "/tmp/collet-source-XXXXXX";

/* An open experiment. */
typedef struct fixture {
    clt_arena arena;
    clt_ini ini;
    clt_registry *registry;
    clt_plan plan;
    clt_source source;
} fixture;

/* Opens the data of an experiment with these lines in [data]; plugins come first from the folder.
 */
static clt_status open_plan(fixture *f, const char *plugins, const char *data, const char *model,
                            const char *training, clt_error *err)
{
    char text[1024];
    clt_search search = {0};
    *f = (fixture){0};
    (void)snprintf(text, sizeof text,
                   "[study]\nminimize = loss\ntrials = 1\nseed = 3\n[data]\n%s"
                   "[model]\nuse = %s\n[optimizer]\nuse = sgd\n[training]\n%s",
                   data, model, training);
    clt_search_add(&search, plugins, NULL, "test", err);
    clt_search_add(&search, PLUGINS, NULL, "test", err);
    clt_registry_create(&search, &f->registry, err);
    clt_ini_parse(&f->arena, "x.ini", text, &f->ini, err);
    ck_assert_msg(err->status == CLT_OK, "%s", err->text);
    clt_plan_make(&f->plan, &f->ini, f->registry, err);
    ck_assert_msg(err->status == CLT_OK, "%s", err->text);
    return clt_source_open(&f->source, &f->plan, NULL, err);
}

/* Parts of a division, in the order in which they are entered. */
typedef struct division {
    const char *training;
    uint32_t first, last;
} division;

static const char HOLD_OUT[] = "validation = 0.3\n";

static void open_source(fixture *f, const char *use, const char *options, const char *model,
                        const division *how)
{
    char data[512];
    clt_error err = {0};
    (void)snprintf(data, sizeof data, "use = %s\npath = %s/data\n%s", use, folder, options);
    ck_assert_msg(open_plan(f, PLUGINS, data, model, how->training, &err) == CLT_OK, "%s",
                  err.text);
    ck_assert_int_eq(clt_source_enter(&f->source, how->first, &err), CLT_OK);
    ck_assert_int_eq(clt_source_enter(&f->source, how->last, &err), CLT_OK);
}

static void close_source(fixture *f)
{
    clt_source_close(&f->source);
    clt_plan_finish(&f->plan);
    clt_registry_destroy(f->registry);
    clt_arena_finish(&f->arena);
}

/* Writes the file: rows that are marked are of another kind. */
static void write_rows(const char *header, void (*row)(FILE *out, int i, bool odd),
                       const bool *marked)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/data", folder);
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    (void)fputs(header, out);
    for (int i = 0; i < ROWS; i++) {
        row(out, i, marked[i]);
    }
    (void)fclose(out);
}

static void table_row(FILE *out, int i, bool odd)
{
    static const char *const colours[] = {"red", "green", "blue"};
    if (odd) {
        (void)fprintf(out, "%d,,violet%d,%s\n", i * 1000, i, i % 2 == 0 ? "yes" : "no");
    } else {
        (void)fprintf(out, "%d,%g,%s,%s\n", i * i % 17, 0.5 * i, colours[i % 3],
                      i % 2 == 0 ? "yes" : "no");
    }
}

static void text_row(FILE *out, int i, bool odd)
{
    const char *label = i % 2 == 0 ? "good" : "bad";
    (void)fprintf(out,
                  odd ? "%s\tzebra word%d zebra word1 zebra\n" : "%s\tit is word%d, or word%d\n",
                  label, i % 7, i % 5);
}

/* Compares what training sees in both: x or tokens of each row that trains. */
static void compare(const clt_source *a, const clt_source *b)
{
    const collet_data *p = a->data, *q = b->data;
    ck_assert_uint_eq(p->features, q->features);
    ck_assert_uint_eq(p->vocabulary, q->vocabulary);
    ck_assert_uint_eq(a->split.train_count, b->split.train_count);
    for (size_t i = 0; i < a->split.train_count; i++) {
        uint32_t row = a->split.train[i];
        ck_assert_uint_eq(row, b->split.train[i]);
        if (p->form == COLLET_DATA_TABLE) {
            const float *x = p->x, *y = q->x;
            ck_assert_mem_eq(x + (size_t)row * p->features, y + (size_t)row * p->features,
                             p->features * sizeof *x);
        } else {
            uint64_t n = p->offsets[row + 1] - p->offsets[row];
            ck_assert_uint_eq(n, q->offsets[row + 1] - q->offsets[row]);
            ck_assert_mem_eq(p->tokens + p->offsets[row], q->tokens + q->offsets[row],
                             n * sizeof *p->tokens);
        }
    }
}

static void check_part(const char *use, const char *options, const char *model, const char *header,
                       void (*row)(FILE *out, int i, bool odd), const division *how)
{
    const division straight = {how->training, how->last, how->last};
    bool marked[ROWS] = {0};
    fixture before, after, mixed;
    write_rows(header, row, marked);
    open_source(&before, use, options, model, &straight);
    for (size_t i = 0; i < before.source.split.validation_count; i++) {
        marked[before.source.split.validation[i]] = true;
    }
    write_rows(header, row, marked);
    open_source(&after, use, options, model, how);
    compare(&before.source, &after.source);
    /* And the data are such that a training row would make a difference. */
    memset(marked, 0, sizeof marked);
    marked[before.source.split.train[0]] = true;
    write_rows(header, row, marked);
    open_source(&mixed, use, options, model, how);
    ck_assert(mixed.source.data->features != before.source.data->features ||
              mixed.source.data->vocabulary != before.source.data->vocabulary);
    close_source(&before);
    close_source(&after);
    close_source(&mixed);
}

static void check(const char *use, const char *options, const char *model, const char *header,
                  void (*row)(FILE *out, int i, bool odd))
{
    static const division ways[] = {{HOLD_OUT, 0, 0}, {"folds = 4\n", 1, 3}, {"folds = 4\n", 2, 0}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        check_part(use, options, model, header, row, &ways[i]);
    }
}

START_TEST(held_out_rows_do_not_change_what_training_sees)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    check("csv", "missing = mean\n", "mlp", "count,size,colour,answer\n", table_row);
    check("csv", "missing = most_frequent\nscale = range\n", "mlp", "count,size,colour,answer\n",
          table_row);
    check("csv", "missing = indicator\n", "mlp", "count,size,colour,answer\n", table_row);
    check("text", "", "text", "", text_row);
    check("text", "ngrams = 3\nunknown = drop\nmin_count = 1\n", "text", "", text_row);
    char path[64];
    (void)snprintf(path, sizeof path, "%s/data", folder);
    unlink(path);
    rmdir(folder);
}
END_TEST

START_TEST(a_fit_that_breaks_its_contract_is_refused)
{
    static const struct {
        const char *does, *said;
    } rows[] = {
        {"nothing", NULL},
        {"fewer_rows", "dataset \"fickle\": fit changed the number of rows, classes or targets"},
        {"more_classes", "dataset \"fickle\": fit changed the number of rows, classes or targets"},
        {"not_finite", "dataset \"fickle\": feature 0 of row 3 is not a finite number"},
        {"zero_scale",
         "dataset \"fickle\" hands over a target_scale that is not a finite number above 0"},
        {"nan_scale",
         "dataset \"fickle\" hands over a target_scale that is not a finite number above 0"},
        {"nan_shift", "dataset \"fickle\" hands over a target_shift that is not a finite number"},
        {"half_a_scale", "dataset \"fickle\" hands over target_shift without target_scale, or the "
                         "other way round"},
        {"fail", "x.ini:6: dataset \"fickle\": fit: it does not like these 6 rows"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f;
        char data[64];
        clt_error err = {0};
        (void)snprintf(data, sizeof data, "use = fickle\ndoes = %s\n", rows[i].does);
        clt_status status = open_plan(&f, FIXTURES "/fickle/now", data, "mlp", HOLD_OUT, &err);
        ck_assert_int_eq(status, rows[i].said == NULL ? CLT_OK : CLT_BAD_INPUT);
        ck_assert_str_eq(err.text, rows[i].said == NULL ? "" : rows[i].said);
        close_source(&f);
    }
}
END_TEST

START_TEST(a_dataset_of_abi_1_0_is_taken_as_it_opens)
{
    fixture f;
    clt_error err = {0};
    ck_assert_msg(open_plan(&f, FIXTURES "/fickle/frozen", "use = fickle\ndoes = fail\n", "mlp",
                            HOLD_OUT, &err) == CLT_OK,
                  "%s", err.text);
    ck_assert_uint_eq(f.source.data->rows, 10);
    close_source(&f);
}
END_TEST

TEST_MAIN("source", held_out_rows_do_not_change_what_training_sees,
          a_fit_that_breaks_its_contract_is_refused, a_dataset_of_abi_1_0_is_taken_as_it_opens)

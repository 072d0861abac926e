/* What rows that judge a trial hold must not reach what the others train on. */
#include "study/source.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 80 };

static char folder[] = "/tmp/collet-source-XXXXXX";

/* An open experiment on a file of the given name. */
typedef struct fixture {
    clt_arena arena;
    clt_ini ini;
    clt_registry *registry;
    clt_plan plan;
    clt_source source;
} fixture;

static void open_source(fixture *f, const char *use, const char *options, const char *model)
{
    char text[1024];
    clt_search search = {0};
    clt_error err = {0};
    *f = (fixture){0};
    (void)snprintf(text, sizeof text,
                   "[study]\nminimize = loss\ntrials = 1\nseed = 3\n[data]\nuse = %s\n"
                   "path = %s/data\n%s[model]\nuse = %s\n[optimizer]\nuse = sgd\n"
                   "[training]\nvalidation = 0.3\n",
                   use, folder, options, model);
    clt_search_add(&search, PLUGINS, NULL, "test", &err);
    clt_registry_create(&search, &f->registry, &err);
    clt_ini_parse(&f->arena, "x.ini", text, &f->ini, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    clt_plan_make(&f->plan, &f->ini, f->registry, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    clt_source_open(&f->source, &f->plan, NULL, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
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

static void check(const char *use, const char *options, const char *model, const char *header,
                  void (*row)(FILE *out, int i, bool odd))
{
    bool marked[ROWS] = {0};
    fixture before, after, mixed;
    write_rows(header, row, marked);
    open_source(&before, use, options, model);
    for (size_t i = 0; i < before.source.split.validation_count; i++) {
        marked[before.source.split.validation[i]] = true;
    }
    write_rows(header, row, marked);
    open_source(&after, use, options, model);
    compare(&before.source, &after.source);
    /* And the data are such that a training row would make a difference. */
    memset(marked, 0, sizeof marked);
    marked[before.source.split.train[0]] = true;
    write_rows(header, row, marked);
    open_source(&mixed, use, options, model);
    ck_assert(mixed.source.data->features != before.source.data->features ||
              mixed.source.data->vocabulary != before.source.data->vocabulary);
    close_source(&before);
    close_source(&after);
    close_source(&mixed);
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

TEST_MAIN("source", held_out_rows_do_not_change_what_training_sees)

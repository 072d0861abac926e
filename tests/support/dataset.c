#include "dataset.h"

#include "data/split.h"

#include <collet/helpers.h>

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void test_dataset_init(test_dataset *d, const char *plugin)
{
    *d = (test_dataset){.folder = "/tmp/collet-dataset-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(d->folder));
    test_unit_load(&d->unit, plugin);
    d->dataset = d->unit.unit->vtable;
}

void test_dataset_write(const test_dataset *d, const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", d->folder, name);
    for (char *end = strchr(path + strlen(d->folder) + 1, '/'); end != NULL;
         end = strchr(end + 1, '/')) {
        *end = '\0';
        (void)mkdir(path, 0700);
        *end = '/';
    }
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    (void)fputs(text, out);
    (void)fclose(out);
}

static collet_status open_with(test_dataset *d, const char *const *options)
{
    (void)snprintf(d->paths[0], sizeof d->paths[0], "%s/data", d->folder);
    test_set(&d->unit, "path", d->paths[0]);
    for (; *options != NULL; options += 2) {
        bool test = strcmp(options[0], "test") == 0; /* a file of the folder */
        if (test) {
            (void)snprintf(d->paths[1], sizeof d->paths[1], "%s/%s", d->folder, options[1]);
        }
        test_set(&d->unit, options[0], test ? d->paths[1] : options[1]);
    }
    const collet_host *host = clt_host_table(&d->unit.host);
    return d->dataset->open(host, d->unit.config, NULL, &d->self, &d->data);
}

void test_dataset_open(test_dataset *d, const char *const *options)
{
    ck_assert_msg(open_with(d, options) == COLLET_OK, "%s", d->unit.host.said);
}

/* text with D in place of each mention of the folder */
static void shorten(const test_dataset *d, const char *text, char *out)
{
    size_t n = strlen(d->folder);
    while (*text != '\0') {
        bool folder = strncmp(text, d->folder, n) == 0;
        *out++ = folder ? 'D' : *text;
        text += folder ? n : 1;
    }
    *out = '\0';
}

void test_dataset_refuses(const char *plugin, const test_refusal *refusal)
{
    test_dataset d;
    char said[sizeof d.unit.host.said];
    test_dataset_init(&d, plugin);
    if (refusal->data != NULL) {
        test_dataset_write(&d, "data", refusal->data);
    }
    if (refusal->t != NULL) {
        test_dataset_write(&d, "t", refusal->t);
    }
    ck_assert_int_lt(open_with(&d, refusal->options), 0);
    ck_assert_ptr_null(d.self);
    shorten(&d, d.unit.host.said, said);
    ck_assert_str_eq(said, refusal->said);
    test_dataset_finish(&d);
}

/* out = text with one to four bytes changed, put in or taken out; mostly by bytes that mean
 * something to a parser. No byte is 0. */
static void mutate(const collet_rng *rng, const char *text, char *out, size_t size)
{
    static const char special[] = ",;\t|\"'\n\r \\.-+eEnN\xef\xbb\xbf\xc3\xff";
    (void)snprintf(out, size, "%s", text);
    for (uint64_t n = 1 + collet_below(rng, 4); n > 0; n--) {
        size_t length = strlen(out), at = collet_below(rng, length + 1);
        char byte = special[collet_below(rng, sizeof special - 1)];
        switch (collet_below(rng, 3)) {
        case 0:
            out[at] = at < length ? byte : '\0';
            break;
        case 1:
            memmove(out + at, out + at + (at < length), length - at + (at == length));
            break;
        default:
            if (length + 2 < size) {
                memmove(out + at + 1, out + at, length + 1 - at);
                out[at] = byte;
            }
        }
    }
}

void test_dataset_mutants(const char *plugin, const char *text, const char *const *options,
                          int count)
{
    test_dataset d;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 5);
    char mutant[1024];
    int opened = 0;
    test_dataset_init(&d, plugin);
    for (int i = 0; i < count; i++) {
        clt_error err = {0};
        static const uint32_t rows[] = {0};
        mutate(&rng, text, mutant, sizeof mutant);
        test_dataset_write(&d, "data", mutant);
        d.unit.host.said[0] = '\0';
        if (open_with(&d, options) < 0) {
            ck_assert_msg(d.unit.host.said[0] != '\0', "no word about: %s", mutant);
            continue;
        }
        opened++;
        clt_data_check(d.data, "mutant", &err);
        ck_assert_msg(err.status == CLT_OK, "%s: %s", err.text, mutant);
        if (d.dataset->fit(d.self, rows, 1, &d.data) == COLLET_OK) {
            clt_data_check(d.data, "mutant", &err);
            ck_assert_msg(err.status == CLT_OK, "%s: %s", err.text, mutant);
        }
        d.dataset->close(d.self);
        d.self = NULL;
    }
    ck_assert_int_gt(opened, count / 20); /* or nothing but the first check is tested */
    test_dataset_finish(&d);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *ftw)
{
    (void)about;
    (void)type;
    (void)ftw;
    return remove(path);
}

void test_dataset_finish(test_dataset *d)
{
    d->dataset->close(d->self);
    test_unit_finish(&d->unit);
    (void)nftw(d->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

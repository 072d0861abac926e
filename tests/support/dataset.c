#include "dataset.h"

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

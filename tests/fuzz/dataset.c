/* Files of rows: tables, texts, IDX images. One source, a target for each dataset (DATASET is its
 * id). The first byte says which options; the rest is the file. What opens passes the host's
 * checks, and again after it was fitted to some rows. */
#include "fuzz.h"

#include "config/option.h"
#include "data/split.h"
#include "plugin/host.h"

#include <collet/dataset.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTE(x)    QUOTE_IT(x)
#define QUOTE_IT(x) #x

enum { WAYS = 4, MOST_OPTIONS = 4 };

typedef struct way {
    const char *keys[MOST_OPTIONS], *values[MOST_OPTIONS];
} way;

/* Options by which a file may be read, for each dataset; a NULL ends them. */
static const struct {
    const char *id, *file_option;
    way ways[WAYS];
} kinds[] = {
    {"csv",
     "path",
     {{{"target"}, {"y"}},
      {{"target", "missing"}, {"y", "indicator"}},
      {{"target", "task", "scale_target"}, {"y", "regression", "on"}},
      {{"target", "missing", "categorical"}, {"y", "most_frequent", "a"}}}},
    {"text",
     "path",
     {{{NULL}, {NULL}}, {{"ngrams"}, {"2"}}, {{"min_count"}, {"2"}}, {{NULL}, {NULL}}}},
    {"fashion_mnist",
     "images",
     {{{NULL}, {NULL}}, {{NULL}, {NULL}}, {{NULL}, {NULL}}, {{NULL}, {NULL}}}},
};

/* Two labels, enough for the image files of the corpus. */
static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};

static const collet_unit *unit;
static size_t kind;

static void find_unit(void)
{
    clt_error err = {0};
    while (strcmp(kinds[kind].id, QUOTE(DATASET)) != 0) {
        kind++;
    }
    clt_status status = clt_registry_find(fuzz_registry(), "dataset", kinds[kind].id, &unit, &err);
    fuzz_require(status == CLT_OK, err.text);
}

static void set(const char *key, const char *text, void *config)
{
    const clt_options options = {unit->options, unit->option_count, unit->option_size};
    uint32_t element;
    clt_value value;
    clt_error err = {0};
    const collet_option *option = clt_option_find(options, key, &element, &err);
    fuzz_require(option != NULL, err.text);
    fuzz_require(clt_option_parse(option, text, &value, &err) == CLT_OK, err.text);
    clt_option_store(option, element, &value, config);
}

static void *configure(uint8_t which, const uint8_t *data, size_t size, char paths[2][128])
{
    const clt_options options = {unit->options, unit->option_count, unit->option_size};
    const way *w = &kinds[kind].ways[which % WAYS];
    clt_error err = {0};
    void *config = calloc(1, unit->config_size + 1U);
    fuzz_require(config != NULL, "there is memory for options");
    fuzz_require(clt_option_defaults(options, config, &err) == CLT_OK, err.text);
    for (size_t i = 0; i < MOST_OPTIONS && w->keys[i] != NULL; i++) {
        set(w->keys[i], w->values[i], config);
    }
    (void)snprintf(paths[0], sizeof paths[0], "%s", fuzz_file("input", data, size));
    set(kinds[kind].file_option, paths[0], config);
    if (strcmp(kinds[kind].id, "fashion_mnist") == 0) {
        (void)snprintf(paths[1], sizeof paths[1], "%s", fuzz_file("labels", labels, sizeof labels));
        set("labels", paths[1], config);
    }
    return config;
}

static void check(const collet_data *data)
{
    clt_error err = {0};
    clt_status status = clt_data_check(data, "input", &err);
    fuzz_require(status == CLT_OK, err.text);
}

static void fit(const collet_dataset *dataset, void *self, const collet_data *data)
{
    uint32_t rows[2] = {0, (uint32_t)data->rows - 1};
    uint32_t count = rows[1] > 0 ? 2 : 1;
    if (COLLET_CAN(dataset, fit) && dataset->fit(self, rows, count, &data) == COLLET_OK) {
        check(data);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char paths[2][128];
    clt_host host;
    void *self = NULL;
    const collet_data *rows = NULL;
    if (unit == NULL) {
        find_unit();
    }
    const collet_dataset *dataset = unit->vtable;
    void *config = configure(size > 0 ? data[0] : 0, data + (size > 0), size - (size > 0), paths);
    clt_host_init(&host, "dataset", unit->id, NULL);
    collet_status status = dataset->open(clt_host_table(&host), config, NULL, &self, &rows);
    fuzz_require(status == COLLET_OK || host.said[0] != '\0', "a refusal says why");
    if (status == COLLET_OK) {
        check(rows);
        fit(dataset, self, rows);
    }
    dataset->close(self);
    free(config);
    return 0;
}

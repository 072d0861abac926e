#include "training.h"

#include "texts.h"

#include <collet/dataset.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name with its plugin and what its options are set to. */
typedef struct kind {
    const char *name, *model;
    bool texts;
    double rate;            /* with sgd or momentum */
    const char *options[6]; /* key, text, ... */
} kind;

static const kind kinds[] = {
    {"mlp", "mlp", false, 0.1, {"units.1", "256", "units.2", "128", NULL}},
    {"cnn", "cnn", false, 0.1, {"filters.1", "16", "filters.2", "32", NULL}},
    {"mean", "text", true, 10, {"pool", "mean", NULL}},
    {"kim", "text", true, 0.1, {"pool", "conv", NULL}},
};

static const kind *find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    (void)fprintf(stderr, "\"%s\" is none of mlp, cnn, mean, kim\n", name);
    exit(64);
}

static void open_images(bench_training *t)
{
    clt_error err = {0};
    bench_load(t->registry, "dataset", "fashion_mnist", &t->dataset);
    const collet_dataset *source = t->dataset.unit->vtable;
    if (source->open(clt_host_table(&t->dataset.host), t->dataset.config, NULL, &t->opened,
                     &t->data) < 0) {
        (void)clt_host_fail(&t->dataset.host, COLLET_E_IO, "open", &err);
        bench_fail(&err);
    }
}

static void open_data(bench_training *t, bool texts, uint64_t rows)
{
    clt_error err = {0};
    if (texts) {
        t->texts = bench_texts(rows);
        t->data = &t->texts;
    } else {
        open_images(t);
    }
    if (clt_data_check(t->data, "data", &err) != CLT_OK ||
        clt_split_init(&t->split, t->data, rows > 0 && rows < 5000 ? 0.1 : 0.002, rows, 1, &err) !=
            CLT_OK) {
        bench_fail(&err);
    }
    size_t count = t->split.train_count / 512 * 512;
    t->split.train_count = count > 0 ? count : t->split.train_count;
}

void bench_training_open(bench_training *t, const char *what, const char *optimizer, uint32_t batch,
                         uint64_t rows)
{
    const kind *k = find(what);
    const bool adam = strcmp(optimizer, "adam") == 0;
    t->registry = bench_registry();
    bench_load(t->registry, "model", k->model, &t->model);
    bench_load(t->registry, "optimizer", optimizer, &t->optimizer);
    for (const char *const *option = k->options; *option != NULL; option += 2) {
        bench_set(&t->model, option[0], option[1]);
    }
    open_data(t, k->texts, rows);
    t->setup = bench_setup(&t->model, &t->optimizer);
    t->setup.lr = !adam ? k->rate : k->texts ? 0.002 : 0.001;
    t->setup.data = t->data;
    t->setup.split = &t->split;
    t->setup.epochs = UINT32_MAX;
    t->setup.batch = batch;
}

void bench_training_close(bench_training *t)
{
    if (t->opened != NULL) {
        ((const collet_dataset *)t->dataset.unit->vtable)->close(t->opened);
        free(t->dataset.config);
    }
    clt_split_finish(&t->split);
    free(t->model.config);
    free(t->optimizer.config);
    clt_registry_destroy(t->registry);
}

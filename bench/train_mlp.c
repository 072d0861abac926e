/* Samples a second of an MLP 784-256-128-10 on Fashion-MNIST, through the host's own training loop
 * and the bundled plugins; with "augment" the pictures are shifted and mirrored.
 *   bench_train_mlp BATCH EPOCHS [OPTIMIZER] [augment] */
#include "config/option.h"
#include "plugin/blas.h"
#include "plugin/registry.h"
#include "train/train.h"

#include <collet/dataset.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct loaded {
    const collet_unit *unit;
    clt_options options;
    void *config;
    clt_host host;
} loaded;

static void fail(const clt_error *err)
{
    (void)fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void load(clt_registry *registry, const char *kind, const char *id, loaded *out)
{
    clt_error err = {0};
    if (clt_registry_find(registry, kind, id, &out->unit, &err) != CLT_OK) {
        fail(&err);
    }
    out->options =
        (clt_options){out->unit->options, out->unit->option_count, out->unit->option_size};
    out->config = calloc(1, out->unit->config_size + 1u);
    clt_host_init(&out->host, kind, id, NULL);
    if (out->config == NULL || clt_option_defaults(out->options, out->config, &err) != CLT_OK) {
        fail(&err);
    }
}

static void set(loaded *unit, const char *key, const char *text)
{
    clt_error err = {0};
    clt_value value;
    uint32_t element;
    const collet_option *option = clt_option_find(unit->options, key, &element, &err);
    if (option == NULL || clt_option_parse(option, text, &value, &err) != CLT_OK) {
        fail(&err);
    }
    clt_option_store(option, element, &value, unit->config);
}

static clt_registry *make_registry(void)
{
    clt_search search = {0};
    clt_registry *registry = NULL;
    clt_error err = {0};
    if (clt_search_add(&search, PLUGINS, NULL, "bench", &err) != CLT_OK ||
        clt_registry_create(&search, &registry, &err) != CLT_OK) {
        fail(&err);
    }
    return registry;
}

int main(int argc, char **argv)
{
    loaded model, optimizer, dataset;
    clt_blas blas;
    clt_split split = {0};
    clt_error err = {0};
    const collet_data *data;
    void *self;
    clt_train_result result;
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        return clt_blas_probe_main();
    }
    const char *id = argc > 3 ? argv[3] : "momentum";
    clt_blas_setup(&blas);
    clt_registry *registry = make_registry();
    load(registry, "model", "mlp", &model);
    load(registry, "optimizer", id, &optimizer);
    load(registry, "dataset", "fashion_mnist", &dataset);
    set(&model, "units.1", "256");
    set(&model, "units.2", "128");
    const collet_dataset *source = dataset.unit->vtable;
    if (source->open(clt_host_table(&dataset.host), dataset.config, NULL, &self, &data) < 0 ||
        clt_split_init(&split, data, 0.1, 0, 1, &err) != CLT_OK) {
        (void)clt_host_fail(&dataset.host, COLLET_E_IO, "open", &err);
        fail(&err);
    }
    clt_train_setup setup = {.model = model.unit->vtable,
                             .model_config = model.config,
                             .model_id = "mlp",
                             .model_host = &model.host,
                             .optimizer = optimizer.unit->vtable,
                             .optimizer_config = optimizer.config,
                             .optimizer_id = id,
                             .optimizer_host = &optimizer.host,
                             .lr = strcmp(id, "adam") == 0 ? 0.001 : 0.1,
                             .data = data,
                             .split = &split,
                             .epochs = argc > 2 ? (uint32_t)atoi(argv[2]) : 3,
                             .batch = argc > 1 ? (uint32_t)atoi(argv[1]) : 128,
                             .seed = 1};
    if (argc > 4 && strcmp(argv[4], "augment") == 0) {
        setup.feeding.augment = (clt_augment){.shift = 2, .flip = 0.5};
    }
    if (clt_train(&setup, &result, &err) != CLT_OK) {
        fail(&err);
    }
    (void)printf("%.0f samples/s, accuracy %.4f, kernel %s\n",
                 (double)result.samples / result.seconds, result.values[0], blas.chosen);
    clt_split_finish(&split);
    source->close(self);
    free(model.config);
    free(optimizer.config);
    free(dataset.config);
    clt_registry_destroy(registry);
    return 0;
}

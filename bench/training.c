#include "training.h"

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

static double seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The split's data, opened by its plugin. */
static void open_data(loaded *dataset, void **self, const collet_data **data, clt_split *split)
{
    clt_error err = {0};
    const collet_dataset *source = dataset->unit->vtable;
    if (source->open(clt_host_table(&dataset->host), dataset->config, NULL, self, data) < 0 ||
        clt_split_init(split, *data, 0.1, 0, 1, &err) != CLT_OK) {
        (void)clt_host_fail(&dataset->host, COLLET_E_IO, "open", &err);
        fail(&err);
    }
}

/* Samples a second of processor time: what the loop took by the clock, times the share of the clock
 * that this process was given. */
static double train(const bench_training *b, loaded *model, loaded *optimizer,
                    const collet_data *data, const clt_split *split, double *accuracy)
{
    clt_train_result result;
    clt_error err = {0};
    const clt_train_setup setup = {.model = model->unit->vtable,
                                   .model_config = model->config,
                                   .model_id = b->model,
                                   .model_host = &model->host,
                                   .optimizer = optimizer->unit->vtable,
                                   .optimizer_config = optimizer->config,
                                   .optimizer_id = b->optimizer,
                                   .optimizer_host = &optimizer->host,
                                   .lr = strcmp(b->optimizer, "adam") == 0 ? 0.001 : 0.1,
                                   .data = data,
                                   .split = split,
                                   .epochs = b->epochs,
                                   .batch = b->batch,
                                   .seed = 1};
    double wall = -seconds(CLOCK_MONOTONIC), processor = -seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (clt_train(&setup, &result, &err) != CLT_OK) {
        fail(&err);
    }
    wall += seconds(CLOCK_MONOTONIC);
    processor += seconds(CLOCK_PROCESS_CPUTIME_ID);
    *accuracy = result.values[0];
    return (double)result.samples / (result.seconds * processor / wall);
}

double bench_train(int argc, char **argv, const bench_training *b)
{
    loaded model, optimizer, dataset;
    clt_blas blas;
    clt_split split = {0};
    const collet_data *data;
    void *self;
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        exit(clt_blas_probe_main());
    }
    clt_blas_setup(&blas);
    clt_registry *registry = make_registry();
    load(registry, "model", b->model, &model);
    load(registry, "optimizer", b->optimizer, &optimizer);
    load(registry, "dataset", "fashion_mnist", &dataset);
    for (const char *const *option = b->options; *option != NULL; option += 2) {
        set(&model, option[0], option[1]);
    }
    open_data(&dataset, &self, &data, &split);
    double accuracy, rate = train(b, &model, &optimizer, data, &split, &accuracy);
    (void)printf("%.0f samples/s, accuracy %.4f, kernel %s\n", rate, accuracy, blas.chosen);
    clt_split_finish(&split);
    ((const collet_dataset *)dataset.unit->vtable)->close(self);
    free(model.config);
    free(optimizer.config);
    free(dataset.config);
    clt_registry_destroy(registry);
    return rate;
}

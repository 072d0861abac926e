#include "training.h"

#include "plugin/blas.h"
#include "unit.h"

#include <collet/dataset.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The split's data, opened by its plugin. */
static void open_data(bench_unit *dataset, void **self, const collet_data **data, clt_split *split)
{
    clt_error err = {0};
    const collet_dataset *source = dataset->unit->vtable;
    if (source->open(clt_host_table(&dataset->host), dataset->config, NULL, self, data) < 0) {
        (void)clt_host_fail(&dataset->host, COLLET_E_IO, "open", &err);
        bench_fail(&err);
    }
    if (clt_split_init(split, *data, 0.1, 0, 1, &err) != CLT_OK) {
        bench_fail(&err);
    }
}

/* Samples a second of processor time: what the loop took by the clock, times the share of the clock
 * that this process was given. */
static double train(const clt_train_setup *setup, double *accuracy)
{
    clt_train_result result;
    clt_error err = {0};
    double wall = -seconds(CLOCK_MONOTONIC), processor = -seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (clt_train(setup, &result, &err) != CLT_OK) {
        bench_fail(&err);
    }
    wall += seconds(CLOCK_MONOTONIC);
    processor += seconds(CLOCK_PROCESS_CPUTIME_ID);
    *accuracy = result.values[0];
    return (double)result.samples / (result.seconds * processor / wall);
}

double bench_train(int argc, char **argv, const bench_training *b)
{
    bench_unit model, optimizer, dataset;
    clt_blas blas;
    clt_split split = {0};
    clt_error err = {0};
    const collet_data *data;
    void *self;
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        exit(clt_blas_probe_main());
    }
    if (clt_blas_setup(&blas, &err) != CLT_OK) {
        bench_fail(&err);
    }
    clt_registry *registry = bench_registry();
    bench_load(registry, "model", b->model, &model);
    bench_load(registry, "optimizer", b->optimizer, &optimizer);
    bench_load(registry, "dataset", "fashion_mnist", &dataset);
    for (const char *const *option = b->options; *option != NULL; option += 2) {
        bench_set(&model, option[0], option[1]);
    }
    open_data(&dataset, &self, &data, &split);
    clt_train_setup setup = bench_setup(&model, &optimizer);
    setup.lr = strcmp(b->optimizer, "adam") == 0 ? 0.001 : 0.1;
    setup.data = data;
    setup.split = &split;
    setup.epochs = b->epochs;
    setup.batch = b->batch;
    setup.feeding.augment = b->augment;
    double accuracy, rate = train(&setup, &accuracy);
    (void)printf("%.0f samples/s, accuracy %.4f, kernel %s\n", rate, accuracy, blas.chosen);
    clt_split_finish(&split);
    ((const collet_dataset *)dataset.unit->vtable)->close(self);
    free(model.config);
    free(optimizer.config);
    free(dataset.config);
    clt_registry_destroy(registry);
    return rate;
}

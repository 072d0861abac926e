/* Samples a second of an MLP 784-256-128-10 on Fashion-MNIST, through the host's own training loop
 * and the bundled plugins; with "augment" the pictures are shifted and mirrored.
 *   bench_train_mlp BATCH EPOCHS [OPTIMIZER] [augment] */
#include "plugin/blas.h"
#include "train/train.h"
#include "unit.h"

#include <collet/dataset.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv)
{
    bench_unit model, optimizer, dataset;
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
    if (clt_blas_setup(&blas, &err) != CLT_OK) {
        bench_fail(&err);
    }
    clt_registry *registry = bench_registry();
    bench_load(registry, "model", "mlp", &model);
    bench_load(registry, "optimizer", id, &optimizer);
    bench_load(registry, "dataset", "fashion_mnist", &dataset);
    bench_set(&model, "units.1", "256");
    bench_set(&model, "units.2", "128");
    const collet_dataset *source = dataset.unit->vtable;
    if (source->open(clt_host_table(&dataset.host), dataset.config, NULL, &self, &data) < 0 ||
        clt_split_init(&split, data, 0.1, 0, 1, &err) != CLT_OK) {
        (void)clt_host_fail(&dataset.host, COLLET_E_IO, "open", &err);
        bench_fail(&err);
    }
    clt_train_setup setup = bench_setup(&model, &optimizer);
    setup.lr = strcmp(id, "adam") == 0 ? 0.001 : 0.1;
    setup.data = data;
    setup.split = &split;
    setup.epochs = argc > 2 ? (uint32_t)atoi(argv[2]) : 3;
    setup.batch = argc > 1 ? (uint32_t)atoi(argv[1]) : 128;
    if (argc > 4 && strcmp(argv[4], "augment") == 0) {
        setup.feeding.augment = (clt_augment){.shift = 2, .flip = 0.5};
    }
    if (clt_train(&setup, &result, &err) != CLT_OK) {
        bench_fail(&err);
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

/* Samples a second of processor time of the model `text` on made-up texts of 200 words, through the
 * host's own training loop and the bundled plugins.   bench_train_text POOL BATCH EPOCHS OPTIMIZER
 * ROWS
 *
 * Words follow Zipf's law over a vocabulary of 20,000; one in ten is from 50 words of its class. */
#include "base/rng.h"
#include "plugin/blas.h"
#include "unit.h"

#include <collet/helpers.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VOCABULARY = 20000, LENGTH = 200, CLASSES = 20, OWN_WORDS = 50 };

static uint32_t draw(const collet_rng *rng, uint32_t class)
{
    if (collet_uniform(rng) < 0.1) {
        return 1000 + class * OWN_WORDS + (uint32_t)collet_below(rng, OWN_WORDS);
    }
    uint32_t word = (uint32_t)exp(collet_uniform(rng) * log(VOCABULARY + 1.0)) - 1;
    return word < VOCABULARY ? word : VOCABULARY - 1;
}

/* Everything is left to the end of the program. */
static collet_data make_texts(uint64_t rows)
{
    uint32_t *tokens = malloc(rows * LENGTH * sizeof *tokens);
    uint64_t *offsets = malloc((rows + 1) * sizeof *offsets);
    int32_t *labels = malloc(rows * sizeof *labels);
    clt_rng stream;
    clt_rng_init(&stream, 1, "texts", 0);
    collet_rng rng = clt_rng_view(&stream);
    if (tokens == NULL || offsets == NULL || labels == NULL) {
        exit(1);
    }
    for (uint64_t i = 0; i <= rows; i++) {
        offsets[i] = i * LENGTH;
    }
    for (uint64_t i = 0; i < rows; i++) {
        labels[i] = (int32_t)(i % CLASSES);
        for (int t = 0; t < LENGTH; t++) {
            tokens[i * LENGTH + (uint64_t)t] = draw(&rng, (uint32_t)labels[i]);
        }
    }
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_TOKENS,
                         .storage = COLLET_STORE_F32,
                         .classes = CLASSES,
                         .rows = rows,
                         .vocabulary = VOCABULARY,
                         .scale = 1,
                         .tokens = tokens,
                         .offsets = offsets,
                         .labels = labels};
}

/* Of this process: what else runs on the machine counts less. */
static double processor_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    bench_unit model, optimizer;
    clt_blas blas;
    clt_split split = {0};
    clt_error err = {0};
    clt_train_result result;
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        return clt_blas_probe_main();
    }
    if (argc != 6) {
        (void)fprintf(stderr, "bench_train_text POOL BATCH EPOCHS OPTIMIZER ROWS\n");
        return 64;
    }
    if (clt_blas_setup(&blas, &err) != CLT_OK) {
        bench_fail(&err);
    }
    clt_registry *registry = bench_registry();
    bench_load(registry, "model", "text", &model);
    bench_load(registry, "optimizer", argv[4], &optimizer);
    bench_set(&model, "pool", argv[1]);
    collet_data data = make_texts((uint64_t)atoi(argv[5]));
    if (clt_data_check(&data, "texts", &err) != CLT_OK ||
        clt_split_init(&split, &data, 0.01, 0, 1, &err) != CLT_OK) {
        bench_fail(&err);
    }
    clt_train_setup setup = bench_setup(&model, &optimizer);
    setup.lr = strcmp(argv[4], "adam") == 0 ? 0.002 : strcmp(argv[1], "conv") == 0 ? 0.1 : 10;
    setup.data = &data;
    setup.split = &split;
    setup.epochs = (uint32_t)atoi(argv[3]);
    setup.batch = (uint32_t)atoi(argv[2]);
    double start = processor_time();
    if (clt_train(&setup, &result, &err) != CLT_OK) {
        bench_fail(&err);
    }
    double seconds = processor_time() - start;
    (void)printf("%.0f samples/s, accuracy %.4f, kernel %s\n", (double)result.samples / seconds,
                 result.values[0], blas.chosen);
    clt_split_finish(&split);
    free(model.config);
    free(optimizer.config);
    clt_registry_destroy(registry);
    return 0;
}

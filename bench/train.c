/* Our side of bench/train: trains by the host's own loop with the bundled plugins, in stretches
 * that the driver asks for (pace.h).
 *
 *     bench_train WHAT BATCH OPTIMIZER SAMPLES [ROWS] [augment]   SAMPLES a stretch
 *     bench_train texts ROWS                                     the made-up texts, for fastText
 *
 * WHAT is mlp, cnn, mean or kim (training.h). First printed is "ready KERNEL". */
#include "pace.h"
#include "plugin/blas.h"
#include "texts.h"
#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool over(void *pace)
{
    return !bench_pace_on(pace);
}

static int train(int argc, char **argv)
{
    bench_training t = {0};
    clt_train_result result;
    clt_error err = {0};
    const uint32_t batch = (uint32_t)atoi(argv[2]);
    const bool texts = strcmp(argv[1], "mean") == 0 || strcmp(argv[1], "kim") == 0;
    uint64_t rows = argc > 5 ? (uint64_t)atoi(argv[5]) : 0;
    bench_pace pace = {.stretch = (uint64_t)atoi(argv[4]), .unit = batch};
    bench_training_open(&t, argv[1], argv[3], batch, texts && rows == 0 ? 20000 : rows);
    if (argc > 6 && strcmp(argv[6], "augment") == 0) {
        t.setup.feeding.augment = (clt_augment){.shift = 2, .flip = 0.5};
    }
    t.setup.cancelled = over;
    t.setup.ctx = &pace;
    if (clt_train(&t.setup, &result, &err) != CLT_OK) {
        bench_fail(&err);
    }
    if (result.outcome != CLT_TRAIN_CANCELLED) {
        (void)fprintf(stderr, "the training ended by itself: %s\n", err.text);
        return 1;
    }
    bench_training_close(&t);
    return 0;
}

int main(int argc, char **argv)
{
    clt_blas blas;
    clt_error err = {0};
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        return clt_blas_probe_main();
    }
    if (argc == 3 && strcmp(argv[1], "texts") == 0) {
        collet_data texts = bench_texts((uint64_t)atoi(argv[2]));
        bench_texts_print(&texts);
        return 0;
    }
    if (argc < 5) {
        (void)fprintf(stderr, "bench_train WHAT BATCH OPTIMIZER SAMPLES [ROWS] [augment]\n");
        return 64;
    }
    if (clt_blas_setup(&blas, &err) != CLT_OK) {
        bench_fail(&err);
    }
    (void)printf("ready %s\n", blas.chosen);
    return train(argc, argv);
}

/* Our side of bench/time_to_accuracy: trains until the TEST rows of Fashion-MNIST are classified
 * well enough, by the host's own loop with the bundled plugins.
 *
 *     bench_time_to_accuracy WHAT BATCH OPTIMIZER LR TARGET SEED MOST_EPOCHS [ROWS]
 *
 * An optimizer around the optimizer looks on: after each quarter of an epoch it stops the clock and
 * predicts all test rows with a model of its own. Prints "EPOCHS ACCURACY PROCESSOR WALL" each
 * time, then "reached" or "missed". */
#include "pace.h"
#include "plugin/blas.h"
#include "train/predictor.h"
#include "training.h"

#include <collet/helpers.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Quarters of an epoch; and rows that are predicted at once. */
enum { PARTS = 4, ROWS = 500 };

/* What looks on; the wrapped optimizer's instance. */
typedef struct judge {
    const clt_train_setup *setup; /* the true one */
    void *optimizer, *model;
    uint32_t *test; /* [test_count] */
    uint64_t test_count, steps, steps_an_epoch;
    double target;
    bool reached;
    clt_batch batch;
    float *out;
    bench_pace pace;
} judge;

static judge *judge_of(const void *config)
{
    judge *const *j = config;
    return *j;
}

static double accuracy(judge *j, const float *theta)
{
    const uint32_t classes = j->setup->data->classes;
    uint64_t right = 0;
    for (uint64_t from = 0; from < j->test_count; from += ROWS) {
        uint64_t left = j->test_count - from;
        uint32_t rows = left < ROWS ? (uint32_t)left : ROWS;
        const collet_batch *batch = clt_batch_gather(&j->batch, j->test + from, rows);
        if (j->setup->model->predict(j->model, theta, batch, j->out) < 0) {
            return 0;
        }
        for (uint32_t r = 0; r < rows; r++) {
            const float *z = j->out + (size_t)r * classes;
            uint32_t best = 0;
            for (uint32_t k = 1; k < classes; k++) {
                best = z[k] > z[best] ? k : best;
            }
            right += best == (uint32_t)j->batch.labels[r] ? 1 : 0;
        }
    }
    return (double)right / (double)j->test_count;
}

static collet_status create(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self)
{
    judge *j = judge_of(config);
    *self = j;
    return j->setup->optimizer->create(host, j->setup->optimizer_config, layout, &j->optimizer);
}

static void destroy(void *self)
{
    judge *j = self;
    j->setup->optimizer->destroy(j->optimizer);
}

static collet_status step(void *self, const collet_update *update)
{
    judge *j = self;
    collet_status status = j->setup->optimizer->step(j->optimizer, update);
    /* not where a quarter ends exactly, but never more than PARTS times an epoch */
    const uint64_t before = j->steps++ * PARTS / j->steps_an_epoch;
    if (j->steps * PARTS / j->steps_an_epoch > before) {
        bench_pace_stop(&j->pace);
        double now = accuracy(j, update->theta);
        (void)printf("%.2f %.4f %.4f %.4f\n", (double)j->steps / (double)j->steps_an_epoch, now,
                     j->pace.processor, j->pace.wall);
        j->reached = now >= j->target;
        bench_pace_start(&j->pace);
    }
    return status;
}

/* The clocks start with the first batch: reading data and making instances do not count. */
static bool over(void *ctx)
{
    judge *j = ctx;
    if (!j->pace.begun) {
        j->pace.begun = true;
        bench_pace_start(&j->pace);
    }
    return j->reached;
}

static void prepare(judge *j, const bench_training *t)
{
    clt_error err = {0};
    const uint64_t first = t->data->rows - t->data->test_rows;
    const collet_task task = clt_task_of(t->data, ROWS);
    j->test_count = t->data->test_rows;
    j->test = malloc((j->test_count + 1) * sizeof *j->test);
    j->out = collet_zeros((size_t)ROWS * t->data->classes);
    if (j->test == NULL || j->out == NULL ||
        clt_batch_init(&j->batch, t->data, ROWS, &err) != CLT_OK ||
        j->setup->model->create(clt_host_table(j->setup->model_host), j->setup->model_config, &task,
                                &j->model) < 0) {
        (void)fprintf(stderr, "no model to judge with\n");
        exit(1);
    }
    for (uint64_t i = 0; i < j->test_count; i++) {
        j->test[i] = (uint32_t)(first + i);
    }
    j->steps_an_epoch = t->split.train_count / j->setup->batch;
}

static void finish(judge *j)
{
    j->setup->model->destroy(j->model);
    clt_batch_finish(&j->batch);
    free(j->test);
    free(j->out);
}

int main(int argc, char **argv)
{
    static const collet_optimizer watched = {
        COLLET_SIZE(collet_optimizer), 0, create, destroy, step, NULL, NULL};
    bench_training t = {0};
    clt_train_result result;
    clt_blas blas;
    clt_error err = {0};
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        return clt_blas_probe_main();
    }
    if (argc < 8) {
        (void)fprintf(stderr, "bench_time_to_accuracy WHAT BATCH OPTIMIZER LR TARGET SEED "
                              "MOST_EPOCHS [ROWS]\n");
        return 64;
    }
    if (clt_blas_setup(&blas, &err) != CLT_OK) {
        bench_fail(&err);
    }
    bench_training_open(&t, argv[1], argv[3], (uint32_t)atoi(argv[2]),
                        argc > 8 ? (uint64_t)atoi(argv[8]) : 0);
    t.setup.lr = atof(argv[4]);
    t.setup.seed = (uint64_t)atoi(argv[6]);
    t.setup.epochs = (uint32_t)atoi(argv[7]);
    judge j = {.setup = &t.setup, .target = atof(argv[5])}, *watching = &j;
    prepare(&j, &t);
    clt_train_setup setup = t.setup;
    setup.optimizer = &watched;
    setup.optimizer_config = &watching;
    setup.cancelled = over;
    setup.ctx = &j;
    if (clt_train(&setup, &result, &err) != CLT_OK) {
        bench_fail(&err);
    }
    (void)printf("%s\n", j.reached ? "reached" : "missed");
    finish(&j);
    bench_training_close(&t);
    return 0;
}

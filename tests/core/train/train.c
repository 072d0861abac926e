#include "train/train.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A model whose theta[0] counts the steps (the optimizer adds one each) and whose outputs are read
 * from a script: script[theta[0]]. All targets are 0 and one batch is an epoch, so that the mae
 * after epoch e is script[e], or, with averaging, script at the average, between two entries.
 */
enum { ROWS = 4, EPOCHS = 8 };

static const float *script;
static uint32_t most_rows; /* that the model was made for */
static float start;        /* theta[0] before the first step, read from the seed */

static const collet_segment segments[] = {{"count", 0, 1, 1, 0, 0}};
static const collet_layout layout = {.struct_size = COLLET_SIZE(collet_layout),
                                     .segment_count = 1,
                                     .segment_size = COLLET_SIZE(collet_segment),
                                     .theta_count = 16,
                                     .segments = segments};

static collet_status create_model(const collet_host *host, const void *config,
                                  const collet_task *task, void **self)
{
    (void)host, (void)config;
    most_rows = task->max_rows;
    *self = &start;
    return COLLET_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static const collet_layout *get_layout(void *self)
{
    (void)self;
    return &layout;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    uint64_t word;
    (void)self;
    rng->fill(rng->ctx, &word, 1);
    start = (float)(word % 100) * 0.001f;
    theta[0] = 0;
    return COLLET_OK;
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)self, (void)rng, (void)theta, (void)batch, (void)touched;
    memset(grad, 0, layout.theta_count * sizeof *grad);
    *value = start;
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    (void)self;
    int below = (int)floorf(theta[0]);
    float share = theta[0] - (float)below, a = script[below], b = script[below + 1];
    for (uint32_t i = 0; i < batch->rows; i++) {
        out[i] = a + share * (b - a);
    }
    return COLLET_OK;
}

static const collet_model model = {.struct_size = COLLET_SIZE(collet_model),
                                   .create = create_model,
                                   .destroy = destroy,
                                   .layout = get_layout,
                                   .init = init,
                                   .loss = loss,
                                   .predict = predict};

static collet_status create_optimizer(const collet_host *host, const void *config,
                                      const collet_layout *of, void **self)
{
    (void)host, (void)config, (void)of;
    *self = &start;
    return COLLET_OK;
}

static collet_status step(void *self, const collet_update *update)
{
    (void)self;
    update->theta[0] += 1;
    return COLLET_OK;
}

static const collet_optimizer optimizer = {.struct_size = COLLET_SIZE(collet_optimizer),
                                           .create = create_optimizer,
                                           .destroy = destroy,
                                           .step = step};

/* What a training said. */
typedef struct heard {
    uint64_t steps[64];
    double mae[64], train_loss[64];
    size_t count, stop_after; /* stop_after: epochs heard after which it is cancelled */
    float theta;
} heard;

static bool on_epoch(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values)
{
    heard *h = ctx;
    h->steps[h->count] = epoch;
    h->train_loss[h->count] = values[clt_metrics_find(metrics, "train_loss")];
    h->mae[h->count++] = values[clt_metrics_find(metrics, "mae")];
    return true;
}

static bool cancelled(void *ctx)
{
    const heard *h = ctx;
    return h->stop_after > 0 && h->count >= h->stop_after;
}

static void fitted(void *ctx, const collet_layout *of, const float *theta)
{
    (void)of;
    ((heard *)ctx)->theta = theta[0];
}

static float x[ROWS], y[ROWS];
static uint32_t rows[2] = {0, 1}, others[2] = {2, 3};
static const collet_data data = {.struct_size = COLLET_SIZE(collet_data),
                                 .form = COLLET_DATA_TABLE,
                                 .storage = COLLET_STORE_F32,
                                 .rows = ROWS,
                                 .features = 1,
                                 .target_count = 1,
                                 .scale = 1,
                                 .x = x,
                                 .targets = y};
static const clt_split split = {rows, 2, others, 2};
static clt_host model_host, optimizer_host;

static clt_train_setup make_setup(heard *h, const clt_metrics *metrics)
{
    clt_host_init(&model_host, "model", "script", NULL);
    clt_host_init(&optimizer_host, "optimizer", "count", NULL);
    return (clt_train_setup){.model = &model,
                             .model_id = "script",
                             .model_host = &model_host,
                             .optimizer = &optimizer,
                             .optimizer_id = "count",
                             .optimizer_host = &optimizer_host,
                             .lr = 1,
                             .data = &data,
                             .split = &split,
                             .metrics = metrics,
                             .epochs = EPOCHS,
                             .batch = 2,
                             .seed = 5,
                             .on_epoch = on_epoch,
                             .cancelled = cancelled,
                             .fitted = fitted,
                             .ctx = h};
}

typedef struct stopping_case {
    uint64_t patience;
    double min_delta;
    bool restore;
    uint64_t epochs, counts; /* expected */
} stopping_case;

START_TEST(patience_ends_a_training_and_the_best_epoch_counts)
{
    /* epochs 1 to 8; the ninth is never asked for */
    static const float losses[] = {9, 5, 4, 4.5f, 3.9f, 4, 4, 4, 1, 0};
    static const stopping_case cases[] = {
        {0, 0, false, 8, 8}, /* no patience: all epochs, the last counts */
        {2, 0, true, 6, 4},   {2, 0, false, 6, 6},  {1, 0, true, 3, 2},
        {4, 0, true, 8, 8},   {2, 0.2, true, 4, 2}, /* 3.9 is no better than 4 */
        {5, 0.5, true, 7, 2},
    };
    script = losses;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const stopping_case *c = &cases[i];
        heard h = {.count = 0};
        clt_train_result result;
        clt_error err = {0};
        clt_train_setup setup = make_setup(&h, NULL);
        setup.stopping = (clt_stopping){
            .patience = c->patience, .min_delta = c->min_delta, .metric = 1, .restore = c->restore};
        ck_assert_int_eq(clt_train(&setup, &result, &err), CLT_OK);
        ck_assert_int_eq(result.outcome, CLT_TRAIN_COMPLETE);
        ck_assert_uint_eq(result.epochs, c->epochs);
        ck_assert_uint_eq(h.count, c->epochs);
        ck_assert_uint_eq(result.counts, c->counts);
        ck_assert_double_eq(result.values[1], (double)losses[c->counts]);
        ck_assert_float_eq(h.theta, (float)c->counts);
    }
}
END_TEST

START_TEST(larger_values_are_better_where_they_should_be)
{
    clt_stopping s = {.patience = 1, .rises = true};
    clt_waiting w = {0};
    ck_assert(!clt_stopping_take(&s, &w, 1, (double)NAN));
    ck_assert(clt_stopping_take(&s, &w, 2, -3));
    ck_assert(!clt_stopping_over(&s, &w, 2));
    ck_assert(clt_stopping_take(&s, &w, 3, -2));
    ck_assert(!clt_stopping_take(&s, &w, 4, -2.5));
    ck_assert(clt_stopping_over(&s, &w, 4));
}
END_TEST

START_TEST(the_averaged_weights_are_judged_and_count)
{
    /* the output is theta itself: the mean of 1 .. t with weights d^(t - i) */
    static const float line[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const double d = 0.75;
    heard h = {.count = 0};
    clt_train_result result;
    clt_error err = {0};
    clt_train_setup setup = make_setup(&h, NULL);
    setup.ema = d;
    script = line;
    ck_assert_int_eq(clt_train(&setup, &result, &err), CLT_OK);
    double sum = 0, weights = 0;
    for (int t = 1; t <= EPOCHS; t++) {
        sum = d * sum + t;
        weights = d * weights + 1;
        ck_assert_double_eq_tol(h.mae[t - 1], sum / weights, 1e-6);
    }
    ck_assert_float_eq_tol(h.theta, (float)(sum / weights), 1e-6f);
}
END_TEST

static clt_status train_kept(heard *h, clt_slots *slots, clt_train_result *result)
{
    clt_error err = {0};
    clt_train_setup setup = make_setup(h, NULL);
    setup.slots = slots;
    setup.ema = 0.5;
    setup.stopping = (clt_stopping){.patience = 2, .metric = 1, .restore = true};
    return clt_train(&setup, result, &err);
}

static const float bowl[] = {9, 5, 4, 3, 4, 5, 6, 7, 8, 9};
static const float slope[] = {9, 1, 4, 3, 5, 6, 7, 8, 9, 9};

/* Stopped after `epochs` and begun again, it must say the same. */
static void check_resumed(const heard *whole, const clt_train_result *expected, size_t epochs)
{
    char folder[] = "/tmp/collet-train-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/1-0", folder);
    clt_slots slots = {.path = path, .fingerprint = 3, .attempt = 1};
    heard stopped = {.stop_after = epochs}, h = {.count = 0};
    clt_train_result result;
    ck_assert_int_eq(train_kept(&stopped, &slots, &result), CLT_OK);
    ck_assert_int_eq(result.outcome, CLT_TRAIN_CANCELLED);
    slots = (clt_slots){.path = path, .fingerprint = 3, .attempt = 2};
    ck_assert_int_eq(train_kept(&h, &slots, &result), CLT_OK);
    ck_assert_uint_eq(h.count, whole->count);
    ck_assert_mem_eq(h.steps, whole->steps, sizeof h.steps);
    ck_assert_mem_eq(h.mae, whole->mae, sizeof h.mae);
    ck_assert_mem_eq(h.train_loss, whole->train_loss, sizeof h.train_loss);
    ck_assert_mem_eq(result.values, expected->values, sizeof result.values);
    ck_assert_uint_eq(result.counts, expected->counts);
    clt_slots_remove(path, 2);
    (void)rmdir(folder);
}

START_TEST(a_resumed_training_says_the_same)
{
    static const float *const scripts[] = {bowl,
                                           slope}; /* the best epoch is a later one, the first */
    for (int i = 0; i < 2; i++) {
        heard whole = {.count = 0};
        clt_train_result result;
        script = scripts[i];
        ck_assert_int_eq(train_kept(&whole, NULL, &result), CLT_OK);
        ck_assert_uint_lt(whole.count, EPOCHS); /* it stops early */
        for (size_t epochs = 1; epochs < whole.count; epochs++) {
            check_resumed(&whole, &result, epochs);
        }
    }
}
END_TEST

START_TEST(a_batch_of_more_rows_than_there_are_takes_no_more_room)
{
    heard h = {.count = 0};
    clt_train_result result;
    clt_error err = {0};
    clt_train_setup setup = make_setup(&h, NULL);
    setup.batch = 1000000;
    script = bowl;
    ck_assert_int_eq(clt_train(&setup, &result, &err), CLT_OK);
    ck_assert_uint_eq(result.epochs, EPOCHS);
    ck_assert_uint_eq(most_rows, 256); /* as many are predicted at a time */
}
END_TEST

TEST_MAIN("train", patience_ends_a_training_and_the_best_epoch_counts,
          larger_values_are_better_where_they_should_be, the_averaged_weights_are_judged_and_count,
          a_resumed_training_says_the_same, a_batch_of_more_rows_than_there_are_takes_no_more_room)

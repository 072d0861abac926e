#include "plugin/arithmetic.h"
#include "support.h"
#include "train/predictor.h"
#include "train/train.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

/*
 * A model whose gradient is 1 in the first step and 0 from then on, as that of a weight behind a
 * pixel that is lit in one image: what an optimizer remembers of it decays. After 900 steps at 0.9
 * it is a denormal number, after 1200 it would be zero by itself.
 */
enum { COUNT = 16, STEPS = 1000 };

static uint64_t steps;
static size_t denormals;
static float made; /* by a product in predict() */
static const collet_optimizer *of;

static const collet_segment segments[] = {{"w", 0, 1, COUNT, 0, 0}};
static const collet_layout layout = {.struct_size = COLLET_SIZE(collet_layout),
                                     .segment_count = 1,
                                     .segment_size = COLLET_SIZE(collet_segment),
                                     .theta_count = COUNT,
                                     .segments = segments};

static collet_status create_model(const collet_host *host, const void *config,
                                  const collet_task *task, void **self)
{
    (void)host, (void)config, (void)task;
    *self = &steps;
    return COLLET_OK;
}

static void destroy_model(void *self)
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
    (void)self, (void)rng;
    memset(theta, 0, COUNT * sizeof *theta);
    return COLLET_OK;
}

static void set_gradient(float *grad, uint64_t step)
{
    for (int i = 0; i < COUNT; i++) {
        grad[i] = step == 1 ? 1.0f : 0.0f;
    }
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)self, (void)rng, (void)theta, (void)batch, (void)touched;
    set_gradient(grad, ++steps);
    *value = 1;
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    volatile float tenth = 0.1f, smallest = 1.2e-38f;
    (void)self, (void)theta;
    made = tenth * smallest;
    memset(out, 0, batch->rows * sizeof *out);
    return COLLET_OK;
}

static const collet_model model = {.struct_size = COLLET_SIZE(collet_model),
                                   .create = create_model,
                                   .destroy = destroy_model,
                                   .layout = get_layout,
                                   .init = init,
                                   .loss = loss,
                                   .predict = predict};

/* ---- The optimizer at hand, with its state looked through after each step ------------------- */

/* By their bits: arithmetic that reads them as zero would not see them. */
static size_t count_denormals(const void *bytes, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i + sizeof(uint32_t) <= n; i += sizeof(uint32_t)) {
        uint32_t bits;
        memcpy(&bits, (const char *)bytes + i, sizeof bits);
        count += (bits & 0x7f800000u) == 0 && (bits & 0x007fffffu) != 0;
    }
    return count;
}

/* The arrays come in pieces of their own, after one double. */
static collet_status look(void *ctx, const void *bytes, size_t n)
{
    (void)ctx;
    denormals += n > sizeof(double) ? count_denormals(bytes, n) : 0;
    return COLLET_OK;
}

static collet_status step(void *self, const collet_update *update)
{
    const collet_sink sink = {.struct_size = COLLET_SIZE(collet_sink), .write = look};
    collet_status status = of->step(self, update);
    denormals += count_denormals(update->theta, COUNT * sizeof(float));
    return status < 0 || of->save == NULL ? status : of->save(self, &sink);
}

static const struct {
    const char *file, *options[4];
} optimizers[] = {
    {"sgd", {"weight_decay", "0.1"}},
    {"momentum", {"beta", "0.9"}},
    {"nesterov", {"beta", "0.9"}},
    {"adagrad", {"lr", "0.1"}},
    {"rmsprop", {"rho", "0.9", "momentum", "0.9"}},
    {"adadelta", {"rho", "0.9"}},
    {"adam", {"beta2", "0.9"}},
    {"adam", {"beta2", "0.9", "amsgrad", "on"}},
    {"adamw", {"beta2", "0.9"}},
    {"nadam", {"beta2", "0.9"}},
    {"lion", {"beta2", "0.9"}},
};
enum { OPTIMIZERS = sizeof optimizers / sizeof optimizers[0] };

static void load(test_unit *t, int i)
{
    char path[512];
    (void)snprintf(path, sizeof path, PLUGINS "/optimizers/%s.so", optimizers[i].file);
    test_unit_load(t, path);
    for (int k = 0; k + 1 < 4 && optimizers[i].options[k] != NULL; k += 2) {
        test_set(t, optimizers[i].options[k], optimizers[i].options[k + 1]);
    }
    of = t->unit->vtable;
    steps = 0;
    denormals = 0;
}

static float x[4], y[4];
static uint32_t rows[2] = {0, 1}, others[2] = {2, 3};
static const collet_data data = {.struct_size = COLLET_SIZE(collet_data),
                                 .form = COLLET_DATA_TABLE,
                                 .storage = COLLET_STORE_F32,
                                 .rows = 4,
                                 .features = 1,
                                 .target_count = 1,
                                 .scale = 1,
                                 .x = x,
                                 .targets = y};
static const clt_split split = {rows, 2, others, 2};

static void train(test_unit *t)
{
    collet_optimizer looked = *of;
    looked.step = step;
    clt_host host;
    clt_host_init(&host, "model", "script", NULL);
    const clt_train_setup setup = {.model = &model,
                                   .model_id = "script",
                                   .model_host = &host,
                                   .optimizer = &looked,
                                   .optimizer_id = t->unit->id,
                                   .optimizer_config = t->config,
                                   .optimizer_host = &t->host,
                                   .lr = 1e-3,
                                   .data = &data,
                                   .split = &split,
                                   .epochs = STEPS,
                                   .batch = 2,
                                   .ema = 0.5};
    clt_train_result result;
    clt_error err = {0};
    ck_assert_int_eq(clt_train(&setup, &result, &err), CLT_OK);
    ck_assert_uint_eq(result.epochs, STEPS);
}

/* The same steps without what a training sets. */
static void walk(test_unit *t)
{
    _Alignas(64) float theta[COUNT] = {0}, grad[COUNT];
    const collet_span span = {0, COUNT, 0, 0};
    collet_update update = {.struct_size = COLLET_SIZE(collet_update),
                            .span_count = 1,
                            .span_size = COLLET_SIZE(collet_span),
                            .lr = 1e-3,
                            .spans = &span,
                            .theta = theta,
                            .grad = grad};
    void *self;
    ck_assert_int_eq(of->create(clt_host_table(&t->host), t->config, &layout, &self), COLLET_OK);
    for (update.step = 1; update.step <= STEPS; update.step++) {
        set_gradient(grad, update.step);
        ck_assert_int_eq(step(self, &update), COLLET_OK);
    }
    of->destroy(self);
}

static bool flushes(void)
{
    return strcmp(clt_denormals_text(), "flushed") == 0;
}

START_TEST(what_an_optimizer_remembers_never_is_a_denormal_number)
{
    test_unit t;
    load(&t, _i);
    train(&t);
    ck_assert_msg(denormals == 0 || !flushes(), "%s: %zu", optimizers[_i].file, denormals);
    test_unit_finish(&t);
}
END_TEST

/* Else the test above would be passed by steps that do not decay. */
START_TEST(without_flushing_there_are_some)
{
    size_t with = 0;
    for (int i = 0; i < OPTIMIZERS; i++) {
        test_unit t;
        load(&t, i);
        walk(&t);
        bool keeps = strcmp(t.unit->id, "sgd") != 0 && strcmp(t.unit->id, "adagrad") != 0;
        ck_assert_msg(denormals > 0 || !keeps, "%s", t.unit->id);
        with += denormals > 0;
        test_unit_finish(&t);
    }
    ck_assert_uint_ge(with, OPTIMIZERS - 2);
}
END_TEST

START_TEST(a_training_leaves_arithmetic_as_it_was)
{
    clt_arithmetic before;
    test_unit t;
    load(&t, 0);
    clt_arithmetic_note(&before);
    train(&t);
    ck_assert(clt_arithmetic_is(&before));
    ck_assert(made == 0 || !flushes());
    test_unit_finish(&t);
}
END_TEST

static void ignore(void *ctx, const clt_predicted *predicted)
{
    (void)ctx, (void)predicted;
}

START_TEST(a_saved_model_predicts_as_it_was_trained)
{
    clt_predictor p = {0};
    clt_error err = {0};
    clt_arithmetic before;
    const collet_task task = clt_task_of(&data, 4);
    clt_arithmetic_note(&before);
    made = 1;
    ck_assert_int_eq(clt_predictor_open(&p, &model, "script", NULL, &task, &data, &err), CLT_OK);
    ck_assert_int_eq(clt_predictor_run(&p, rows, 2, ignore, NULL, &err), CLT_OK);
    ck_assert(made == 0 || !flushes());
    ck_assert(clt_arithmetic_is(&before));
    clt_predictor_close(&p);
}
END_TEST

START_TEST(what_is_put_back_is_that_setting_alone)
{
    volatile float tenth = 0.1f, smallest = 1.2e-38f, product = tenth * smallest;
    ck_assert(product != 0);
    unsigned long before = clt_denormals_flush(), again = clt_denormals_flush();
    product = tenth * smallest;
    ck_assert(product == 0 || !flushes());
    clt_denormals_restore(again); /* it was set before that */
    product = tenth * smallest;
    ck_assert(product == 0 || !flushes());
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    clt_denormals_restore(before);
    product = tenth * smallest;
    ck_assert(product != 0);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    ck_assert_int_eq(fesetround(FE_TONEAREST), 0);
}
END_TEST

int main(void)
{
    const test_loop loops[] = {{what_an_optimizer_remembers_never_is_a_denormal_number, OPTIMIZERS},
                               {without_flushing_there_are_some, 1},
                               {a_training_leaves_arithmetic_as_it_was, 1},
                               {a_saved_model_predicts_as_it_was_trained, 1},
                               {what_is_put_back_is_that_setting_alone, 1}};
    return test_main_loops("train/denormals", loops, sizeof loops / sizeof loops[0]);
}

#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 9 };

static collet_task images(uint32_t type, uint32_t height, uint32_t width, uint32_t channels)
{
    return (collet_task){.type = type,
                         .form = COLLET_DATA_IMAGES,
                         .height = height,
                         .width = width,
                         .channels = channels,
                         .outputs = 3};
}

/* settings is "key value key value ..." */
static void set_all(test_model *m, const char *settings)
{
    char text[512], *rest = text;
    (void)snprintf(text, sizeof text, "%s", settings);
    for (char *key = strtok_r(text, " ", &rest); key != NULL; key = strtok_r(NULL, " ", &rest)) {
        test_set(&m->unit, key, strtok_r(NULL, " ", &rest));
    }
}

static void load(test_model *m, const char *settings)
{
    test_unit_load(&m->unit, PLUGINS "/models/cnn.so");
    set_all(m, settings);
}

static void finish(test_model *m)
{
    test_model_destroy(m);
    test_unit_finish(&m->unit);
}

static void check_gradient(const char *settings, collet_task task, bool soft)
{
    test_model m;
    load(&m, "dense_activation gelu");
    set_all(&m, settings);
    test_model_create(&m, task, ROWS, soft);
    test_model_check_gradient(&m, settings);
    finish(&m);
}

/* Smooth activations, but for a few with relu: where many numbers stand near its corner or are
 * nearly the largest of a square, finite differences are not exact. */
static const char *const settings[] = {
    "filters 5 units 7 activation tanh",
    "filters 4 filters.2 9 units 7 activation sigmoid",
    "filters 5 activation gelu layers 0",
    "filters 5 activation tanh pool average dropout 0.3 dense_dropout 0.2",
    "filters 5 activation gelu pool average stride.1 2",
    "filters 4 activation tanh pool none kernel 4 padding valid units 6",
    "filters 4 activation gelu pool none pool.2 max dropout 0.2",
    "blocks 1 filters 17 activation tanh kernel 5 padding 2 pool_size 3",
    "blocks 3 filters 3 activation tanh dropout 0.3 pool none padding.2 1 layers 2 units 5",
    "filters 4 activation tanh norm batch units 6",
    "filters 4 activation gelu norm batch pool average units 6 dense_norm batch",
    "filters 4 activation sigmoid norm.2 batch pool none dropout 0.2",
    "filters 9 filters.2 5 activation tanh units 6",
    "filters 16 filters.2 3 activation sigmoid stride.2 2 dropout 0.2",
    "filters 9 filters.2 8 activation tanh units 6 pool.2 none dropout 0.1",
    "filters 8 filters.2 10 activation gelu norm batch units 5",
    "blocks 1 filters 6 layers 0 pool none",
    "init glorot blocks 1 filters 6 dense_activation gelu"};

START_TEST(gradients_agree_with_finite_differences)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        check_gradient(settings[i], images(COLLET_TASK_CLASSIFY, 9, 8, 2), false);
        check_gradient(settings[i], images(COLLET_TASK_CLASSIFY, 8, 10, 1), true);
        check_gradient(settings[i], images(COLLET_TASK_REGRESS, 11, 8, 1), false);
    }
}
END_TEST

/* A network of one block without hidden layers, as the manual defines it: images of 6 x 5 x 2,
 * 3 filters of 3 x 3, pooled to 3 x 2. */
enum { H = 6, W = 5, C = 2, F = 3 };

typedef struct reference {
    const float *weight, *bias, *scale, *mean, *variance, *dense, *dense_bias;
    const char *activation, *pool;
} reference;

static double activate(const char *name, double x)
{
    if (name[0] == 'g') {
        return x / 2 * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    }
    return name[0] == 't' ? tanh(x) : name[0] == 's' ? 1 / (1 + exp(-x)) : fmax(0, x);
}

/* f(norm(conv(x)) + b) at a pixel */
static double activated(const reference *n, const float *x, int y, int at, int o)
{
    double sum = 0;
    for (int tap = 0; tap < 9 * C; tap++) {
        int ky = y + tap / C / 3 - 1, kx = at + tap / C % 3 - 1;
        if (ky >= 0 && ky < H && kx >= 0 && kx < W) {
            sum += (double)x[(ky * W + kx) * C + tap % C] * (double)n->weight[tap * F + o];
        }
    }
    if (n->scale != NULL) {
        sum =
            (double)n->scale[o] * (sum - (double)n->mean[o]) / sqrt((double)n->variance[o] + 1e-5);
    }
    return activate(n->activation, sum + (double)n->bias[o]);
}

static double output(const reference *n, const float *x, int k)
{
    double sum = (double)n->dense_bias[k];
    for (int i = 0; i < H / 2 * (W / 2) * F; i++) {
        int o = i % F, y = i / F / (W / 2) * 2, at = i / F % (W / 2) * 2;
        double pooled = n->pool[0] == 'm' ? -INFINITY : 0;
        for (int t = 0; t < 4; t++) {
            double a = activated(n, x, y + t / 2, at + t % 2, o);
            pooled = n->pool[0] == 'm' ? fmax(pooled, a) : pooled + a / 4;
        }
        sum += pooled * (double)n->dense[i * 3 + k];
    }
    return sum;
}

/* Every segment, with running statistics and scales (one of them negative) that are not 0 and 1. */
static reference disturb(test_model *m, bool norm)
{
    const float *at[7];
    for (uint32_t i = 0; i < m->layout->segment_count; i++) {
        const collet_segment *s = test_model_segment(m, i);
        at[i] = m->theta + s->offset;
        for (uint32_t k = 0; s->rows == 1 && k < s->columns; k++) {
            m->theta[s->offset + k] += i == 2 && k == 1 ? -2.0f : 0.3f * (float)(k + i);
        }
    }
    return norm ? (reference){at[0], at[1], at[2], at[3], at[4], at[5], at[6], NULL, NULL}
                : (reference){at[0], at[1], NULL, NULL, NULL, at[2], at[3], NULL, NULL};
}

static void check_outputs(const char *activation, const char *pool, bool norm)
{
    test_model m;
    float out[ROWS * 3];
    load(&m, "blocks 1 filters 3 layers 0");
    test_set(&m.unit, "activation", activation);
    test_set(&m.unit, "pool", pool);
    test_set(&m.unit, "norm", norm ? "batch" : "none");
    test_model_create(&m, images(COLLET_TASK_CLASSIFY, H, W, C), ROWS, false);
    reference n = disturb(&m, norm);
    n.activation = activation;
    n.pool = pool;
    ck_assert_int_eq(m.model->predict(m.self, m.theta, &m.batch, out), 0);
    for (int i = 0; i < ROWS * 3; i++) {
        double expected = output(&n, m.x + i / 3 * H * W * C, i % 3);
        ck_assert_msg(fabs((double)out[i] - expected) < 1e-4, "%s, %s, norm %d: %g, %g", activation,
                      pool, norm, (double)out[i], expected);
    }
    finish(&m);
}

START_TEST(outputs_are_those_of_the_definition)
{
    static const char *const activations[] = {"relu", "tanh", "gelu", "sigmoid"};
    for (int i = 0; i < 4; i++) {
        for (int norm = 0; norm < 2; norm++) {
            check_outputs(activations[i], "max", norm == 1);
            check_outputs(activations[i], "average", norm == 1);
        }
    }
}
END_TEST

START_TEST(the_gradient_is_written_and_the_same_twice)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        test_model m;
        load(&m, settings[i]);
        test_model_create(&m, images(COLLET_TASK_CLASSIFY, 9, 8, 2), ROWS, false);
        test_model_check_repeatable(&m);
        finish(&m);
    }
}
END_TEST

/* More images than one group: 1 << 16 floats before pooling are 10 images of 28 x 28 x 8. */
START_TEST(a_batch_is_the_mean_of_its_images)
{
    test_model whole, one;
    load(&whole, "filters 8");
    load(&one, "filters 8");
    test_model_create(&whole, images(COLLET_TASK_CLASSIFY, 28, 28, 1), 25, false);
    test_model_create(&one, images(COLLET_TASK_CLASSIFY, 28, 28, 1), 1, false);
    size_t count = whole.layout->theta_count;
    double loss = 0, *sum = calloc(count, sizeof *sum);
    for (uint32_t r = 0; r < 25; r++) {
        one.batch.x = whole.x + (size_t)r * 28 * 28;
        one.batch.labels = whole.labels + r;
        loss += test_model_loss(&one, one.grad) / 25;
        for (size_t i = 0; i < count; i++) {
            sum[i] += (double)one.grad[i] / 25;
        }
    }
    ck_assert_double_eq_tol(test_model_loss(&whole, whole.grad), loss, 1e-5);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(fabs((double)whole.grad[i] - sum[i]) < 1e-5, "theta[%zu]: %g, %g", i,
                      (double)whole.grad[i], sum[i]);
    }
    free(sum);
    finish(&whole);
    finish(&one);
}
END_TEST

START_TEST(prediction_leaves_dropout_and_batch_statistics_out)
{
    static const char *const some[] = {"dropout 0.5", "dense_dropout 0.5", "norm batch",
                                       "dense_norm batch"};
    for (int i = 0; i < 4; i++) {
        test_model m;
        load(&m, some[i]);
        test_model_create(&m, images(COLLET_TASK_CLASSIFY, 9, 8, 2), ROWS, false);
        test_model_check_prediction(&m);
        finish(&m);
    }
}
END_TEST

/* After many steps on one batch the running statistics are the batch's, and its rows are learnt. */
START_TEST(it_learns_a_batch_by_heart_and_predicts_it)
{
    test_model m;
    float out[ROWS * 3];
    load(&m, "filters 8 norm batch dense_norm batch units 16");
    test_model_create(&m, images(COLLET_TASK_CLASSIFY, 9, 8, 2), ROWS, false);
    double loss = test_model_train(&m, 150, 0.1);
    ck_assert_msg(loss < 0.05, "loss %g", loss);
    ck_assert_int_eq(m.model->predict(m.self, m.theta, &m.batch, out), 0);
    for (uint32_t r = 0; r < ROWS; r++) {
        for (int k = 0; k < 3; k++) {
            ck_assert(out[r * 3 + (uint32_t)m.labels[r]] >= out[r * 3 + (uint32_t)k]);
        }
    }
    finish(&m);
}
END_TEST

START_TEST(each_block_has_options_of_its_own)
{
    static const struct {
        const char *name;
        uint32_t rows, columns;
    } expected[] = {{"conv1.weight", 9, 4},   {"conv1.bias", 1, 4},     {"conv2.weight", 100, 6},
                    {"conv2.bias", 1, 6},     {"conv2.scale", 1, 6},    {"conv2.mean", 1, 6},
                    {"conv2.variance", 1, 6}, {"dense1.weight", 24, 7}, {"dense1.bias", 1, 7},
                    {"dense2.weight", 7, 3},  {"dense2.bias", 1, 3}};
    test_model m;
    load(&m, "filters 4 filters.2 6 kernel.2 5 norm.2 batch pool.2 none stride.2 2 units 7");
    test_model_create(&m, images(COLLET_TASK_CLASSIFY, 8, 8, 1), ROWS, false);
    ck_assert_uint_eq(m.layout->segment_count, sizeof expected / sizeof expected[0]);
    for (uint32_t i = 0; i < m.layout->segment_count; i++) {
        const collet_segment *s = test_model_segment(&m, i);
        ck_assert_str_eq(s->name, expected[i].name);
        ck_assert_uint_eq(s->rows, expected[i].rows);
        ck_assert_uint_eq(s->columns, expected[i].columns);
    }
    finish(&m);
}
END_TEST

START_TEST(what_cannot_be_done_is_refused_with_a_reason)
{
    static const struct {
        const char *settings, *reason;
        uint32_t form;
    } cases[] = {
        {"blocks 1", "it learns from images only, not from tables", COLLET_DATA_TABLE},
        {"blocks 1", "it learns from images only, not from sequences of tokens",
         COLLET_DATA_TOKENS},
        {"blocks 5", "block 4: its images are 1 x 1, too small for stride and pool_size 2",
         COLLET_DATA_IMAGES},
        {"kernel.2 5 padding valid", "block 2: its images are 3 x 3, too small for kernel 5",
         COLLET_DATA_IMAGES},
        {"padding.2 3", "block 2: padding 3 is not smaller than kernel 3", COLLET_DATA_IMAGES}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_model m;
        void *self = NULL;
        load(&m, cases[i].settings);
        collet_task task = images(COLLET_TASK_CLASSIFY, 9, 8, 1);
        task.struct_size = COLLET_SIZE(collet_task);
        task.max_rows = 1;
        task.form = cases[i].form;
        const collet_model *model = m.unit.unit->vtable;
        ck_assert_int_lt(model->create(clt_host_table(&m.unit.host), m.unit.config, &task, &self),
                         0);
        ck_assert_str_eq(m.unit.host.said, cases[i].reason);
        test_unit_finish(&m.unit);
    }
}
END_TEST

TEST_MAIN("cnn", outputs_are_those_of_the_definition, gradients_agree_with_finite_differences,
          the_gradient_is_written_and_the_same_twice, a_batch_is_the_mean_of_its_images,
          prediction_leaves_dropout_and_batch_statistics_out,
          it_learns_a_batch_by_heart_and_predicts_it, each_block_has_options_of_its_own,
          what_cannot_be_done_is_refused_with_a_reason)

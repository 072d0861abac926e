#include "gradient.h"

#include <collet/helpers.h>

#include <string.h>

enum { ROWS = 8, OUTPUTS = 3, VOCABULARY = 60, MOST_TOKENS = 900 };

/* A model with its parameters and a batch of sequences: an empty one, short ones, one that is
 * longer than a strip of the convolution. */
typedef struct fixture {
    test_unit unit;
    test_point point;
    uint32_t tokens[MOST_TOKENS];
    uint64_t offsets[ROWS + 1];
    int32_t labels[ROWS];
    float targets[ROWS * OUTPUTS];
    collet_batch batch;
} fixture;

static void fill_batch(fixture *f, uint32_t task)
{
    static const uint32_t lengths[ROWS] = {5, 0, 1, 2, 400, 3, 17, 200};
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 9);
    for (uint32_t r = 0; r < ROWS; r++) {
        f->offsets[r + 1] = f->offsets[r] + lengths[r];
        f->labels[r] = (int32_t)(r % OUTPUTS);
        for (uint32_t k = 0; k < OUTPUTS; k++) {
            f->targets[r * OUTPUTS + k] = k == r % OUTPUTS ? 0.8f : 0.1f;
        }
    }
    for (uint64_t i = 0; i < f->offsets[ROWS]; i++) {
        f->tokens[i] = (uint32_t)collet_below(&rng, VOCABULARY - 1); /* the last one is never met */
    }
    f->batch = (collet_batch){.struct_size = COLLET_SIZE(collet_batch),
                              .rows = ROWS,
                              .tokens = f->tokens,
                              .offsets = f->offsets,
                              .labels = task == COLLET_TASK_CLASSIFY ? f->labels : NULL,
                              .targets = task == COLLET_TASK_REGRESS ? f->targets : NULL};
}

/* options: key, value, ... NULL */
static void create_of(fixture *f, const char *plugin, uint32_t type, const char *const *options)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 2);
    const collet_task task = {.struct_size = COLLET_SIZE(collet_task),
                              .type = type,
                              .form = COLLET_DATA_TOKENS,
                              .vocabulary = VOCABULARY,
                              .outputs = OUTPUTS,
                              .max_rows = ROWS};
    *f = (fixture){0};
    test_unit_load(&f->unit, plugin);
    for (; *options != NULL; options += 2) {
        test_set(&f->unit, options[0], options[1]);
    }
    test_point *p = &f->point;
    p->model = f->unit.unit->vtable;
    ck_assert_int_eq(
        p->model->create(clt_host_table(&f->unit.host), f->unit.config, &task, &p->self), 0);
    p->layout = p->model->layout(p->self);
    p->theta = collet_zeros(p->layout->theta_count);
    ck_assert_int_eq(p->model->init(p->self, &rng, p->theta), 0);
    /* Larger than they start, and biases away from 0, so that gradients are too. */
    for (uint64_t i = 0; i < p->layout->theta_count; i++) {
        p->theta[i] = 2 * p->theta[i] + 0.05f * (float)collet_normal(&rng);
    }
    fill_batch(f, type);
    p->batch = &f->batch;
}

static void create(fixture *f, uint32_t type, const char *const *options)
{
    create_of(f, PLUGINS "/models/text.so", type, options);
}

static void destroy(fixture *f)
{
    f->point.model->destroy(f->point.self);
    free(f->point.theta);
    test_unit_finish(&f->unit);
}

START_TEST(gradients_agree_with_finite_differences)
{
    static const struct {
        const char *what, *options[18];
    } rows[] = {
        {"mean", {"dim", "5", NULL}},
        {"mean of wide rows", {"dim", "83", NULL}},
        {"mean, dropout", {"dim", "16", "dropout", "0.3", NULL}},
        {"mean, hidden", {"dim", "16", "hidden", "7", "activation", "gelu", NULL}},
        {"max", {"pool", "max", "dim", "6", NULL}},
        {"max, hidden, dropout",
         {"pool", "max", "dim", "6", "hidden", "9", "activation", "tanh", "dropout", "0.2", NULL}},
        {"conv", {"pool", "conv", "dim", "8", "filters", "5", NULL}},
        {"conv of one width",
         {"pool", "conv", "dim", "3", "filters", "17", "width", "1", "widths", "1", NULL}},
        {"conv, wide, hidden, dropout",
         {"pool", "conv", "dim", "4", "filters", "6", "width", "4", "widths", "4", "hidden", "8",
          "activation", "sigmoid", "dropout", "0.3", NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint32_t task = COLLET_TASK_CLASSIFY; task <= COLLET_TASK_REGRESS; task++) {
            fixture f;
            create(&f, task, rows[i].options);
            f.point.what = rows[i].what;
            test_gradient(&f.point);
            destroy(&f);
        }
    }
}
END_TEST

/* Kim's formula, straight. */
static void convolve(const fixture *f, uint32_t row, uint32_t dim, uint32_t filters, uint32_t width,
                     const float *w, const float *b, double *y)
{
    int64_t length = (int64_t)(f->offsets[row + 1] - f->offsets[row]);
    for (uint32_t i = 0; i < filters; i++) {
        double best = -INFINITY;
        for (int64_t p = 0; p <= (length > width ? length : width) - width; p++) {
            double sum = 0;
            for (int64_t j = 0; j < width && p + j < length; j++) {
                const float *e =
                    f->point.theta + f->tokens[f->offsets[row] + (uint64_t)(p + j)] * dim;
                for (uint32_t c = 0; c < dim; c++) {
                    sum += (double)w[(i * width + j) * dim + c] * (double)e[c];
                }
            }
            best = sum > best ? sum : best;
        }
        y[i] = fmax(0, best + (double)b[i]);
    }
}

START_TEST(predictions_follow_the_definition)
{
    enum { DIM = 4, FILTERS = 5, WIDTH = 2, WIDTHS = 3, POOLED = FILTERS * WIDTHS };
    static const char *const options[] = {"pool",  "conv", "dim",    "4", "filters", "5",
                                          "width", "2",    "widths", "3", NULL};
    fixture f;
    create(&f, COLLET_TASK_CLASSIFY, options);
    float out[ROWS * OUTPUTS];
    const collet_segment *s = f.point.layout->segments;
    ck_assert_int_eq(f.point.model->predict(f.point.self, f.point.theta, &f.batch, out), 0);
    for (uint32_t row = 0; row < ROWS; row++) {
        double pooled[POOLED];
        for (uint32_t i = 0; i < WIDTHS; i++) {
            convolve(&f, row, DIM, FILTERS, WIDTH + i, f.point.theta + s[1 + 2 * i].offset,
                     f.point.theta + s[2 + 2 * i].offset, pooled + i * FILTERS);
        }
        for (uint32_t k = 0; k < OUTPUTS; k++) {
            const float *u = f.point.theta + s[7].offset;
            double z = (double)f.point.theta[s[8].offset + k];
            for (uint32_t i = 0; i < POOLED; i++) {
                z += pooled[i] * (double)u[i * OUTPUTS + k];
            }
            ck_assert_double_eq_tol(z, (double)out[row * OUTPUTS + k], 1e-5);
        }
    }
    destroy(&f);
}
END_TEST

START_TEST(only_tokens_of_the_batch_have_a_gradient)
{
    static const char *const pools[] = {"mean", "max", "conv"};
    for (size_t i = 0; i < 3; i++) {
        const char *const options[] = {"pool", pools[i], "dim", "8", "filters", "4", NULL};
        fixture f;
        create(&f, COLLET_TASK_CLASSIFY, options);
        float *grad = collet_zeros(f.point.layout->theta_count);
        test_loss(&f.point, grad);
        ck_assert_uint_eq(f.point.layout->segments[0].flags, COLLET_SEGMENT_SPARSE);
        for (uint64_t c = 0; c < 8; c++) { /* zeroed by test_loss(), where it was not named */
            ck_assert_float_eq(grad[(VOCABULARY - 1) * 8 + c], 0);
        }
        free(grad);
        destroy(&f);
    }
}
END_TEST

START_TEST(the_same_batch_gives_the_same_bits_after_another)
{
    static const char *const pools[] = {"mean", "max", "conv"};
    for (size_t i = 0; i < 3; i++) {
        const char *const options[] = {"pool", pools[i], "dim", "24", "dropout", "0.5", NULL};
        fixture f;
        create(&f, COLLET_TASK_CLASSIFY, options);
        size_t n = f.point.layout->theta_count;
        float *first = collet_zeros(n), *second = collet_zeros(n);
        double value = test_loss(&f.point, first);
        f.batch.rows = 3;
        test_loss(&f.point, second);
        f.batch.rows = ROWS;
        ck_assert(test_loss(&f.point, second) == value);
        ck_assert_mem_eq(first, second, 4 * 24 * sizeof *first);
        free(first);
        free(second);
        destroy(&f);
    }
}
END_TEST

START_TEST(tables_are_refused_with_a_reason)
{
    test_unit t;
    void *self = NULL;
    const collet_task task = {.struct_size = COLLET_SIZE(collet_task),
                              .type = COLLET_TASK_CLASSIFY,
                              .form = COLLET_DATA_TABLE,
                              .features = 10,
                              .outputs = 2,
                              .max_rows = 1};
    test_unit_load(&t, PLUGINS "/models/text.so");
    const collet_model *model = t.unit->vtable;
    ck_assert_int_eq(model->create(clt_host_table(&t.host), t.config, &task, &self),
                     COLLET_E_UNSUPPORTED);
    ck_assert_str_eq(t.host.said, "it learns from sequences of tokens, not from tables and images");
    test_unit_finish(&t);
}
END_TEST

START_TEST(baselines_take_texts_too)
{
    static const char *const plugins[] = {PLUGINS "/models/linear.so",
                                          PLUGINS "/models/constant.so"};
    static const char *const none[] = {NULL};
    for (int i = 0; i < 2; i++) {
        for (uint32_t task = COLLET_TASK_CLASSIFY; task <= COLLET_TASK_REGRESS; task++) {
            fixture f;
            create_of(&f, plugins[i], task, none);
            f.point.what = plugins[i];
            test_gradient(&f.point);
            destroy(&f);
        }
    }
}
END_TEST

START_TEST(a_linear_model_of_a_text_is_the_mean_of_its_tokens_weights)
{
    static const char *const none[] = {NULL};
    fixture f;
    float out[ROWS * OUTPUTS];
    create_of(&f, PLUGINS "/models/linear.so", COLLET_TASK_CLASSIFY, none);
    const collet_segment *s = f.point.layout->segments;
    ck_assert_uint_eq(s[0].flags, COLLET_SEGMENT_SPARSE);
    ck_assert_int_eq(f.point.model->predict(f.point.self, f.point.theta, &f.batch, out), 0);
    for (uint32_t row = 0; row < ROWS; row++) {
        uint64_t from = f.offsets[row], to = f.offsets[row + 1];
        for (uint32_t k = 0; k < OUTPUTS; k++) {
            double sum = 0;
            for (uint64_t i = from; i < to; i++) {
                sum += (double)f.point.theta[s[0].offset + f.tokens[i] * OUTPUTS + k];
            }
            double z = (to > from ? sum / (double)(to - from) : 0) +
                       (double)f.point.theta[s[1].offset + k];
            ck_assert_double_eq_tol(z, (double)out[row * OUTPUTS + k], 1e-5);
        }
    }
    destroy(&f);
}
END_TEST

TEST_MAIN("text", gradients_agree_with_finite_differences, predictions_follow_the_definition,
          only_tokens_of_the_batch_have_a_gradient,
          the_same_batch_gives_the_same_bits_after_another, tables_are_refused_with_a_reason,
          baselines_take_texts_too, a_linear_model_of_a_text_is_the_mean_of_its_tokens_weights)

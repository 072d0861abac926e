#include "model.h"

#include <math.h>
#include <stdio.h>

static const collet_task classify = {
    .type = COLLET_TASK_CLASSIFY, .form = COLLET_DATA_TABLE, .features = 5, .outputs = 3};
static const collet_task regress = {
    .type = COLLET_TASK_REGRESS, .form = COLLET_DATA_TABLE, .features = 5, .outputs = 3};
enum { ROWS = 7 };

static void load(test_model *m)
{
    test_unit_load(&m->unit, PLUGINS "/models/mlp.so");
}

static void finish(test_model *m)
{
    test_model_destroy(m);
    test_unit_finish(&m->unit);
}

static void check_gradient(test_model *m, const collet_task *task, bool soft, const char *what)
{
    test_model_create(m, *task, ROWS, soft);
    test_model_check_gradient(m, what);
    test_model_destroy(m);
}

START_TEST(gradients_agree_with_finite_differences)
{
    static const char *const settings[][3] = {
        {"relu", "0", "none"},    {"tanh", "0", "none"},      {"gelu", "0", "none"},
        {"sigmoid", "0", "none"}, {"relu", "0.3", "none"},    {"tanh", "0.3", "none"},
        {"gelu", "0.3", "none"},  {"sigmoid", "0.3", "none"}, {"tanh", "0", "batch"},
        {"gelu", "0.3", "batch"}, {"sigmoid", "0.3", "batch"}};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        test_model m;
        char what[64];
        load(&m);
        test_set(&m.unit, "units", "19");
        test_set(&m.unit, "units.2", "12");
        test_set(&m.unit, "activation", settings[i][0]);
        test_set(&m.unit, "dropout", settings[i][1]);
        test_set(&m.unit, "norm", settings[i][2]);
        (void)snprintf(what, sizeof what, "%s, dropout %s, norm %s", settings[i][0], settings[i][1],
                       settings[i][2]);
        check_gradient(&m, &classify, false, what);
        check_gradient(&m, &classify, true, what);
        check_gradient(&m, &regress, false, what);
        test_unit_finish(&m.unit);
    }
}
END_TEST

START_TEST(units_2_is_the_width_of_the_second_layer)
{
    test_model m;
    load(&m);
    test_set(&m.unit, "layers", "3");
    test_set(&m.unit, "units", "6");
    test_set(&m.unit, "units.2", "4");
    test_model_create(&m, classify, ROWS, false);
    static const uint32_t shapes[4][2] = {{5, 6}, {6, 4}, {4, 6}, {6, 3}};
    ck_assert_uint_eq(m.layout->segment_count, 8);
    for (uint32_t i = 0; i < 4; i++) {
        const collet_segment *weight = test_model_segment(&m, 2 * i);
        ck_assert_uint_eq(weight->rows, shapes[i][0]);
        ck_assert_uint_eq(weight->columns, shapes[i][1]);
        ck_assert_uint_eq(weight->flags, 0);
        ck_assert_uint_eq(test_model_segment(&m, 2 * i + 1)->flags, COLLET_SEGMENT_NO_DECAY);
    }
    finish(&m);
}
END_TEST

START_TEST(norm_adds_a_scale_and_running_statistics_as_buffers)
{
    static const struct {
        const char *name;
        uint32_t flags;
        float start;
    } segments[] = {{"dense1.weight", 0, 0},
                    {"dense1.bias", COLLET_SEGMENT_NO_DECAY, 0},
                    {"dense1.scale", COLLET_SEGMENT_NO_DECAY, 1},
                    {"dense1.mean", COLLET_SEGMENT_BUFFER, 0},
                    {"dense1.variance", COLLET_SEGMENT_BUFFER, 1},
                    {"dense2.weight", 0, 0},
                    {"dense2.bias", COLLET_SEGMENT_NO_DECAY, 0}};
    test_model m;
    load(&m);
    test_set(&m.unit, "layers", "1");
    test_set(&m.unit, "norm", "batch");
    test_model_create(&m, classify, ROWS, false);
    ck_assert_uint_eq(m.layout->segment_count, 7);
    for (uint32_t i = 0; i < 7; i++) {
        const collet_segment *s = test_model_segment(&m, i);
        ck_assert_str_eq(s->name, segments[i].name);
        ck_assert_uint_eq(s->flags, segments[i].flags);
        ck_assert(s->flags == 0 || m.theta[s->offset] == segments[i].start);
    }
    finish(&m);
}
END_TEST

START_TEST(the_gradient_is_written_and_the_same_twice)
{
    static const char *const norms[] = {"none", "batch"};
    for (int i = 0; i < 2; i++) {
        test_model m;
        load(&m);
        test_set(&m.unit, "dropout", "0.5");
        test_set(&m.unit, "norm", norms[i]);
        test_model_create(&m, classify, ROWS, false);
        test_model_check_repeatable(&m);
        finish(&m);
    }
}
END_TEST

START_TEST(prediction_leaves_dropout_and_batch_statistics_out)
{
    static const char *const settings[][2] = {{"dropout", "0.5"}, {"norm", "batch"}};
    for (int i = 0; i < 2; i++) {
        test_model m;
        load(&m);
        test_set(&m.unit, settings[i][0], settings[i][1]);
        test_model_create(&m, classify, ROWS, false);
        test_model_check_prediction(&m);
        finish(&m);
    }
}
END_TEST

START_TEST(huge_scores_give_a_finite_loss)
{
    test_model m;
    load(&m);
    test_model_create(&m, classify, ROWS, false);
    for (uint64_t i = 0; i < m.layout->theta_count; i++) {
        m.theta[i] *= 1000;
    }
    ck_assert(isfinite(test_model_loss(&m, m.grad)));
    finish(&m);
}
END_TEST

START_TEST(sequences_of_tokens_are_refused_with_a_reason)
{
    test_unit t;
    void *self = NULL;
    const collet_task task = {.struct_size = COLLET_SIZE(collet_task),
                              .type = COLLET_TASK_CLASSIFY,
                              .form = COLLET_DATA_TOKENS,
                              .vocabulary = 10,
                              .outputs = 2,
                              .max_rows = 1};
    test_unit_load(&t, PLUGINS "/models/mlp.so");
    const collet_model *model = t.unit->vtable;
    ck_assert_int_eq(model->create(clt_host_table(&t.host), t.config, &task, &self),
                     COLLET_E_UNSUPPORTED);
    ck_assert_str_eq(t.host.said, "it learns from tables and images, not from sequences of tokens");
    test_unit_finish(&t);
}
END_TEST

TEST_MAIN("mlp", gradients_agree_with_finite_differences, units_2_is_the_width_of_the_second_layer,
          norm_adds_a_scale_and_running_statistics_as_buffers,
          the_gradient_is_written_and_the_same_twice,
          prediction_leaves_dropout_and_batch_statistics_out, huge_scores_give_a_finite_loss,
          sequences_of_tokens_are_refused_with_a_reason)

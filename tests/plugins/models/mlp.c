#include "support.h"

#include <collet/helpers.h>
#include <collet/model.h>

#include <string.h>

enum { ROWS = 7, FEATURES = 5, OUTPUTS = 3 };

/* A model with its parameters and a batch. */
typedef struct fixture {
    test_unit unit;
    const collet_model *model;
    void *self;
    const collet_layout *layout;
    float *theta, *grad;
    float x[ROWS * FEATURES], targets[ROWS * OUTPUTS];
    int32_t labels[ROWS];
    collet_batch batch;
} fixture;

static void create(fixture *f, uint32_t task_type, bool soft)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 9);
    const collet_task task = {.struct_size = COLLET_SIZE(collet_task),
                              .type = task_type,
                              .form = COLLET_DATA_TABLE,
                              .features = FEATURES,
                              .outputs = OUTPUTS,
                              .max_rows = ROWS};
    f->model = f->unit.unit->vtable;
    ck_assert_int_eq(
        f->model->create(clt_host_table(&f->unit.host), f->unit.config, &task, &f->self), 0);
    f->layout = f->model->layout(f->self);
    f->theta = collet_zeros(f->layout->theta_count);
    f->grad = collet_zeros(f->layout->theta_count);
    ck_assert_int_eq(f->model->init(f->self, &rng, f->theta), 0);
    for (uint32_t i = 0; i < ROWS * FEATURES; i++) {
        f->x[i] = (float)collet_normal(&rng);
    }
    for (uint32_t r = 0; r < ROWS; r++) {
        f->labels[r] = (int32_t)(r % OUTPUTS);
        for (uint32_t k = 0; k < OUTPUTS; k++) {
            f->targets[r * OUTPUTS + k] = k == r % OUTPUTS ? 0.8f : 0.1f;
        }
    }
    f->batch =
        (collet_batch){.struct_size = COLLET_SIZE(collet_batch),
                       .rows = ROWS,
                       .x = f->x,
                       .labels = task_type == COLLET_TASK_CLASSIFY ? f->labels : NULL,
                       .targets = soft || task_type == COLLET_TASK_REGRESS ? f->targets : NULL};
}

static void destroy(fixture *f)
{
    f->model->destroy(f->self);
    free(f->theta);
    free(f->grad);
}

/* The loss with the same dropout mask at each call. */
static double loss(fixture *f, float *grad)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 4);
    float value;
    ck_assert_int_eq(f->model->loss(f->self, &rng, f->theta, &f->batch, grad, &value, NULL), 0);
    return (double)value;
}

/* Moves one segment along its own gradient; the loss must change by the gradient's square. */
static void check_segment(fixture *f, const collet_segment *s, const char *what)
{
    size_t n = (size_t)s->rows * s->columns;
    double norm = 0, difference = 0;
    float *saved = collet_zeros(n);
    memcpy(saved, f->theta + s->offset, n * sizeof *saved);
    for (size_t i = 0; i < n; i++) {
        norm += (double)f->grad[s->offset + i] * (double)f->grad[s->offset + i];
    }
    norm = sqrt(norm);
    ck_assert_msg(norm > 1e-6, "%s: %s has no gradient", what, s->name);
    double step = 5e-4; /* small, or relu turns its corner on the way */
    for (int sign = -1; sign <= 1; sign += 2) {
        for (size_t i = 0; i < n; i++) {
            f->theta[s->offset + i] =
                saved[i] + (float)(sign * step * (double)f->grad[s->offset + i] / norm);
        }
        difference += sign * loss(f, NULL);
    }
    memcpy(f->theta + s->offset, saved, n * sizeof *saved);
    free(saved);
    ck_assert_msg(fabs(difference / (2 * step) - norm) < 0.005 * norm + 5e-4, "%s: %s: %g, %g",
                  what, s->name, difference / (2 * step), norm);
}

static void check_gradient(fixture *f, uint32_t task, bool soft, const char *what)
{
    create(f, task, soft);
    /* Biases away from 0, so that relu's corner is not in the way. */
    for (uint64_t i = 0; i < f->layout->theta_count; i++) {
        f->theta[i] += 0.05f;
    }
    loss(f, f->grad);
    for (uint32_t i = 0; i < f->layout->segment_count; i++) {
        check_segment(f, &f->layout->segments[i], what);
    }
    destroy(f);
}

START_TEST(gradients_agree_with_finite_differences)
{
    static const char *const activations[] = {"relu", "tanh", "gelu", "sigmoid"};
    static const char *const dropouts[] = {"0", "0.3"};
    for (size_t a = 0; a < 4; a++) {
        for (size_t d = 0; d < 2; d++) {
            fixture f;
            char what[64];
            test_unit_load(&f.unit, PLUGINS "/models/mlp.so");
            test_set(&f.unit, "units", "19");
            test_set(&f.unit, "units.2", "12");
            test_set(&f.unit, "activation", activations[a]);
            test_set(&f.unit, "dropout", dropouts[d]);
            (void)snprintf(what, sizeof what, "%s, dropout %s", activations[a], dropouts[d]);
            check_gradient(&f, COLLET_TASK_CLASSIFY, false, what);
            check_gradient(&f, COLLET_TASK_CLASSIFY, true, what);
            check_gradient(&f, COLLET_TASK_REGRESS, false, what);
            test_unit_finish(&f.unit);
        }
    }
}
END_TEST

START_TEST(units_2_is_the_width_of_the_second_layer)
{
    fixture f;
    test_unit_load(&f.unit, PLUGINS "/models/mlp.so");
    test_set(&f.unit, "layers", "3");
    test_set(&f.unit, "units", "6");
    test_set(&f.unit, "units.2", "4");
    create(&f, COLLET_TASK_CLASSIFY, false);
    static const uint32_t shapes[4][2] = {{FEATURES, 6}, {6, 4}, {4, 6}, {6, OUTPUTS}};
    ck_assert_uint_eq(f.layout->segment_count, 8);
    for (uint32_t i = 0; i < 4; i++) {
        const collet_segment *weight = &f.layout->segments[2 * i];
        ck_assert_uint_eq(weight->rows, shapes[i][0]);
        ck_assert_uint_eq(weight->columns, shapes[i][1]);
        ck_assert_uint_eq(weight->flags, 0);
        ck_assert_uint_eq(f.layout->segments[2 * i + 1].flags, COLLET_SEGMENT_NO_DECAY);
    }
    destroy(&f);
    test_unit_finish(&f.unit);
}
END_TEST

START_TEST(the_gradient_is_written_and_the_same_twice)
{
    fixture f;
    test_unit_load(&f.unit, PLUGINS "/models/mlp.so");
    test_set(&f.unit, "dropout", "0.5");
    create(&f, COLLET_TASK_CLASSIFY, false);
    float *first = collet_zeros(f.layout->theta_count);
    double value = loss(&f, f.grad);
    memcpy(first, f.grad, f.layout->theta_count * sizeof *first);
    ck_assert(loss(&f, f.grad) == value); /* over what is there already */
    ck_assert_mem_eq(first, f.grad, f.layout->theta_count * sizeof *first);
    free(first);
    destroy(&f);
    test_unit_finish(&f.unit);
}
END_TEST

START_TEST(prediction_leaves_dropout_out)
{
    fixture f;
    float once[ROWS * OUTPUTS], twice[ROWS * OUTPUTS];
    test_unit_load(&f.unit, PLUGINS "/models/mlp.so");
    test_set(&f.unit, "dropout", "0.5");
    create(&f, COLLET_TASK_CLASSIFY, false);
    double trained = loss(&f, f.grad), value = 0;
    ck_assert_int_eq(f.model->predict(f.self, f.theta, &f.batch, once), 0);
    ck_assert_int_eq(f.model->predict(f.self, f.theta, &f.batch, twice), 0);
    ck_assert_mem_eq(once, twice, sizeof once);
    for (uint32_t r = 0; r < ROWS; r++) {
        double sum = 0;
        for (uint32_t k = 0; k < OUTPUTS; k++) {
            sum += exp((double)once[r * OUTPUTS + k]);
        }
        value += log(sum) - (double)once[r * OUTPUTS + (uint32_t)f.labels[r]];
    }
    ck_assert(fabs(value / ROWS - trained) > 1e-4);
    destroy(&f);
    test_unit_finish(&f.unit);
}
END_TEST

START_TEST(huge_scores_give_a_finite_loss)
{
    fixture f;
    test_unit_load(&f.unit, PLUGINS "/models/mlp.so");
    create(&f, COLLET_TASK_CLASSIFY, false);
    for (uint64_t i = 0; i < f.layout->theta_count; i++) {
        f.theta[i] *= 1000;
    }
    ck_assert(isfinite(loss(&f, f.grad)));
    destroy(&f);
    test_unit_finish(&f.unit);
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
          the_gradient_is_written_and_the_same_twice, prediction_leaves_dropout_out,
          huge_scores_give_a_finite_loss, sequences_of_tokens_are_refused_with_a_reason)

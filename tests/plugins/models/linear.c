#include "model.h"

#include <math.h>

static const collet_task classify = {
    .type = COLLET_TASK_CLASSIFY, .form = COLLET_DATA_TABLE, .features = 5, .outputs = 3};
static const collet_task regress = {
    .type = COLLET_TASK_REGRESS, .form = COLLET_DATA_TABLE, .features = 5, .outputs = 3};
enum { ROWS = 31 };

static void create(test_model *m, const collet_task *task, const char *init, bool soft)
{
    test_unit_load(&m->unit, PLUGINS "/models/linear.so");
    test_set(&m->unit, "init", init);
    test_model_create(m, *task, ROWS, soft);
}

static void finish(test_model *m)
{
    test_model_destroy(m);
    test_unit_finish(&m->unit);
}

START_TEST(gradients_agree_with_finite_differences)
{
    static const char *const inits[] = {"zero", "he", "glorot"};
    for (int i = 0; i < 3; i++) {
        test_model m;
        create(&m, &classify, inits[i], false);
        test_model_check_gradient(&m, inits[i]);
        finish(&m);
        create(&m, &classify, inits[i], true);
        test_model_check_gradient(&m, inits[i]);
        finish(&m);
        create(&m, &regress, inits[i], false);
        test_model_check_gradient(&m, inits[i]);
        finish(&m);
    }
}
END_TEST

START_TEST(every_start_ends_in_the_same_place)
{
    static const char *const inits[] = {"zero", "he", "glorot"};
    double losses[3];
    for (int i = 0; i < 3; i++) {
        test_model m;
        create(&m, &regress, inits[i], false);
        losses[i] = test_model_train(&m, 4000, 0.3);
        finish(&m);
    }
    ck_assert_double_eq_tol(losses[0], losses[1], 1e-5);
    ck_assert_double_eq_tol(losses[0], losses[2], 1e-5);
}
END_TEST

/* At the minimum of the squares the residuals are at right angles to every input and sum to 0. */
START_TEST(regression_ends_where_least_squares_are)
{
    test_model m;
    float out[ROWS * 3];
    create(&m, &regress, "zero", false);
    (void)test_model_train(&m, 4000, 0.3);
    ck_assert_int_eq(m.model->predict(m.self, m.theta, &m.batch, out), 0);
    for (uint32_t k = 0; k < 3; k++) {
        for (uint32_t i = 0; i <= 5; i++) {
            double product = 0;
            for (uint32_t r = 0; r < ROWS; r++) {
                product += ((double)out[r * 3 + k] - (double)m.targets[r * 3 + k]) *
                           (i < 5 ? (double)m.x[r * 5 + i] : 1.0);
            }
            ck_assert_msg(fabs(product) < 1e-3, "output %u, input %u: %g", k, i, product);
        }
    }
    finish(&m);
}
END_TEST

START_TEST(it_starts_at_zero_with_the_loss_of_not_knowing)
{
    test_model m;
    create(&m, &classify, "zero", false);
    ck_assert_double_eq_tol(test_model_loss(&m, NULL), log(3), 1e-6);
    finish(&m);
}
END_TEST

TEST_MAIN("linear", gradients_agree_with_finite_differences, every_start_ends_in_the_same_place,
          regression_ends_where_least_squares_are, it_starts_at_zero_with_the_loss_of_not_knowing)

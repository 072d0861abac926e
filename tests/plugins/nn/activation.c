#include "nn/activation.h"
#include "support.h"

#include <math.h>

/* The functions as the textbook has them. */
static double exact(nn_activation f, double x)
{
    switch (f) {
    case NN_RELU:
        return x > 0 ? x : 0;
    case NN_TANH:
        return tanh(x);
    case NN_SIGMOID:
        return 1 / (1 + exp(-x));
    case NN_GELU:
        return x / 2 * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    default:
        return x;
    }
}

START_TEST(activations_are_within_1e_6_of_libm)
{
    static const float zero[1] = {0};
    for (int f = NN_RELU; f <= NN_IDENTITY; f++) {
        for (double x = -30; x <= 30; x += 0.0037) {
            float y = (float)x, kept;
            nn_bias_activation((nn_activation)f, 1, 1, zero, &y, &kept);
            double expected = exact((nn_activation)f, (double)(float)x);
            ck_assert_msg(fabs((double)y - expected) <= 1e-6 * fmax(1, fabs(expected)),
                          "%d at %g: %.9g, %.9g", f, x, (double)y, expected);
        }
    }
}
END_TEST

START_TEST(derivatives_are_those_of_the_functions)
{
    static const float zero[1] = {0};
    for (int f = NN_RELU; f <= NN_IDENTITY; f++) {
        for (double x = -6.001; x <= 6; x += 0.0119) {
            float y = (float)x, kept, d = 1, db;
            double h = 1e-5, at = (double)(float)x;
            double slope =
                (exact((nn_activation)f, at + h) - exact((nn_activation)f, at - h)) / (2 * h);
            nn_bias_activation((nn_activation)f, 1, 1, zero, &y, &kept);
            nn_activation_backward((nn_activation)f, 1, 1, &y, &kept, &d, &db);
            ck_assert_msg(fabs((double)d - slope) < 2e-6 && d == db, "%d at %g: %.9g, %.9g", f, x,
                          (double)d, slope);
        }
    }
}
END_TEST

START_TEST(far_inputs_do_not_overflow)
{
    static const float zero[1] = {0};
    static const float far[] = {-1e30f, -500, 500, 1e30f};
    for (int f = NN_RELU; f <= NN_SIGMOID; f++) {
        for (size_t i = 0; i < 4 && (f != NN_GELU || fabsf(far[i]) < 1e3f); i++) {
            float y = far[i], kept;
            nn_bias_activation((nn_activation)f, 1, 1, zero, &y, &kept);
            ck_assert_msg(isfinite(y), "%d at %g", f, (double)far[i]);
        }
    }
}
END_TEST

START_TEST(the_bias_is_added_by_column_and_its_gradient_summed_by_column)
{
    float y[6] = {1, 2, 3, 4, 5, 6}, b[3] = {10, 20, 30}, d[6] = {1, 1, 1, 2, 2, 2}, db[3];
    nn_bias_activation(NN_IDENTITY, 2, 3, b, y, NULL);
    ck_assert_float_eq(y[4], 25);
    nn_activation_backward(NN_IDENTITY, 2, 3, y, NULL, d, db);
    ck_assert_float_eq(db[0], 3);
    ck_assert_float_eq(db[2], 3);
}
END_TEST

TEST_MAIN("activation", activations_are_within_1e_6_of_libm, derivatives_are_those_of_the_functions,
          far_inputs_do_not_overflow, the_bias_is_added_by_column_and_its_gradient_summed_by_column)

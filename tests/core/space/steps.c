#include "space/steps.h"

#include "support.h"

#include <collet/helpers.h>

#include <math.h>

START_TEST(a_value_is_what_the_text_of_it_means)
{
    static const struct {
        double low, step, k, value;
    } cases[] = {
        {0, 0.3, 3, 0.9},
        {0, 0.1, 7, 0.7},
        {0, 0.1, 3, 0.3},
        {-0.3, 0.1, 3, 0},
        {-1, 0.1, 7, -0.3},
        {1e-3, 1e-4, 7, 0.0017},
        {0, 0.1, 1e9, 1e8},
        {0, 0.1, 999999999, 99999999.9},
        {0.1, 0.0001, 123456789, 12345.7789},
        {0, 1e-30, 7, 7e-30},
        {5e-324, 5e-324, 2, 1.5e-323},
        {-1e300, 1e299, 13, 3e299},
        {0, 0.3333333333333333, 3, 0.9999999999999999},
        {0.1, 0.3333333333333333, 2, 0.7666666666666666},
        {35519127.2, 1e-8, 10, 35519127.2000001},
        {1e22, 1e21, 3, 1.3e22},
        {0, 3, -2, -6},
        {1, 0.1, -13, -0.3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = collet_step_value(cases[i].low, cases[i].step, cases[i].k);
        double longhand = collet_step_long(cases[i].low, cases[i].step, cases[i].k);
        ck_assert_msg(value == cases[i].value, "%zu: %.17g", i, value);
        ck_assert_msg(longhand == cases[i].value, "%zu: %.17g", i, longhand);
        ck_assert_int_eq(signbit(cases[i].value), signbit(value));
    }
}
END_TEST

START_TEST(the_last_value_is_not_above_the_upper_bound)
{
    static const struct {
        double low, high, step, last;
    } cases[] = {
        {0, 0.9, 0.3, 0.9},
        {0, 0.7, 0.1, 0.7},
        {0, 1, 0.3, 0.9},
        {0, 1, 0.3333333334, 0.6666666668},
        {0, 1, 0.3333333333333333, 0.9999999999999999},
        {0.8, 0.9, 0.1, 0.9},
        {0, 1e8, 0.1, 1e8},
        {-1e308, 1e308, 1e307, 1e308},
        {5, 5, 1, 5},
        {0, 1, 1e-17, 1},
        {0, 1e308, 1e-300, 1e308},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double last = clt_step_last(cases[i].low, cases[i].high, cases[i].step);
        ck_assert_msg(last == cases[i].last, "%zu: %.17g", i, last);
    }
}
END_TEST

START_TEST(a_value_that_is_off_by_rounding_is_found_one_between_two_is_not)
{
    static const struct {
        double low, high, step, value, near; /* NaN: none */
    } cases[] = {
        {0, 0.9, 0.3, 0.8999999999999999, 0.9},
        {0, 0.7, 0.1, 0.7000000000000001, 0.7},
        {0, 0.9, 0.3, 0.9, 0.9},
        {0, 0.9, 0.3, 0.31, (double)NAN},
        {0, 0.9, 0.3, 1.2, (double)NAN},
        {0, 0.9, 0.3, -0.3, (double)NAN},
        {0, 1, 0.3333333333333333, 0.3333333333, 0.3333333333333333},
        {0, 1, 0.3333333333333333, 0.333, (double)NAN},
        {0, 1e8, 0.1, 99999999.95, (double)NAN},
        {0, 1e8, 0.1, 99999999.900000006, 99999999.9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double near = (double)NAN;
        bool found =
            clt_step_near(cases[i].low, cases[i].high, cases[i].step, cases[i].value, &near);
        ck_assert_msg(found == !isnan(cases[i].near), "%zu: %.17g", i, near);
        ck_assert_msg(!found || near == cases[i].near, "%zu: %.17g", i, near);
    }
}
END_TEST

/* The text of each has as many digits as low and step, whatever their number. */
START_TEST(every_value_of_a_decimal_range_is_its_own_text)
{
    const collet_dim dim = {.low = -0.5, .high = 9.49, .step = 0.01, .type = COLLET_DIM_REAL};
    for (int k = 0; k < 1000; k++) {
        char text[32];
        double value = collet_dim_value(&dim, (k + 0.5) / 1000);
        (void)snprintf(text, sizeof text, "%s%d.%02d", k < 50 ? "-" : "", abs(k - 50) / 100,
                       abs(k - 50) % 100);
        ck_assert_msg(value == strtod(text, NULL), "%d: %.17g, not %s", k, value, text);
        ck_assert(clt_step_nearest(&dim, value + 0.004) == value);
    }
}
END_TEST

START_TEST(a_range_as_wide_as_a_double_can_hold_is_drawn_from_evenly)
{
    const collet_dim dim = {.low = -1e308, .high = 1e308, .type = COLLET_DIM_REAL};
    ck_assert(collet_dim_value(&dim, 0) == -1e308);
    ck_assert(fabs(collet_dim_value(&dim, 0.5)) < 1e293);
    ck_assert(fabs(collet_dim_value(&dim, 0.75) / 5e307 - 1) < 1e-12);
}
END_TEST

TEST_MAIN("steps", a_value_is_what_the_text_of_it_means,
          the_last_value_is_not_above_the_upper_bound,
          a_value_that_is_off_by_rounding_is_found_one_between_two_is_not,
          every_value_of_a_decimal_range_is_its_own_text,
          a_range_as_wide_as_a_double_can_hold_is_drawn_from_evenly)

#include "math/normal.h"

#include "support.h"

#include <math.h>

/* All values were computed with 40 digits. */

static bool near(double value, double expected, double tolerance)
{
    return fabs(value - expected) <= tolerance * fabs(expected);
}

START_TEST(probabilities_are_right_far_into_the_tails)
{
    static const struct {
        double z, p;
    } rows[] = {
        {-30, 4.90671392714818706e-198},
        {-20, 2.7536241186062337e-89},
        {-10, 7.61985302416052607e-24},
        {-6, 9.86587645037698141e-10},
        {-3, 0.00134989803163009453},
        {-1, 0.158655253931457051},
        {0, 0.5},
        {1, 0.841344746068542949},
        {3, 0.998650101968369905},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(
            near(clt_normal_below(rows[i].z), rows[i].p, 2e-16 * (4 + rows[i].z * rows[i].z)),
            "%g: %.17g", rows[i].z, clt_normal_below(rows[i].z));
    }
}
END_TEST

START_TEST(quantiles_are_right_far_into_the_tails)
{
    static const struct {
        double p, z;
    } rows[] = {
        {1e-300, -37.0470962993611992},
        {1e-100, -21.2734535609653243},
        {1e-20, -9.26234008979840757},
        {1e-10, -6.3613409024040562},
        {1e-5, -4.26489079392282463},
        {0.001, -3.09023230616781354},
        {0.025, -1.95996398454005424},
        {0.075, -1.43953147093845592},
        {0.1, -1.28155156554460047},
        {0.3, -0.524400512708040784},
        {0.5, 0.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(near(clt_normal_quantile(rows[i].p), rows[i].z, 1e-15), "%g: %.17g",
                      rows[i].p, clt_normal_quantile(rows[i].p));
        ck_assert_msg(near(clt_normal_quantile(1 - rows[i].p), -rows[i].z, 1e-6) ||
                          rows[i].p < 1e-16,
                      "1 - %g", rows[i].p);
    }
    ck_assert(isinf(clt_normal_quantile(0)) && isinf(clt_normal_quantile(1)));
}
END_TEST

START_TEST(a_cut_distribution_is_right_on_either_side_and_across)
{
    static const struct {
        double a, b, u, z;
    } rows[] = {
        {-2, 2, 0.1, -1.1840324666939051},
        {5, 6, 0.5, 5.1313717632839192},
        {-6, -5, 0.5, -5.1313717632839192},
        {10, 11, 0.25, 10.028448229970149},
        {-1, 30, 0.99999904632568359375, 4.7977301461286618},
        {30, 31, 0.5, 30.023070467827309},
        {0, 8, 0.75, 1.1503493803760059},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double a = rows[i].a, b = rows[i].b, z = clt_normal_cut_quantile(a, b, rows[i].u);
        ck_assert_msg(near(z, rows[i].z, 1e-14), "%g to %g: %.17g", a, b, z);
        ck_assert_double_eq_tol(clt_normal_cut_below(a, b, z), rows[i].u, 1e-13);
        ck_assert_double_eq(clt_normal_cut_quantile(a, b, 0), a);
        ck_assert_double_eq(clt_normal_cut_quantile(a, b, 1), b);
        ck_assert_double_eq(clt_normal_cut_below(a, b, a), 0);
        ck_assert_double_eq(clt_normal_cut_below(a, b, b), 1);
    }
}
END_TEST

TEST_MAIN("normal", probabilities_are_right_far_into_the_tails,
          quantiles_are_right_far_into_the_tails,
          a_cut_distribution_is_right_on_either_side_and_across)

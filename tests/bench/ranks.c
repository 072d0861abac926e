#include "ranks.h"
#include "support.h"

#include <math.h>

/* scipy 1.10: friedmanchisquare() of the columns, wilcoxon(a, b, correction=False, mode="approx").
 */
static const double values[] = {0.1, 0.3, 0.2, 0.2, 0.5, 0.4, 0.1, 0.2, 0.6,
                                0.4, 0.5, 0.7, 0.3, 0.9, 0.8, 0.1, 0.4, 0.4};

START_TEST(friedman_agrees_with_scipy)
{
    double ranks[3], p = bench_friedman(values, 6, 3, ranks);
    ck_assert_double_eq_tol(ranks[0], 1, 1e-12);
    ck_assert_double_eq_tol(ranks[1], 2.5833333333333335, 1e-12);
    ck_assert_double_eq_tol(p, 0.00874624831303712, 1e-9);
}
END_TEST

START_TEST(wilcoxon_agrees_with_scipy)
{
    ck_assert_double_eq_tol(bench_wilcoxon(values, 6, 3, 0, 1), 0.027707849358079864, 1e-9);
}
END_TEST

START_TEST(holm_multiplies_by_what_is_left)
{
    double p[4] = {0.01, 0.04, 0.03, 0.005};
    bench_holm(p, 4);
    static const double expected[4] = {0.03, 0.06, 0.06, 0.02};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(p[i], expected[i], 1e-12);
    }
}
END_TEST

START_TEST(equal_columns_are_alike)
{
    static const double same[] = {1, 1, 2, 2, 3, 3};
    double ranks[2];
    ck_assert(bench_friedman(same, 3, 2, ranks) == 1 && ranks[0] == 1.5 && ranks[1] == 1.5);
    ck_assert(bench_wilcoxon(same, 3, 2, 0, 1) == 1);
}
END_TEST

TEST_MAIN("ranks", friedman_agrees_with_scipy, wilcoxon_agrees_with_scipy,
          holm_multiplies_by_what_is_left, equal_columns_are_alike)

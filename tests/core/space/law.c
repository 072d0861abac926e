#include "space/law.h"

#include "support.h"

#include <math.h>

static const clt_law laws[] = {
    {CLT_NORMAL, 0, 1, -4, 4, 0},    {CLT_NORMAL, 5, 2, 0, 6, 0},
    {CLT_NORMAL, 0, 1, 3, 8, 0},     {CLT_LOGNORMAL, -4, 1, 1e-4, 1, 0},
    {CLT_LOGNORMAL, 0, 3, 0, 2, 0},  {CLT_NORMAL, 64, 16, 1, 256, 1},
    {CLT_NORMAL, 0, 1, -2, 2, 0.25}, {CLT_LOGNORMAL, 3, 1, 1, 400, 1},
};
enum { LAWS = sizeof laws / sizeof laws[0] };

START_TEST(values_rise_with_the_share_and_stay_within_the_bounds)
{
    const clt_law *law = &laws[_i];
    double before = law->low;
    ck_assert_double_eq(clt_law_value(law, 0), law->low);
    ck_assert_double_eq(clt_law_value(law, 1), law->high);
    for (int i = 0; i <= 1000; i++) {
        double value = clt_law_value(law, i / 1000.0);
        ck_assert(value >= before && value <= law->high);
        before = value;
    }
}
END_TEST

START_TEST(the_share_of_a_value_gives_the_value)
{
    const clt_law *law = &laws[_i];
    for (int i = 0; i <= 1000; i++) {
        double value = clt_law_value(law, i / 1000.0), share = clt_law_share(law, value);
        ck_assert(share >= 0 && share <= 1);
        ck_assert_double_eq_tol(clt_law_value(law, share), value, 1e-9 * (1 + fabs(value)));
        if (!(law->step > 0)) {
            ck_assert_double_eq_tol(share, i / 1000.0, 1e-12);
        }
    }
}
END_TEST

START_TEST(even_shares_have_the_moments_of_the_law)
{
    enum { N = 20000 };
    double sum = 0, squares = 0, logs = 0;
    for (int i = 0; i < N; i++) {
        double z = clt_law_value(&laws[5], (i + 0.5) / N),
               x = clt_law_value(&laws[3], (i + 0.5) / N);
        sum += z / N;
        squares += (z - 64) * (z - 64) / N;
        logs += log(x) / N;
    }
    ck_assert_double_eq_tol(sum, 64, 0.02);
    ck_assert_double_eq_tol(sqrt(squares), 16, 0.05);
    ck_assert_double_eq_tol(logs, -4, 0.01);
}
END_TEST

TEST_MAIN_LOOPS("law", {values_rise_with_the_share_and_stay_within_the_bounds, LAWS},
                {the_share_of_a_value_gives_the_value, LAWS},
                {even_shares_have_the_moments_of_the_law, 1})

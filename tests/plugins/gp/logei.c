#include "gp/logei.h"

#include "support.h"

#include <math.h>

/* z, log h, its slope, log Phi, its slope: computed with 60 to 100 digits. */
static const struct {
    double z, improvement, improvement_slope, probability, probability_slope;
} exact[] = {
    {5, 1.6094379231264314, 0.19999994053122005, -2.8665161296376359e-7, 1.4867199409049057e-6},
    {1, 0.08002621884930694, 0.77663872520173926, -0.17275377902344989, 0.28759997093917836},
    {0, -0.91893853320467274, 1.2533141373155003, -0.69314718055994531, 0.79788456080286536},
    {-0.5, -1.6205162643873199, 1.5598731483480797, -1.1759117615936186, 1.1410777703680645},
    {-0.999, -2.4832171154475854, 1.9035493173589594, -1.8394969101647779, 1.5243344323053471},
    {-1.001, -2.4870256579553892, 1.904993272734213, -1.8425471807560768, 1.5259362369478147},
    {-3, -7.8696860596030285, 3.5323375176251605, -6.6077262215103495, 3.2830986549304365},
    {-7.99, -37.04001891974664, 8.2296719839104144, -34.932272761998911, 8.111511525848791},
    {-8.01, -37.20480685191123, 8.2491216381077518, -35.094700125340923, 8.1312250278114927},
    {-15, -118.84817068411358, 15.131608564904813, -116.1313848457117, 15.066086827167822},
    {-19.99, -206.71689563670067, 20.089311741758029, -203.7167077172084, 20.039777713286282},
    {-20.01, -207.11888089308224, 20.109213928288666, -204.11770277865993, 20.059728448042083},
    {-40, -808.29856835661996, 40.049906657648518, -804.60844201375379, 40.024968847207264},
    {-1e3, -500014.73445209116, 1000.001999994, -500007.82669481218, 1000.000999998},
    {-1e6, -500000000028.54996, 1000000.000002, -500000000014.73445, 1000000.000001},
    {-1e10, -5.0e+19, 1e10, -5.0e+19, 1e10},
};

static void near(double found, double right)
{
    ck_assert_msg(fabs(found - right) <= 2e-13 * fmax(fabs(right), 1e-3), "%.17g, not %.17g", found,
                  right);
}

START_TEST(tails_are_exact)
{
    double slope;
    near(gp_log_improvement(exact[_i].z, &slope), exact[_i].improvement);
    near(slope, exact[_i].improvement_slope);
    near(gp_log_probability(exact[_i].z, &slope), exact[_i].probability);
    near(slope, exact[_i].probability_slope);
}
END_TEST

/* h(z) is the integral of max(0, z - t) phi(t), here by Simpson's rule. */
START_TEST(the_improvement_is_what_is_expected)
{
    const double z = -4 + 0.7 * _i, low = -12;
    const int n = 4000;
    double sum = 0, step = (z - low) / n;
    for (int k = 0; k <= n; k++) {
        double t = low + k * step, f = (z - t) * exp(-t * t / 2) / sqrt(2 * 3.14159265358979323846);
        sum += f * (k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2);
    }
    ck_assert_double_eq_tol(gp_log_improvement(z, NULL), log(sum * step / 3), 1e-8);
}
END_TEST

TEST_MAIN_LOOPS("log EI", {tails_are_exact, sizeof exact / sizeof exact[0]},
                {the_improvement_is_what_is_expected, 12})

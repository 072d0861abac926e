#include "space/law.h"

#include "math/normal.h"

#include <collet/steps.h>

#include <math.h>

/* The value in standard deviations from the mean. */
static double standard(const clt_law *law, double value)
{
    if (law->kind == CLT_LOGNORMAL) {
        value = value > 0 ? log(value) : -(double)INFINITY;
    }
    double distance = value - law->mean; /* which may be more than a double holds */
    return isfinite(distance) || !isfinite(value) ? distance / law->sd
                                                  : value / law->sd - law->mean / law->sd;
}

/* What is cut out of the law, with what is rounded to its ends. */
static void ends(const clt_law *law, double *a, double *b)
{
    *a = standard(law, law->low - law->step / 2);
    *b = standard(law, law->high + law->step / 2);
}

double clt_law_mass(const clt_law *law)
{
    double a, b;
    ends(law, &a, &b);
    return clt_normal_between(a, b);
}

double clt_law_value(const clt_law *law, double u)
{
    double a, b;
    ends(law, &a, &b);
    double value = law->mean + law->sd * clt_normal_cut_quantile(a, b, u);
    value = law->kind == CLT_LOGNORMAL ? exp(value) : value;
    if (u <= 0 || u >= 1) {
        return u <= 0 ? law->low : law->high; /* which rounding may miss */
    }
    if (law->step > 0) {
        value = collet_step_value(law->low, law->step, floor((value - law->low) / law->step + 0.5));
    }
    return value < law->low ? law->low : value > law->high ? law->high : value;
}

double clt_law_share(const clt_law *law, double value)
{
    double a, b, half = law->step / 2;
    ends(law, &a, &b);
    if (law->step > 0) {
        return (clt_normal_cut_below(a, b, standard(law, value - half)) +
                clt_normal_cut_below(a, b, standard(law, value + half))) /
               2;
    }
    return clt_normal_cut_below(a, b, standard(law, value));
}

#include "space/steps.h"

#include <collet/helpers.h>

#include <float.h>
#include <math.h>

bool clt_step_is_real(const collet_dim *dim)
{
    return dim->type == COLLET_DIM_REAL && dim->step > 0;
}

/* How many steps from low to value; value - low may be more than a double holds. */
static double steps_to(double low, double step, double value)
{
    double distance = value - low;
    return isfinite(distance) ? distance / step : value / step - low / step;
}

double clt_step_last(double low, double high, double step)
{
    double k = floor(steps_to(low, step, high) + 0.5);
    if (!(k <= CLT_STEPS_MOST)) {
        return high;
    }
    while (k > 0 && collet_step_value(low, step, k) > high) {
        k = k < 0x1p53 ? k - 1 : k * (1 - DBL_EPSILON);
    }
    return k > 0 ? collet_step_value(low, step, k) : low;
}

/* What may lie between a value and its text, in steps: as much as rounding can do to it (reckoned
 * in binary, as it was once) or somebody who wrote nine digits of it. */
static double slack(double low, double step, double value, double k)
{
    double written = fmin(1e-9 * fmax(1, fabs(k)), 1e-3);
    double rounding = 4 * DBL_EPSILON * (fmax(fabs(low), fabs(value)) / step);
    return fmin(fmax(written, rounding), 0.5);
}

bool clt_step_near(double low, double high, double step, double value, double *on)
{
    double steps = steps_to(low, step, value), k = floor(steps + 0.5);
    if (!(fabs(steps - k) <= slack(low, step, value, k)) || k < 0) {
        return false;
    }
    double near = collet_step_value(low, step, k);
    if (near > high) {
        return false;
    }
    *on = near;
    return true;
}

double clt_step_nearest(const collet_dim *dim, double value)
{
    double step = collet_dim_step(dim), k = floor(steps_to(dim->low, step, value) + 0.5);
    double near = collet_dim_nth(dim, fmax(k, 0));
    return fmin(fmax(near, dim->low), dim->high);
}

#include "train/schedule.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* Steps of the warm-up. */
static double warmup_steps(const clt_schedule *s, double epochs, double steps_per_epoch)
{
    double longest = fmax(s->warmup, s->warmup_share * epochs);
    return round(longest * steps_per_epoch);
}

/* From 1 at x = 0 to 0 at x = 1. */
static double half_wave(double x)
{
    return 0.5 * (1 + cos(PI * x));
}

static double between(double low, double high, double share)
{
    return low + (high - low) * share;
}

/* Step u of n. S(k) = 1 + g + ... + g^(k-1) of S(c) is over before cycle k, of c, begins. Compared
 * without division, so that a cycle begins at the very step where rounding might miss it. */
static double cosine(const clt_schedule *s, double u, double n)
{
    double g = s->restart_growth, all = 0, begun = 0, length = 1;
    for (uint64_t k = 0; k <= s->restarts; k++) {
        all = all * g + 1;
    }
    for (uint64_t k = 0; k < s->restarts && u * all >= n * (begun + length); k++) {
        begun += length;
        length *= g;
    }
    return between(s->floor, 1, half_wave((u * all - n * begun) / (n * length)));
}

static double one_cycle(const clt_schedule *s, double x)
{
    return x < s->cycle_peak
               ? between(s->cycle_start, 1, 1 - half_wave(x / s->cycle_peak))
               : between(s->floor, 1, half_wave((x - s->cycle_peak) / (1 - s->cycle_peak)));
}

/* The curve at step u of n after the warm-up. */
static double after_warmup(const clt_schedule *s, double u, double n, double steps_per_epoch)
{
    double x = u / n;
    switch (s->curve) {
    case CLT_EXPONENTIAL:
        return fmax(s->floor, exp(-s->decay * u / steps_per_epoch));
    case CLT_STEP:
        return fmax(s->floor, pow(s->step_factor, floor(u / (s->step_every * steps_per_epoch))));
    case CLT_COSINE:
        return cosine(s, u, n);
    case CLT_LINEAR:
        return between(s->floor, 1, 1 - x);
    case CLT_POLYNOMIAL:
        return between(s->floor, 1, pow(1 - x, s->power));
    case CLT_ONE_CYCLE:
        return one_cycle(s, x);
    case CLT_CONSTANT:
    default:
        return 1;
    }
}

double clt_schedule_factor(const clt_schedule *schedule, uint64_t epochs, uint64_t steps_per_epoch,
                           uint64_t step)
{
    double pace = (double)steps_per_epoch, all = (double)epochs * pace;
    double warm = warmup_steps(schedule, (double)epochs, pace);
    if ((double)step < warm) {
        return ((double)step + 1) / warm;
    }
    uint64_t at = schedule->per_epoch ? step - step % steps_per_epoch : step;
    return after_warmup(schedule, fmax(0, (double)at - warm), all - warm, pace);
}

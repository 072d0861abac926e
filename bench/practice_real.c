/* Continuous problems to practise on; what is said of those in practice.c holds for them too. */
#include "practice.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* Narrow valleys across each other, where all but a few slopes are flat. */
double practice_michalewicz(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double steep = 1 + floor(4 * bench_draw(instance, i));
        sum -= sin(x[i]) * pow(sin(steep * x[i] * x[i] / PI), 6);
    }
    return sum;
}

/* The highest of twenty hills, of which each has its own width and height. */
double practice_hills(const double *x, size_t n, uint64_t instance)
{
    double best = 0;
    for (uint64_t k = 0; k < 20; k++) {
        double height = k == 0 ? 1 : 0.4 + 0.5 * bench_draw(instance, 10 * k), squares = 0;
        double width = 0.1 + 0.25 * bench_draw(instance, 10 * k + 1);
        for (size_t i = 0; i < n; i++) {
            double d = (x[i] - bench_draw(instance, 1000 + 50 * k + i)) / width;
            squares += d * d;
        }
        best = fmax(best, height * exp(-squares / (double)n));
    }
    return 1 - best;
}

/* Component 0, and the length of all others, of what is left of a point when it is mirrored. */
static double mirrored(const double *x, size_t n, uint64_t instance, double most, double *across)
{
    double length = 0, product = 0, squares = 0, first = 0;
    for (size_t i = 0; i < n; i++) {
        double v = bench_draw(instance, 50 + i) - 0.5,
               d = x[i] - most * (2 * bench_draw(instance, i) - 1);
        length += v * v;
        product += v * d;
        squares += d * d;
        first = i == 0 ? d : first;
    }
    first -= 2 * product * (bench_draw(instance, 50) - 0.5) / length;
    *across = fmax(0, squares - first * first);
    return first;
}

/* Down along a ridge that is no axis, with steep sides. */
double practice_ridge(const double *x, size_t n, uint64_t instance)
{
    double across, along = mirrored(x, n, instance, 3, &across);
    return along * along + 10 * sqrt(across);
}

/* A cigar across the axes. */
double practice_cigar(const double *x, size_t n, uint64_t instance)
{
    double across, along = mirrored(x, n, instance, 3, &across);
    return along * along + 1000 * across;
}

double practice_zakharov(const double *x, size_t n, uint64_t instance)
{
    double squares = 0, slope = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - 3 * (2 * bench_draw(instance, i) - 1);
        squares += d * d;
        slope += 0.5 * ((double)i + 1) * d;
    }
    return squares + slope * slope + pow(slope, 4);
}

/* Three of all parameters matter much, the others hardly; waves along one of them. */
double practice_few(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    size_t first = (size_t)(bench_draw(instance, 99) * (double)n);
    for (size_t i = 0; i < n; i++) {
        double d = x[(first + i) % n] - 4 * (2 * bench_draw(instance, i) - 1);
        sum += i < 3 ? d * d : 0.01 * d * d;
        sum += i == 1 ? 3 * (1 - cos(2 * d)) : 0;
    }
    return sum + 2 * fabs(x[first] - x[(first + 1) % n]);
}

/* A sum of a bent curve for each parameter: which side is the better one differs. */
double practice_curves(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - bench_draw(instance, i), bent = 1 + 6 * bench_draw(instance, 100 + i);
        sum += 3 * d * d + 0.4 * sin(bent * x[i] + 6 * bench_draw(instance, 200 + i));
    }
    return sum;
}

/* Rates that must agree: two of them by their product, one by the ratio to another; all logs. */
double practice_rates(const double *x, size_t n, uint64_t instance)
{
    double l[8], sum = 0;
    for (size_t i = 0; i < n && i < 8; i++) {
        l[i] = log10(x[i]) + 1 + 3 * bench_draw(instance, i);
    }
    double product = l[0] + l[1], ratio = l[2] - l[0];
    sum += 0.5 * product * product + 0.3 * fabs(ratio) + 0.05 * l[0] * l[0] + 0.1 * l[3] * l[3];
    return sum + (l[0] > 1 ? 2 * (l[0] - 1) : 0) + 0.1 * fabs(l[4]);
}

#include "problems/multi.h"

#include <math.h>
#include <stddef.h>

static const double PI = 3.14159265358979323846;

static double mean_of_rest(const double *x, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 1; i < n; i++) {
        sum += x[i];
    }
    return sum / (n - 1);
}

static void zdt1(const double *x, uint32_t n, double f[2])
{
    double g = 1 + 9 * mean_of_rest(x, n);
    f[0] = x[0];
    f[1] = g * (1 - sqrt(f[0] / g));
}

static void zdt2(const double *x, uint32_t n, double f[2])
{
    double g = 1 + 9 * mean_of_rest(x, n);
    f[0] = x[0];
    f[1] = g * (1 - f[0] / g * (f[0] / g));
}

static void zdt3(const double *x, uint32_t n, double f[2])
{
    double g = 1 + 9 * mean_of_rest(x, n);
    f[0] = x[0];
    f[1] = g * (1 - sqrt(f[0] / g) - f[0] / g * sin(10 * PI * f[0]));
}

static void zdt4(const double *x, uint32_t n, double f[2])
{
    double g = 1;
    for (uint32_t i = 1; i < n; i++) {
        g += x[i] * x[i] + 10 * (1 - cos(4 * PI * x[i]));
    }
    f[0] = x[0];
    f[1] = g * (1 - sqrt(f[0] / g));
}

static void zdt6(const double *x, uint32_t n, double f[2])
{
    double g = 1 + 9 * pow(mean_of_rest(x, n), 0.25);
    f[0] = 1 - exp(-4 * x[0]) * pow(sin(6 * PI * x[0]), 6);
    f[1] = g * (1 - f[0] / g * (f[0] / g));
}

static void dtlz2(const double *x, uint32_t n, double f[2])
{
    double g = 0;
    for (uint32_t i = 1; i < n; i++) {
        g += (x[i] - 0.5) * (x[i] - 0.5);
    }
    f[0] = (1 + g) * cos(x[0] * PI / 2);
    f[1] = (1 + g) * sin(x[0] * PI / 2);
}

static const multi_problem problems[] = {
    {"zdt1", zdt1, 0, 1},  {"zdt2", zdt2, 0, 1}, {"zdt3", zdt3, 0, 1},
    {"zdt4", zdt4, -5, 5}, {"zdt6", zdt6, 0, 1}, {"dtlz2", dtlz2, 0, 1},
};

const multi_problem *multi_problem_at(uint32_t index)
{
    return index < sizeof problems / sizeof problems[0] ? &problems[index] : NULL;
}

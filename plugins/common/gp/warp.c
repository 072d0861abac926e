#include "gp/warp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double p) /* Acklam-like: bisection is enough here */
{
    double lo = -8, hi = 8;
    for (int i = 0; i < 50; i++) {
        double m = (lo + hi) / 2;
        if (erfc(-m * 0.70710678118654752) / 2 < p) lo = m; else hi = m;
    }
    return lo;
}

static void standardise(size_t n, double *y)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) mean += y[i] / (double)n;
    for (size_t i = 0; i < n; i++) square += (y[i] - mean) * (y[i] - mean) / (double)n;
    double sd = square > 0 ? sqrt(square) : 1;
    for (size_t i = 0; i < n; i++) y[i] = (y[i] - mean) / sd;
}

/* profile log likelihood of Yeo-Johnson/box-cox like power on (y - min)/scale + eps */
static double powered(double v, double lambda)
{
    return fabs(lambda) < 1e-9 ? log(v) : (pow(v, lambda) - 1) / lambda;
}

void gp_warp(int how, size_t n, double *y, double *s)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(y[i])) s[m++] = y[i];
    }
    if (m == 0) {
        memset(y, 0, n * sizeof *y);
        return;
    }
    qsort(s, m, sizeof *s, rising);
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? s[m - 1] : fmin(fmax(y[i], s[0]), s[m - 1]);
    }
    double median = s[m / 2];
    if (how == GP_WARP_HALF || how == GP_WARP_LOG) {
        double square = 0;
        size_t below = 0;
        for (size_t i = 0; i < m && s[i] <= median; i++, below++) square += (s[i] - median) * (s[i] - median);
        double sd = sqrt(square / (double)(below ? below : 1));
        if (sd > 0) {
            for (size_t i = 0; i < n; i++) {
                if (y[i] > median) {
                    size_t lo = 0;
                    while (lo < m && s[lo] < y[i]) lo++;
                    size_t hi = lo;
                    while (hi < m && s[hi] <= y[i]) hi++;
                    double p = ((double)(lo + hi) / 2) / (double)m;
                    if (p < 0.5) p = 0.5;
                    double w = median + sd * quantile(p);
                    y[i] = w < y[i] || how == GP_WARP_HALF ? w : y[i];
                }
            }
        }
    }
    if (how == GP_WARP_POWER) {
        /* v = (y - min) / (median - min) + c */
        double best = -INFINITY, pick = 1;
        double range = median - s[0];
        if (!(range > 0)) range = s[m - 1] - s[0];
        if (range > 0) {
            static const double ls[] = {1, 0.75, 0.5, 0.25, 0};
            for (int k = 0; k < 5; k++) {
                double mean = 0, sq = 0, jac = 0;
                for (size_t i = 0; i < m; i++) { double v = (s[i] - s[0]) / range + 0.05; s[m + i] = powered(v, ls[k]); mean += s[m + i] / (double)m; jac += (ls[k] - 1) * log(v); }
                for (size_t i = 0; i < m; i++) sq += (s[m + i] - mean) * (s[m + i] - mean) / (double)m;
                double ll = -0.5 * (double)m * log(sq) + jac;
                if (ll > best) { best = ll; pick = ls[k]; }
            }
            for (size_t i = 0; i < n; i++) y[i] = powered((y[i] - s[0]) / range + 0.05, pick);
        }
    }
    standardise(n, y);
}

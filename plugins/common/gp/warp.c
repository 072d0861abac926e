#include "gp/warp.h"

#include "gp/logei.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

size_t gp_fill(size_t n, double *y, double *work)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(y[i])) {
            work[count++] = y[i];
        }
    }
    if (count == 0) {
        memset(y, 0, n * sizeof *y);
        return 0;
    }
    qsort(work, count, sizeof *work, rising);
    for (size_t i = 0; i < n; i++) {
        double worst = work[count - 1];
        y[i] = isnan(y[i]) ? worst : fmin(fmax(y[i], work[0]), worst);
    }
    return count;
}

/* z with Phi(-z) = p <= 1/2: Newton's method on the logarithms, which are concave. */
static double upper_quantile(double p)
{
    double z = 0;
    for (int k = 0; k < 8; k++) {
        double slope, value = gp_log_probability(-z, &slope);
        z += (value - log(p)) / slope;
    }
    return z;
}

/* How many of sorted[count] are less than y, or not more. */
static size_t below(const double *sorted, size_t count, double y, int or_equal)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < y || (or_equal && sorted[middle] == y)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The share of what is worse than y, of equal ones half; 1/2 at most. */
static double share_above(const double *sorted, size_t count, double y)
{
    size_t rank = below(sorted, count, y, 0) + below(sorted, count, y, 1);
    return fmin(1 - (double)rank / (double)(2 * count), 0.5);
}

void gp_cut_tail(size_t n, double *y, const double *sorted, size_t count, double bend)
{
    const double median = count > 0 ? sorted[count / 2] : 0;
    size_t half = below(sorted, count, median, 1);
    double square = 0;
    for (size_t i = 0; i < half; i++) {
        square += (sorted[i] - median) * (sorted[i] - median);
    }
    if (!(square > 0)) {
        return;
    }
    const double deviation = sqrt(square / (double)half), from = fmax(bend, median);
    const double start = upper_quantile(share_above(sorted, count, from));
    for (size_t i = 0; i < n; i++) {
        if (y[i] > from) {
            double z = upper_quantile(share_above(sorted, count, y[i])) - start;
            y[i] = from + deviation * fmax(z, 0);
        }
    }
}

void gp_standardise(size_t n, double *y, double *mean, double *deviation)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        sum += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        square += (y[i] - sum) * (y[i] - sum) / (double)n;
    }
    *mean = sum;
    *deviation = square > 0 && isfinite(square) ? sqrt(square) : 1;
    for (size_t i = 0; i < n; i++) {
        y[i] = (y[i] - *mean) / *deviation;
    }
}

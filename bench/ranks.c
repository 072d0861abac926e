#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n == 0 ? (double)NAN : (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* The rank of values[j] among k: one more than what is smaller, and half of what is equal. */
static double rank_of(const double *values, size_t k, size_t j)
{
    double rank = 0.5;
    for (size_t i = 0; i < k; i++) {
        rank += values[i] < values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
    }
    return rank;
}

/* Q(a, x), the upper part of the regularised incomplete gamma function: a series below a + 1,
 * Lentz' continued fraction above. */
static double gamma_upper(double a, double x)
{
    double front = exp(a * log(x) - x - lgamma(a));
    if (x <= 0) {
        return 1;
    }
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int i = 1; i < 1000 && term > sum * 1e-16; i++) {
            term *= x / (a + i);
            sum += term;
        }
        return 1 - front * sum;
    }
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int i = 1; i < 1000; i++) {
        double an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-15) {
            break;
        }
    }
    return front * h;
}

double bench_friedman(const double *values, size_t n, size_t k, double *ranks)
{
    double squares = 0, count = (double)n, columns = (double)k, spread = 0;
    memset(ranks, 0, k * sizeof *ranks);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < k; j++) {
            double rank = rank_of(values + i * k, k, j);
            ranks[j] += rank / count;
            squares += rank * rank;
        }
    }
    for (size_t j = 0; j < k; j++) {
        double d = ranks[j] - (columns + 1) / 2;
        spread += d * d;
    }
    double rest = squares / count - columns * (columns + 1) * (columns + 1) / 4;
    if (k < 2 || n == 0 || rest <= 0) {
        return 1;
    }
    return gamma_upper((columns - 1) / 2, (columns - 1) * count * spread / rest / 2);
}

static int by_size(const void *a, const void *b)
{
    const double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

double bench_wilcoxon(const double *values, size_t n, size_t k, size_t a, size_t b)
{
    double *d = calloc(n + 1, sizeof *d), plus = 0, minus = 0, squares = 0;
    for (size_t i = 0; d != NULL && i < n; i++) {
        d[i] = values[i * k + a] - values[i * k + b];
    }
    if (d == NULL) {
        return (double)NAN;
    }
    qsort(d, n, sizeof *d, by_size);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && fabs(d[j]) == fabs(d[i]); j++) {
        }
        double rank = ((double)(i + j) + 1) / 2;
        for (size_t m = i; m < j; m++) {
            plus += d[m] > 0 ? rank : d[m] == 0 ? rank / 2 : 0;
            minus += d[m] < 0 ? rank : d[m] == 0 ? rank / 2 : 0;
            squares += d[m] != 0 ? rank * rank : 0;
        }
    }
    free(d);
    return squares > 0 ? erfc(fabs(plus - minus) / 2 / sqrt(squares / 4) / sqrt(2)) : 1;
}

void bench_holm(double *p, size_t n)
{
    double before = 0;
    double *sorted = calloc(n + 1, sizeof *sorted), *out = calloc(n + 1, sizeof *out);
    for (size_t i = 0; sorted != NULL && out != NULL && i < n; i++) {
        sorted[i] = p[i];
    }
    if (sorted != NULL && out != NULL) {
        qsort(sorted, n, sizeof *sorted, by_value);
        for (size_t i = 0; i < n; i++) {
            double corrected = fmin(1, fmax(before, sorted[i] * (double)(n - i)));
            for (size_t j = 0; j < n; j++) {
                out[j] = p[j] == sorted[i] ? corrected : out[j];
            }
            before = corrected;
        }
        memcpy(p, out, n * sizeof *p);
    }
    free(sorted);
    free(out);
}

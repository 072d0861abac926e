#include "gp/logei.h"

#include <math.h>
#include <stddef.h>

static const double LOG_ROOT_2PI = 0.918938533204672741780, ROOT_HALF_PI = 1.25331413731550025121,
                    ROOT_HALF = 0.707106781186547524401;

/* From here on the asymptotic series are exact to the last digits. */
static const double FAR = 20;

/* Phi(-x) / phi(x) of x >= 0: sqrt(pi / 2) erfcx(x / sqrt 2). */
static double mills(double x)
{
    if (x < FAR) {
        return ROOT_HALF_PI * exp(x * x / 2) * erfc(x * ROOT_HALF);
    }
    double r = 1 / (x * x), sum = 1;
    for (int k = 19; k > 0; k -= 2) { /* 1/x (1 - 1/x^2 + 3/x^4 - 15/x^6 + ...) */
        sum = 1 - k * r * sum;
    }
    return sum / x;
}

/* 1 - x mills(x) = h(-x) / phi(x): 1/x^2 - 3/x^4 + 15/x^6 - ... */
static double gap(double x)
{
    if (x < 4) {
        return 1 - x * mills(x);
    }
    if (x < FAR) { /* Lentz's fraction backwards: mills = 1/(x + 1/(x + 2/(x + ...))) */
        double tail = x;
        for (int k = 100; k > 1; k--) {
            tail = x + k / tail;
        }
        return 1 / (x * tail + 1); /* 1 - x/(x + 1/tail) */
    }
    double r = 1 / (x * x), sum = 1;
    for (int k = 21; k > 1; k -= 2) {
        sum = 1 - k * r * sum;
    }
    return r * sum;
}

double gp_log_improvement(double z, double *slope)
{
    if (z > -1) {
        double density = exp(-z * z / 2 - LOG_ROOT_2PI), share = erfc(-z * ROOT_HALF) / 2;
        double h = density + z * share;
        if (slope != NULL) {
            *slope = share / h;
        }
        return log(h);
    }
    double rest = gap(-z);
    if (slope != NULL) {
        *slope = mills(-z) / rest;
    }
    return -z * z / 2 - LOG_ROOT_2PI + log(rest);
}

double gp_log_probability(double z, double *slope)
{
    double ratio = z < 0 ? mills(-z) : 0, share = erfc(-z * ROOT_HALF) / 2;
    if (slope != NULL) {
        *slope = z < 0 ? 1 / ratio : exp(-z * z / 2 - LOG_ROOT_2PI) / share;
    }
    return z < 0 ? -z * z / 2 - LOG_ROOT_2PI + log(ratio) : log1p(-erfc(z * ROOT_HALF) / 2);
}

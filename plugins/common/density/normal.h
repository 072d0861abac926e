/**
 * @file density/normal.h
 * @brief The normal distribution in floats, by arithmetic alone.
 *
 * No function of the C library is called, so that the numbers are the same wherever it is compiled
 * for another processor. Good to about 1e-6; what is asked here never lies in a far tail, because a
 * kernel's mean lies within its bounds, so at least a third of it is between them.
 */
#ifndef DENSITY_NORMAL_H
#define DENSITY_NORMAL_H

#include <stddef.h>

/** Natural logarithm; x > 0 and not denormal. */
float density_ln(float x);

/** e^x; 0 below about -87. */
float density_exp(float x);

/** Share of the standard normal distribution below x. */
float density_below(float x);

/** x[i] = mean[i] + width[i] times the quantile at p[i]; p is kept off 0 and 1 by 1e-7. */
void density_quantiles(size_t n, const float *p, const float *mean, const float *width, float *x);

#endif /* DENSITY_NORMAL_H */

/**
 * @file math/normal.h
 * @brief The standard normal distribution, whole and cut off at both ends; exact in the tails.
 *
 * Wichura: Algorithm AS 241: The Percentage Points of the Normal Distribution. Applied Statistics
 * 37 (1988), for the quantile.
 */
#ifndef CLT_MATH_NORMAL_H
#define CLT_MATH_NORMAL_H

/** Probability to lie below z; z may be infinite. */
double clt_normal_below(double z);

/** The z below which probability p lies, 0 to 1: about 16 digits. Infinite at 0 and 1. */
double clt_normal_quantile(double p);

/** Probability to lie from a to b, a <= b, both of which may be infinite. */
double clt_normal_between(double a, double b);

/** The quantile at u, 0 to 1, of the distribution cut off outside of a to b: a at 0, b at 1.
 *  clt_normal_between(a, b) must be more than 0. */
double clt_normal_cut_quantile(double a, double b, double u);

/** The share of that distribution below z: 0 at a, 1 at b. */
double clt_normal_cut_below(double a, double b, double z);

#endif /* CLT_MATH_NORMAL_H */

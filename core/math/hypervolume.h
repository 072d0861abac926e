/**
 * @file math/hypervolume.h
 * @brief How much of the space of several goals a set of points dominates: exact.
 *
 * Points are rows of m values, all minimised. The volume is that of all that some point dominates
 * and that is no worse than the reference in any goal. It rises with every point that the others do
 * not dominate.
 *
 * While, Bradstreet, Barone: A Fast Way of Calculating Exact Hypervolumes. IEEE TEC 16 (2012): each
 * point adds its box less what the points behind it, limited to that box, take of it. Sorted by the
 * last goal all of these are equally deep in it, so a volume in m goals is made of those in m - 1.
 */
#ifndef CLT_MATH_HYPERVOLUME_H
#define CLT_MATH_HYPERVOLUME_H

#include <stddef.h>

/** Volume that points[n][m] dominate up to reference[m], m at least 1. Points that are not better
 *  than the reference in every goal add nothing. Changes the points' order. NaN when memory ran
 *  out. O(n log n) for two goals, exponential in m at worst. */
double clt_hypervolume(double *points, size_t n, size_t m, const double *reference);

#endif /* CLT_MATH_HYPERVOLUME_H */

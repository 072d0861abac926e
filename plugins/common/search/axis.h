/**
 * @file search/axis.h
 * @brief One dimension of a search space, measured evenly from 0 to 1.
 *
 * Samplers think in the unit interval. A real dimension maps onto it linearly, or by its logarithm;
 * a whole, stepped or category one is first widened by half a step at each end, so that each value
 * owns an equal share (equal in the logarithm where it says so) and an even draw of the interval is
 * the draw that the `random` sampler makes.
 */
#ifndef SEARCH_AXIS_H
#define SEARCH_AXIS_H

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdbool.h>

/** A dimension as a sampler sees it. Copies nothing: dim must outlive it. */
typedef struct search_axis {
    const collet_dim *dim;
    double low, high; /**< what 0 and 1 stand for, after widening and the logarithm */
    double scale;     /**< of low and high, where they are no logarithms: 1, but for a width that no
                           double holds */
    uint64_t count;   /**< different values; 0: continuous; 1: a constant */
    bool log;
    bool category; /**< the order of the values means nothing */
} search_axis;

/** Fills *axis. */
void search_axis_init(search_axis *axis, const collet_dim *dim);

/** Where a value lies, 0 to 1; the middle of its share for a value with a share. 0.5 for a
 *  constant. */
double search_axis_unit(const search_axis *axis, double value);

/** The allowed value nearest to u on the axis; u is first brought into 0 to 1. */
double search_axis_value(const search_axis *axis, double u);

/** Value k of axis->count, in rising order; not for a continuous axis. */
double search_axis_nth(const search_axis *axis, uint64_t k);

/** The share of a value with neighbours: [*low, *high] within 0 to 1. Not for a continuous axis. */
void search_axis_share(const search_axis *axis, double value, double *low, double *high);

#endif /* SEARCH_AXIS_H */

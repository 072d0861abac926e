/**
 * @file search/spread.h
 * @brief First points that lie apart: a Latin hypercube that grows by one point at a time.
 *
 * Each axis is cut into `cells` equal stretches (a category into its names). A new point takes, on
 * each axis, one of the stretches that the known trials, finished or under way, have used least,
 * and lies anywhere in it. So after `cells` points each stretch of each axis has one; a study that
 * goes on, several workers and trials of an older study are all accounted for; and each point is
 * evenly distributed in itself.
 */
#ifndef SEARCH_SPREAD_H
#define SEARCH_SPREAD_H

#include "search/history.h"
#include "search/point.h"

enum { SEARCH_SPREAD_MOST = 64 }; /* cells, and trials of the history that count: the first ones */

/** Draws x[dim_count], one number a dimension. */
void search_spread(const search_space *s, const search_history *h, uint32_t cells,
                   const collet_rng *rng, double *x);

#endif /* SEARCH_SPREAD_H */

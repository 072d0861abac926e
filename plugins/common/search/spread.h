/**
 * @file search/spread.h
 * @brief First points that lie apart: a Latin hypercube that grows by one point at a time.
 *
 * Each axis is cut into `cells` equal stretches (a category into its names). A new point takes, on
 * each axis, one of the stretches that the known trials, finished or under way, have used least,
 * and lies anywhere in it. Of a few such points the one farthest from its nearest known one is
 * taken. So after `cells` points each stretch of each axis has one; a study that goes on, several
 * workers and trials of an older study are all accounted for; and each point is evenly distributed
 * in itself.
 */
#ifndef SEARCH_SPREAD_H
#define SEARCH_SPREAD_H

#include "search/history.h"
#include "search/point.h"

/** Draws x[dim_count]. Of the history only the first SEARCH_SPREAD_MOST trials count. */
void search_spread(const search_space *s, const search_history *h, uint32_t cells,
                   const collet_rng *rng, double *x);

enum { SEARCH_SPREAD_MOST = 64, SEARCH_SPREAD_TRIES = 8 };

#endif /* SEARCH_SPREAD_H */

/**
 * @file search/fresh.h
 * @brief A point that was not there before.
 */
#ifndef SEARCH_FRESH_H
#define SEARCH_FRESH_H

#include "search/seen.h"

/** Draws x[dim_count] evenly until it is allowed and new; in a small space that is nearly used up,
 * goes through all of it. False, and x is any point, where nothing new was found. */
bool search_fresh(const search_space *s, const search_seen *seen, const collet_rng *rng, double *x);

/** Makes x a point where only NaN and constants may be wrong: constants get their value where they
 *  are active, and what is not active is NaN. */
void search_complete(const search_space *s, double *x);

#endif /* SEARCH_FRESH_H */

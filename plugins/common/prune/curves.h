/**
 * @file prune/curves.h
 * @brief Reading learning curves, and comparing what stands on them.
 *
 * Values are minimised and there may be several: a point is a vector of m objectives. With one
 * objective, less is better and NaN is worst. With several, the measure of a point among others is
 * how many of them dominate it (Fonseca and Fleming's rank), which for one objective is the number
 * of those that are less.
 */
#ifndef PRUNE_CURVES_H
#define PRUNE_CURVES_H

#include <collet/pruner.h>

#include <stdbool.h>
#include <stddef.h>

/** A curve and where it stands at some resource. */
typedef struct prune_entry {
    const collet_curve *curve;
    const double *values; /**< [m] */
    size_t worse_than;    /**< how many of the others dominate it */
} prune_entry;

/** Entries, growing. Zero it first. */
typedef struct prune_list {
    prune_entry *items;
    size_t count, room;
} prune_list;

/** Frees the entries. */
void prune_list_finish(prune_list *list);

/** Adds an entry. False: memory ran out. */
bool prune_list_add(prune_list *list, const collet_curve *curve, const double *values);

/** Counts, and sorts the best first: by how many dominate it; then, with one objective, by value;
 *  then by number. */
void prune_list_sort(prune_list *list, uint32_t m);

/** Does a stand before b in that order? For one objective. */
bool prune_is_before(const prune_entry *a, const prune_entry *b);

/** The values at exactly that step, or NULL. */
const double *prune_at(const collet_curve *curve, uint32_t m, uint64_t step);

/** The values at the first step that is not below, or NULL where the curve does not reach it. */
const double *prune_reached(const collet_curve *curve, uint32_t m, uint64_t step);

/** The step of the last point; 0 without one. */
uint64_t prune_last_step(const collet_curve *curve);

/** best[m]: the least of each objective on the curve so far; NaN where there is none. */
void prune_best(const collet_curve *curve, uint32_t m, double *best);

/** Is a nowhere worse than b and somewhere better? NaN is worse than any number. */
bool prune_dominates(const double *a, const double *b, uint32_t m);

/** Is one of the m values NaN? */
bool prune_has_nan(const double *values, uint32_t m);

/** May a rule look at the curve now? From step `warmup` on, at the first point of each `interval`
 *  steps. */
bool prune_due(const collet_curve *curve, uint64_t warmup, uint64_t interval);

#endif /* PRUNE_CURVES_H */

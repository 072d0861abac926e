/**
 * @file prune/halving.h
 * @brief Rungs: the resources at which successive halving compares trials.
 */
#ifndef PRUNE_HALVING_H
#define PRUNE_HALVING_H

#include "prune/prune.h"

enum { PRUNE_MOST_RUNGS = 64 };

/** Rungs of a bracket, rising. Behind the last one a trial runs to its end. */
typedef struct prune_rungs {
    uint64_t eta; /**< one in eta goes on from each */
    uint32_t count;
    uint32_t bracket; /**< only curves of this bracket belong to them */
    uint64_t steps[PRUNE_MOST_RUNGS];
} prune_rungs;

/** steps first, first eta, first eta^2, ... from which it is as far again, times eta, to `end` (0:
 *  without end). */
void prune_rungs_init(prune_rungs *rungs, uint32_t bracket, uint64_t first, uint64_t eta,
                      uint64_t end);

/** The resource of rung k, or 0 where there is none: to the end. */
uint64_t prune_rung_step(const prune_rungs *rungs, uint32_t k);

/** How many rungs the curve has reached. */
uint32_t prune_rungs_reached(const prune_rungs *rungs, const collet_curve *curve);

/** Puts those that reached rung k with a number, and did not fail, into s->list. COLLET_E_NOMEM. */
collet_status prune_rung_collect(prune_state *s, const prune_rungs *rungs, uint32_t k,
                                 const collet_curves *peers);

/** Of those of s->list, collected for rung k, the best that is paused there, if it is among the
 * best `keep` of all; else NULL. For one objective nothing is sorted: this is asked for each trial,
 * of all trials. */
const collet_curve *prune_rung_due(prune_state *s, const prune_rungs *rungs, uint32_t k,
                                   uint64_t keep);

/** Is `own` (in s->list as collected) among its best `keep`? Equal values share their place. */
bool prune_rung_keeps(const prune_state *s, const collet_curve *own, size_t keep);

/** Asynchronous halving: what `own` does at the rungs that its last point has reached: goes on
 *  while it is among the best one in eta of those that reached the rung so far; else pauses or,
 *  where trials cannot, stops, but for the best of all. COLLET_E_NOMEM. */
collet_status prune_halve(prune_state *s, const prune_rungs *rungs, const collet_curve *own,
                          const collet_curves *peers, collet_decision *out);

#endif /* PRUNE_HALVING_H */

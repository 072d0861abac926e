/**
 * @file search/pareto.h
 * @brief Several objectives, all minimised: who dominates whom, crowding.
 *
 * Points are rows of m values. Costs: O(m n^2) to rank n points, O(m n log n) for crowding.
 *
 * Deb, Pratap, Agarwal, Meyarivan: A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II.
 * IEEE TEC 6 (2002).
 */
#ifndef SEARCH_PARETO_H
#define SEARCH_PARETO_H

#include "search/history.h"

#include <stddef.h>
#include <stdint.h>

/** Negative where a is nowhere worse than b and somewhere better, positive the other way round,
 * else 0. */
int search_pareto_compare(const double *a, const double *b, uint32_t m);

/** The same for finished trials, by constrained domination: complete and feasible ones by values,
 *  all before pruned ones by values, all before infeasible ones by violation, all before failed
 *  ones. */
int search_pareto_compare_trials(const search_trial *a, const search_trial *b, uint32_t m);

/** rank[n]: 0 for those that nobody dominates, 1 for those that then nobody does, ... */
void search_pareto_rank(const search_trial *const *trials, size_t n, uint32_t m, uint32_t *rank);

/** crowding[n] of points of one rank: the sides of the box that neighbours leave a point, relative
 * to the whole; INFINITY at the ends. order[n] is scratch. Points without values have 0. */
void search_pareto_crowding(const search_trial *const *trials, size_t n, uint32_t m, size_t *order,
                            double *crowding);

#endif /* SEARCH_PARETO_H */

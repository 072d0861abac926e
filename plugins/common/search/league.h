/**
 * @file search/league.h
 * @brief Finished trials of several goals, in order.
 *
 * First come those that the fewest others dominate (search_pareto_compare_trials()), among equal
 * ones those with the most room around them in their front. The order is a function of the set of
 * trials.
 *
 * Fonseca, Fleming: Genetic Algorithms for Multiobjective Optimization. ICGA 1993, for the rank.
 */
#ifndef SEARCH_LEAGUE_H
#define SEARCH_LEAGUE_H

#include "search/history.h"

/** Where a trial stands. */
typedef struct search_standing {
    const search_trial *trial;
    uint64_t beaten; /**< how many dominate it */
    double crowding; /**< see search_pareto_crowding() */
} search_standing;

typedef struct search_league {
    uint32_t objectives;
    search_standing *list; /**< [count] */
    size_t count, room;
    const search_trial **front; /* [room], and the next two: scratch */
    size_t *order;
    double *crowding;
} search_league;

void search_league_init(search_league *l, uint32_t objectives);
void search_league_finish(search_league *l);

/** A trial has ended. O(m n). COLLET_E_NOMEM, with what was there left. */
collet_status search_league_add(search_league *l, const search_trial *trial);

/** Puts the list in order; beyond the first `most` those that as many dominate are by number. */
void search_league_sort(search_league *l, size_t most);

#endif /* SEARCH_LEAGUE_H */

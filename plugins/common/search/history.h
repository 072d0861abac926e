/**
 * @file search/history.h
 * @brief What a sampler has been told: every trial once, in the order of numbers.
 *
 * A sampler with COLLET_SAMPLER_FROM_HISTORY must not depend on the order of calls. Here it need
 * not take care: a trial asked for (search_history_open()) or told as RUNNING is under way, its end
 * replaces that, as another point of it does while it is under way, and whoever reads the list sees
 * the same list whatever came first. Telling an end twice changes nothing; only a trial that was
 * paused has another one.
 */
#ifndef SEARCH_HISTORY_H
#define SEARCH_HISTORY_H

#include "search/point.h"

/** One trial; lives until search_history_finish(). */
typedef struct search_trial {
    uint64_t number;
    uint64_t last_step;
    uint32_t state;      /**< COLLET_TRIAL_RUNNING ... */
    bool measured;       /**< values are there and none is NaN */
    double violation;    /**< sum of the positive constraints; 0: feasible */
    double *x;           /**< [dim_count]; NaN where inactive */
    double *values;      /**< [objective_count]; NaN unless told */
    double *constraints; /**< [constraint_count]; NaN unless told */
} search_trial;

/** All trials. Read the fields, change them by the functions. */
typedef struct search_history {
    uint32_t dim_count, objective_count, constraint_count;
    size_t count;          /**< of trials */
    size_t finished;       /**< of those, not under way */
    size_t measured;       /**< of those, with values */
    search_trial **trials; /**< [count], by number */
    size_t room;
} search_history;

/** An empty history of a space. */
void search_history_init(search_history *h, const collet_space *space);

/** Frees what it holds. */
void search_history_finish(search_history *h);

/** The trial that this sampler proposes now; where it was asked for before, its answer has another
 *  place. COLLET_E_NOMEM. */
collet_status search_history_open(search_history *h, uint64_t number, const double *x);

/** Takes what tell() got. *news (may be NULL) is the trial where it has just become a finished one,
 *  else NULL. COLLET_E_NOMEM. */
collet_status search_history_tell(search_history *h, const collet_trial *trial,
                                  const search_trial **news);

/** Was the trial told as PRUNED, and has it gone on since, as one that was paused may? Then what it
 *  came to takes the place of what was known, and this is the trial; else NULL. For the beginning
 * of tell(): whoever has it in a sorted list must sort anew. */
const search_trial *search_history_again(search_history *h, const collet_trial *trial);

/** The trial of that number, or NULL. */
const search_trial *search_history_find(const search_history *h, uint64_t number);

/** Is the trial of that number under way, at another point than x? */
bool search_history_moves(const search_history *h, const search_space *space, uint64_t number,
                          const double *x);

/** How many trials have a lower number. */
size_t search_history_rank(const search_history *h, uint64_t number);

/** Is a trial at x under way? Costs what there is behind the oldest of those, not the whole
 * history. */
bool search_history_pending(const search_history *h, const search_space *space, const double *x);

/** How a is better than b with one objective: negative, 0 or positive. Complete and feasible ones
 *  by value, then pruned ones (longest first, then by value), then infeasible ones by violation,
 *  then failed ones; ties by number. Neither may be under way. */
int search_trial_compare(const search_trial *a, const search_trial *b);

#endif /* SEARCH_HISTORY_H */

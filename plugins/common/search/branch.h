/**
 * @file search/branch.h
 * @brief Which branch of a space with conditions deserves the next trial, where it is not the best.
 *
 * A branch is a set of active dimensions. Whoever goes on from the best trials is soon in one of
 * them, and what the others could have come to is not known. They are compared at equal effort: a
 * branch of k trials keeps up if the best of them is better than the best of the first k of the
 * leader, which has the best trial of all. One that keeps up gets each third trial, until it does
 * no more or leads itself; where none does, the one with the fewest trials gets each tenth.
 *
 * Compared are as many branches and trials as below: later on the leader is left alone.
 */
#ifndef SEARCH_BRANCH_H
#define SEARCH_BRANCH_H

#include "search/history.h"

enum { SEARCH_BRANCHES = 64, SEARCH_BRANCH_TRIALS = 1000 };

/** A trial of the branch that trial `number` should be of; NULL: go on from the best. A function of
 *  the set of trials; those under way count, without a value. For one objective. */
const search_trial *search_branch(const search_history *h, uint64_t number);

/** Have two points the same active dimensions? */
bool search_branch_same(uint32_t dim_count, const double *a, const double *b);

#endif /* SEARCH_BRANCH_H */

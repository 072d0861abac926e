/**
 * @file search/seen.h
 * @brief Which points were proposed or told: a set of their hashes, 16 to 32 bytes a point.
 *
 * 64 bits tell points apart: among a million points one in forty million such sets has two that
 * look the same, and the worst of it is a point that is not proposed.
 */
#ifndef SEARCH_SEEN_H
#define SEARCH_SEEN_H

#include "search/point.h"

typedef struct search_seen {
    uint64_t *slots; /**< [room], a power of two, at most half full; 0: free */
    size_t room, count;
} search_seen;

/** Starts as {0}. */
void search_seen_finish(search_seen *s);

/** COLLET_E_NOMEM. */
collet_status search_seen_add(search_seen *s, const search_space *space, const double *x);

bool search_seen_has(const search_seen *s, const search_space *space, const double *x);

#endif /* SEARCH_SEEN_H */

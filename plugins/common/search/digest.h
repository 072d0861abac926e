/**
 * @file search/digest.h
 * @brief So many of all finished trials: the best ones, and an even sample of the rest.
 *
 * The sample is those whose number has the smallest hash, so a digest is a function of the set of
 * trials, whatever the order in which they came; and adding one costs no more with 100,000 trials
 * than with 1,000.
 */
#ifndef SEARCH_DIGEST_H
#define SEARCH_DIGEST_H

#include "search/history.h"

/** One that is held. */
typedef struct search_pick {
    const search_trial *trial;
    uint64_t hash; /**< of its number */
    uint32_t tag;  /**< the caller's */
} search_pick;

typedef struct search_digest {
    search_pick *best; /**< [best_count], by search_trial_compare() */
    search_pick *rest; /**< [rest_count], by hash */
    uint32_t best_count, rest_count, best_room, rest_room;
    uint64_t count; /**< trials that were offered */
} search_digest;

/** Holds up to `best` + `rest` trials; best > 0. COLLET_E_NOMEM; nothing is left behind then. */
collet_status search_digest_init(search_digest *d, uint32_t best, uint32_t rest);
void search_digest_finish(search_digest *d);

/** Offers a finished trial, once. Returns the tag of the one that is not held any more, which may
 * be its own, or UINT32_MAX where all still are. */
uint32_t search_digest_add(search_digest *d, const search_trial *trial, uint32_t tag);

/** Holds nothing any more. */
void search_digest_clear(search_digest *d);

/** Offers a finished trial to a digest that gets them in an order of the caller's, the best one
 * first, in place of search_trial_compare()'s. Its tag is 0 until the caller sets it. */
void search_digest_append(search_digest *d, const search_trial *trial);

#endif /* SEARCH_DIGEST_H */

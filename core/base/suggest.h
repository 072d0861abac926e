/**
 * @file base/suggest.h
 * @brief "did you mean": the known name nearest to what was read.
 */
#ifndef CLT_BASE_SUGGEST_H
#define CLT_BASE_SUGGEST_H

#include <stddef.h>

/** Looks for the best candidate as they are offered one at a time. Start with {.read = text}. */
typedef struct clt_suggest {
    const char *read; /**< what the user wrote */
    const char *best; /**< nearest candidate so far; NULL when none is near */
    size_t distance;  /**< its edits */
} clt_suggest;

/** Optimal string alignment distance: insertions, deletions, changes and swaps of neighbours,
 *  without regard to case. Texts longer than 63 bytes count as far apart. */
size_t clt_edit_distance(const char *a, const char *b);

/** Offers a candidate, which must outlive s. Near is: within a third of the longer length, and at
 *  least within two edits where more than three letters were read. */
void clt_suggest_offer(clt_suggest *s, const char *candidate);

/** " (did you mean "lr"?)" into buffer, or "" when nothing is near; returns buffer. */
const char *clt_suggest_text(const clt_suggest *s, char *buffer, size_t size);

#endif /* CLT_BASE_SUGGEST_H */

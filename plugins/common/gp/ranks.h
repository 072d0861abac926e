/**
 * @file gp/ranks.h
 * @brief Finished trials by number, and those but the latest by rank, kept from ask to ask.
 *
 * Of a long history a model holds a choice by rank. A trial that ends takes one place in the order,
 * so that it need not be sorted anew for each ask.
 */
#ifndef GP_RANKS_H
#define GP_RANKS_H

#include "search/history.h"

typedef struct gp_ranks {
    const search_trial **done;   /**< [count] all, by number */
    const search_trial **sorted; /**< [count - latest] all but the latest, by rank, while valid */
    size_t count, room;
    size_t latest;
    bool valid;
} gp_ranks;

/** None yet; of those that come, the `latest` by number have no rank. */
void gp_ranks_init(gp_ranks *r, size_t latest);
void gp_ranks_finish(gp_ranks *r);

/** A trial has ended. COLLET_E_NOMEM. */
collet_status gp_ranks_add(gp_ranks *r, const search_trial *news);

/** What a trial came to is another now: it may have another rank. */
void gp_ranks_forget(gp_ranks *r);

/** All but the latest, by search_trial_compare(); there are more than `latest`. Until the next
 *  change. */
const search_trial *const *gp_ranks_sorted(gp_ranks *r);

#endif /* GP_RANKS_H */

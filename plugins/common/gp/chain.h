/**
 * @file gp/chain.h
 * @brief Hyperparameters as a study goes on: a chain of fits, each from where the last one ended.
 *
 * They are fitted to the first m finished trials, m = the trials drawn at the start and then a
 * twentieth more each time; with few trials from two fixed places as well, since there are several
 * optima. So they depend on the trials alone, not on when they were told, and a study that goes on
 * proposes what it would have.
 */
#ifndef GP_CHAIN_H
#define GP_CHAIN_H

#include "gp/fit.h"
#include "gp/table.h"

/** Hyperparameters fitted to the first `count` finished trials. */
typedef struct gp_fitted {
    size_t count;
    double *p; /**< [models][parameters] */
} gp_fitted;

/** The chain. Zero it before gp_chain_init(). */
typedef struct gp_chain {
    const collet_host *host;
    gp_table *table;
    gp_fit fit;
    size_t startup, points; /**< trials of the first fit; the most of any */
    bool noiseless;
    uint32_t models;
    double *p; /**< [parameters] work */
    gp_fitted *fits;
    size_t count, room;
} gp_chain;

/** Begins a chain over a table. points: the most trials of a fit. COLLET_E_NOMEM. */
collet_status gp_chain_init(gp_chain *c, const collet_host *host, gp_table *table, size_t startup,
                            size_t points, bool noiseless);
void gp_chain_finish(gp_chain *c);

/** Brings it up to the trials that have finished. COLLET_E_CANCELLED, COLLET_E_NOMEM. */
collet_status gp_chain_extend(gp_chain *c);

/** The last fit, [models][parameters]; there is one. */
const double *gp_chain_last(const gp_chain *c);

/** Forgets the fits that would have seen this new trial. */
void gp_chain_drop(gp_chain *c, const search_trial *news);

#endif /* GP_CHAIN_H */

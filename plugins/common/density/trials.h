/**
 * @file density/trials.h
 * @brief Trials with a kernel each: those under way, the best ones, and a sample of the rest.
 *
 * All trials are remembered, but only so many have a kernel: each one under way, and of the
 * finished ones those that a digest holds (search/digest.h). With one goal the digest takes each
 * trial as it ends; with several a new trial may change the order of all, so it is made anew from a
 * league (search/league.h) by density_trials_sort(), before it is read. What is held is a function
 * of the set of trials.
 */
#ifndef DENSITY_TRIALS_H
#define DENSITY_TRIALS_H

#include "density/order.h"
#include "search/digest.h"
#include "search/league.h"
#include "search/seen.h"

/** A trial under way and its kernel. */
typedef struct density_open {
    uint64_t number;
    uint32_t row;
} density_open;

/** Read the fields, change them by the functions. */
typedef struct density_trials {
    const search_space *space;
    search_history history; /**< all of them */
    search_seen seen;       /**< points that were proposed or told */
    search_digest digest;   /**< those with a kernel; the tags are rows */
    density_open *open;     /**< [open_count], by number */
    uint32_t open_count;
    density_rows rows;
    density_order order; /**< of the rows that are held */
    search_league league;
    uint32_t front;      /**< so many of the league are put in order */
    bool stale;          /**< the digest lacks trials of the league */
    uint32_t *free_rows; /**< [free_count] */
    uint32_t free_count;
} density_trials;

/** Kernels of the `best` finished trials and of `rest` of the others; `front`: of several goals
 *  so many are put in order by the room around them. Keeps the pointer. COLLET_E_NOMEM;
 *  density_trials_finish() is needed all the same. */
collet_status density_trials_init(density_trials *t, const density_space *columns, uint32_t best,
                                  uint32_t rest, uint32_t front);
void density_trials_finish(density_trials *t);

/** The trial that is proposed now is under way. COLLET_E_NOMEM. */
collet_status density_trials_begin(density_trials *t, uint64_t number, const double *x);

/** Takes what a sampler's tell() got. COLLET_E_NOMEM. */
collet_status density_trials_tell(density_trials *t, const collet_trial *trial);

/** Makes the digest whole. COLLET_E_NOMEM. */
collet_status density_trials_sort(density_trials *t);

/** Pick i of all that the digest holds: the best, then the rest. */
search_pick *density_trials_pick(const density_trials *t, uint32_t i);

#endif /* DENSITY_TRIALS_H */

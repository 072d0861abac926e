/**
 * @file gp/table.h
 * @brief What Gaussian processes learn from: which trials of a history, and what these are worth.
 *
 * One process for each goal, then one for each constraint. Outcomes worse than the median and than
 * the front count by their rank alone (gp/warp.h); a failed trial counts like the worst, a pruned
 * one not better than the median of complete ones.
 */
#ifndef GP_TABLE_H
#define GP_TABLE_H

#include "gp/kernel.h"
#include "gp/model.h"
#include "gp/ranks.h"
#include "search/history.h"

/** The trials that one ask looks at. Zero it before gp_table_init(). */
typedef struct gp_table {
    const search_space *space;
    const search_history *history;
    const gp_layout *layout;
    uint32_t goals, constraints;
    size_t held;                 /**< the most that models hold */
    gp_ranks ranks;              /**< of all that have finished */
    size_t room;                 /**< trials that the memory is for */
    const search_trial **trials; /**< [room] */
    gp_row *rows;                /**< [room] */
    double *u;                   /**< [room][dim_count] */
    double *y;                   /**< [goals + 1][room], the last one for constraints */
    double *sorted;              /**< [room] work */
    double *points;              /**< [room][goals] for who takes up what models expect of trials */
    double *x;                   /**< [columns][room] for who encodes rows */
    double *most;                /**< [constraints] up to where each holds, standardised */
    double deviation;            /**< of the outcomes of the last goal: what its model calls 1 */
} gp_table;

/** Begins a table over a history that goes on, for models that hold up to `held` trials.
 *  COLLET_E_NOMEM. */
collet_status gp_table_init(gp_table *t, const collet_space *host_space, const search_space *space,
                            const search_history *history, const gp_layout *layout, size_t held);
void gp_table_finish(gp_table *t);

/** A trial of the history has ended; or, `again`, one that had has ended otherwise.
 *  COLLET_E_NOMEM. */
collet_status gp_table_tell(gp_table *t, const search_trial *news, bool again);

/** Makes room for all trials known. COLLET_E_NOMEM. */
collet_status gp_table_grow(gp_table *t);

/** Lists the first `count` finished trials; of more than `most` a third each of the best (with
 *  several goals front by front), the latest, and an even choice by rank of the others. By number.
 *  Returns how many. Where these are all and the most that models hold, and there is one goal,
 *  nothing is sorted. */
size_t gp_table_list(gp_table *t, size_t count, size_t most);

/** Lists those under way behind n others; returns how many there are then. Costs what there is
 * behind the oldest of those, not the whole history. */
size_t gp_table_list_running(gp_table *t, size_t n);

/** The n listed trials as rows. A trial's end may tell another point than was asked for. */
void gp_table_make_rows(gp_table *t, size_t n);

/** Fills in what model k learns of the n listed trials, and returns it; of a constraint, up to
 *  where it holds. Each goal's stay while the others' are made. */
double *gp_table_value(gp_table *t, uint32_t k, size_t n);

/** Where that went. */
double *gp_table_values(const gp_table *t, uint32_t k);

/** Does a trial lie on the front of the n listed ones: is none of them better in all goals, or by
 *  what stands before these? */
bool gp_table_is_unbeaten(const gp_table *t, const search_trial *trial, size_t n);

#endif /* GP_TABLE_H */

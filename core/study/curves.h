/**
 * @file study/curves.h
 * @brief What trials have reported, as pruners see it at some moment of the study.
 *
 * A trial is run in stretches: begun, perhaps paused, gone on with, until its end. Each stretch has
 * a slot: a number that rises with every stretch that the study begins. In fixed order a decision
 * about slot k sees the stretches of slots up to k - window as they ended, and of those between
 * only that they are under way: so it depends neither on the number of workers nor on how long
 * trials take. In free order it sees all that has come.
 */
#ifndef CLT_STUDY_CURVES_H
#define CLT_STUDY_CURVES_H

#include "base/vec.h"

#include <collet/pruner.h>

#include <stdbool.h>
#include <stdint.h>

/** One stretch of a trial. */
typedef struct clt_stretch {
    uint64_t slot;
    uint64_t until; /**< resource at which it is paused; 0: its end */
    size_t points;  /**< of the curve, when it had ended */
    uint32_t state; /**< COLLET_CURVE_RUNNING until then */
} clt_stretch;

/** One trial. */
typedef struct clt_track {
    uint64_t number;
    uint32_t bracket;
    bool hidden; /**< of ranges that are not the study's any more: no pruner sees it */
    bool live;   /**< among clt_curves.live */
    CLT_VEC(uint64_t) steps;
    CLT_VEC(double) values; /**< [steps.count][objective_count], lower is better */
    CLT_VEC(clt_stretch) stretches;
    collet_curve shown; /**< of the last view */
} clt_track;

/** All trials that have begun. Zero it, set objective_count. */
typedef struct clt_curves {
    size_t objective_count;
    CLT_VEC(clt_track) tracks; /**< in the order of numbers */
    CLT_VEC(const collet_curve *) list;
    collet_curves view;
    /* What the next view has in common with the last, unless its `known` is below the floor: the
     * first `settled` tracks, but those hidden, are the first `listed` of the list, and but for the
     * live ones look the same. */
    size_t settled, listed;
    CLT_VEC(size_t) live; /**< their places */
    uint64_t floor;
} clt_curves;

/** Frees everything. */
void clt_curves_finish(clt_curves *curves);

/** The trial of that number, or NULL. */
clt_track *clt_curves_find(clt_curves *curves, uint64_t number);

/** Begins a stretch in that slot, and the trial where it has not begun. NULL: no memory. */
clt_track *clt_curves_begin(clt_curves *curves, uint64_t number, uint64_t slot, uint64_t until);

/** The stretch that began last. */
clt_stretch *clt_curves_last(const clt_track *track);

/** Another attempt at the stretch under way: what the one before it reported is forgotten. */
void clt_curves_again(clt_curves *curves, clt_track *track);

/** Adds a point, unless its step is known: an attempt that goes on from a checkpoint tells all over
 * again. values[objective_count]. *news: it was added. False: no memory. */
bool clt_curves_add(clt_curves *curves, clt_track *track, uint64_t step, const double *values,
                    bool *news);

/** Ends the stretch under way. */
void clt_curves_end(clt_curves *curves, clt_track *track, uint32_t state);

/** Whether pruners are not to see it. */
void clt_curves_hide(clt_curves *curves, clt_track *track, bool hidden);

/** What is to be seen at `slot`. known: slots below it have ended; UINT64_MAX: free order, all that
 *  there is. own (NULL: none) is shown whole, and running. Valid until the next call. NULL: no
 *  memory. */
const collet_curves *clt_curves_view(clt_curves *curves, uint64_t slot, uint64_t known,
                                     const clt_track *own);

#endif /* CLT_STUDY_CURVES_H */

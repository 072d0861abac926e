/**
 * @file study/twins.h
 * @brief Trials at points that were tried before: `[study] duplicates`.
 *
 * All points that were asked for, by number, and what became of them. A trial at the point of an
 * earlier one is its twin: it is not run, but comes to what the earlier one comes to. Which trial
 * is a twin depends on the points alone, so it is the same for any number of workers.
 */
#ifndef CLT_STUDY_TWINS_H
#define CLT_STUDY_TWINS_H

#include "base/vec.h"
#include "study/plan.h"

/** How often a sampler is asked again for a point that was tried ([study] duplicates = resample),
 * and how many points are drawn where that brings nothing new. */
enum { CLT_TWINS_AGAIN = 20 };

/** A trial. */
typedef struct clt_twin {
    double *x;         /**< [dim_count] */
    uint64_t first;    /**< number of the first trial at this point: its own, or another's */
    bool skipped;      /**< nothing is its twin, nor is it one */
    clt_trial_row end; /**< of a first one that has ended; its arrays and texts live here */
} clt_twin;

/** The trials of a study. Zero it before clt_twins_init(). */
typedef struct clt_twins {
    const clt_plan *plan;
    CLT_VEC(clt_twin) trials; /**< by number */
    size_t *slots; /**< [slot_count]: number + 1 of a first one by the hash of its point; 0: free */
    size_t slot_count, points; /**< points: different ones */
    size_t skipped;            /**< trials that are neither at one of them nor twins */
    size_t row;                /**< twins in a row, at the end */
    double room;               /**< how many points the space has; INFINITY where it is not known */
    clt_arena arena;
} clt_twins;

/** None yet. */
void clt_twins_init(clt_twins *twins, const clt_plan *plan);

/** Frees them. */
void clt_twins_finish(clt_twins *twins);

/** The next trial was asked for at x; *first is the number of the first one at that point, which is
 *  its own where it has no twin before it. False when memory ran out. */
bool clt_twins_add(clt_twins *twins, const double *x, uint64_t *first);

/** The next trial was asked for at x, which counts as never tried. False when memory ran out. */
bool clt_twins_skip(clt_twins *twins, const double *x);

/** Has a trial with a lower number been at x? */
bool clt_twins_before(const clt_twins *twins, const double *x, uint64_t number);

/** A trial has ended, or is paused: then that is what its twins come to, however far it goes later,
 * since when they are asked for it may or may not have gone on. False when memory ran out. */
bool clt_twins_end(clt_twins *twins, const clt_trial_row *row);

/** The end of trial `number` by that of the first one at its point, in *row, valid until the next
 *  end: state, failure, why, values, last_step. Of one that was paused the twin is pruned: it never
 *  goes on. False where that has none yet. */
bool clt_twins_outcome(const clt_twins *twins, uint64_t number, clt_trial_row *row);

/** How many trials are twins. */
uint64_t clt_twins_count(const clt_twins *twins);

/** Is there no point left that was not tried, as far as can be told? Where the space is not to be
 *  counted fifty twins in a row say so; where it is, ten times as many as it has points (fifty to a
 *  thousand), for samplers that cling to what they know. */
bool clt_twins_exhausted(const clt_twins *twins);

#endif /* CLT_STUDY_TWINS_H */

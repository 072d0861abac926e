/**
 * @file study/attempt.h
 * @brief Runs one trial: a point of the space in, values and a learning curve out.
 */
#ifndef CLT_STUDY_ATTEMPT_H
#define CLT_STUDY_ATTEMPT_H

#include "study/plan.h"
#include "study/source.h"
#include "study/watcher.h"

/** The seed from which a trial's training derives everything random: [training] seed, or made of
 *  the study's seed and the trial's number. Below 2^53, so that it can be written in a file. */
clt_status clt_attempt_seed(const clt_plan *plan, uint64_t number, uint64_t *seed, clt_error *err);

/** Trains at x. Fills state, seconds, last_step, why, values and curve of *trial, from the arena;
 *  number and the rest are the caller's. A trial that fails is CLT_OK with its state FAILED;
 *  CLT_INTERRUPTED means that the watcher wanted to stop at once, and nothing came of it. */
clt_status clt_attempt_run(const clt_plan *plan, const clt_source *source, const double *x,
                           const clt_watcher *watcher, clt_arena *arena, clt_trial_row *trial,
                           clt_error *err);

#endif /* CLT_STUDY_ATTEMPT_H */

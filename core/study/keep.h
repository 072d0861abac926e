/**
 * @file study/keep.h
 * @brief Where the checkpoints of a study's trials lie, and when they go.
 *
 * All in one folder beside the store, two slots (train/slots.h) a trial or fold, from its first
 * epoch until its end is in the store. A checkpoint is that of one trial of one study at one point,
 * written by the same versions of the same units, on the same data: its fingerprint says so, and
 * another one is not looked at.
 */
#ifndef CLT_STUDY_KEEP_H
#define CLT_STUDY_KEEP_H

#include "study/plan.h"

#include <limits.h>

/** Size of a buffer for a path. */
enum { CLT_KEEP_PATH = PATH_MAX };

/** The checkpoints of a study. */
typedef struct clt_keep {
    const char *folder; /**< absolute; NULL: there are none */
    int64_t study;      /**< its id in the store */
    uint64_t key;       /**< clt_keep_key(), with the inputs (study/inputs.h) */
} clt_keep;

/** What all trials of a study share, as a hash: name, date, identity, seed, units with versions. */
uint64_t clt_keep_key(const clt_plan *plan, const clt_study_row *study);

/** The path of the slots (clt_slots.path) of trial `number`, or of its fold `fold` (from 1; 0: it
 * has none). "" where it is too long. */
void clt_keep_path(const clt_keep *keep, uint64_t number, uint32_t fold, char path[CLT_KEEP_PATH]);

/** The fingerprint of a trial, or its fold, at x[dim_count]; 0 for no keep. */
uint64_t clt_keep_fingerprint(const clt_keep *keep, uint32_t fold, const double *x,
                              size_t dim_count);

/** Removes the checkpoints of trial `number`, or of its fold `fold`, and what attempts up to
 *  `attempts` left. */
void clt_keep_drop(const clt_keep *keep, uint64_t number, uint32_t fold, uint32_t attempts);

/** Removes the checkpoints of all trials but those of `rows` (row i is trial i) that RUN or
 *  are PAUSED. */
void clt_keep_sweep(const clt_keep *keep, const clt_trial_row *rows, size_t count);

/** Removes the folder when it is empty. */
void clt_keep_finish(const clt_keep *keep);

#endif /* CLT_STUDY_KEEP_H */

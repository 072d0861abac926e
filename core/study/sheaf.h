/**
 * @file study/sheaf.h
 * @brief The folds of one trial: what each has come to, and the trial that they make together.
 *
 * Each fold is run by an attempt of its own, in any order and several at a time. What they come to
 * is the same as if they had run one after another, whichever ended first: means over the folds in
 * their order, their curves one behind the other; and where some fail, the first of these ends the
 * trial, so that the folds before it are waited for and those behind it do not matter.
 */
#ifndef CLT_STUDY_SHEAF_H
#define CLT_STUDY_SHEAF_H

#include "study/crew.h"
#include "study/plan.h"

#include <stdbool.h>
#include <stdint.h>

/** A trial with folds. */
typedef struct clt_sheaf {
    const clt_plan *plan;
    const clt_crew_facts *facts;
    uint64_t number;
    clt_trial_row *ends; /**< [facts->folds]; those without an end yet have fold 0 */
    uint32_t failed;     /**< the first fold that failed, from 1; 0: none did */
    uint32_t pruned;     /**< the fold with which the trial was ended, by a pruner; 0: none */
    uint32_t reported;   /**< folds that a pruner has seen: the first so many */
    clt_arena arena;

    /* The caller's: */
    size_t open;        /**< folds that wait or are under way */
    uint32_t attempt;   /**< of the trial, the last that began */
    int64_t started_ms; /**< date of the first of this run; 0: none began */
} clt_sheaf;

/** A trial of which no fold has ended; NULL: no memory. facts outlive it. */
clt_sheaf *clt_sheaf_create(const clt_plan *plan, const clt_crew_facts *facts, uint64_t number);

/** Frees it; does nothing for NULL. */
void clt_sheaf_destroy(clt_sheaf *sheaf);

/** Takes the end of a fold, for good: a copy, but for the names of metrics, which outlive the run.
 * False when memory ran out. */
bool clt_sheaf_take(clt_sheaf *sheaf, const clt_trial_row *end);

/** The same for a complete fold from the store, whose values are read off its curve. One that is no
 *  fold of this trial is passed over. False when memory ran out. */
bool clt_sheaf_recall(clt_sheaf *sheaf, const clt_trial_row *stored);

/** Has the fold no end yet, and does it matter? */
bool clt_sheaf_wants(const clt_sheaf *sheaf, uint32_t fold);

/** Are all ends there that matter? */
bool clt_sheaf_is_whole(const clt_sheaf *sheaf);

/** The trial that a whole sheaf makes, in *trial: state, failure, values, curve, seconds (the sum
 * of those of its folds), last_step; valid until the sheaf is destroyed. False when memory ran out.
 */
bool clt_sheaf_bind(clt_sheaf *sheaf, clt_trial_row *trial);

#endif /* CLT_STUDY_SHEAF_H */

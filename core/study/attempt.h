/**
 * @file study/attempt.h
 * @brief Runs one trial, or one fold of it, in this process: a point of the space in, values and a
 * learning curve out.
 */
#ifndef CLT_STUDY_ATTEMPT_H
#define CLT_STUDY_ATTEMPT_H

#include "study/plan.h"
#include "study/source.h"
#include "train/slots.h"

/** Most values that an attempt reports at a step, and at the end; longest name of a metric. */
enum { CLT_MOST_VALUES = 64, CLT_MOST_NAME = 64 };

/** Who hears how it gets on; all in the attempt's thread, but log, which may come from any. */
typedef struct clt_attempt_listener {
    void *ctx;
    void (*begun)(void *ctx, uint64_t epochs); /**< epochs: in all; 0: not known */
    /** After each epoch or report: values of the source's metrics, in their order; those whose bit
     *  is set in `present` are there. */
    void (*epoch)(void *ctx, uint64_t epoch, uint64_t epochs, const double *values, size_t count,
                  uint64_t present);
    /** At the end of a fold, counted from 1: its values of the source's metrics. */
    void (*fold)(void *ctx, uint64_t fold, const double *values, size_t count);
    /** Before each batch; whenever an objective asks whether it is cancelled. */
    void (*alive)(void *ctx);
    void (*log)(void *ctx, const char *unit, int32_t level, const char *line);
} clt_attempt_listener;

/** What came of it. */
typedef struct clt_attempt_result {
    clt_failure failure; /**< CLT_FAIL_NONE: complete, or paused */
    bool paused;         /**< it came to `until` and left a checkpoint */
    char why[1024];      /**< of a failure, one line */
    uint64_t last_step;
    double values[CLT_MOST_VALUES]; /**< [value_count of the plan]; of a fold, its own */
    size_t value_count;
} clt_attempt_result;

/** The seed from which a trial derives everything random: [training] seed (or, with an objective,
 *  [study] trial_seed), or made of the study's seed and the trial's number. Below 2^53, so that it
 * can be written in a file. */
clt_status clt_attempt_seed(const clt_plan *plan, uint64_t number, uint64_t *seed, clt_error *err);

/** The seed of fold `fold` (from 1) of a trial with that seed, so that a fold comes out the same
 *  wherever and whenever it is trained. Below 2^53. */
uint64_t clt_attempt_fold_seed(uint64_t seed, uint32_t fold);

/** What is to be run. */
typedef struct clt_attempt_task {
    const clt_plan *plan;
    clt_source *source; /**< an objective's host is set to this attempt's listener; data are left in
                             another part */
    uint64_t number;
    uint32_t fold;    /**< from 1; 0: all of the trial, which then has no folds */
    uint32_t attempt; /**< from 1 */
    uint64_t until;   /**< of a training: the epoch behind which it is paused; 0: none */
    bool sparse;      /**< a checkpoint is wanted only where it is paused */
    const double *x;  /**< [dim_count of the plan's space] */
    clt_slots *slots; /**< where a training's checkpoints are kept; NULL: nowhere */
} clt_attempt_task;

/** Runs it: trains, or evaluates the objective. Whatever goes wrong is in *result. The steps of a
 *  fold's epochs are (fold - 1) * epochs + 1, ...: the same step is the same epoch of the same fold
 *  in every trial. */
void clt_attempt_run(const clt_attempt_task *task, const clt_attempt_listener *listener,
                     clt_attempt_result *result);

#endif /* CLT_STUDY_ATTEMPT_H */

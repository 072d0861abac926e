/**
 * @file study/refit.h
 * @brief The winner, trained once more on every row that may train, and put into a file.
 *
 * A trial was judged on rows that it did not train on. With the search over, these rows are of more
 * use for training: the model of one trial is fitted to all rows that are no test rows, from the
 * trial's seed, for as many epochs as counted in the trial, along the schedule of the trial; also
 * where the trials had a sample of them only ([training] rows). The test rows, which no trial has
 * seen, then say how good it is.
 */
#ifndef CLT_STUDY_REFIT_H
#define CLT_STUDY_REFIT_H

#include "study/plan.h"
#include "study/source.h"
#include "train/stopping.h"

/** What is to be fitted. Everything outlives the call. */
typedef struct clt_refit_setup {
    const clt_plan *plan; /**< of the study's stored text */
    const clt_study_row *study;
    const clt_trial_row *trial; /**< with its curve */
    bool sample;                /**< train on the rows of [training] rows only */
    const char *inputs;         /**< of the plan, as they are now; see study/inputs.h */
    const char *path;           /**< of the file to write */
    clt_host_hooks hooks;       /**< log; cancelled: ends it with CLT_INTERRUPTED */
    /** Called with hooks.ctx after each epoch, from 1, of those that count; train_loss is NaN where
     *  it is not known. May be NULL. */
    void (*epoch)(void *ctx, uint64_t epoch, uint64_t epochs, double train_loss);
} clt_refit_setup;

/** What came of it. */
typedef struct clt_refit {
    uint64_t epochs, train_rows, test_rows;
    uint64_t sample_rows, all_rows;  /**< that the trials had; that there are, but for test rows */
    clt_metrics metrics;             /**< train_loss is not among those that count */
    double values[CLT_MOST_METRICS]; /**< on the test rows, where there are any */
} clt_refit;

/** Fits the model, scores it and writes the file. CLT_TRIALS_FAILED where the training diverges;
 *  errors of the data, a plugin, the file as they come. Nothing is written after a failure. */
clt_status clt_refit_run(const clt_refit_setup *setup, clt_refit *refit, clt_error *err);

/** How many epochs of the trial counted: all of [training] epochs; where training could stop early,
 *  those up to the best one, or as many as there were with restore_best = off; the mean over the
 *  folds, rounded. */
uint64_t clt_refit_epochs(const clt_trial_row *trial, const clt_metrics *metrics,
                          const clt_stopping *stopping, uint64_t epochs, uint32_t folds);

#endif /* CLT_STUDY_REFIT_H */

/**
 * @file study/watcher.h
 * @brief Who looks on while a study runs: the progress display, the signals.
 */
#ifndef CLT_STUDY_WATCHER_H
#define CLT_STUDY_WATCHER_H

#include "study/store.h"

/** How urgently the user wants to stop. */
typedef enum clt_stop {
    CLT_GO_ON,
    CLT_STOP_AFTER_TRIAL, /**< finish what is under way */
    CLT_STOP_NOW          /**< what is under way is given up, and run again later */
} clt_stop;

/** What a study's run begins with. */
typedef struct clt_study_view {
    const clt_study_row *study;
    uint64_t trials;              /**< wanted in all; 0: not known */
    const clt_trial_row *history; /**< [history_count], what is there already */
    size_t history_count;
    double time_limit;                    /**< seconds; 0: none */
    uint64_t train_rows, validation_rows; /**< of a part, the first one */
    uint64_t test_rows;
    size_t folds;     /**< of each trial, every repeat counted; 0: a hold-out that is run once */
    uint64_t repeats; /**< of each fold, or of the hold-out or the objective */
    uint32_t workers;
} clt_study_view;

/** Functions that the study calls as it goes, all of them. All in the study's thread. A trial with
 *  folds begins and has epochs fold by fold, several at a time: the row's fold says which. Epochs
 * are counted over all of its folds, by the number of the fold. */
typedef struct clt_watcher {
    void *ctx;
    void (*study_begun)(void *ctx, const clt_study_view *view);
    void (*trial_begun)(void *ctx, const clt_trial_row *trial, uint64_t epochs);
    void (*epoch_done)(void *ctx, const clt_trial_row *trial, uint64_t epoch, uint64_t epochs,
                       double goal_value);
    /** A fold is complete, and its trial waits for others. */
    void (*fold_done)(void *ctx, const clt_trial_row *fold);
    void (*trial_done)(void *ctx, const clt_trial_row *trial);
    /** The attempt has ended and the trial, or its fold, will run again; why is set. */
    void (*trial_again)(void *ctx, const clt_trial_row *trial);
    void (*log)(void *ctx, const char *unit, int32_t level, const char *line);
    clt_stop (*stop)(void *ctx);
    int wake; /**< becomes readable when stop() may say something new; -1: nothing does */
} clt_watcher;

#endif /* CLT_STUDY_WATCHER_H */

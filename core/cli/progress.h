/**
 * @file cli/progress.h
 * @brief What a person sees while a study runs: one line a finished trial, and on a terminal a
 * live block below them: a line for each trial under way, and one for the whole.
 */
#ifndef CLT_CLI_PROGRESS_H
#define CLT_CLI_PROGRESS_H

#include "base/vec.h"
#include "report/front.h"
#include "study/watcher.h"

#include <stdio.h>

/** A trial under way, or a fold of one, as shown. */
typedef struct clt_live {
    uint64_t number, epoch, epochs; /**< epochs of the fold alone */
    uint32_t fold;                  /**< from 1; 0: all of the trial */
    bool ended;                     /**< a fold that waits for the others; not shown */
    double value;                   /**< its last goal value; NaN before */
    double start;
} clt_live;

/** State of the display and of the signals. Zero it before clt_progress_init(). */
typedef struct clt_progress {
    FILE *lines; /**< where finished trials go */
    bool live;   /**< standard error is a terminal: show the live block there */
    bool colour;
    int signals; /**< where clt_guard_take_signals() tells of them; -1 without */
    clt_stop stop;
    bool terminated;                 /**< by SIGTERM rather than from the keyboard */
    clt_goal goal;                   /**< the first */
    uint64_t trials, finished, here; /**< wanted; finished in all; finished by this run */
    double start, time_limit, last_drawn;
    bool has_best;
    uint64_t best_number;
    double best_value;
    clt_front front;           /**< with several goals */
    size_t folds;              /**< of each trial; 0: none */
    bool repeated;             /**< they are runs, rather than folds */
    bool objective;            /**< trials evaluate one, rather than train */
    CLT_VEC(bool) paused;      /**< by number: was it paused once */
    CLT_VEC(clt_live) running; /**< by number */
    int drawn;                 /**< lines of the block on the screen */
} clt_progress;

/** Starts it: lines go to `lines`. From here on signals that are to stop the program are taken by
 *  stop(). */
void clt_progress_init(clt_progress *progress, FILE *lines);

/** Takes the live block away and gives the signals back, unless one of them ended the run. */
void clt_progress_finish(clt_progress *progress);

/** What a command that was stopped ends with: CLT_INTERRUPTED after two SIGINTs, else CLT_STOPPED.
 */
clt_status clt_progress_status(const clt_progress *progress);

/** What the study calls. */
clt_watcher clt_progress_watcher(clt_progress *progress);

#endif /* CLT_CLI_PROGRESS_H */

/**
 * @file train/stopping.h
 * @brief Early stopping: when more epochs are not worth their time, and which epoch counts.
 *
 * Prechelt: Early Stopping - But When? (1998); its criterion UP, counted in epochs.
 */
#ifndef CLT_TRAIN_STOPPING_H
#define CLT_TRAIN_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

/** When to stop. All zero: never. */
typedef struct clt_stopping {
    uint64_t patience; /**< epochs without a better value that end the training; 0: none do */
    double min_delta;  /**< a value is better only when it is so by more than this */
    uint32_t metric;   /**< index of the metric that is watched */
    bool rises;        /**< larger values are better */
    bool restore;      /**< the best epoch counts, not the last; without patience too */
} clt_stopping;

/** What is known after some epochs; zero it first. Plain data. */
typedef struct clt_waiting {
    uint64_t best_epoch; /**< from 1; 0: none yet */
    double best;
} clt_waiting;

/** Takes the value of an epoch; true where it is the best so far. NaN never is. */
bool clt_stopping_take(const clt_stopping *stopping, clt_waiting *waiting, uint64_t epoch,
                       double value);

/** Has it waited long enough for a better value after `epoch`? */
bool clt_stopping_over(const clt_stopping *stopping, const clt_waiting *waiting, uint64_t epoch);

#endif /* CLT_TRAIN_STOPPING_H */

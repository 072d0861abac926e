/**
 * @file train/trainer.h
 * @brief What the files of the training loop share; nobody else includes it.
 */
#ifndef CLT_TRAIN_TRAINER_H
#define CLT_TRAIN_TRAINER_H

#include "base/rng.h"
#include "base/vec.h"
#include "data/feed.h"
#include "train/evaluate.h"
#include "train/layout.h"
#include "train/train.h"

/** What a trial owns while it trains. */
typedef struct clt_trainer {
    const clt_train_setup *s;
    clt_error *err;
    void *model, *optimizer;
    const collet_layout *layout;
    clt_spans spans;
    float *theta, *grad; /**< [theta_count] */
    float *average;      /**< [theta_count], with weight averaging; else NULL */
    float *best;         /**< [theta_count] of the best epoch, where that counts; else NULL */
    float *out;          /**< [max_rows][outputs] of predict() */
    uint32_t *order;     /**< [train_count] */
    uint32_t outputs, max_rows;
    collet_task task;
    clt_batch batch;
    clt_feed feed;       /**< of training rows, through batch */
    clt_metrics metrics; /**< that each epoch reports */
    clt_score score;
    clt_rng shuffle, dropout;
    uint64_t step;
    double epoch_loss;               /**< sum over rows */
    double predicting;               /**< seconds of the last pass over the rows that validate */
    CLT_VEC(clt_epoch_values) curve; /**< every epoch so far */
    clt_waiting waiting;
    bool enough;             /**< early stopping */
    double saved, save_cost; /**< clock after the last checkpoint, seconds that it took */
    bool save_failed;        /**< that was said already */
    clt_train_result *result;
} clt_trainer;

/** Evaluates after an epoch, fills the result's values and tells the caller. */
clt_status clt_trainer_end_epoch(clt_trainer *trainer, uint64_t epoch);

/** Settles which epoch counts, and hands over its theta. */
void clt_trainer_conclude(clt_trainer *trainer);

/** Ends the training: a number is not finite. CLT_OK, since that is an outcome and no error. */
clt_status clt_trainer_diverged(clt_trainer *trainer, const char *what, uint64_t epoch);

/** Tells the caller of all epochs from a checkpoint. */
void clt_trainer_tell_again(const clt_trainer *trainer);

/** Has something ended the training before its last epoch? */
bool clt_trainer_is_over(const clt_trainer *trainer);

/** Writes a checkpoint, where one is wanted and due. That it cannot be written harms nothing: it is
 *  said once, and training goes on. */
void clt_checkpoint_save(clt_trainer *trainer);

/** Goes on from the newest checkpoint that can be used, if there is one: theta, the optimizer's
 *  state, the order of rows, the streams and the curve are as they were after that epoch. *broken:
 *  the optimizer began to read its state and gave up, so that it must be made anew before the next
 *  try. False: nothing was found. */
bool clt_checkpoint_load(clt_trainer *trainer, uint64_t below, bool *broken, uint64_t *epoch);

#endif /* CLT_TRAIN_TRAINER_H */

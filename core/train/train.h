/**
 * @file train/train.h
 * @brief Fits one model: the loop over epochs and batches that every model and optimizer share.
 *
 * What the host owns during a trial: theta and gradient (flat, float32, 64-byte aligned), the
 * batches, the order of rows, evaluation. One epoch: shuffle; for each batch gather, loss, step;
 * then predict the validation rows. With weight averaging what is judged
 * is the average; with early stopping what counts is the best epoch. Nothing is allocated inside
 * the loop.
 *
 * All of it, and what a saved model predicts, is computed with denormal numbers flushed to zero
 * (plugin/arithmetic.h): moments of gradients that have become zero decay into them, and there are
 * processors that train at a third of their speed then.
 */
#ifndef CLT_TRAIN_TRAIN_H
#define CLT_TRAIN_TRAIN_H

#include "base/error.h"
#include "data/feed.h"
#include "data/split.h"
#include "plugin/host.h"
#include "train/gradient.h"
#include "train/metrics.h"
#include "train/schedule.h"
#include "train/slots.h"
#include "train/stopping.h"

#include <collet/optimizer.h>

#include <stdbool.h>
#include <stdint.h>

/** The values of one finished epoch. */
typedef struct clt_epoch_values {
    double values[CLT_MOST_METRICS];
} clt_epoch_values;

/** All that a trial's training needs. Everything outlives the call. */
typedef struct clt_train_setup {
    const collet_model *model;
    const void *model_config;
    const char *model_id;
    clt_host *model_host;
    const collet_optimizer *optimizer;
    const void *optimizer_config;
    const char *optimizer_id;
    uint32_t optimizer_state_version; /**< collet_unit.state_version */
    clt_host *optimizer_host;
    double lr;             /**< base learning rate */
    clt_schedule schedule; /**< what becomes of it; zero: nothing */
    clt_shaping shaping;   /**< of the gradient before the optimizer's step; zero: none */
    const collet_data *data;
    const clt_split *split;
    const clt_metrics *metrics; /**< that are reported; NULL: clt_metrics_of(data) */
    uint32_t epochs, batch;
    uint64_t until;        /**< the epoch behind which it pauses, with a checkpoint; 0: none */
    bool sparse;           /**< no checkpoints but that one */
    uint64_t seed;         /**< of this trial: init, order of rows, dropout derive from it */
    clt_feeding feeding;   /**< augmentation and softened labels; zero: none */
    clt_stopping stopping; /**< zero: all epochs, and the last counts */
    double ema;            /**< decay of weight averaging; 0: none */

    /** Where checkpoints are kept between epochs, and looked for; NULL: none. Epochs from before a
     *  checkpoint are told again. */
    clt_slots *slots;

    /** Called after each epoch, counted from 1, with the values of the metrics. False ends
     *  the training there. NULL: no calls. */
    bool (*on_epoch)(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values);
    /** Asked before each batch; true ends the training at once. NULL: never. */
    bool (*cancelled)(void *ctx);
    /** Given the theta that counts (the best epoch's, the averaged), at the end. NULL: no call. */
    void (*fitted)(void *ctx, const collet_layout *layout, const float *theta);
    void *ctx;
} clt_train_setup;

/** How a training ended. */
typedef enum clt_train_outcome {
    CLT_TRAIN_COMPLETE,  /**< all epochs, or as many as early stopping wanted */
    CLT_TRAIN_PAUSED,    /**< at `until`; the values are those of that epoch */
    CLT_TRAIN_STOPPED,   /**< on_epoch() said so */
    CLT_TRAIN_CANCELLED, /**< cancelled() said so */
    CLT_TRAIN_DIVERGED   /**< a loss was not finite; the error text says where */
} clt_train_outcome;

/** What came of it. */
typedef struct clt_train_result {
    clt_train_outcome outcome;
    uint64_t epochs;                 /**< finished ones */
    uint64_t counts;                 /**< the epoch whose values and theta count; 0: none */
    double values[CLT_MOST_METRICS]; /**< of that epoch */
    uint64_t samples;                /**< trained on */
    double seconds;                  /**< spent training, without evaluation */
} clt_train_result;

/** Trains. CLT_OK with any outcome; a plugin that fails or breaks its contract is
 *  CLT_PLUGIN_FAILED with its unit, the call and its own words. */
clt_status clt_train(const clt_train_setup *setup, clt_train_result *result, clt_error *err);

#endif /* CLT_TRAIN_TRAIN_H */

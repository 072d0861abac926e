/**
 * @file train/train.h
 * @brief Fits one model: the loop over epochs and batches that every model and optimizer share.
 *
 * What the host owns during a trial: theta and gradient (flat, float32, 64-byte aligned), the
 * batches, the order of rows, evaluation. One epoch: shuffle; for each batch gather, loss, step;
 * then predict the validation rows. Nothing is allocated inside the loop.
 */
#ifndef CLT_TRAIN_TRAIN_H
#define CLT_TRAIN_TRAIN_H

#include "base/error.h"
#include "data/split.h"
#include "plugin/host.h"
#include "train/metrics.h"
#include "train/slots.h"

#include <collet/optimizer.h>

#include <stdbool.h>
#include <stdint.h>

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
    double lr; /**< base learning rate */
    const collet_data *data;
    const clt_split *split;
    const clt_metrics *metrics; /**< that are reported; NULL: clt_metrics_of(data) */
    uint32_t epochs, batch;
    uint64_t seed; /**< of this trial: init, order of rows, dropout derive from it */

    /** Where checkpoints are kept between epochs, and looked for; NULL: none. Epochs from before a
     *  checkpoint are told again. */
    clt_slots *slots;

    /** Called after each epoch, counted from 1, with the values of the metrics. False ends
     *  the training there. NULL: no calls. */
    bool (*on_epoch)(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values);
    /** Asked before each batch; true ends the training at once. NULL: never. */
    bool (*cancelled)(void *ctx);
    void *ctx;
} clt_train_setup;

/** How a training ended. */
typedef enum clt_train_outcome {
    CLT_TRAIN_COMPLETE,  /**< all epochs */
    CLT_TRAIN_STOPPED,   /**< on_epoch() said so */
    CLT_TRAIN_CANCELLED, /**< cancelled() said so */
    CLT_TRAIN_DIVERGED   /**< a loss was not finite; the error text says where */
} clt_train_outcome;

/** What came of it. */
typedef struct clt_train_result {
    clt_train_outcome outcome;
    uint64_t epochs;                 /**< finished ones */
    double values[CLT_MOST_METRICS]; /**< after the last finished epoch */
    uint64_t samples;                /**< trained on */
    double seconds;                  /**< spent training, without evaluation */
} clt_train_result;

/** Trains. CLT_OK with any outcome; a plugin that fails or breaks its contract is
 *  CLT_PLUGIN_FAILED with its unit, the call and its own words. */
clt_status clt_train(const clt_train_setup *setup, clt_train_result *result, clt_error *err);

#endif /* CLT_TRAIN_TRAIN_H */

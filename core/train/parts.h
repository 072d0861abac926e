/**
 * @file train/parts.h
 * @brief Trains and judges a fresh model on each of several parts: the folds of cross-validation.
 *
 * Part p has a seed of its own, made of the trial's and p, so that a part comes out the same
 * wherever and whenever it is trained. The steps of its epochs are p * epochs + 1, ...: the same
 * step is the same epoch of the same fold in every trial. With a single part nothing of this is to
 * be seen: it is trained with the trial's own seed.
 */
#ifndef CLT_TRAIN_PARTS_H
#define CLT_TRAIN_PARTS_H

#include "train/train.h"

/** What it needs beside the training's own setup. Everything outlives the call. */
typedef struct clt_parts_setup {
    /** Of every part, but data, split, seed of the part and log. on_epoch() and cancelled() get the
     *  training's ctx; epochs are steps over all parts. */
    clt_train_setup train;
    uint32_t count; /**< parts, at least 1 */
    /** Sets data and split of a part, valid until the next call. Rising, but with gaps. */
    clt_status (*enter)(void *ctx, uint32_t part, clt_train_setup *train, clt_error *err);
    /** A part is finished; after its last epoch. NULL: no calls. */
    void (*on_part)(void *ctx, uint32_t part, const clt_part_end *end);
} clt_parts_setup;

/** The seed of a part of several. Below 2^53. */
uint64_t clt_part_seed(uint64_t seed, uint32_t part);

/** Trains part after part. The result's values are means over the parts, its epochs the last step.
 *  The first part that does not complete ends it. As clt_train() else. */
clt_status clt_train_parts(const clt_parts_setup *setup, clt_train_result *result, clt_error *err);

#endif /* CLT_TRAIN_PARTS_H */

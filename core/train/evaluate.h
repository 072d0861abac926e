/**
 * @file train/evaluate.h
 * @brief How good is theta on rows that it was not trained on.
 */
#ifndef CLT_TRAIN_EVALUATE_H
#define CLT_TRAIN_EVALUATE_H

#include "data/batch.h"

#include <collet/model.h>

/** Sums over the rows seen so far; zero it first. Kept in double, in the order of rows. */
typedef struct clt_score {
    double correct;  /**< rows whose largest score is their class */
    double loss;     /**< cross-entropy, or half the squared error */
    double absolute; /**< absolute error, over all outputs */
    uint64_t rows;
} clt_score;

/** Adds the outputs out[rows][outputs] of a batch. */
void clt_score_add(clt_score *score, const collet_batch *batch, uint32_t outputs, const float *out);

#endif /* CLT_TRAIN_EVALUATE_H */

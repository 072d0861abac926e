/**
 * @file data/feed.h
 * @brief What a training step is fed: rows gathered, augmented, mixed; labels softened.
 *
 * Order: each row is augmented (data/augment.h), a sequence of tokens by leaving some out; then
 * mixup puts lambda of the row and 1 - lambda of a partner together, numbers as well as classes.
 * The partner is a training row drawn from the row's stream, and looks as it does in its own right
 * in that epoch. Softened labels are (1 - s) onehot(y) + s / classes                     s =
 * label_smoothing (Szegedy et al.: Rethinking the Inception Architecture, 2016), and stand in the
 * batch's targets, which the model contract lets take the place of labels: so every model knows all
 * of this.
 */
#ifndef CLT_DATA_FEED_H
#define CLT_DATA_FEED_H

#include "data/augment.h"
#include "data/batch.h"
#include "data/split.h"

/** A source of training batches. Zero it before clt_feed_init(). */
typedef struct clt_feed {
    clt_batch *batch; /**< gathers the rows */
    clt_augment how;
    double smoothing;
    uint64_t seed;
    const collet_data *data;
    const clt_split *split;
    clt_batch partners; /**< with mixup */
    uint32_t *partner_rows;
    float *x;        /**< [max_rows][features]; NULL: rows are fed as they are */
    float *mixed;    /**< [max_rows][features], the partners augmented */
    float *targets;  /**< [max_rows][outputs]; NULL: the batch's own */
    int32_t *places; /**< [width], scratch */
    collet_batch view;
} clt_feed;

/** How a feed differs from the rows as they are; all zero: not at all. */
typedef struct clt_feeding {
    clt_augment augment;
    double smoothing; /**< of labels; classes only */
} clt_feeding;

/** Allocates a feed of the split's training rows through batch; data, split and batch outlive it.
 *  What is random derives from seed. */
clt_status clt_feed_init(clt_feed *feed, clt_batch *batch, const clt_split *split,
                         const clt_feeding *feeding, uint64_t seed, clt_error *err);

/** Frees it. */
void clt_feed_finish(clt_feed *feed);

/** The batch of rows[count] in an epoch, valid until the next. Of a feed that changes nothing it is
 *  clt_batch_gather()'s. */
const collet_batch *clt_feed_gather(clt_feed *feed, const uint32_t *rows, uint32_t count,
                                    uint64_t epoch);

#endif /* CLT_DATA_FEED_H */

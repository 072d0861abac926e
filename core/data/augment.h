/**
 * @file data/augment.h
 * @brief Augmentation: a training row is shown a little differently in each epoch.
 *
 * What happens to a row is drawn from its own stream, named by (trial, epoch, row): it depends
 * neither on the order of rows nor on the batch that it is in. Rows that validate are never
 * augmented.
 *
 *     crop                        Szegedy et al.: Going Deeper with Convolutions (2015): a part of
 *                                 the picture, whose area is 1 - crop to 1 of it and whose sides
 *                                 are to each other 3/4 to 4/3 of what they were, anywhere
 *     flip, shift, rotate, zoom   of what the crop has left; with it one map of the plane
 *     cutout                      DeVries, Taylor: Improved Regularization ... with Cutout (2017)
 *     noise                       nearly normal: the sum of eight random bytes, within 4.9 sd
 *     mixup                       Zhang, Cisse, Dauphin, Lopez-Paz: mixup (2018); see data/feed.h
 *     word_dropout                Iyyer, Manjunatha, Boyd-Graber, Daume: Deep Unordered Composition
 *                                 Rivals Syntactic Methods for Text Classification (2015)
 */
#ifndef CLT_DATA_AUGMENT_H
#define CLT_DATA_AUGMENT_H

#include "base/rng.h"
#include "data/warp.h"

#include <collet/dataset.h>

/** [augment]: what is done to training rows. All zero: nothing. */
typedef struct clt_augment {
    int64_t shift;       /**< pixels each way */
    double flip;         /**< share that is mirrored left to right */
    double rotate;       /**< degrees each way */
    double zoom;         /**< scaled by 1 - zoom to 1 + zoom */
    double crop;         /**< most of the area that is cut off */
    int64_t cutout;      /**< side of the square, in pixels */
    double noise;        /**< standard deviation */
    double mixup;        /**< alpha of Beta(alpha, alpha) */
    int32_t fill;        /**< clt_fill */
    double word_dropout; /**< probability that a token is left out */
} clt_augment;

/** Does it change the numbers of a row by itself, without regard to another (mixup)? */
bool clt_augment_changes(const clt_augment *how);

/** The stream of a row in an epoch, from the trial's seed. */
clt_rng clt_augment_stream(uint64_t seed, uint64_t epoch, uint32_t row);

/** Augments a row in[features] of data to out[features], another memory. places[width] is scratch
 *  memory (images). */
void clt_augment_row(const clt_augment *how, const collet_data *data, clt_rng *rng, const float *in,
                     float *out, int32_t *places);

/** Leaves each of n tokens out with probability p, below 1, in place; of at least one that there
 * was one stays. Returns how many are left, in their order. */
uint64_t clt_augment_drop(double p, clt_rng *rng, uint32_t *tokens, uint64_t n);

/** The share that a row keeps when it is mixed with another: Beta(alpha, alpha), alpha > 0. */
double clt_augment_share(double alpha, clt_rng *rng);

#endif /* CLT_DATA_AUGMENT_H */

/**
 * @file data/augment.h
 * @brief Augmentation: a training row is shown a little differently in each epoch.
 *
 * What happens to a row is drawn from its own stream, named by (trial, epoch, row): it depends
 * neither on the order of rows nor on the batch that it is in. Rows that validate are never
 * augmented.
 *
 *     flip, shift, rotate, zoom   one map of the plane, applied once
 *     cutout                      DeVries, Taylor: Improved Regularization ... with Cutout (2017)
 *     noise                       nearly normal: the sum of eight random bytes, within 4.9 sd
 *     mixup                       Zhang, Cisse, Dauphin, Lopez-Paz: mixup (2018); see data/feed.h
 */
#ifndef CLT_DATA_AUGMENT_H
#define CLT_DATA_AUGMENT_H

#include "base/rng.h"
#include "data/warp.h"

#include <collet/dataset.h>

/** [augment]: what is done to training rows. All zero: nothing. */
typedef struct clt_augment {
    int64_t shift;  /**< pixels each way */
    double flip;    /**< share that is mirrored left to right */
    double rotate;  /**< degrees each way */
    double zoom;    /**< scaled by 1 - zoom to 1 + zoom */
    int64_t cutout; /**< side of the square, in pixels */
    double noise;   /**< standard deviation */
    double mixup;   /**< alpha of Beta(alpha, alpha) */
    int32_t fill;   /**< clt_fill */
} clt_augment;

/** Does it change a row by itself, without regard to another (mixup)? */
bool clt_augment_changes(const clt_augment *how);

/** The stream of a row in an epoch, from the trial's seed. */
clt_rng clt_augment_stream(uint64_t seed, uint64_t epoch, uint32_t row);

/** Augments a row in[features] of data to out[features], another memory. places[width] is scratch
 *  memory (images). */
void clt_augment_row(const clt_augment *how, const collet_data *data, clt_rng *rng, const float *in,
                     float *out, int32_t *places);

/** The share that a row keeps when it is mixed with another: Beta(alpha, alpha), alpha > 0. */
double clt_augment_share(double alpha, clt_rng *rng);

#endif /* CLT_DATA_AUGMENT_H */

/**
 * @file train/gradient.h
 * @brief What the host does to a gradient before the optimizer gets it: penalties and clipping, for
 * every optimizer alike.
 *
 * All of it concerns the spans of the step: dense segments and the touched rows of sparse ones;
 * never buffers.
 */
#ifndef CLT_TRAIN_GRADIENT_H
#define CLT_TRAIN_GRADIENT_H

#include <collet/optimizer.h>

#include <stdbool.h>

/** What to do, in this order. All zero does nothing. */
typedef struct clt_shaping {
    double l1, l2;     /**< adds the gradient of l1 |w| + l2/2 w^2, where weights decay */
    double clip_value; /**< each number is cut to -clip_value .. clip_value; 0: not */
    double clip_norm;  /**< scales all down to this Euclidean norm if theirs is larger; 0: not */
} clt_shaping;

/** Changes grad[theta_count] within the spans. False where the norm was asked for and is not
 *  finite: then there is nothing to scale, and the training has diverged. */
bool clt_gradient_shape(const clt_shaping *shaping, const collet_span *spans, uint32_t count,
                        const float *theta, float *grad);

/** Euclidean norm of the spans' numbers, summed in double in an order that no processor changes. */
double clt_gradient_norm(const collet_span *spans, uint32_t count, const float *grad);

#endif /* CLT_TRAIN_GRADIENT_H */

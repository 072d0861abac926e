/**
 * @file gp/front.h
 * @brief Several goals: the logarithm of the expected hypervolume improvement.
 *
 * What no point of a front dominates, up to a reference, is cut into boxes, each of which ends at
 * levels: values of the front's points, the reference, or -INFINITY. Goals are independent normal
 * variables, so what a box is expected to gain is a product over the goals of
 * E(upper - Y)+ - E(lower - Y)+, and the improvement is the sum of all boxes: exact, with
 * gradients, for any number of goals.
 *
 * Yang, Emmerich, Deutz, Back: Efficient Computation of Expected Hypervolume Improvement Using Box
 * Decomposition Algorithms. Journal of Global Optimization 75 (2019). Ament et al.: Unexpected
 * Improvements to Expected Improvement for Bayesian Optimization (2023), for the logarithm.
 */
#ifndef GP_FRONT_H
#define GP_FRONT_H

#include <collet/plugin.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The most boxes; a front that makes more is thinned. */
enum { GP_MOST_BOXES = 2000 };

/** What a box gains in one goal, and how that changes with the goal's mean and variance. */
typedef struct gp_side {
    double gain, by_mean, by_variance;
} gp_side;

/** What a front leaves to be won. */
typedef struct gp_front {
    uint32_t goals;
    size_t points;         /**< of the front that the boxes are made of */
    size_t boxes;          /**< how many */
    size_t room;           /**< for points */
    double *reference;     /**< [goals] */
    double *levels;        /**< [goals][room + 2] rising: -INFINITY, points, reference */
    uint32_t *low, *high;  /**< [GP_MOST_BOXES + goals][goals] levels at which boxes end */
    uint32_t *place;       /**< [room][goals] the points' levels */
    double *extent;        /**< [goals] of the whole front */
    double *gain, *inside; /**< [goals][room + 2] of one call: E(level - Y)+, P(Y < level) */
    double *density;       /**< [goals][room + 2] the density of Y there, times its deviation */
    double *share;         /**< [GP_MOST_BOXES + goals] logarithms of the boxes' gains */
    gp_side *sides;        /**< [goals] of one box */
} gp_front;

/** No points yet. COLLET_E_NOMEM; nothing is left behind then. */
collet_status gp_front_init(gp_front *front, uint32_t goals);
void gp_front_finish(gp_front *front);

/** Makes the boxes from values[n][goals], which are put into another order: the front, of which no
 *  other value covers any, comes first. Returns how many it has. Where they are too many those
 *  that lie closest together make no boxes. The reference lies three tenths of the front's
 *  extent, or a unit where that is more, behind its worst values. work[n] is scratch. */
size_t gp_front_make(gp_front *front, double *values, size_t n, double *work);

/** The logarithm of the improvement by a draw of goals with these means and variances, finite
 *  however unlikely that is; and its derivatives by both, or NULL both. */
double gp_front_improvement(gp_front *front, const double *mean, const double *variance,
                            double *by_mean, double *by_variance);

#endif /* GP_FRONT_H */

/**
 * @file train/schedule.h
 * @brief The learning rate of each step, for all optimizers.
 *
 * A schedule is a function of the step alone: nothing is kept, so a training that goes on from a
 * checkpoint has the same rates. Its value is a factor of the base rate lr, its floor too, so a
 * search over lr moves the whole curve.
 *
 * First comes the warm-up, if any: over its n steps the factor rises as 1/n, 2/n ... 1. What
 * follows is written in t, the epochs since the warm-up (with fractions, or with per_epoch whole
 * ones), and T, the epochs from the warm-up to the end:
 *
 *     constant      1
 *     exponential   exp(-decay t), not below floor
 *     step          step_factor ^ floor(t / step_every), not below floor
 *     linear        1 + (floor - 1) t / T
 *     polynomial    floor + (1 - floor) (1 - t / T)^power
 *     cosine        floor + (1 - floor) (1 + cos(pi s)) / 2, s the share of the cycle that is over.
 *                   T has restarts + 1 cycles, each restart_growth times as long as the one before
 *     one_cycle     rises from cycle_start to 1 until cycle_peak T, then falls to floor, both as
 *                   half a wave of the cosine
 *
 * Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts. ICLR 2017. (cosine)
 * Smith, Topin: Super-Convergence. arXiv 1708.07120 (2017). (one_cycle)
 * Goyal et al.: Accurate, Large Minibatch SGD. arXiv 1706.02677 (2017). (warm-up)
 */
#ifndef CLT_TRAIN_SCHEDULE_H
#define CLT_TRAIN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/** Which curve; in the order of the option's choices. */
typedef enum clt_curve {
    CLT_CONSTANT,
    CLT_EXPONENTIAL,
    CLT_STEP,
    CLT_COSINE,
    CLT_LINEAR,
    CLT_POLYNOMIAL,
    CLT_ONE_CYCLE
} clt_curve;

/** A schedule. All zero is the constant rate. */
typedef struct clt_schedule {
    clt_curve curve;
    bool per_epoch;        /**< after the warm-up, the rate changes between epochs only */
    double warmup;         /**< epochs */
    double warmup_share;   /**< of all epochs; the longer of both counts */
    double floor;          /**< share of lr where curves end */
    double decay;          /**< per epoch */
    double step_every;     /**< epochs, above 0 */
    double step_factor;    /**< 0 to 1 */
    double power;          /**< above 0 */
    uint64_t restarts;     /**< of the cosine; 0: one cycle */
    double restart_growth; /**< at least 1 */
    double cycle_start;    /**< share of lr */
    double cycle_peak;     /**< share of T, between 0 and 1 */
} clt_schedule;

/** The factor of step 0, 1 ... in a training of that many epochs, each of steps_per_epoch steps.
 *  Between 0 and 1. */
double clt_schedule_factor(const clt_schedule *schedule, uint64_t epochs, uint64_t steps_per_epoch,
                           uint64_t step);

#endif /* CLT_TRAIN_SCHEDULE_H */

/**
 * @file space/steps.h
 * @brief The values of a range with a step: what the text low + k step means in decimal numbers,
 * each rounded once (collet/steps.h reckons). All that reads, draws or moves a value of such a
 * range goes through here, so that 0.9 is one number wherever it comes from.
 */
#ifndef CLT_SPACE_STEPS_H
#define CLT_SPACE_STEPS_H

#include <collet/sampler.h>

#include <stdbool.h>

/** More values than that are not told apart, nor counted. */
#define CLT_STEPS_MOST 0x1p62

/** Has the dimension real numbers with a step? Whole numbers are exact as they are. */
bool clt_step_is_real(const collet_dim *dim);

/** The last value, counted from low, that is not above high; at least low. Of more than
 *  CLT_STEPS_MOST it is high. */
double clt_step_last(double low, double high, double step);

/** *on = the value that `value` is but for rounding; false, and *on as it was, where it lies
 *  between two of them, or before low or behind high. */
bool clt_step_near(double low, double high, double step, double value, double *on);

/** The value nearest to `value`, within the bounds. */
double clt_step_nearest(const collet_dim *dim, double value);

#endif /* CLT_SPACE_STEPS_H */

#include "train/average.h"

#include <collet/helpers.h>

#include <math.h>

/* average[n] += share * (theta[n] - average[n]) */
COLLET_SIMD static void move(float *restrict average, const float *restrict theta, size_t n,
                             float share)
{
    for (size_t i = 0; i < n; i++) {
        average[i] += share * (theta[i] - average[i]);
    }
}

void clt_average_take(float *average, const float *theta, size_t n, double decay, uint64_t t)
{
    /* (1 - d) / (1 - d^t), where 1 - d^t loses no digits for d near 1 */
    double share = (decay - 1) / expm1((double)t * log(decay));
    move(average, theta, n, (float)share);
}

#include "nn/norm.h"

#include <collet/helpers.h>

/* Rows whose sums are taken in float, and channels that are worked on at once. */
enum { PART = 64, CHANNELS = 64 };

static const float EPSILON = 1e-5f;

/* sum[n] of part[rows][step] - from[n], and of its squares */
COLLET_SIMD static void moments(size_t rows, size_t step, uint32_t n, const float *restrict x,
                                const float *restrict from, float *restrict sum,
                                float *restrict squares)
{
    for (size_t r = 0; r < rows; r++, x += step) {
        for (uint32_t i = 0; i < n; i++) {
            float d = x[i] - from[i];
            sum[i] += d;
            squares[i] += d * d;
        }
    }
}

/* The first row stands in for the mean while summing: what is squared is then of the size of the
 * deviations, and nothing cancels. */
static void some_statistics(size_t rows, size_t step, uint32_t n, const float *x, float *mean,
                            float *variance)
{
    double sum[CHANNELS] = {0}, squares[CHANNELS] = {0};
    for (size_t r = 0; r < rows; r += PART) {
        float part_sum[CHANNELS] = {0}, part_squares[CHANNELS] = {0};
        moments(rows - r < PART ? rows - r : PART, step, n, x + r * step, x, part_sum,
                part_squares);
        for (uint32_t i = 0; i < n; i++) {
            sum[i] += (double)part_sum[i];
            squares[i] += (double)part_squares[i];
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        double shift = sum[i] / (double)rows, v = squares[i] / (double)rows - shift * shift;
        mean[i] = (float)((double)x[i] + shift);
        variance[i] = v > 0 ? (float)v : 0.0f;
    }
}

void nn_norm_statistics(size_t rows, uint32_t n, const float *x, float *mean, float *variance)
{
    for (uint32_t i = 0; i < n; i += CHANNELS) {
        some_statistics(rows, n, n - i < CHANNELS ? n - i : CHANNELS, x + i, mean + i,
                        variance + i);
    }
}

/* y = (x - mean) by */
COLLET_SIMD static void apply(size_t rows, size_t step, uint32_t n, const float *restrict x,
                              const float *restrict mean, const float *restrict by,
                              float *restrict y)
{
    for (size_t r = 0; r < rows; r++, x += step, y += step) {
        for (uint32_t i = 0; i < n; i++) {
            y[i] = (x[i] - mean[i]) * by[i];
        }
    }
}

void nn_norm_forward(size_t rows, uint32_t n, const float *x, const float *mean,
                     const float *variance, const float *scale, float *y)
{
    for (uint32_t i = 0; i < n; i += CHANNELS) {
        uint32_t some = n - i < CHANNELS ? n - i : CHANNELS;
        float by[CHANNELS];
        for (uint32_t k = 0; k < some; k++) {
            by[k] = scale[i + k] / sqrtf(variance[i + k] + EPSILON);
        }
        apply(rows, n, some, x + i, mean + i, by, y + i);
    }
}

/* sum[n] += d, product[n] += d (x - mean) */
COLLET_SIMD static void sums(size_t rows, size_t step, uint32_t n, const float *restrict x,
                             const float *restrict mean, const float *restrict d,
                             float *restrict sum, float *restrict product)
{
    for (size_t r = 0; r < rows; r++, x += step, d += step) {
        for (uint32_t i = 0; i < n; i++) {
            sum[i] += d[i];
            product[i] += d[i] * (x[i] - mean[i]);
        }
    }
}

/* d = by (d - average - (x - mean) slope) */
COLLET_SIMD static void turn(size_t rows, size_t step, uint32_t n, const float *restrict x,
                             const float *restrict mean, const float *restrict by,
                             const float *restrict average, const float *restrict slope,
                             float *restrict d)
{
    for (size_t r = 0; r < rows; r++, x += step, d += step) {
        for (uint32_t i = 0; i < n; i++) {
            d[i] = by[i] * (d[i] - average[i] - (x[i] - mean[i]) * slope[i]);
        }
    }
}

/* The paper's gradient, with xhat = (x - mean) / deviation:
 *     dx = scale / deviation (dy - mean of dy - xhat mean of (dy xhat)) */
static void some_backward(size_t rows, size_t step, uint32_t n, const float *x, const float *mean,
                          const float *variance, const float *scale, float *d, float *dscale)
{
    double sum[CHANNELS] = {0}, product[CHANNELS] = {0};
    float by[CHANNELS], average[CHANNELS], slope[CHANNELS];
    for (size_t r = 0; r < rows; r += PART) {
        float part_sum[CHANNELS] = {0}, part_product[CHANNELS] = {0};
        sums(rows - r < PART ? rows - r : PART, step, n, x + r * step, mean, d + r * step, part_sum,
             part_product);
        for (uint32_t i = 0; i < n; i++) {
            sum[i] += (double)part_sum[i];
            product[i] += (double)part_product[i];
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        double inverse = 1 / sqrt((double)variance[i] + (double)EPSILON);
        by[i] = (float)((double)scale[i] * inverse);
        average[i] = (float)(sum[i] / (double)rows);
        slope[i] = (float)(product[i] * inverse * inverse / (double)rows);
        dscale[i] = (float)(product[i] * inverse);
    }
    turn(rows, step, n, x, mean, by, average, slope, d);
}

void nn_norm_backward(size_t rows, uint32_t n, const float *x, const float *mean,
                      const float *variance, const float *scale, float *d, float *dscale)
{
    for (uint32_t i = 0; i < n; i += CHANNELS) {
        some_backward(rows, n, n - i < CHANNELS ? n - i : CHANNELS, x + i, mean + i, variance + i,
                      scale + i, d + i, dscale + i);
    }
}

void nn_norm_follow(size_t rows, uint32_t n, const float *mean, const float *variance,
                    const float *from_mean, const float *from_variance, float *to_mean,
                    float *to_variance)
{
    float unbiased = rows > 1 ? (float)((double)rows / ((double)rows - 1)) : 1.0f;
    for (uint32_t i = 0; i < n; i++) {
        to_mean[i] = 0.9f * from_mean[i] + 0.1f * mean[i];
        to_variance[i] = 0.9f * from_variance[i] + 0.1f * unbiased * variance[i];
    }
}

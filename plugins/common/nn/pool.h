/**
 * @file nn/pool.h
 * @brief Pooling of images with the channels last: squares of size x size pixels become one, by
 * their largest number or their mean, channel by channel. Squares do not overlap; lines and
 * columns that are left over at the end are not seen.
 */
#ifndef NN_POOL_H
#define NN_POOL_H

#include <stddef.h>
#include <stdint.h>

/** Shape: x[height][width][channels]; size at most 15. */
typedef struct nn_pool {
    uint32_t height, width, channels, size;
} nn_pool;

/** Floats of x and of y, [height / size][width / size][channels]; of one image. */
size_t nn_pool_in(const nn_pool *p);
size_t nn_pool_out(const nn_pool *p);

/** y[rows] = the largest of each square, and which it was (the first of equals) in which[rows],
 *  like y. */
void nn_pool_max_forward(const nn_pool *p, uint32_t rows, const float *x, float *y, uint8_t *which);

/** dx[rows] from dy[rows]: the gradient goes to the largest, all others get 0. */
void nn_pool_max_backward(const nn_pool *p, uint32_t rows, const float *dy, const uint8_t *which,
                          float *dx);

/** y[rows] = the mean of each square. */
void nn_pool_average_forward(const nn_pool *p, uint32_t rows, const float *x, float *y);

/** dx[rows] from dy[rows]: each of a square gets its share. */
void nn_pool_average_backward(const nn_pool *p, uint32_t rows, const float *dy, float *dx);

#endif /* NN_POOL_H */

/**
 * @file nn/activation.h
 * @brief Activations, elementwise, fused with the bias that comes before them.
 *
 * Backward needs what forward kept: the output for relu, tanh and sigmoid, the input with bias
 * for gelu.
 */
#ifndef NN_ACTIVATION_H
#define NN_ACTIVATION_H

#include <stdint.h>

/** Which function. */
typedef enum nn_activation {
    NN_RELU,    /**< max(0, x) */
    NN_TANH,    /**< tanh x */
    NN_GELU,    /**< x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), Hendrycks, Gimpel 2016 */
    NN_SIGMOID, /**< 1 / (1 + exp -x) */
    NN_IDENTITY /**< x */
} nn_activation;

/** y[rows][n] = f(y + b[n]) in place; kept[rows][n] gets y + b for gelu, else it may be NULL. */
void nn_bias_activation(nn_activation f, uint32_t rows, uint32_t n, const float *b, float *y,
                        float *kept);

/** d[rows][n] *= f'(x), from y = f(x) (kept for gelu: x itself); and db[n] = sums of d over rows.
 */
void nn_activation_backward(nn_activation f, uint32_t rows, uint32_t n, const float *y,
                            const float *kept, float *d, float *db);

#endif /* NN_ACTIVATION_H */

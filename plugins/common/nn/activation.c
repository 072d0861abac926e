#include "nn/activation.h"

#include <collet/helpers.h>

/* exp(x) for x in [-87, 88]: 2^k e^r with |r| <= ln 2 / 2 and a polynomial of degree 6 for e^r;
 * relative error below 2e-7. No calls and no branches, so that loops of it become vector code. */
static inline float exponential(float x)
{
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    float t = x * 1.44269504f + magic;
    float k = t - magic;
    float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    float p = 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    int32_t bits;
    memcpy(&bits, &t, sizeof bits);
    bits = (int32_t)((uint32_t)bits << 23) + 0x3f800000; /* 2^k, as k sits in t's lowest bits */
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

static inline float sigmoid(float x)
{
    return 1.0f / (1.0f + exponential(-x));
}

/* tanh x = 1 - 2 / (exp 2x + 1); near 0 that cancels, so there a short series stands in. */
static inline float hyperbolic(float x)
{
    float far = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
    float s = x * x;
    float near = x * (1.0f + s * (-1.0f / 3.0f + s * (2.0f / 15.0f + s * (-17.0f / 315.0f))));
    return s < 0.01f ? near : far;
}

static const float GELU_A = 0.7978845608f, GELU_B = 0.044715f;

COLLET_SIMD static void forward_relu(size_t rows, uint32_t n, const float *restrict b,
                                     float *restrict y)
{
    for (size_t r = 0; r < rows; r++, y += n) {
        for (uint32_t i = 0; i < n; i++) {
            float x = y[i] + b[i];
            y[i] = x > 0 ? x : 0;
        }
    }
}

COLLET_SIMD static void forward_tanh(size_t rows, uint32_t n, const float *restrict b,
                                     float *restrict y)
{
    for (size_t r = 0; r < rows; r++, y += n) {
        for (uint32_t i = 0; i < n; i++) {
            y[i] = hyperbolic(y[i] + b[i]);
        }
    }
}

COLLET_SIMD static void forward_sigmoid(size_t rows, uint32_t n, const float *restrict b,
                                        float *restrict y)
{
    for (size_t r = 0; r < rows; r++, y += n) {
        for (uint32_t i = 0; i < n; i++) {
            y[i] = sigmoid(y[i] + b[i]);
        }
    }
}

COLLET_SIMD static void forward_identity(size_t rows, uint32_t n, const float *restrict b,
                                         float *restrict y)
{
    for (size_t r = 0; r < rows; r++, y += n) {
        for (uint32_t i = 0; i < n; i++) {
            y[i] += b[i];
        }
    }
}

COLLET_SIMD static void forward_gelu(size_t rows, uint32_t n, const float *restrict b,
                                     float *restrict y, float *restrict kept)
{
    for (size_t r = 0; r < rows; r++, y += n, kept += n) {
        for (uint32_t i = 0; i < n; i++) {
            float x = y[i] + b[i];
            kept[i] = x;
            y[i] = 0.5f * x * (1.0f + hyperbolic(GELU_A * (x + GELU_B * x * x * x)));
        }
    }
}

void nn_bias_activation(nn_activation f, uint32_t rows, uint32_t n, const float *b, float *y,
                        float *kept)
{
    switch (f) {
    case NN_RELU:
        forward_relu(rows, n, b, y);
        break;
    case NN_TANH:
        forward_tanh(rows, n, b, y);
        break;
    case NN_SIGMOID:
        forward_sigmoid(rows, n, b, y);
        break;
    case NN_GELU:
        forward_gelu(rows, n, b, y, kept);
        break;
    case NN_IDENTITY:
        forward_identity(rows, n, b, y);
        break;
    }
}

COLLET_SIMD static void backward_relu(size_t rows, uint32_t n, const float *restrict y,
                                      float *restrict d, float *restrict db)
{
    for (size_t r = 0; r < rows; r++, y += n, d += n) {
        for (uint32_t i = 0; i < n; i++) {
            float g = y[i] > 0 ? d[i] : 0;
            d[i] = g;
            db[i] += g;
        }
    }
}

COLLET_SIMD static void backward_tanh(size_t rows, uint32_t n, const float *restrict y,
                                      float *restrict d, float *restrict db)
{
    for (size_t r = 0; r < rows; r++, y += n, d += n) {
        for (uint32_t i = 0; i < n; i++) {
            d[i] *= 1.0f - y[i] * y[i];
            db[i] += d[i];
        }
    }
}

COLLET_SIMD static void backward_sigmoid(size_t rows, uint32_t n, const float *restrict y,
                                         float *restrict d, float *restrict db)
{
    for (size_t r = 0; r < rows; r++, y += n, d += n) {
        for (uint32_t i = 0; i < n; i++) {
            d[i] *= y[i] * (1.0f - y[i]);
            db[i] += d[i];
        }
    }
}

COLLET_SIMD static void backward_identity(size_t rows, uint32_t n, const float *restrict d,
                                          float *restrict db)
{
    for (size_t r = 0; r < rows; r++, d += n) {
        for (uint32_t i = 0; i < n; i++) {
            db[i] += d[i];
        }
    }
}

COLLET_SIMD static void backward_gelu(size_t rows, uint32_t n, const float *restrict kept,
                                      float *restrict d, float *restrict db)
{
    for (size_t r = 0; r < rows; r++, kept += n, d += n) {
        for (uint32_t i = 0; i < n; i++) {
            float x = kept[i];
            float t = hyperbolic(GELU_A * (x + GELU_B * x * x * x));
            float inner = GELU_A * (1.0f + 3.0f * GELU_B * x * x);
            d[i] *= 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * inner;
            db[i] += d[i];
        }
    }
}

void nn_activation_backward(nn_activation f, uint32_t rows, uint32_t n, const float *y,
                            const float *kept, float *d, float *db)
{
    memset(db, 0, n * sizeof *db);
    switch (f) {
    case NN_RELU:
        backward_relu(rows, n, y, d, db);
        break;
    case NN_TANH:
        backward_tanh(rows, n, y, d, db);
        break;
    case NN_SIGMOID:
        backward_sigmoid(rows, n, y, d, db);
        break;
    case NN_GELU:
        backward_gelu(rows, n, kept, d, db);
        break;
    case NN_IDENTITY:
        backward_identity(rows, n, d, db);
        break;
    }
}

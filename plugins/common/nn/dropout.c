#include "nn/dropout.h"

#include <collet/helpers.h>

/* mask[n] from 16 bits a number, y[n] *= mask */
COLLET_SIMD static void apply(size_t n, const uint16_t *restrict bits, uint32_t threshold,
                              float keep, float *restrict mask, float *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        mask[i] = bits[i] < threshold ? 0 : keep;
        y[i] *= mask[i];
    }
}

/* Of 65536; never all, which would leave nothing to divide by. */
static uint32_t threshold_of(double p)
{
    uint32_t threshold = (uint32_t)(p * 65536.0 + 0.5);
    return threshold < 65535 ? threshold : 65535;
}

float nn_dropout_keep(double p)
{
    return (float)(65536.0 / (65536.0 - threshold_of(p)));
}

void nn_dropout_forward(double p, size_t n, const collet_rng *rng, uint64_t *bits, float *mask,
                        float *y)
{
    rng->fill(rng->ctx, bits, (n + 3) / 4);
    apply(n, (const uint16_t *)(const void *)bits, threshold_of(p), nn_dropout_keep(p), mask, y);
}

COLLET_SIMD void nn_dropout_backward(size_t n, const float *restrict mask, float *restrict d)
{
    for (size_t i = 0; i < n; i++) {
        d[i] *= mask[i];
    }
}

#include "density/normal.h"

#include <collet/helpers.h>

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* x = 2^k m with m from 1/sqrt 2 to sqrt 2, and ln m = 2 artanh s, s = (m - 1) / (m + 1). */
INLINE float ln_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t shifted = bits - 0x3f3504f3u; /* 1/sqrt 2 */
    float k = (float)((int32_t)shifted >> 23);
    bits = (shifted & 0x007fffffu) + 0x3f3504f3u;
    float m;
    memcpy(&m, &bits, sizeof m);
    float s = (m - 1.0f) / (m + 1.0f), t = s * s;
    float series = 1.0f + t * (0.33333333f + t * (0.2f + t * (0.14285715f + t * 0.11111111f)));
    return k * 0.69314718f + 2.0f * s * series;
}

float density_ln(float x)
{
    return ln_of(x);
}

float density_exp(float x)
{
    if (x < -87.0f) {
        return 0.0f;
    }
    float k = (x * 1.44269504f + 12582912.0f) - 12582912.0f; /* to the nearest whole number */
    float r = x - k * 0.693359375f + k * 2.12194440e-4f;
    float e = 1.0f / 720;
    e = 1.0f +
        r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * e)))));
    uint32_t bits = (uint32_t)((int32_t)k + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return e * power;
}

/* Abramowitz, Stegun 7.1.26: erf to 1.5e-7. */
float density_below(float x)
{
    float z = x < 0 ? -x * 0.70710678f : x * 0.70710678f;
    float t = 1.0f / (1.0f + 0.3275911f * z);
    float p = 1.061405429f;
    p = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * p))));
    float tail = 0.5f * p * density_exp(-z * z);
    return x < 0 ? tail : 1.0f - tail;
}

/* Giles: Approximating the erfinv function. GPU Computing Gems 2 (2011). Both branches are
 * computed, so that the loop has none. */
INLINE float quantile(float p)
{
    p = p < 1e-7f ? 1e-7f : p > 1.0f - 1e-7f ? 1.0f - 1e-7f : p;
    float x = 2.0f * p - 1.0f;
    float w = -ln_of(4.0f * p * (1.0f - p));
    float near = w - 2.5f, far = __builtin_sqrtf(w < 1.0f ? 1.0f : w) - 3.0f;
    float a = 2.81022636e-08f, b = -0.000200214257f;
    a = 3.43273939e-07f + a * near;
    a = -3.5233877e-06f + a * near;
    a = -4.39150654e-06f + a * near;
    a = 0.00021858087f + a * near;
    a = -0.00125372503f + a * near;
    a = -0.00417768164f + a * near;
    a = 0.246640727f + a * near;
    a = 1.50140941f + a * near;
    b = 0.000100950558f + b * far;
    b = 0.00134934322f + b * far;
    b = -0.00367342844f + b * far;
    b = 0.00573950773f + b * far;
    b = -0.0076224613f + b * far;
    b = 0.00943887047f + b * far;
    b = 1.00167406f + b * far;
    b = 2.83297682f + b * far;
    return 1.41421356f * x * (w < 5.0f ? a : b);
}

COLLET_SIMD void density_quantiles(size_t n, const float *p, const float *mean, const float *width,
                                   float *x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = mean[i] + width[i] * quantile(p[i]);
    }
}

#include "train/gradient.h"

#include <collet/helpers.h>

/* Sums that run side by side: as many as the widest vector has room for, so that the order of
 * addition is the same with narrower ones. */
enum { LANES = 8 };

/* g[n], w[n] -> g[n] */
COLLET_SIMD static void penalise(size_t n, float *restrict g, const float *restrict w, float l1,
                                 float l2)
{
    for (size_t i = 0; i < n; i++) {
        float sign = (float)(w[i] > 0) - (float)(w[i] < 0);
        g[i] += l2 * w[i] + l1 * sign;
    }
}

/* g[n] -> g[n]. NaN stays what it is. */
COLLET_SIMD static void cut(size_t n, float *g, float most)
{
    for (size_t i = 0; i < n; i++) {
        float x = g[i] > most ? most : g[i];
        g[i] = x < -most ? -most : x;
    }
}

COLLET_SIMD static void scale(size_t n, float *g, float factor)
{
    for (size_t i = 0; i < n; i++) {
        g[i] *= factor;
    }
}

/* Adds the squares of g[n] to sum[LANES]. */
COLLET_SIMD static void add_squares(size_t n, const float *restrict g, double *restrict sum)
{
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += (double)g[i + k] * (double)g[i + k];
        }
    }
    for (size_t i = whole; i < n; i++) {
        sum[i - whole] += (double)g[i] * (double)g[i];
    }
}

double clt_gradient_norm(const collet_span *spans, uint32_t count, const float *grad)
{
    double sum[LANES] = {0}, all = 0;
    for (uint32_t i = 0; i < count; i++) {
        add_squares(spans[i].count, grad + spans[i].begin, sum);
    }
    for (int k = 0; k < LANES; k++) {
        all += sum[k];
    }
    return sqrt(all);
}

static bool clip_norm(double most, const collet_span *spans, uint32_t count, float *grad)
{
    double norm = clt_gradient_norm(spans, count, grad);
    for (uint32_t i = 0; i < count && norm > most && isfinite(norm); i++) {
        scale(spans[i].count, grad + spans[i].begin, (float)(most / norm));
    }
    return isfinite(norm);
}

bool clt_gradient_shape(const clt_shaping *shaping, const collet_span *spans, uint32_t count,
                        const float *theta, float *grad)
{
    bool penalty = shaping->l1 > 0 || shaping->l2 > 0;
    for (uint32_t i = 0; i < count; i++) {
        float *g = grad + spans[i].begin;
        if (penalty && (spans[i].flags & COLLET_SEGMENT_NO_DECAY) == 0) {
            penalise(spans[i].count, g, theta + spans[i].begin, (float)shaping->l1,
                     (float)shaping->l2);
        }
        if (shaping->clip_value > 0) {
            cut(spans[i].count, g, (float)shaping->clip_value);
        }
    }
    return !(shaping->clip_norm > 0) || clip_norm(shaping->clip_norm, spans, count, grad);
}

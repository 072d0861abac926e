#include "density/width.h"

#include "density/normal.h"

float density_least(const density_widths *w, uint32_t n)
{
    enum { PER_RANGE = 10000 }; /* trials in the same place have no gap */
    double least = 1.0 / PER_RANGE;
    if (w->clip) {
        double count = (double)density_exp((float)-w->exponent * density_ln((float)n + 2.0f));
        least = w->floor > least ? w->floor : least;
        least = count > least ? count : least;
    }
    return (float)least;
}

/* The larger gap of place k to a neighbour, or to the prior's mean where that is nearer. */
static float gap(const float *at, uint32_t n, uint32_t k, bool prior)
{
    float left = k > 0 ? at[k - 1] : -1.0f, right = k + 1 < n ? at[k + 1] : 2.0f;
    if (prior && at[k] >= 0.5f && left < 0.5f) {
        left = 0.5f;
    } else if (prior && at[k] < 0.5f && right > 0.5f) {
        right = 0.5f;
    }
    bool first = left<0, last = right> 1;
    if (first && last) { /* alone */
        return at[k] > 0.5f ? at[k] : 1.0f - at[k];
    }
    float below = first ? 0.0f : at[k] - left, above = last ? 0.0f : right - at[k];
    return below > above ? below : above;
}

/* The smaller of standard deviation and scaled quartile distance, times n^(-1/(dims + 4)). */
static float scott(const density_widths *w, uint32_t n, const float *at)
{
    float mean = 0, square = 0, count = (float)n;
    for (uint32_t i = 0; i < n; i++) {
        mean += at[i] / count;
    }
    for (uint32_t i = 0; i < n; i++) {
        square += (at[i] - mean) * (at[i] - mean) / count;
    }
    float spread = __builtin_sqrtf(square);
    float quartiles = (at[n - 1 - n / 4] - at[n / 4]) / 1.34f;
    spread = quartiles > 0 && quartiles < spread ? quartiles : spread;
    float power = -1.0f / ((float)w->dims + 4.0f);
    return 1.059f * spread * density_exp(power * density_ln(count));
}

void density_set_widths(const density_widths *w, uint32_t n, const float *at, float *width)
{
    float least = density_least(w, n);
    float all = w->rule == DENSITY_SCOTT && n > 0 ? scott(w, n, at) : 0.0f;
    for (uint32_t k = 0; k < n; k++) {
        float wide = all;
        if (w->rule != DENSITY_SCOTT) {
            wide = gap(at, n, k, w->rule == DENSITY_NEIGHBOUR_PRIOR);
        }
        width[k] = wide < least ? least : wide > 1.0f ? 1.0f : wide;
    }
}

#include "density/mixture.h"
#include "density/normal.h"

#include <collet/helpers.h>

static float unit_of(uint32_t bits)
{
    return (float)(bits >> 8) * (1.0f / 16777216);
}

/* The next 32 random bits for each candidate. */
static const uint32_t *words_of(const collet_rng *rng, density_batch *b)
{
    rng->fill(rng->ctx, b->words, (b->count + 1) / 2);
    return (const uint32_t *)(const void *)b->words;
}

/* A kernel for each candidate, m->count for the even draw: evenly spread over the weights, so that
 * each gets its share of candidates but for one. */
static void choose_kernels(const density_mixture *m, const collet_rng *rng, density_batch *b)
{
    double at = collet_uniform(rng), sum = 0;
    uint32_t k = 0;
    sum = m->count > 0 ? (double)m->terms[0].weight : 1.0;
    for (uint32_t i = 0; i < b->count; i++) {
        double place = ((double)i + at) / b->count;
        while (place >= sum && k < m->count) {
            k++;
            sum += k < m->count ? (double)m->terms[k].weight : 1.0;
        }
        b->kernels[i] = k;
    }
    if (m->prior <= 0 && m->count > 0) { /* what rounding left over */
        for (uint32_t i = 0; i < b->count; i++) {
            b->kernels[i] = b->kernels[i] < m->count ? b->kernels[i] : m->count - 1;
        }
    }
}

/* Where the kernel of candidate i lies in column c; -1: it knows nothing there. */
static float at_of(const density_mixture *m, const density_batch *b, uint32_t i, uint32_t c,
                   size_t *index)
{
    uint32_t k = b->kernels[i];
    if (k >= m->count) {
        return -1.0f;
    }
    *index = (size_t)m->terms[k].row * b->space->column_count + c;
    return m->rows->at[*index];
}

static void draw_numeric(const density_mixture *m, const density_column *d, uint32_t c,
                         double sharp, const uint32_t *words, density_batch *b, float *out)
{
    float *p = b->draws, *mean = p + b->room, *width = mean + b->room;
    float below = 0, above = 1;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < b->count; i++) {
        size_t index = 0;
        float u = unit_of(words[i]), at = at_of(m, b, i, c, &index);
        p[i] = 0.5f;
        mean[i] = u;
        width[i] = 0.0f;
        if (at >= 0) {
            mean[i] = at;
            width[i] = m->rows->width[index] * (float)sharp;
            if (b->kernels[i] != last) {
                last = b->kernels[i];
                below = density_below(-at / width[i]);
                above = density_below((1.0f - at) / width[i]);
            }
            p[i] = below + u * (above - below);
        }
    }
    density_quantiles(b->count, p, mean, width, out);
    for (uint32_t i = 0; i < b->count; i++) {
        out[i] = out[i] < 0.0f ? 0.0f : out[i] > 1.0f ? 1.0f : out[i];
        if (d->edges != NULL) {
            uint32_t k = density_value_at(d, out[i]);
            out[i] = (d->edges[k] + d->edges[k + 1]) * 0.5f;
        }
    }
}

static void draw_category(const density_mixture *m, const density_column *d, uint32_t c,
                          const uint32_t *words, const density_batch *b, float *out)
{
    float names = (float)d->count;
    for (uint32_t i = 0; i < b->count; i++) {
        size_t index = 0;
        float u = unit_of(words[i]), at = at_of(m, b, i, c, &index);
        if (at >= 0) {
            float even = m->rows->width[index];
            if (u >= even) {
                out[i] = at;
                continue;
            }
            u /= even;
        }
        uint32_t name = (uint32_t)(u * names);
        out[i] = (float)(name < d->count ? name : d->count - 1);
    }
}

/* Is dimension i there for each candidate? */
static void activate(const density_batch *b, uint32_t i, float *active)
{
    const search_space *s = b->space->space;
    bool conditional = s->axes[i].dim->condition_count > 0;
    for (uint32_t k = 0; k < b->count; k++) {
        const double *x = b->points + (size_t)k * s->dim_count;
        active[k] = !conditional || collet_dim_active(s->space, i, x) ? 1.0f : 0.0f;
    }
}

static void draw_column(const density_mixture *m, uint32_t c, double sharp, const collet_rng *rng,
                        density_batch *b)
{
    const density_column *d = &b->space->columns[c];
    float *x = b->x + (size_t)c * b->room, *active = b->active + (size_t)c * b->room;
    const uint32_t *words = words_of(rng, b);
    if (d->category) {
        draw_category(m, d, c, words, b, x);
    } else {
        draw_numeric(m, d, c, sharp, words, b, x);
    }
    activate(b, d->dim, active);
    for (uint32_t i = 0; i < b->count; i++) {
        x[i] = active[i] > 0 ? x[i] : 0.0f;
    }
}

/* Notes the values of a dimension on which others depend. */
static void note(density_batch *b, uint32_t i)
{
    const search_space *s = b->space->space;
    uint32_t c = b->space->column_of[i];
    for (uint32_t k = 0; k < b->count; k++) {
        double *x = b->points + (size_t)k * s->dim_count;
        if (c != UINT32_MAX) {
            x[i] = density_value(b, k, c);
        } else {
            x[i] = collet_dim_active(s->space, i, x) ? s->axes[i].dim->low : (double)NAN;
        }
    }
}

void density_draw(const density_mixture *m, const density_block *block, double sharp,
                  const collet_rng *rng, density_batch *b)
{
    const density_space *s = b->space;
    choose_kernels(m, rng, b);
    for (uint32_t i = 0; i < s->space->dim_count; i++) {
        uint32_t c = s->column_of[i];
        bool mine = c != UINT32_MAX && c >= block->first && c < block->end;
        if (mine) {
            draw_column(m, c, sharp, rng, b);
        }
        if (s->parent[i] && (mine || c == UINT32_MAX)) {
            note(b, i);
        }
    }
}

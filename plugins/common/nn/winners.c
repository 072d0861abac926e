#include "nn/winners.h"

#include "linalg/linalg.h"
#include "nn/winners_kernel.h"

#include <string.h>

static nn_winners_job job_of(const nn_conv *c, const nn_pool *p, size_t line)
{
    nn_winners_job j = {.filters = c->filters,
                        .kernel = c->kernel,
                        .size = p->size,
                        .run = (size_t)c->kernel * c->channels,
                        .line = line};
    for (uint32_t t = 0; t < p->size * p->size; t++) {
        j.offset[t] = (t / p->size * line + (size_t)(t % p->size) * c->channels) * c->stride;
    }
    return j;
}

size_t nn_winners_scratch(const nn_conv *c)
{
    return 2 * nn_conv_padded(c);
}

void nn_winners_by_filter(const nn_conv *c, const float *w, float *by_filter)
{
    size_t size = (size_t)c->kernel * c->kernel * c->channels;
    linalg_transpose(size, c->filters, w, c->filters, by_filter, size);
}

void nn_winners_from_filter(const nn_conv *c, const float *by_filter, float *w)
{
    size_t size = (size_t)c->kernel * c->kernel * c->channels;
    linalg_transpose(c->filters, size, by_filter, size, w, c->filters);
}

/* All squares of one image; padded x and dx. */
static void one_image(const nn_winners_job *j, const nn_conv *c, const nn_pool *p, const float *x,
                      const float *w, const float *dy, const uint8_t *which, float *dw, float *dx)
{
    const uint32_t width = p->width / p->size, height = p->height / p->size;
    const nn_winners_kernels *kernels = SIMD_BEST(nn_winners_kernels);
    for (uint32_t i = 0; i < height * width; i++, dy += c->filters, which += c->filters) {
        size_t y = (size_t)(i / width) * p->size * c->stride;
        size_t at = (size_t)(i % width) * p->size * c->stride;
        size_t patch = y * j->line + at * c->channels;
        kernels->square(j, x + patch, w, dy, which, dw, dx + patch);
    }
}

void nn_winners_backward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                         const float *w, const float *dy, const uint8_t *which, float *dw,
                         float *dx, float *scratch)
{
    const size_t padded = nn_conv_padded(c);
    float *to = scratch + padded;
    memset(scratch, 0, padded * sizeof *scratch);
    for (uint32_t r = 0; r < rows; r++) {
        const nn_image image = nn_conv_pad(c, x, scratch);
        const nn_winners_job j = job_of(c, p, image.line);
        float *sums = padded > 0 ? to : dx;
        memset(sums, 0, (padded > 0 ? padded : nn_conv_in(c)) * sizeof *sums);
        one_image(&j, c, p, image.at, w, dy, which, dw, sums);
        if (padded > 0) {
            nn_conv_unpad(c, sums, dx);
        }
        x += nn_conv_in(c);
        dx += nn_conv_in(c);
        dy += nn_pool_out(p);
        which += nn_pool_out(p);
    }
}

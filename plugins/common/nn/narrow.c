#include "nn/narrow.h"

#include "nn/narrow_kernel.h"

#include <string.h>

/* Filters at once; side of the kernel. */
enum { FILTERS = NN_NARROW_FILTERS, SIDE = 3, MOST_CHANNELS = 4 };

bool nn_narrow_suits(const nn_conv *c, const nn_pool *p)
{
    return c->kernel == SIDE && c->stride == 1 && c->channels <= MOST_CHANNELS &&
           c->filters >= FILTERS && p->size == 2;
}

static nn_narrow_part part_of(const nn_conv *c, const nn_pool *p, const float *x, float *padded)
{
    const nn_image image = nn_conv_pad(c, x, padded);
    return (nn_narrow_part){p->width / 2, p->height / 2, c->channels,
                            c->filters,   image.line,    image.at};
}

/* The next sixteen filters after those at o, of n; the last sixteen may have been seen in part,
 * which gives the same numbers once more. n when there are none. */
static size_t next(size_t o, size_t n)
{
    return o + 2 * FILTERS <= n ? o + FILTERS : o + FILTERS < n ? n - FILTERS : n;
}

void nn_narrow_forward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                       const float *w, float *y, uint8_t *which, float *scratch)
{
    const nn_narrow_kernels *kernels = SIMD_BEST(nn_narrow_kernels);
    memset(scratch, 0, nn_conv_padded(c) * sizeof *scratch);
    for (uint32_t r = 0; r < rows; r++) {
        const nn_narrow_part q = part_of(c, p, x, scratch);
        for (size_t o = 0; o < q.n; o = next(o, q.n)) {
            kernels->forward(&q, w + o, y + o, which + o);
        }
        x += nn_conv_in(c);
        y += nn_pool_out(p);
        which += nn_pool_out(p);
    }
}

/* Sixteen filters for all images, then the next: those of the last part that were seen already are
 * begun anew. */
void nn_narrow_backward(const nn_conv *c, const nn_pool *p, uint32_t rows, const float *x,
                        const float *dy, const uint8_t *which, float *dw, float *scratch)
{
    const nn_narrow_kernels *kernels = SIMD_BEST(nn_narrow_kernels);
    memset(scratch, 0, nn_conv_padded(c) * sizeof *scratch);
    for (size_t o = 0; o < c->filters; o = next(o, c->filters)) {
        for (uint32_t r = 0; r < rows; r++) {
            const nn_narrow_part q = part_of(c, p, x + r * nn_conv_in(c), scratch);
            const size_t at = r * nn_pool_out(p) + o;
            kernels->backward(&q, dy + at, which + at, dw + o, r > 0);
        }
    }
}

#include "nn/winners.h"

#include "linalg/linalg.h"

#include <collet/helpers.h>

/* Channels whose winners are listed at once, floats of a vector, taps of a square; taps of the
 * usual square, and vectors of a kernel line of 3 pixels of 32 channels. */
enum { BLOCK = 256, LANES = 16, MOST_TAPS = 15 * 15, FEW_TAPS = 4, MOST_VECTORS = 6 };

typedef float floats __attribute__((vector_size(4 * LANES)));
#define INLINE static inline __attribute__((always_inline))

/* Keeps a pointer in a register: else gcc adds it up anew for each vector. */
#define KEEP(pointer) __asm__("" : "+r"(pointer))

/* What all winners of an image have in common. */
typedef struct job {
    uint32_t filters, kernel;
    size_t run, line;         /* floats of a run; of a line of padded x */
    size_t offset[MOST_TAPS]; /* of a tap's patch from that of the square's first */
} job;

static job job_of(const nn_conv *c, const nn_pool *p, size_t line)
{
    job j = {c->filters, c->kernel, (size_t)c->kernel * c->channels, line, {0}};
    for (uint32_t t = 0; t < p->size * p->size; t++) {
        j.offset[t] = (t / p->size * line + (size_t)(t % p->size) * c->channels) * c->stride;
    }
    return j;
}

/* dw[n] += d x, dx[n] += d w */
INLINE void add_run(size_t n, float d, const float *x, const float *w, float *dw, float *dx)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        floats a, b, da, db;
        memcpy(&a, x + i, sizeof a);
        memcpy(&b, w + i, sizeof b);
        memcpy(&da, dw + i, sizeof da);
        memcpy(&db, dx + i, sizeof db);
        da += d * a;
        db += d * b;
        memcpy(dw + i, &da, sizeof da);
        memcpy(dx + i, &db, sizeof db);
    }
    for (; i < n; i++) {
        dw[i] += d * x[i];
        dx[i] += d * w[i];
    }
}

/* Numbers of the channels, of n, that have a gradient; without a branch for each, which nobody
 * could foresee. Returns how many. */
INLINE uint32_t list(uint32_t n, const float *dy, uint16_t *alive)
{
    uint32_t count = 0;
    for (uint32_t o = 0; o < n; o++) {
        alive[count] = (uint16_t)o;
        count += dy[o] != 0 ? 1 : 0;
    }
    return count;
}

/* The winners of one square, whose first patch begins at x and dx. run is the job's, kernel too;
 * constants where this is called for the usual shapes, which saves half of the time. */
INLINE void some_square(const job *j, uint32_t kernel, size_t run, const float *x, const float *w,
                        const float *dy, const uint8_t *which, float *dw, float *dx)
{
    const size_t size = kernel * run;
    uint16_t alive[BLOCK];
    for (uint32_t first = 0; first < j->filters; first += BLOCK) {
        uint32_t left = j->filters - first;
        uint32_t count = list(left < BLOCK ? left : BLOCK, dy + first, alive);
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t o = first + alive[i];
            const size_t at = j->offset[which[o]];
            for (uint32_t ky = 0; ky < kernel; ky++) {
                const size_t in = at + ky * j->line, of = o * size + ky * run;
                add_run(run, dy[o], x + in, w + of, dw + of, dx + in);
            }
        }
    }
}

/* The channels of a block, of n, that have a gradient, listed by the tap that won. All counts lie
 * in one word, 16 bits each, which stays in a register: an array of them would be stored and loaded
 * again for each channel. Returns it. */
INLINE uint64_t list_by_tap(uint32_t n, const float *dy, const uint8_t *which,
                            uint16_t list[FEW_TAPS][BLOCK])
{
    uint64_t counts = 0;
    for (uint32_t o = 0; o < n; o++) {
        const uint32_t tap = which[o], shift = 16 * tap;
        list[tap][counts >> shift & UINT16_MAX] = (uint16_t)o;
        counts += (uint64_t)(dy[o] != 0) << shift;
    }
    return counts;
}

/* The winners that share a patch of 3 lines: its x, and the sum of its dx, stay in registers.
 * vectors, of a line, is a constant where this is called. */
INLINE void patch(size_t vectors, size_t line, uint32_t count, const uint16_t *channel,
                  const float *x, const float *w, const float *dy, float *dw, float *dx)
{
    floats a[3 * MOST_VECTORS], sum[3 * MOST_VECTORS], b, db;
    for (size_t v = 0; v < 3 * vectors; v++) {
        memcpy(&a[v], x + v / vectors * line + v % vectors * LANES, sizeof *a);
        memcpy(&sum[v], dx + v / vectors * line + v % vectors * LANES, sizeof *a);
    }
    for (uint32_t i = 0; i < count; i++) {
        const size_t of = channel[i] * 3 * vectors * LANES;
        const float *from = w + of, d = dy[channel[i]];
        float *to = dw + of;
        KEEP(from);
        KEEP(to);
        for (size_t v = 0; v < 3 * vectors; v++) {
            memcpy(&b, from + v * LANES, sizeof b);
            memcpy(&db, to + v * LANES, sizeof db);
            db += d * a[v];
            sum[v] += d * b;
            memcpy(to + v * LANES, &db, sizeof db);
        }
    }
    for (size_t v = 0; v < 3 * vectors; v++) {
        memcpy(dx + v / vectors * line + v % vectors * LANES, &sum[v], sizeof *a);
    }
}

/* some_square() for kernels of 3 lines of so many vectors, and pooling by 2. */
INLINE void four_patches(const job *j, size_t vectors, const float *x, const float *w,
                         const float *dy, const uint8_t *which, float *dw, float *dx)
{
    const size_t size = 3 * vectors * LANES;
    uint16_t channels[FEW_TAPS][BLOCK];
    for (uint32_t first = 0; first < j->filters; first += BLOCK) {
        const uint32_t left = j->filters - first;
        const size_t skip = first * size;
        uint64_t counts =
            list_by_tap(left < BLOCK ? left : BLOCK, dy + first, which + first, channels);
        for (uint32_t k = 0; k < FEW_TAPS; k++, counts >>= 16) {
            const uint32_t count = (uint32_t)(counts & UINT16_MAX);
            if (count > 0) {
                patch(vectors, j->line, count, channels[k], x + j->offset[k], w + skip, dy + first,
                      dw + skip, dx + j->offset[k]);
            }
        }
    }
}

/* 3 x 3 over 16 channels, over 32, both with pooling by 2, and all else. */
COLLET_SIMD static void square_3_16(const job *j, const float *x, const float *w, const float *dy,
                                    const uint8_t *which, float *dw, float *dx)
{
    four_patches(j, 3, x, w, dy, which, dw, dx);
}

COLLET_SIMD static void square_3_32(const job *j, const float *x, const float *w, const float *dy,
                                    const uint8_t *which, float *dw, float *dx)
{
    four_patches(j, MOST_VECTORS, x, w, dy, which, dw, dx);
}

COLLET_SIMD static void square_any(const job *j, const float *x, const float *w, const float *dy,
                                   const uint8_t *which, float *dw, float *dx)
{
    some_square(j, j->kernel, j->run, x, w, dy, which, dw, dx);
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
static void one_image(const job *j, const nn_conv *c, const nn_pool *p, const float *x,
                      const float *w, const float *dy, const uint8_t *which, float *dw, float *dx)
{
    const uint32_t width = p->width / p->size, height = p->height / p->size;
    const bool three = j->kernel == 3 && p->size == 2, wide = j->run == 96;
    for (uint32_t i = 0; i < height * width; i++, dy += c->filters, which += c->filters) {
        size_t y = (size_t)(i / width) * p->size * c->stride;
        size_t at = (size_t)(i % width) * p->size * c->stride;
        size_t patch = y * j->line + at * c->channels;
        (three && j->run == 48 ? square_3_16
         : three && wide       ? square_3_32
                               : square_any)(j, x + patch, w, dy, which, dw, dx + patch);
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
        const job j = job_of(c, p, image.line);
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

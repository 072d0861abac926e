#include "nn/winners_kernel.h"

#include "simd/vector.h"

/* Channels whose winners are listed at once; taps of the usual square; vectors of a patch, and of
 * its gradient, that stay in registers at once. */
enum { BLOCK = 256, FEW_TAPS = 4, GROUP = LANES == 16 ? 9 : 6 };
_Static_assert(3 * 48 / LANES % GROUP == 0, "patches of 16 and 32 channels are whole groups");

/* Keeps a pointer in a register: else gcc adds it up anew for each vector. */
#define KEEP(pointer) __asm__("" : "+r"(pointer))

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

/* The winners of one square of any shape. */
static void square_any(const nn_winners_job *j, const float *x, const float *w, const float *dy,
                       const uint8_t *which, float *dw, float *dx)
{
    const size_t size = j->kernel * j->run;
    uint16_t alive[BLOCK];
    for (uint32_t first = 0; first < j->filters; first += BLOCK) {
        uint32_t left = j->filters - first;
        uint32_t count = list(left < BLOCK ? left : BLOCK, dy + first, alive);
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t o = first + alive[i];
            const size_t at = j->offset[which[o]];
            for (uint32_t ky = 0; ky < j->kernel; ky++) {
                const size_t in = at + ky * j->line, of = o * size + ky * j->run;
                add_run(j->run, dy[o], x + in, w + of, dw + of, dx + in);
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

/* GROUP vectors, from number `from` on, of the patch of 3 lines that some winners share: its x, and
 * the sum of its dx, stay in registers. vectors, of a line, is a constant where this is called. */
INLINE void patch_group(size_t vectors, size_t from, size_t line, uint32_t count,
                        const uint16_t *channel, const float *x, const float *w, const float *dy,
                        float *dw, float *dx)
{
    floats a[GROUP], sum[GROUP], b, db;
    UNROLL
    for (size_t v = 0; v < GROUP; v++) {
        const size_t at = (from + v) / vectors * line + (from + v) % vectors * LANES;
        memcpy(&a[v], x + at, sizeof *a);
        memcpy(&sum[v], dx + at, sizeof *a);
    }
    for (uint32_t i = 0; i < count; i++) {
        const size_t of = (channel[i] * 3 * vectors + from) * LANES;
        const float *weights = w + of, d = dy[channel[i]];
        float *to = dw + of;
        KEEP(weights);
        KEEP(to);
        UNROLL
        for (size_t v = 0; v < GROUP; v++) {
            memcpy(&b, weights + v * LANES, sizeof b);
            memcpy(&db, to + v * LANES, sizeof db);
            db += d * a[v];
            sum[v] += d * b;
            memcpy(to + v * LANES, &db, sizeof db);
        }
    }
    UNROLL
    for (size_t v = 0; v < GROUP; v++) {
        const size_t at = (from + v) / vectors * line + (from + v) % vectors * LANES;
        memcpy(dx + at, &sum[v], sizeof *a);
    }
}

/* The winners of one square for kernels of 3 lines of so many vectors, and pooling by 2. */
INLINE void four_patches(const nn_winners_job *j, size_t vectors, const float *x, const float *w,
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
            if (count == 0) {
                continue;
            }
            UNROLL
            for (size_t from = 0; from < 3 * vectors; from += GROUP) {
                patch_group(vectors, from, j->line, count, channels[k], x + j->offset[k], w + skip,
                            dy + first, dw + skip, dx + j->offset[k]);
            }
        }
    }
}

/* 3 x 3 over 16 channels, over 32, both with pooling by 2, and all else. */
static void square(const nn_winners_job *j, const float *x, const float *w, const float *dy,
                   const uint8_t *which, float *dw, float *dx)
{
    const bool usual = j->kernel == 3 && j->size == 2;
    if (usual && j->run == 48) {
        four_patches(j, 48 / LANES, x, w, dy, which, dw, dx);
    } else if (usual && j->run == 96) {
        four_patches(j, 96 / LANES, x, w, dy, which, dw, dx);
    } else {
        square_any(j, x, w, dy, which, dw, dx);
    }
}

SIMD_DEFINE(nn_winners_kernels) = {.square = square};

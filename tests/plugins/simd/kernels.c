/* Each kernel, for each width of vectors that this processor has, against that for any processor.
 */
#include "density/mixture_kernel.h"
#include "gp/delta_kernel.h"
#include "gp/factor_kernel.h"
#include "nn/embedding_kernel.h"
#include "nn/narrow_kernel.h"
#include "nn/projection_kernel.h"
#include "nn/winners_kernel.h"
#include "nn/winograd_kernel.h"
#include "support.h"

#include <collet/helpers.h>

enum { MOST = 40, ROOM = 64 << 10 };

/* What kernels read: noise, sparse and not; names of taps; indices of rows. What they write begins
 * as the same noise for each width. */
typedef struct fixture {
    float *x, *sparse, *out, *want;
    uint8_t which[ROOM], got_which[ROOM], want_which[ROOM];
    uint32_t rows[ROOM];
} fixture;

static fixture f;

/* At the head of each test, each of which is a process; its end frees all. */
static void setup(void)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 11);
    f.x = test_noise(ROOM, &rng);
    f.sparse = test_noise(ROOM, &rng);
    f.out = test_noise(ROOM, &rng);
    f.want = test_noise(ROOM, &rng);
    for (size_t i = 0; i < ROOM; i++) {
        f.sparse[i] = i % 3 == 0 ? 0 : f.sparse[i];
        f.which[i] = (uint8_t)collet_below(&rng, 4);
        f.rows[i] = (uint32_t)collet_below(&rng, 20);
    }
}

static void begin(void)
{
    memcpy(f.out, f.x, ROOM * sizeof(float));
    memset(f.got_which, 9, ROOM);
}

/* Keeps what the first width wrote, and compares what the others did. */
static void compare(int width, double tolerance, const char *what, size_t n)
{
    if (width == 0) {
        memcpy(f.want, f.out, ROOM * sizeof(float));
        memcpy(f.want_which, f.got_which, ROOM);
        return;
    }
    for (size_t i = 0; i < ROOM; i++) {
        const double a = (double)f.out[i], b = (double)f.want[i];
        ck_assert_msg(fabs(a - b) <= tolerance * fmax(1, fabs(b)),
                      "%s of %zu, width %d: [%zu] %g, %g", what, n, width, i, a, b);
    }
    ck_assert_mem_eq(f.got_which, f.want_which, ROOM);
}

START_TEST(transformations_of_winograd_are_the_same_bits)
{
    setup();
    for (size_t n = 1; n <= MOST; n++) {
        const float *at[16];
        int32_t to[16];
        for (int i = 0; i < 16; i++) {
            at[i] = f.x + 50 * i;
            to[i] = i % 5 == 4 ? -1 : (int32_t)(ROOM / 2 + i * MOST);
        }
        for (int width = 0; width <= simd_best(); width++) {
            const nn_winograd_kernels *k = SIMD_OF(nn_winograd_kernels, width);
            begin();
            k->transform(at, n, MOST, f.out);
            k->spread(at, n, MOST, f.out + 2000);
            k->put(f.x, n, MOST, to, f.out);
            k->pool(f.x, n, MOST, f.out + 4000, f.got_which);
            k->add(f.sparse, n, MOST, to, f.out);
            compare(width, 0, "winograd", n);
        }
    }
}
END_TEST

START_TEST(first_blocks_are_the_same_but_for_rounding)
{
    setup();
    for (size_t channels = 1; channels <= 4; channels++) {
        const nn_narrow_part p = {5, 3, channels, 21, 12 * channels, f.x};
        for (int width = 0; width <= simd_best(); width++) {
            const nn_narrow_kernels *k = SIMD_OF(nn_narrow_kernels, width);
            begin();
            k->forward(&p, f.sparse, f.out, f.got_which);
            k->backward(&p, f.sparse, f.which, f.out + 4000, false);
            k->backward(&p, f.sparse, f.which, f.out + 8000, true);
            compare(width, 1e-5, "narrow", channels);
        }
    }
}
END_TEST

START_TEST(winners_are_the_same_but_for_rounding)
{
    setup();
    static const uint32_t channels[] = {5, 16, 19, 32};
    for (size_t c = 0; c < sizeof channels / sizeof channels[0]; c++) {
        nn_winners_job j = {.filters = 30, .kernel = 3, .size = 2};
        j.run = 3 * channels[c];
        j.line = j.run + 2 * channels[c];
        for (size_t t = 0; t < 4; t++) {
            j.offset[t] = t / 2 * j.line + t % 2 * channels[c];
        }
        for (int width = 0; width <= simd_best(); width++) {
            begin();
            SIMD_OF(nn_winners_kernels, width)
                ->square(&j, f.x, f.x + 1000, f.sparse, f.which, f.out, f.out + ROOM / 2);
            compare(width, 1e-5, "winners", channels[c]);
        }
    }
}
END_TEST

START_TEST(sums_of_rows_are_the_same_bits)
{
    setup();
    static const uint64_t starts[] = {0, 0, 1, 7, 30};
    static const uint32_t places[] = {3, 0, 1, 2};
    for (size_t dim = 1; dim <= 150; dim++) {
        for (int width = 0; width <= simd_best(); width++) {
            begin();
            const nn_row_sums one = {4, starts, f.rows, f.sparse, dim, NULL, 1, f.out};
            const nn_row_sums two = {4, starts, f.rows, f.sparse, dim, places, 0, f.out + 2000};
            SIMD_OF(nn_embedding_kernels, width)->sum(&one);
            SIMD_OF(nn_embedding_kernels, width)->sum(&two);
            compare(width, 0, "sums", dim);
        }
    }
}
END_TEST

START_TEST(windows_are_searched_with_the_same_bits)
{
    setup();
    for (size_t taps = 1; taps <= 7; taps++) {
        for (int width = 0; width <= simd_best(); width++) {
            int32_t where[NN_PROJECTION_FILTERS];
            begin();
            SIMD_OF(nn_projection_kernels, width)
                ->search(taps, 50, f.rows, f.sparse, 16 * taps, f.out, where);
            for (size_t i = 0; i < NN_PROJECTION_FILTERS; i++) {
                f.got_which[i] = (uint8_t)where[i];
            }
            compare(width, 0, "windows", taps);
        }
    }
}
END_TEST

/* A matrix of MOST rows: R of its first 33, one block and a row, and what is made with it. */
START_TEST(factors_and_distances_are_the_same_bits)
{
    enum { ROWS = 33, ALL = MOST * MOST };
    double r[ALL], c[ALL], y[MOST], want[ALL], want_y[MOST], w[MOST];
    setup();
    for (int width = 0; width <= simd_best(); width++) {
        const gp_factor_kernels *k = SIMD_OF(gp_factor_kernels, width);
        const gp_delta_kernels *d = SIMD_OF(gp_delta_kernels, width);
        for (size_t i = 0; i < ALL; i++) {
            r[i] = (double)f.x[i] + (i % (MOST + 1) == 0 ? 100 : 0);
            c[i] = (double)f.x[9000 + i];
            y[i % MOST] = w[i % MOST] = (double)(i % 7);
        }
        ck_assert(k->factor_block(0, ROWS, ROWS, r, MOST));
        for (size_t n = 1; n < MOST; n++) {
            k->tn(n, MOST - n, ROWS, r, MOST, r, MOST, c, MOST);
        }
        k->finish_block(0, ROWS, r, MOST, MOST - 1, c, MOST);
        k->forward_one(ROWS, r, MOST, y);
        k->backward_one(ROWS, r, MOST, y);
        y[ROWS] = k->dot(MOST - 1, c, r);
        y[ROWS + 1] = d->squares(MOST - 1, c, r[5], false, w);
        y[ROWS + 2] = d->squares(MOST - 1, w, w[5], true, c);
        y[ROWS + 3] = d->differences(MOST - 1, c, r[5], w);
        ck_assert(isfinite(y[0]) && y[0] != 0 && y[ROWS + 2] != 0);
        ck_assert(width == 0 || memcmp(c, want, sizeof c) == 0);
        ck_assert(width == 0 || memcmp(y, want_y, sizeof y) == 0);
        memcpy(want, c, sizeof c);
        memcpy(want_y, y, sizeof y);
    }
}
END_TEST

/* Each of the four kinds of columns, in a mixture of three kernels. */
START_TEST(mixtures_are_the_same_bits)
{
    setup();
    const density_space space = {.column_count = 8};
    const density_block block = {0, 2, 4, 6, 8};
    float at[24], slope[24], shift[24], active[8 * DENSITY_LANES], x[8 * DENSITY_LANES];
    const density_rows rows = {&space, 3, at, NULL, slope, shift};
    const density_term terms[] = {{0, 0.2f}, {2, 0.3f}, {1, 0.4f}};
    const float bases[] = {-1.6f, -1.2f, -0.9f, -2.3f};
    float logs[3 * DENSITY_LANES];
    for (size_t i = 0; i < 24; i++) {
        at[i] = i % 8 < 4 ? fabsf(f.x[i]) : (float)(i % 3);
        slope[i] = 1 + fabsf(f.x[100 + i]);
        shift[i] = f.x[200 + i];
    }
    for (size_t i = 0; i < 8 * (size_t)DENSITY_LANES; i++) {
        active[i] = f.which[i] > 0 ? 1 : 0;
        x[i] = i < 4 * (size_t)DENSITY_LANES ? fabsf(f.x[300 + i]) : (float)(f.which[i] % 3);
    }
    for (int width = 0; width <= simd_best(); width++) {
        const density_stretch s = {&rows, &block, x, active, DENSITY_LANES, terms, bases, 3, logs};
        begin();
        SIMD_OF(density_mixture_kernels, width)->log(&s, f.out);
        compare(width, 0, "mixture", 3);
    }
}
END_TEST

TEST_MAIN("kernels", transformations_of_winograd_are_the_same_bits,
          first_blocks_are_the_same_but_for_rounding, winners_are_the_same_but_for_rounding,
          sums_of_rows_are_the_same_bits, windows_are_searched_with_the_same_bits,
          factors_and_distances_are_the_same_bits, mixtures_are_the_same_bits)

#include "linalg/linalg.h"
#include "linalg/tile.h"
#include "support.h"

#include <collet/helpers.h>

static float *noise(size_t n)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, n);
    float *numbers = collet_zeros(n);
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (float)collet_normal(&rng);
    }
    return numbers;
}

/* m, n, k around vectors, tiles, panels and the stretches of long sums; none at all. */
static const size_t sizes[][3] = {{1, 1, 1},       {13, 10, 7},    {14, 32, 9},
                                  {15, 33, 16},    {29, 64, 31},   {64, 17, 257},
                                  {100, 40, 1030}, {57, 100, 300}, {12, 5, 0}};

/* a(i, p) of the first operand and b(p, j) of the second by their strides. */
typedef struct operands {
    size_t a_row, a_step, b_step, b_column;
} operands;

static void check(const size_t *size, operands o, const float *a, const float *b, const float *bias,
                  const float *c, const char *what)
{
    for (size_t i = 0; i < size[0]; i++) {
        for (size_t j = 0; j < size[1]; j++) {
            double sum = bias != NULL ? (double)bias[j] : 0;
            for (size_t p = 0; p < size[2]; p++) {
                sum += (double)a[i * o.a_row + p * o.a_step] *
                       (double)b[p * o.b_step + j * o.b_column];
            }
            ck_assert_msg(fabs((double)c[i * size[1] + j] - sum) < 1e-3,
                          "%s %zu x %zu x %zu, (%zu, %zu): %g, %g", what, size[0], size[1], size[2],
                          i, j, (double)c[i * size[1] + j], sum);
        }
    }
}

START_TEST(products_are_those_of_their_definition)
{
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        size_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
        float *a = noise(m * k), *b = noise(k * n), *bias = noise(n), *c = noise(m * n);
        linalg_nn(m, n, k, a, b, NULL, c);
        check(sizes[s], (operands){k, 1, n, 1}, a, b, NULL, c, "nn");
        linalg_nn(m, n, k, a, b, bias, c);
        check(sizes[s], (operands){k, 1, n, 1}, a, b, bias, c, "nn with bias");
        linalg_tn(m, n, k, a, b, c);
        check(sizes[s], (operands){1, m, n, 1}, a, b, NULL, c, "tn");
        linalg_nt(m, n, k, a, b, c);
        check(sizes[s], (operands){k, 1, 1, k}, a, b, NULL, c, "nt");
        free(a);
        free(b);
        free(bias);
        free(c);
    }
}
END_TEST

START_TEST(every_kernel_of_this_processor_computes_the_same_product)
{
    static const char *const kernels[] = {"any", "AVX2", "AVX-512"};
    for (int kernel = 0; kernel < 3; kernel++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            size_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
            float *a = noise(m * k), *b = noise(k * n), *bias = noise(n), *c = noise(m * n);
            const tile_product t = tile_plain(m, n, k, a, k, 1, b, bias, c);
            if (tile_multiply_by(kernel, &t)) {
                check(sizes[s], (operands){k, 1, n, 1}, a, b, bias, c, kernels[kernel]);
            } else if (s == 0) {
                (void)printf("skipped: this processor has no %s\n", kernels[kernel]);
            }
            free(a);
            free(b);
            free(bias);
            free(c);
        }
    }
}
END_TEST

/* All strides at once: 2 lines of 17 rows in threes, 3 runs, panels of b, sums added. */
START_TEST(lines_runs_threes_and_panels_have_strides_of_their_own)
{
    enum { LINES = 2, M = 17, N = 40, RUNS = 3, K = 5 };
    enum { A_LINE = 500, A_ROW = 2, A_THREE = 20, A_RUN = 150, A_STEP = 3 };
    enum { B_STEP = 32, B_RUN = 170, B_PANEL = 600, B_LINE = 70, C_LINE = 1000, C_ROW = 50 };
    float *a = noise(LINES * A_LINE + 1000), *b = noise(2 * B_PANEL + B_LINE);
    float *before = noise(LINES * C_LINE), *c = collet_zeros(LINES * C_LINE);
    for (int kernel = 0; kernel < 3; kernel++) {
        memcpy(c, before, LINES * C_LINE * sizeof *c);
        tile_product t = {.lines = LINES, .m = M, .n = N, .runs = RUNS, .k = K, .add = true};
        t.a = a, t.a_line = A_LINE, t.a_row = A_ROW, t.a_three = A_THREE;
        t.a_run = A_RUN, t.a_step = A_STEP;
        t.b = b, t.b_line = B_LINE, t.b_run = B_RUN, t.b_step = B_STEP, t.b_panel = B_PANEL;
        t.c = c, t.c_line = C_LINE, t.c_row = C_ROW;
        if (!tile_multiply_by(kernel, &t)) {
            continue; /* said so above */
        }
        for (size_t at = 0; at < LINES * M * N; at++) {
            size_t l = at / (M * N), i = at / N % M, j = at % N, where = l * C_LINE + i * C_ROW + j;
            double sum = (double)before[where];
            for (size_t q = 0; q < RUNS; q++) {
                for (size_t p = 0; p < K; p++) {
                    sum +=
                        (double)a[l * A_LINE + i / 3 * A_THREE + i % 3 * A_ROW + q * A_RUN +
                                  p * A_STEP] *
                        (double)b[l * B_LINE + q * B_RUN + p * B_STEP + j / 32 * B_PANEL + j % 32];
                }
            }
            ck_assert_msg(fabs((double)c[where] - sum) < 1e-4, "kernel %d, %zu, %zu, %zu", kernel,
                          l, i, j);
        }
    }
    free(a);
    free(b);
    free(before);
    free(c);
}
END_TEST

TEST_MAIN("linalg", products_are_those_of_their_definition,
          every_kernel_of_this_processor_computes_the_same_product,
          lines_runs_threes_and_panels_have_strides_of_their_own)

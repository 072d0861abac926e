#include "linalg/linalg.h"

#include "linalg/tile.h"

#include <cblas.h>
#include <string.h>

/* Numbers of k after which a tile goes on with a fresh stretch, so that the stretch of B that all
 * rows share stays in the first-level cache; and rows of B that are transposed at once. */
enum { STRETCH = 256, FOUR = 4 };

/* The plain product t by tiles, k in stretches where it is long. */
static void multiply(tile_product t)
{
    const tile_product whole = t;
    const size_t k = t.k, step = k > 3 * STRETCH ? STRETCH : k + 1;
    for (size_t p = 0; p < k || p == 0; p += step) {
        t.k = k - p < step ? k - p : step;
        t.a = whole.a + p * t.a_step;
        t.b = whole.b + p * t.b_step;
        tile_multiply(&t);
        t.add = true;
    }
}

typedef float four __attribute__((vector_size(16)));

/* to[p][r] = from[r][p] for 4 x 4 numbers */
static void transpose_four(const float *from, size_t from_row, float *to, size_t to_row)
{
    four x[FOUR];
    for (size_t r = 0; r < FOUR; r++) {
        memcpy(&x[r], from + r * from_row, sizeof x[r]);
    }
    const four low01 = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
    const four low23 = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
    const four high01 = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
    const four high23 = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
    x[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    x[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    x[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    x[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
    for (size_t r = 0; r < FOUR; r++) {
        memcpy(to + r * to_row, &x[r], sizeof x[r]);
    }
}

void linalg_transpose(size_t rows, size_t columns, const float *from, size_t from_row, float *to,
                      size_t to_row)
{
    const size_t rows4 = rows / FOUR * FOUR, columns4 = columns / FOUR * FOUR;
    for (size_t p = 0; p < columns4; p += FOUR) {
        for (size_t r = 0; r < rows4; r += FOUR) {
            transpose_four(from + r * from_row + p, from_row, to + p * to_row + r, to_row);
        }
    }
    for (size_t p = 0; p < columns; p++) {
        for (size_t r = p < columns4 ? rows4 : 0; r < rows; r++) {
            to[p * to_row + r] = from[r * from_row + p];
        }
    }
}

/* c[m][n] = a[m][k] b[n][k]^T, by transposing a panel of B after the other. */
static void multiply_nt(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    float panel[STRETCH * TILE_PANEL] __attribute__((aligned(64)));
    for (size_t j = 0; j < n; j += TILE_PANEL) {
        size_t width = n - j < TILE_PANEL ? n - j : TILE_PANEL;
        tile_product t = tile_plain(m, width, 0, a, k, 1, panel, NULL, c + j);
        t.b_step = TILE_PANEL;
        t.c_row = n;
        for (size_t p = 0; p < k || p == 0; p += STRETCH) {
            t.k = k - p < STRETCH ? k - p : STRETCH;
            linalg_transpose(width, t.k, b + j * k + p, k, panel, TILE_PANEL);
            t.a = a + p;
            tile_multiply(&t);
            t.add = true;
        }
    }
}

void linalg_nn(size_t m, size_t n, size_t k, const float *a, const float *b, const float *bias,
               float *c)
{
    tile_product t = tile_plain(m, n, k, a, k, 1, b, bias, c);
    if (tile_suits(&t)) {
        multiply(t);
        return;
    }
    for (size_t i = 0; i < m && bias != NULL; i++) {
        memcpy(c + i * n, bias, n * sizeof *c);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k,
                b, (int)n, bias != NULL ? 1.0f : 0.0f, c, (int)n);
}

void linalg_tn(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    tile_product t = tile_plain(m, n, k, a, 1, m, b, NULL, c);
    if (tile_suits(&t)) {
        multiply(t);
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)m, b,
                (int)n, 0.0f, c, (int)n);
}

void linalg_nt(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    if (tile_suits_transposed(m, n, k)) {
        multiply_nt(m, n, k, a, b, c);
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k, b,
                (int)k, 0.0f, c, (int)n);
}

void linalg_windows(size_t m, size_t n, size_t k, size_t step, const float *a, const float *b,
                    float *c)
{
    tile_product t = tile_plain(m, n, k, a, step, 1, b, NULL, c);
    if (tile_suits(&t)) {
        multiply(t);
        return;
    }
    /* BLAS knows no overlapping rows: one product for each step along the window. */
    for (size_t p = 0; p < k; p += step) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)step, 1.0f,
                    a + p, (int)step, b + p * n, (int)n, p > 0 ? 1.0f : 0.0f, c, (int)n);
    }
}

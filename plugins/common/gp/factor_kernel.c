#include "gp/product_kernel.h"

#include "simd/vector.h"

/* ROWS x 2 vectors are held in registers. */
enum { ROWS = 4 };

/* rows x vectors of c, the sums in registers; rows and vectors are constants where this is
 * called. */
INLINE void tile(size_t rows, size_t vectors, size_t k, const double *a, size_t as, const double *b,
                 size_t bs, double *c, size_t cs)
{
    doubles sum[ROWS][2], x[2];
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            LOAD(sum[i][v], c + i * cs + v * DOUBLES);
        }
    }
    for (size_t p = 0; p < k; p++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            LOAD(x[v], b + p * bs + v * DOUBLES);
        }
        UNROLL
        for (size_t i = 0; i < rows; i++) {
            UNROLL
            for (size_t v = 0; v < vectors; v++) {
                sum[i][v] -= a[p * as + i] * x[v];
            }
        }
    }
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            STORE(c + i * cs + v * DOUBLES, sum[i][v]);
        }
    }
}

/* `rows` rows of c over all columns. */
INLINE void strip(size_t rows, size_t n, size_t k, const double *a, size_t as, const double *b,
                  size_t bs, double *c, size_t cs)
{
    size_t j = 0;
    for (; j + 2 * DOUBLES <= n; j += 2 * DOUBLES) {
        tile(rows, 2, k, a, as, b + j, bs, c + j, cs);
    }
    for (; j + DOUBLES <= n; j += DOUBLES) {
        tile(rows, 1, k, a, as, b + j, bs, c + j, cs);
    }
    for (; j < n; j++) {
        for (size_t i = 0; i < rows; i++) {
            double sum = c[i * cs + j];
            for (size_t p = 0; p < k; p++) {
                sum -= a[p * as + i] * b[p * bs + j];
            }
            c[i * cs + j] = sum;
        }
    }
}

static void tn(size_t m, size_t n, size_t k, const double *a, size_t as, const double *b, size_t bs,
               double *c, size_t cs)
{
    size_t i = 0;
    for (; i + ROWS <= m; i += ROWS) {
        strip(ROWS, n, k, a + i, as, b, bs, c + i * cs, cs);
    }
    for (; i < m; i++) {
        strip(1, n, k, a + i, as, b, bs, c + i * cs, cs);
    }
}

SIMD_DEFINE(gp_product_kernels) = {.tn = tn};

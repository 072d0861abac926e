#include "gp/factor_kernel.h"

#include "gp/vector.h"
#include "simd/vector.h"

#include <math.h>

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

/* y[i] -= a x[i]. Each element by one multiplication and one subtraction. */
INLINE void subtract(size_t n, double a, const double *x, double *y)
{
    doubles u, v;
    size_t i = 0;
    for (; i + DOUBLES <= n; i += DOUBLES) {
        LOAD(u, x + i);
        LOAD(v, y + i);
        v -= a * u;
        STORE(y + i, v);
    }
    for (; i < n; i++) {
        y[i] -= a * x[i];
    }
}

static double dot(size_t n, const double *a, const double *b)
{
    doubles sum[GP_VECTORS] = {{0}}, x, y;
    double lanes[GP_LANES], rest = 0;
    size_t i = 0;
    for (; i + GP_LANES <= n; i += GP_LANES) {
        UNROLL
        for (size_t v = 0; v < GP_VECTORS; v++) {
            LOAD(x, a + i + v * DOUBLES);
            LOAD(y, b + i + v * DOUBLES);
            sum[v] += x * y;
        }
    }
    for (; i < n; i++) {
        rest += a[i] * b[i];
    }
    memcpy(lanes, sum, sizeof lanes);
    return GP_SUM(lanes) + rest;
}

/* b[count][m] of rows `first` on, from which all rows before have been subtracted. */
static void finish_block(size_t first, size_t count, const double *r, size_t stride, size_t m,
                         double *b, size_t bs)
{
    for (size_t i = first; i < first + count; i++) {
        for (size_t k = first; k < i; k++) {
            subtract(m, r[k * stride + i], b + k * bs, b + i * bs);
        }
        double pivot = r[i * stride + i];
        for (size_t j = 0; j < m; j++) {
            b[i * bs + j] /= pivot;
        }
    }
}

/* Rows first .. first + count of R in the columns from there to n; what lies above is subtracted.
 */
static bool factor_block(size_t first, size_t count, size_t n, double *k, size_t stride)
{
    for (size_t i = first; i < first + count; i++) {
        double *row = k + i * stride;
        for (size_t p = first; p < i; p++) {
            subtract(n - i, k[p * stride + i], k + p * stride + i, row + i);
        }
        if (!(row[i] > 0)) {
            return false;
        }
        double pivot = sqrt(row[i]);
        row[i] = pivot;
        for (size_t j = i + 1; j < n; j++) {
            row[j] /= pivot;
        }
    }
    return true;
}

static void forward_one(size_t n, const double *r, size_t stride, double *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] /= r[i * stride + i];
        subtract(n - i - 1, y[i], r + i * stride + i + 1, y + i + 1);
    }
}

static void backward_one(size_t n, const double *r, size_t stride, double *y)
{
    for (size_t i = n; i-- > 0;) {
        const double *row = r + i * stride;
        y[i] = (y[i] - dot(n - i - 1, row + i + 1, y + i + 1)) / row[i];
    }
}

SIMD_DEFINE(gp_factor_kernels) = {.tn = tn,
                                  .finish_block = finish_block,
                                  .factor_block = factor_block,
                                  .forward_one = forward_one,
                                  .backward_one = backward_one,
                                  .dot = dot};

#include "gp/factor.h"

#include "gp/factor_kernel.h"

#include <math.h>
#include <string.h>

/* Rows of a block of R: its part of b stays in the first-level cache. */
enum { BLOCK = 32 };

void gp_tn(size_t m, size_t n, size_t k, const double *a, size_t as, const double *b, size_t bs,
           double *c, size_t cs)
{
    SIMD_BEST(gp_factor_kernels)->tn(m, n, k, a, as, b, bs, c, cs);
}

void gp_factor_forward(size_t n, const double *r, size_t stride, size_t m, double *b, size_t bs)
{
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t count = n - first < BLOCK ? n - first : BLOCK;
        gp_tn(count, m, first, r + first, stride, b, bs, b + first * bs, bs);
        SIMD_BEST(gp_factor_kernels)->finish_block(first, count, r, stride, m, b, bs);
    }
}

bool gp_factor_extend(size_t known, size_t n, double *k, size_t stride)
{
    gp_factor_forward(known, k, stride, n - known, k + known, stride);
    for (size_t first = known; first < n; first += BLOCK) {
        size_t count = n - first < BLOCK ? n - first : BLOCK;
        gp_tn(count, n - first, first, k + first, stride, k + first, stride,
              k + first * stride + first, stride);
        if (!SIMD_BEST(gp_factor_kernels)->factor_block(first, count, n, k, stride)) {
            return false;
        }
    }
    return true;
}

void gp_factor_forward_one(size_t n, const double *r, size_t stride, double *y)
{
    SIMD_BEST(gp_factor_kernels)->forward_one(n, r, stride, y);
}

void gp_factor_backward_one(size_t n, const double *r, size_t stride, double *y)
{
    SIMD_BEST(gp_factor_kernels)->backward_one(n, r, stride, y);
}

void gp_factor_subtract_inverse(size_t n, const double *r, size_t stride, double *work, double *w)
{
    for (size_t i = 0; i < n; i++) {
        memset(work + i * stride, 0, n * sizeof *work);
        work[i * stride + i] = 1;
    }
    /* R^-T is lower triangular: its rows up to the block's last have no column beyond. */
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t count = n - first < BLOCK ? n - first : BLOCK;
        for (size_t k = 0; k < first; k += BLOCK) { /* row block k has columns from 0 to its end */
            gp_tn(count, k + BLOCK, BLOCK, r + k * stride + first, stride, work + k * stride,
                  stride, work + first * stride, stride);
        }
        SIMD_BEST(gp_factor_kernels)
            ->finish_block(first, count, r, stride, first + count, work, stride);
    }
    /* K^-1 = R^-1 R^-T: element (i, j) is a sum over the rows from j on. */
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t count = n - first < BLOCK ? n - first : BLOCK;
        for (size_t j = first; j < n; j += BLOCK) {
            size_t columns = n - j < BLOCK ? n - j : BLOCK;
            gp_tn(count, columns, n - j, work + j * stride + first, stride, work + j * stride + j,
                  stride, w + first * stride + j, stride);
        }
    }
}

double gp_factor_log_determinant(size_t n, const double *r, size_t stride)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += log(r[i * stride + i]);
    }
    return 2 * sum;
}

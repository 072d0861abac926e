#include "population/eigen.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { SWEEPS = 40 };

/* Row j of f becomes column j of the lower Cholesky factor of c. */
static void factor(uint32_t d, const double *c, double *f)
{
    memset(f, 0, (size_t)d * d * sizeof *f);
    for (uint32_t j = 0; j < d; j++) {
        double *column = f + (size_t)j * d;
        memcpy(column + j, c + (size_t)j * d + j, (d - j) * sizeof *column);
        for (uint32_t k = 0; k < j; k++) {
            const double *before = f + (size_t)k * d;
            for (uint32_t i = j; i < d; i++) {
                column[i] -= before[j] * before[i];
            }
        }
        double least = 1e-20 * fabs(c[(size_t)j * d + j]) + 1e-300; /* rounding may eat a pivot */
        double pivot = sqrt(column[j] > least ? column[j] : least);
        column[j] = pivot;
        for (uint32_t i = j + 1; i < d; i++) {
            column[i] /= pivot;
        }
    }
}

COLLET_SIMD static double dot(uint32_t d, const double *a, const double *b)
{
    double sum[8] = {0}, total = 0; /* eight sums: the compiler may not reorder one */
    uint32_t i = 0;
    for (; i + 8 <= d; i += 8) {
        for (uint32_t k = 0; k < 8; k++) {
            sum[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < d; i++) {
        total += a[i] * b[i];
    }
    for (uint32_t k = 0; k < 8; k++) {
        total += sum[k];
    }
    return total;
}

COLLET_SIMD static void rotate(uint32_t d, double *restrict a, double *restrict b, double cosine,
                               double sine)
{
    for (uint32_t i = 0; i < d; i++) {
        double old = a[i];
        a[i] = cosine * old - sine * b[i];
        b[i] = sine * old + cosine * b[i];
    }
}

/* Makes two columns orthogonal; false where they are. */
static bool part(uint32_t d, double *a, double *b)
{
    double aa = dot(d, a, a), bb = dot(d, b, b), ab = dot(d, a, b);
    if (fabs(ab) <= 1e-15 * sqrt(aa * bb)) {
        return false;
    }
    double zeta = (bb - aa) / (2 * ab);
    double tangent = (zeta > 0 ? 1 : -1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
    double cosine = 1 / sqrt(1 + tangent * tangent);
    rotate(d, a, b, cosine, cosine * tangent);
    return true;
}

void population_eigen(uint32_t d, const double *c, double *vectors, double *roots)
{
    bool moved = true;
    factor(d, c, vectors);
    for (int sweep = 0; sweep < SWEEPS && moved; sweep++) {
        moved = false;
        for (uint32_t i = 0; i < d; i++) {
            for (uint32_t j = i + 1; j < d; j++) {
                moved |= part(d, vectors + (size_t)i * d, vectors + (size_t)j * d);
            }
        }
    }
    for (uint32_t k = 0; k < d; k++) {
        double *column = vectors + (size_t)k * d;
        roots[k] = sqrt(dot(d, column, column));
        for (uint32_t i = 0; i < d; i++) {
            column[i] /= roots[k];
        }
    }
}

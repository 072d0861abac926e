#include "linalg/linalg.h"

#include "linalg/tile.h"

#include <cblas.h>
#include <string.h>

void linalg_nn(size_t m, size_t n, size_t k, const float *a, const float *b, const float *bias,
               float *c)
{
    tile_product t = tile_plain(m, n, k, a, k, 1, b, bias, c);
    if (tile_suits(&t)) {
        tile_multiply(&t);
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
        tile_multiply(&t);
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)m, b,
                (int)n, 0.0f, c, (int)n);
}

void linalg_nt(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k, b,
                (int)k, 0.0f, c, (int)n);
}

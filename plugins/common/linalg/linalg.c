#include "linalg/linalg.h"

#include "linalg/tile.h"

#include <cblas.h>
#include <string.h>

/* OpenBLAS counts with int. */
static void blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, const tile_product *t, size_t lda,
                 size_t ldb)
{
    float beta = t->start != NULL ? 1.0f : 0.0f;
    for (size_t i = 0; i < t->m && t->start != NULL; i++) {
        memcpy(t->c + i * t->n, t->start, t->n * sizeof *t->c);
    }
    if (t->m > 0 && t->n > 0) {
        cblas_sgemm(CblasRowMajor, ta, tb, (int)t->m, (int)t->n, (int)t->k, 1.0f, t->a, (int)lda,
                    t->b, (int)ldb, beta, t->c, (int)t->n);
    }
}

void linalg_nn(size_t m, size_t n, size_t k, const float *a, const float *b, const float *bias,
               float *c)
{
    const tile_isa *isa = tile_best();
    tile_product t = {m, n, k, a, k, 1, b, n, 1, bias, 0, c, n};
    if (isa != NULL) {
        tile_multiply(isa, &t);
    } else {
        blas(CblasNoTrans, CblasNoTrans, &t, k, n);
    }
}

void linalg_tn(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    const tile_isa *isa = tile_best();
    tile_product t = {m, n, k, a, 1, m, b, n, 1, NULL, 0, c, n};
    if (isa != NULL) {
        tile_multiply(isa, &t);
    } else {
        blas(CblasTrans, CblasNoTrans, &t, m, n);
    }
}

void linalg_nt(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    const tile_isa *isa = tile_best();
    tile_product t = {m, n, k, a, k, 1, b, 1, k, NULL, 0, c, n};
    if (isa != NULL) {
        tile_multiply(isa, &t);
    } else {
        blas(CblasNoTrans, CblasTrans, &t, k, k);
    }
}

const char *linalg_kernel(void)
{
    const tile_isa *isa = tile_best();
    return isa != NULL ? isa->name : "openblas";
}

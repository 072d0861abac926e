#include "linalg/tile.h"

#include "linalg/tile_kernels.h"
#include "simd/simd.h"

#if defined(__x86_64__)
bool tile_multiply_by(int kernel, const tile_product *product)
{
    static void (*const kernels[])(const tile_product *) = {tile_multiply_any, tile_multiply_avx2,
                                                            tile_multiply_avx512};
    if (kernel > simd_best()) {
        return false;
    }
    kernels[kernel](product);
    return true;
}
#else
bool tile_multiply_by(int kernel, const tile_product *product)
{
    if (kernel > 0) {
        return false;
    }
    tile_multiply_any(product);
    return true;
}
#endif

/* Where OpenBLAS wins (measured on Zen 4 and Sapphire Rapids): many rows share a B whose rows begin
 * in the middle of a cache line. */
bool tile_suits(const tile_product *product)
{
    const size_t few_rows = 56, short_k = 128, lanes = 16;
    bool kind = product->n % lanes == 0 || product->n < lanes || product->k <= short_k;
    return simd_best() == 2 && (product->m <= few_rows || kind);
}

/* Few rows do not pay for transposing B. */
bool tile_suits_transposed(size_t m, size_t n, size_t k)
{
    (void)n;
    (void)k;
    return simd_best() == 2 && m >= 12;
}

void tile_multiply(const tile_product *product)
{
    (void)tile_multiply_by(simd_best(), product);
}

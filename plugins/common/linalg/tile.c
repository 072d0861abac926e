#include "linalg/tile.h"

#include "linalg/tile_kernels.h"

#if defined(__x86_64__)
/* 0 any processor, 1 AVX2, 2 AVX-512 */
static int best(void)
{
    if (__builtin_cpu_supports("avx512f")) {
        return 2;
    }
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}

bool tile_multiply_by(int kernel, const tile_product *product)
{
    static void (*const kernels[])(const tile_product *) = {tile_multiply_any, tile_multiply_avx2,
                                                            tile_multiply_avx512};
    if (kernel > best()) {
        return false;
    }
    kernels[kernel](product);
    return true;
}
#else
static int best(void)
{
    return 0;
}

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
    return best() == 2 && (product->m <= few_rows || kind);
}

/* Few rows do not pay for transposing B. */
bool tile_suits_transposed(size_t m, size_t n, size_t k)
{
    (void)n;
    (void)k;
    return best() == 2 && m >= 12;
}

void tile_multiply(const tile_product *product)
{
    (void)tile_multiply_by(best(), product);
}

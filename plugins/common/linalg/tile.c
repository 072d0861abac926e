#include "linalg/tile.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* 14 x 2 sums, 2 vectors of B and 1 of A are 31 of the 32 registers. */
enum { ROWS = 14, LANES = 16 };

#define AVX512 __attribute__((target("avx512f")))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 14")
#endif

bool tile_supported(void)
{
    return __builtin_cpu_supports("avx512f");
}

/* Where OpenBLAS wins (measured on Zen 4 and Sapphire Rapids): many rows share a B that is too
 * large for the cache, or whose rows begin in the middle of a cache line. */
bool tile_suits(const tile_product *product)
{
    const size_t few_rows = 56, most_k = 896, short_k = 128;
    bool kind = product->n % LANES == 0 || product->n < LANES || product->k <= short_k;
    return tile_supported() && (product->m <= few_rows || (kind && product->k <= most_k));
}

/* rows x vectors of C at row i and column j. mask keeps to the matrix where it has fewer than 16
 * columns left; then vectors is 1. rows and vectors are constants where this is called, so that
 * sum lives in registers. Three rows of A share a pointer, because base, base + a_row and
 * base + 2 a_row are addressing modes: fourteen pointers would not fit the registers. */
static inline __attribute__((always_inline)) AVX512 void tile(size_t rows, size_t vectors,
                                                              const tile_product *t, size_t i,
                                                              size_t j, __mmask16 mask)
{
    __m512 sum[ROWS][2], x[2];
    const float *a[(ROWS + 2) / 3], *b = t->b + j;
    const size_t a_row = t->a_row, a_step = t->a_step, n = t->n;
    for (size_t v = 0; v < vectors; v++) {
        x[v] = t->bias == NULL ? _mm512_setzero_ps()
                               : _mm512_maskz_loadu_ps(mask, t->bias + j + v * LANES);
    }
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        sum[r][0] = x[0];
        sum[r][1] = x[vectors - 1];
    }
    UNROLL
    for (size_t r = 0; r < rows; r += 3) {
        a[r / 3] = t->a + (i + r) * a_row;
    }
    for (size_t p = t->k; p > 0; p--) {
        for (size_t v = 0; v < vectors; v++) {
            x[v] = _mm512_maskz_loadu_ps(mask, b + v * LANES);
        }
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            const __m512 s = _mm512_set1_ps(a[r / 3][r % 3 * a_row]);
            for (size_t v = 0; v < vectors; v++) {
                sum[r][v] = _mm512_fmadd_ps(s, x[v], sum[r][v]);
            }
        }
        UNROLL
        for (size_t r = 0; r < rows; r += 3) {
            a[r / 3] += a_step;
        }
        b += n;
    }
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        for (size_t v = 0; v < vectors; v++) {
            _mm512_mask_storeu_ps(t->c + (i + r) * n + j + v * LANES, mask, sum[r][v]);
        }
    }
}

/* Picks the code for rows x vectors. */
static AVX512 void some_tile(size_t rows, size_t vectors, const tile_product *t, size_t i, size_t j,
                             __mmask16 mask)
{
#define CASE(R)                                                                                    \
    case R:                                                                                        \
        if (vectors == 2) {                                                                        \
            tile(R, 2, t, i, j, 0xffff);                                                           \
        } else {                                                                                   \
            tile(R, 1, t, i, j, mask);                                                             \
        }                                                                                          \
        break
    switch (rows) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
        CASE(14);
    default:
        break;
    }
#undef CASE
}

void tile_multiply(const tile_product *product)
{
    size_t columns, rows, m = product->m, n = product->n;
    for (size_t j = 0; j < n; j += columns) {
        size_t left = n - j, vectors = left >= 2 * LANES ? 2 : 1;
        columns = left < LANES ? left : vectors * LANES;
        __mmask16 mask = (__mmask16)(0xffffu >> (columns < LANES ? LANES - columns : 0));
        for (size_t i = 0; i < m; i += rows) {
            size_t tiles = (m - i + ROWS - 1) / ROWS; /* of nearly equal height */
            rows = (m - i + tiles - 1) / tiles;
            some_tile(rows, vectors, product, i, j, mask);
        }
    }
}
#else
bool tile_supported(void)
{
    return false;
}

bool tile_suits(const tile_product *product)
{
    (void)product;
    return false;
}

void tile_multiply(const tile_product *product)
{
    (void)product;
}
#endif

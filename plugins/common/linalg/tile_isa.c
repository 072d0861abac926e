#include "linalg/tile.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* AVX-512: 14 x 2 sums, 2 vectors of B and 1 of A are 31 of the 32 registers. */
#define NAME(x)               x##_avx512
#define TARGET                "avx512f"
#define ROWS                  14
#define LANES                 16
#define VECTOR                __m512
#define MASK                  __mmask16
#define FIRST(n)              ((__mmask16)(0xffffu >> (16 - ((n) < 16 ? (n) : 16))))
#define ZERO                  _mm512_setzero_ps()
#define LOAD(p)               _mm512_loadu_ps(p)
#define LOAD_SOME(p)          _mm512_maskz_loadu_ps(mask, p)
#define STORE(p, x)           _mm512_storeu_ps(p, x)
#define STORE_SOME(p, x)      _mm512_mask_storeu_ps(p, mask, x)
#define SPREAD(p)             _mm512_set1_ps(*(p))
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define BLOCKS                                                                                     \
    BLOCK(1)                                                                                       \
    BLOCK(2)                                                                                       \
    BLOCK(3)                                                                                       \
    BLOCK(4)                                                                                       \
    BLOCK(5)                                                                                       \
    BLOCK(6)                                                                                       \
    BLOCK(7) BLOCK(8) BLOCK(9) BLOCK(10) BLOCK(11) BLOCK(12) BLOCK(13) BLOCK(14)
#include "linalg/tile_kernel.h"
#undef NAME
#undef TARGET
#undef ROWS
#undef LANES
#undef VECTOR
#undef MASK
#undef FIRST
#undef ZERO
#undef LOAD
#undef LOAD_SOME
#undef STORE
#undef STORE_SOME
#undef SPREAD
#undef MULTIPLY_ADD
#undef BLOCKS

/* AVX2: 6 x 2 sums, 2 vectors of B and 1 of A are 15 of the 16 registers. */
static inline __attribute__((always_inline, target("avx2,fma"))) __m256i first_avx2(size_t n)
{
    static const int32_t window[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(const void *)(window + (n < 8 ? 8 - n : 0)));
}

#define NAME(x)               x##_avx2
#define TARGET                "avx2,fma"
#define ROWS                  6
#define LANES                 8
#define VECTOR                __m256
#define MASK                  __m256i
#define FIRST(n)              first_avx2(n)
#define ZERO                  _mm256_setzero_ps()
#define LOAD(p)               _mm256_loadu_ps(p)
#define LOAD_SOME(p)          _mm256_maskload_ps(p, mask)
#define STORE(p, x)           _mm256_storeu_ps(p, x)
#define STORE_SOME(p, x)      _mm256_maskstore_ps(p, mask, x)
#define SPREAD(p)             _mm256_broadcast_ss(p)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define BLOCKS                BLOCK(1) BLOCK(2) BLOCK(3) BLOCK(4) BLOCK(5) BLOCK(6)
#include "linalg/tile_kernel.h"

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f");
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static const tile_isa avx512 = {"avx512", 14, 16, tile_avx512, has_avx512};
static const tile_isa avx2 = {"avx2", 6, 8, tile_avx2, has_avx2};
const tile_isa *const tile_isas[] = {&avx512, &avx2, NULL};
#else
const tile_isa *const tile_isas[] = {NULL};
#endif

const tile_isa *tile_best(void)
{
    const tile_isa *const *isa = tile_isas;
    while (*isa != NULL && !(*isa)->supported()) {
        isa++;
    }
    return *isa;
}

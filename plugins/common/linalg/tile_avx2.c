/* The kernel for AVX2 with fused multiply-add. This file is compiled for such processors only. */
#include "linalg/tile_kernels.h"

#include <immintrin.h>

typedef __m256 vec;

INLINE __m256i mask_of(size_t count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vec load_count(const float *from, size_t count)
{
    return _mm256_maskload_ps(from, mask_of(count));
}

INLINE void store_count(float *to, size_t count, vec x)
{
    _mm256_maskstore_ps(to, mask_of(count), x);
}

#define LANES    8
#define ROWS     6
#define MULTIPLY tile_multiply_avx2
#include "linalg/tile_kernel.h"

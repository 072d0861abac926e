/* The kernel for AVX-512. This file is compiled for such processors only. */
#include "linalg/tile_kernels.h"

#include <immintrin.h>

typedef __m512 vec;

INLINE vec load_count(const float *from, size_t count)
{
    return _mm512_maskz_loadu_ps((__mmask16)(0xffffu >> (16 - count)), from);
}

INLINE void store_count(float *to, size_t count, vec x)
{
    _mm512_mask_storeu_ps(to, (__mmask16)(0xffffu >> (16 - count)), x);
}

#define LANES    16
#define ROWS     14
#define MULTIPLY tile_multiply_avx512
#include "linalg/tile_kernel.h"

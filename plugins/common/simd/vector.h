/**
 * @file simd/vector.h
 * @brief Vectors of the width that a kernel is compiled for; see simd.h. For x_kernel.c only.
 *
 * The build defines SIMD_BYTES, 16, 32 or 64, and SIMD_WIDTH, any, avx2 or avx512.
 */
#ifndef SIMD_VECTOR_H
#define SIMD_VECTOR_H

#include "simd/simd.h"

#include <stdint.h>
#include <string.h>
#if SIMD_BYTES == 32
#include <immintrin.h>
#endif

/** Floats and doubles of a vector. */
enum { LANES = SIMD_BYTES / 4, DOUBLES = SIMD_BYTES / 8 };

typedef float floats __attribute__((vector_size(SIMD_BYTES)));
typedef double doubles __attribute__((vector_size(SIMD_BYTES)));
typedef int32_t whole __attribute__((vector_size(SIMD_BYTES)));
typedef int64_t longs __attribute__((vector_size(SIMD_BYTES)));
typedef uint8_t bytes __attribute__((vector_size(SIMD_BYTES / 4)));

/** What must melt into a kernel. Vectors go by address: functions do not give them on every
 *  processor. */
#define INLINE static inline __attribute__((always_inline))

/** Before a loop whose vectors must not lie in arrays. Under sanitizers they do anyway, and
 *  unrolled code takes minutes to compile. */
#if defined(COLLET_SANITIZED)
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/** A vector from any address, and to it. */
#define LOAD(v, from) memcpy(&(v), (from), sizeof(v))
#define STORE(to, v)  memcpy((to), &(v), sizeof(v))

/** For each lane of a whole: condition ? a : b, where condition is -1 or 0. */
#define SELECT(condition, a, b) (((condition) & (a)) | (~(condition) & (b)))

/** Defines this width's table of a kernel: SIMD_DEFINE(x_kernels) = {...}. */
#define SIMD_DEFINE(type)             SIMD_DEFINE_NAMED(type, SIMD_WIDTH)
#define SIMD_DEFINE_NAMED(type, name) SIMD_DEFINE_AS(type, name)
#define SIMD_DEFINE_AS(type, name)    const type type##_##name

/** The first `count` floats of a vector, the others 0; and back. */
INLINE void simd_load(const float *from, size_t count, floats *x)
{
    *x = (floats){0};
    memcpy(x, from, (count == LANES ? LANES : count) * sizeof *from);
}

INLINE void simd_store(float *to, size_t count, const floats *x)
{
    memcpy(to, x, (count == LANES ? LANES : count) * sizeof *to);
}

/** The first `count` of small numbers, as bytes. */
INLINE void simd_store_bytes(uint8_t *to, size_t count, const whole *x)
{
#if SIMD_BYTES == 32 /* gcc would take the numbers out one by one */
    const __m256i all = (__m256i)*x;
    const __m128i shorts =
        _mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    const __m128i narrow = _mm_packus_epi16(shorts, shorts);
#else
    const bytes narrow = __builtin_convertvector(*x, bytes);
#endif
    memcpy(to, &narrow, count == LANES ? LANES : count);
}

#endif /* SIMD_VECTOR_H */

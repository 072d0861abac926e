/**
 * @file simd/simd.h
 * @brief Which of the widths that a kernel was compiled for runs on this processor.
 *
 * COLLET_SIMD (collet/helpers.h) is for plain loops, which the compiler turns into vectors of the
 * processor's width. What is written in vectors must not be wider than the processor's: a compiler
 * takes wider ones apart, and keeps the parts of comparisons and sums in memory, which made some
 * kernels twelve times as slow with AVX2 as they are. So a kernel is a file of its own,
 * x_kernel.c, that leaves the width open (vector.h); collet_simd() of the build compiles it once
 * for each width, and its functions are reached through a constant table:
 *
 *     x_kernel.h     typedef struct x_kernels { void (*add)(...); } x_kernels;
 *                    SIMD_DECLARE(x_kernels);
 *     x_kernel.c     SIMD_DEFINE(x_kernels) = {.add = add};
 *     x.c            SIMD_BEST(x_kernels)->add(...);
 */
#ifndef SIMD_SIMD_H
#define SIMD_SIMD_H

#include <stddef.h>

#if defined(__x86_64__)
/** The best width here: 0 for any processor, 1 AVX2, 2 AVX-512. Any thread may call. */
static inline int simd_best(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
        return 2;
    }
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}

/** Declares the tables of a type of tables, which are named like it. */
#define SIMD_DECLARE(type) extern const type type##_any, type##_avx2, type##_avx512

/** The table of a width that is at most simd_best(). Others are for tests. */
#define SIMD_OF(type, width)                                                                       \
    ((width) == 2 ? &type##_avx512 : (width) == 1 ? &type##_avx2 : &type##_any)
#else
static inline int simd_best(void)
{
    return 0;
}

#define SIMD_DECLARE(type)   extern const type type##_any
#define SIMD_OF(type, width) ((void)(width), &type##_any)
#endif

/** The table for this processor. */
#define SIMD_BEST(type) SIMD_OF(type, simd_best())

#endif /* SIMD_SIMD_H */

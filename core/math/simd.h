/**
 * @file math/simd.h
 * @brief Loops compiled for several processors; the one for this processor is taken at run time,
 * so the binary stays portable.
 */
#ifndef CLT_MATH_SIMD_H
#define CLT_MATH_SIMD_H

/** Before a function: compile it for x86-64, for AVX2 and for AVX-512, with vector code. Nothing
 *  where the compiler cannot (clang 14), and under sanitizers, which know no ifunc resolvers. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(COLLET_SANITIZED)
#define CLT_SIMD                                                                                   \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"),                   \
                   optimize("O3", "no-trapping-math")))
#else
#define CLT_SIMD
#endif

#endif /* CLT_MATH_SIMD_H */

/**
 * @file gp/vector.h
 * @brief Sums of eight lanes.
 *
 * Whatever the processor's vectors are, sums are of eight lanes, which are always added up in the
 * same order: so the result does not depend on which they were. A kernel holds the lanes in
 * GP_VECTORS vectors (simd/vector.h).
 */
#ifndef GP_VECTOR_H
#define GP_VECTOR_H

#include <collet/helpers.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { GP_LANES = 8 };

/** What must melt into the function that was compiled for this processor. */
#define GP_INLINE static inline __attribute__((always_inline))

/** Room for n doubles as whole lanes. */
static inline size_t gp_padded(size_t n)
{
    return (n + GP_LANES - 1) / GP_LANES * GP_LANES;
}

/** Vectors of a sum, in a kernel. */
#define GP_VECTORS (GP_LANES / DOUBLES)

/** The sum of eight lanes. */
#define GP_SUM(v)                                                                                  \
    ((((v)[0] + (v)[4]) + ((v)[2] + (v)[6])) + (((v)[1] + (v)[5]) + ((v)[3] + (v)[7])))

#endif /* GP_VECTOR_H */

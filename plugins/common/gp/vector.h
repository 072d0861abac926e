/**
 * @file gp/vector.h
 * @brief Eight doubles at a time, for functions marked COLLET_SIMD.
 *
 * The compiler makes one AVX-512 register of it, two of AVX or four of SSE2. Sums of eight lanes
 * are always added up in the same order, so the result does not depend on which it was.
 */
#ifndef GP_VECTOR_H
#define GP_VECTOR_H

#include <collet/helpers.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { GP_LANES = 8 };

typedef double gp_vec __attribute__((vector_size(8 * GP_LANES)));
typedef int64_t gp_bits __attribute__((vector_size(8 * GP_LANES)));

/** What must melt into the function that was compiled for this processor. */
#define GP_INLINE static inline __attribute__((always_inline))

/** Room for n doubles as whole vectors. */
static inline size_t gp_padded(size_t n)
{
    return (n + GP_LANES - 1) / GP_LANES * GP_LANES;
}

#define GP_LOAD(v, from) memcpy(&(v), (from), sizeof(v))
#define GP_STORE(to, v)  memcpy((to), &(v), sizeof(v))

/* Macros rather than functions: a vector as an argument would have an ABI of its own for each
 * processor. */
#define GP_SUM(v)                                                                                  \
    ((((v)[0] + (v)[4]) + ((v)[2] + (v)[6])) + (((v)[1] + (v)[5]) + ((v)[3] + (v)[7])))

/** sum a[i] b[i] */
GP_INLINE double gp_dot_inline(size_t n, const double *a, const double *b)
{
    gp_vec sum = {0}, x, y;
    size_t i = 0;
    for (; i + GP_LANES <= n; i += GP_LANES) {
        GP_LOAD(x, a + i);
        GP_LOAD(y, b + i);
        sum += x * y;
    }
    double rest = 0;
    for (; i < n; i++) {
        rest += a[i] * b[i];
    }
    return GP_SUM(sum) + rest;
}

/** y[i] -= a x[i]. Each element by one multiplication and one subtraction. */
GP_INLINE void gp_subtract_inline(size_t n, double a, const double *x, double *y)
{
    gp_vec u, v;
    size_t i = 0;
    for (; i + GP_LANES <= n; i += GP_LANES) {
        GP_LOAD(u, x + i);
        GP_LOAD(v, y + i);
        v -= a * u;
        GP_STORE(y + i, v);
    }
    for (; i < n; i++) {
        y[i] -= a * x[i];
    }
}

#endif /* GP_VECTOR_H */

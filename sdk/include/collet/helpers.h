/**
 * @file collet/helpers.h
 * @brief Inline conveniences for plugin authors. Not part of the ABI: nothing here crosses the
 * border, each plugin compiles its own copy, and none of it has to be used.
 *
 * The random numbers are an exception to "may change any time": their algorithms are fixed, so
 * that a study drawn today is drawn again in ten years.
 */
#ifndef COLLET_HELPERS_H
#define COLLET_HELPERS_H

#include <collet/optimizer.h>
#include <collet/sampler.h>
#include <collet/steps.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors --------------------------------------------------------------------------------- */

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
/** Sets the error text, printf-like, and returns code: `return collet_fail(host, COLLET_E_IO,
 *  "...", ...)`. Text beyond 500 bytes is cut. */
static inline collet_status
collet_fail(const collet_host *host, collet_status code, const char *format, ...)
{
    char text[501];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    host->set_error(host->ctx, text);
    return code;
}

/* ---- Random numbers ------------------------------------------------------------------------- */

/** 64 random bits. */
static inline uint64_t collet_bits(const collet_rng *rng)
{
    uint64_t word;
    rng->fill(rng->ctx, &word, 1);
    return word;
}

/** Uniform in [0, 1): 53 bits of one word. */
static inline double collet_uniform(const collet_rng *rng)
{
    return (double)(collet_bits(rng) >> 11) * (1.0 / 9007199254740992.0);
}

/** Uniform whole number in [0, n), n > 0, without bias: words in the incomplete last stretch of
 *  2^64 are drawn again. */
static inline uint64_t collet_below(const collet_rng *rng, uint64_t n)
{
    uint64_t first_fair = (0 - n) % n; /* 2^64 mod n */
    uint64_t word;
    do {
        word = collet_bits(rng);
    } while (word < first_fair);
    return word % n;
}

/** Standard normal: Box and Muller (1958), the cosine branch, two words each. */
static inline double collet_normal(const collet_rng *rng)
{
    double u = 1.0 - collet_uniform(rng); /* (0, 1]: the logarithm is finite */
    double v = collet_uniform(rng);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586477 * v);
}

/* ---- Search spaces -------------------------------------------------------------------------- */

/** Dimension i, by the stride that the host states. */
static inline const collet_dim *collet_dim_at(const collet_space *space, uint32_t i)
{
    return (const collet_dim *)(const void *)((const char *)space->dims +
                                              (size_t)i * space->dim_size);
}

/** Condition k of a dimension, by the stride that the host states. */
static inline const collet_condition *collet_condition_at(const collet_space *space,
                                                          const collet_dim *dim, uint32_t k)
{
    return (const collet_condition *)(const void *)((const char *)dim->conditions +
                                                    (size_t)k * space->condition_size);
}

/** Is dimension i active, given the values of the dimensions before it (NaN where inactive)? */
static inline int collet_dim_active(const collet_space *space, uint32_t i, const double *x)
{
    const collet_dim *dim = collet_dim_at(space, i);
    for (uint32_t k = 0; k < dim->condition_count; k++) {
        const collet_condition *condition = collet_condition_at(space, dim, k);
        double value = x[condition->parent];
        int inside = 0; /* stays 0 for NaN: a child of an inactive parent is inactive */
        for (uint32_t r = 0; r < condition->range_count; r++) {
            inside |= value >= condition->ranges[2 * r] && value <= condition->ranges[2 * r + 1];
        }
        if (!inside) {
            return 0;
        }
    }
    return 1;
}

/** Distance between neighbouring values: the step, 1 for whole numbers and categories, 0 where
 *  the dimension is continuous. */
static inline double collet_dim_step(const collet_dim *dim)
{
    return dim->step > 0 || dim->type == COLLET_DIM_REAL ? dim->step : 1.0;
}

/** Number of different values, or 0 when the dimension is continuous. */
static inline uint64_t collet_dim_count(const collet_dim *dim)
{
    double step = collet_dim_step(dim), last = (dim->high - dim->low) / step;
    if (!(step > 0)) {
        return 0;
    }
    return last < 9223372036854775808.0 ? (uint64_t)(last + 0.5) + 1 : UINT64_MAX;
}

/** Value k, from 0, of a dimension that is not continuous. */
static inline double collet_dim_nth(const collet_dim *dim, double k)
{
    double step = collet_dim_step(dim);
    double value =
        dim->type == COLLET_DIM_REAL ? collet_step_value(dim->low, step, k) : dim->low + k * step;
    return value > dim->high ? dim->high : value;
}

/** The value at u in [0, 1) of the dimension's own scale: evenly spread values, each equally
 *  likely for uniform u; evenly in the logarithm where the dimension says so. */
static inline double collet_dim_value(const collet_dim *dim, double u)
{
    uint64_t count = collet_dim_count(dim);
    double low = dim->low, high = dim->high, value;
    if ((dim->flags & COLLET_DIM_LOG) != 0) {
        double half = count > 0 ? 0.5 : 0.0; /* whole numbers: round from low - 1/2 .. high + 1/2 */
        value = exp(log(low - half) + u * (log(high + half) - log(low - half)));
        value = count > 0 ? floor(value + 0.5) : value;
    } else if (count > 0) {
        value = collet_dim_nth(dim, floor(u * (double)count));
    } else {
        value = low + u * (high - low);
        value = isfinite(high - low) ? value : low * (1.0 - u) + high * u;
    }
    return value < low ? low : value > high ? high : value;
}

/* ---- Vector code ---------------------------------------------------------------------------- */

/** Before a function: compile it for plain x86-64, AVX2 and AVX-512 with its loops vectorised, and
 *  take the one for this processor at run time, so the binary stays portable. Nothing where the
 *  compiler cannot (clang 14) and under sanitizers, which know no ifunc resolvers. It is for plain
 *  loops: of vector types that are wider than the processor's gcc makes slow code. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) &&                             \
    !defined(COLLET_SANITIZED) && !defined(__SANITIZE_ADDRESS__)
#define COLLET_SIMD                                                                                \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), optimize("O3")))
#else
#define COLLET_SIMD
#endif

/* ---- Layouts -------------------------------------------------------------------------------- */

/** Span i of an update, by the stride that the host states. */
static inline const collet_span *collet_span_at(const collet_update *update, uint32_t i)
{
    return (const collet_span *)(const void *)((const char *)update->spans +
                                               (size_t)i * update->span_size);
}

/** n floats, zeroed and 64-byte aligned, to free(); NULL when memory ran out. */
static inline float *collet_zeros(size_t n)
{
    size_t bytes = (n * sizeof(float) / 64 + 1) * 64;
    void *memory = n > SIZE_MAX / 8 ? NULL : aligned_alloc(64, bytes);
    return memory == NULL ? NULL : (float *)memset(memory, 0, bytes);
}

/** Floats that a segment of rows x columns takes: rounded up to 64 bytes. */
static inline uint64_t collet_padded(uint64_t rows, uint64_t columns)
{
    return (rows * columns + 15) / 16 * 16;
}

#ifdef __cplusplus
}
#endif
#endif /* COLLET_HELPERS_H */

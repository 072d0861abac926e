/* The kernel for any processor: vectors of 4, which is what plain x86-64 and ARM have. */
#include "linalg/tile_kernels.h"

typedef float vec __attribute__((vector_size(16)));

INLINE vec load_count(const float *from, size_t count)
{
    vec x = {0};
    for (size_t i = 0; i < count; i++) {
        x[i] = from[i];
    }
    return x;
}

INLINE void store_count(float *to, size_t count, vec x)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = x[i];
    }
}

#define LANES    4
#define ROWS     6
#define MULTIPLY tile_multiply_any
#include "linalg/tile_kernel.h"

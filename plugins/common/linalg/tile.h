#include <stddef.h>
typedef struct tile_product {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t ldb;
    const float *bias;
    float *c;
    size_t ldc;
} tile_product;
void tile_avx512(const tile_product *t);
void tile_avx2(const tile_product *t);

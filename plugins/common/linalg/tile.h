/**
 * @file linalg/tile.h
 * @brief Matrix products in tiles that stay in registers, for AVX-512.
 *
 * C is cut into tiles of up to 14 rows by 32 columns. One tile is held in 28 registers while the
 * kernel runs once over k: two vectors of B, and one number of A for each row. Nothing is copied:
 * B is read where it lies, and A through two strides, so that the same kernel serves A and its
 * transpose. That is the inner kernel of Goto and van de Geijn (Anatomy of high-performance
 * matrix multiplication, 2008) without their packing, which pays only for larger matrices.
 */
#ifndef LINALG_TILE_H
#define LINALG_TILE_H

#include <stdbool.h>
#include <stddef.h>

/** c[m][n] = A b[k][n] + bias, where A(i, p) is a[i a_row + p a_step]; b and c have rows of n
 *  floats; bias[n] goes to each row and may be NULL. */
typedef struct tile_product {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    const float *bias;
    float *c;
} tile_product;

/** Can this processor, and is this product better done here than by OpenBLAS? */
bool tile_suits(const tile_product *product);

/** Computes the product on a processor with AVX-512. */
void tile_multiply(const tile_product *product);

/** Has this processor AVX-512? */
bool tile_supported(void);

#endif /* LINALG_TILE_H */

/**
 * @file linalg/tile.h
 * @brief Matrix products in tiles that stay in registers.
 *
 * C is cut into tiles of a few rows by two vectors. A kernel holds one tile in registers and runs
 * once over k: it loads two vectors of B and spreads one number of A for each row. A is read in
 * place through two strides, so the same kernel serves A and its transpose. B is read in place
 * when few rows of C share it; else, and when it is transposed, a panel of it is first copied to
 * a buffer on the stack, as in Goto and van de Geijn: Anatomy of high-performance matrix
 * multiplication (2008), with k cut so that the panel stays in the cache.
 *
 * This private header is for linalg.c and the tests.
 */
#ifndef LINALG_TILE_H
#define LINALG_TILE_H

#include <stddef.h>

/** c[m][n] = A B + start. A(i, p) is a[i a_row + p a_step], B(p, j) is b[p b_step + j b_column],
 *  start(i, j) is start[i start_row + j], all zero when start is NULL. */
typedef struct tile_product {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t b_step, b_column;
    const float *start; /**< start_row = 0: a bias; start = c: adds to what is there */
    size_t start_row;
    float *c;
    size_t c_row;
} tile_product;

/** One instruction set. */
typedef struct tile_isa {
    const char *name;
    size_t rows;  /**< most rows of a tile */
    size_t lanes; /**< floats of a vector; a tile has up to two vectors */
    /** Computes a tile: m <= rows, n = 2 lanes or n <= lanes, b_column = 1. */
    void (*tile)(const tile_product *t);
    /** Does this processor have it? */
    int (*supported)(void);
} tile_isa;

/** All that this build has, best first, ended by NULL. */
extern const tile_isa *const tile_isas[];

/** The best one for this processor, or NULL. */
const tile_isa *tile_best(void);

/** Computes a product of any size, 0 included. */
void tile_multiply(const tile_isa *isa, const tile_product *product);

#endif /* LINALG_TILE_H */

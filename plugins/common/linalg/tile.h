/**
 * @file linalg/tile.h
 * @brief Matrix products in tiles that stay in registers, over strided operands.
 *
 * C is cut into tiles, with AVX-512 of up to 14 rows by 32 columns. One tile is held in registers
 * while the kernel runs once over k: two vectors of B, and one number of A for each row. Nothing
 * is copied: A is read where it lies, through strides. That is the inner kernel of Goto and van de
 * Geijn (Anatomy of high-performance matrix multiplication, 2008) without their packing.
 *
 * k is a number of runs of k numbers each, and C a number of lines of m rows each, every one with
 * a stride of its own. So a convolution is one product over the image itself: see nn/conv.c.
 *
 * The kernel is compiled for AVX-512, for AVX2 and for any processor, and chosen at run time.
 */
#ifndef LINALG_TILE_H
#define LINALG_TILE_H

#include <stdbool.h>
#include <stddef.h>

/** Columns of a panel of B. */
enum { TILE_PANEL = 32 };

/** For each line l, row i and column j
 *
 *     C(l, i, j) = bias(j) + sum over q < runs, p < k of A(l, i, q, p) B(l, q, p, j)
 *
 *  with A(l, i, q, p) = a[l a_line + i a_row + q a_run + p a_step],
 *       B(l, q, p, j) = b[l b_line + q b_run + p b_step + j / TILE_PANEL * b_panel + j %
 * TILE_PANEL], C(l, i, j)    = c[l c_line + i c_row + j].
 *
 *  Strides are in floats. With a_three not 0 row i is at i / 3 * a_three + i % 3 * a_row instead.
 *  bias[n] may be NULL. With add the sums are added to what C holds; then bias is not read. */
typedef struct tile_product {
    size_t lines, m, n, runs, k;
    const float *a;
    size_t a_line, a_row, a_three, a_run, a_step;
    const float *b;
    size_t b_line, b_run, b_step, b_panel;
    const float *bias;
    float *c;
    size_t c_line, c_row;
    bool add;
} tile_product;

/** The plain product c[m][n] = A b[k][n] + bias: one line, one run, A(i, p) = a[i a_row + p
 *  a_step]. */
static inline tile_product tile_plain(size_t m, size_t n, size_t k, const float *a, size_t a_row,
                                      size_t a_step, const float *b, const float *bias, float *c)
{
    return (tile_product){.lines = 1,
                          .m = m,
                          .n = n,
                          .runs = 1,
                          .k = k,
                          .a = a,
                          .a_row = a_row,
                          .a_step = a_step,
                          .b = b,
                          .b_step = n,
                          .b_panel = TILE_PANEL,
                          .bias = bias,
                          .c = c,
                          .c_row = n};
}

/** Is this plain product better done here than by OpenBLAS, on this processor? */
bool tile_suits(const tile_product *product);

/** The same for c[m][n] = a[m][k] b[n][k]^T, where b has to be transposed first. */
bool tile_suits_transposed(size_t m, size_t n, size_t k);

/** Computes the product. */
void tile_multiply(const tile_product *product);

/** The same by a kernel of one's choice: 0 for any processor, 1 AVX2, 2 AVX-512. False where this
 *  processor cannot. For tests. */
bool tile_multiply_by(int kernel, const tile_product *product);

#endif /* LINALG_TILE_H */

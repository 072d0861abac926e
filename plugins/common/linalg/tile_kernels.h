/**
 * @file linalg/tile_kernels.h
 * @brief The kernels that tile.c chooses from. Each computes what tile.h says.
 */
#ifndef LINALG_TILE_KERNELS_H
#define LINALG_TILE_KERNELS_H

#include "linalg/tile.h"

/** What must melt into the kernel. */
#define INLINE static inline __attribute__((always_inline))

void tile_multiply_any(const tile_product *product);    /**< vectors of 4 */
void tile_multiply_avx2(const tile_product *product);   /**< of 8 */
void tile_multiply_avx512(const tile_product *product); /**< of 16 */

#endif /* LINALG_TILE_KERNELS_H */

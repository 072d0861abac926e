/**
 * @file density/space.h
 * @brief The columns of a search space that densities are over.
 */
#ifndef DENSITY_SPACE_H
#define DENSITY_SPACE_H

#include "search/point.h"

#include <stdbool.h>
#include <stdint.h>

enum { DENSITY_TABLE = 1024 }; /* values of a column beyond which it counts as continuous */

/** A searched dimension. */
typedef struct density_column {
    const search_axis *axis;
    uint32_t dim;
    uint32_t block;
    uint32_t count; /**< names of a category, values of a table of shares, or 0: continuous */
    float *edges;   /**< [count + 1], where the shares of numeric values meet; else NULL */
    bool category;
    bool conditional; /**< may be inactive */
} density_column;

/** Columns that have one mixture: first to end, numeric before category, in each those that are
 *  always there before conditional ones. */
typedef struct density_block {
    uint32_t first, numeric, numeric_if, category, end; /**< ends of the four runs */
} density_block;

/** How dimensions share kernels. */
typedef enum density_blocks {
    DENSITY_JOINT,   /**< all in one block */
    DENSITY_GROUPED, /**< those with the same conditions in one block */
    DENSITY_SINGLE   /**< each in its own */
} density_blocks;

typedef struct density_space {
    const search_space *space;
    uint32_t column_count, block_count;
    density_column *columns; /**< by block, then as density_block says */
    density_block *blocks;   /**< [block_count]; parents of a block's dimensions stand before it */
    uint32_t *column_of;     /**< [dim_count]; UINT32_MAX: a constant */
    bool *parent;            /**< [dim_count], some dimension depends on it */
    uint32_t conditional;    /**< columns */
} density_space;

/** COLLET_E_NOMEM; nothing is left behind then. Keeps the pointer. */
collet_status density_space_init(density_space *s, const search_space *space, density_blocks how);
void density_space_finish(density_space *s);

/** The value of a column with edges in whose share a place lies. */
uint32_t density_value_at(const density_column *column, float at);

#endif /* DENSITY_SPACE_H */

/**
 * @file density/mixture.h
 * @brief Mixtures of kernels: evaluated at many candidates at once, and drawn from.
 */
#ifndef DENSITY_MIXTURE_H
#define DENSITY_MIXTURE_H

#include "density/kernels.h"

enum { DENSITY_LANES = 32 }; /* candidates at a time */

/** One kernel of a mixture. */
typedef struct density_term {
    uint32_t row;
    float weight; /**< all of a mixture, with the prior's, sum to one */
} density_term;

typedef struct density_mixture {
    const density_rows *rows;
    density_term *terms;
    uint32_t count;
    float prior; /**< weight of the even draw */
} density_mixture;

/** Candidates, column by column: x[column][room]. */
typedef struct density_batch {
    const density_space *space;
    uint32_t count, room; /**< room is whole DENSITY_LANES */
    float *x;             /**< 0 where inactive */
    float *active;        /**< 1 or 0 */
    double *points;       /**< [room][dim_count]: values of those that others depend on */
    float *logs;          /**< [terms + 1][DENSITY_LANES], while evaluating */
    float *bases;         /**< [terms + 1], while evaluating */
    uint32_t terms;
    float *draws;      /**< [3][room], while drawing */
    uint32_t *kernels; /**< [room], while drawing */
    uint64_t *words;   /**< [room], while drawing */
} density_batch;

/** COLLET_E_NOMEM; nothing is left behind then. */
collet_status density_batch_init(density_batch *b, const density_space *space, uint32_t room);
void density_batch_finish(density_batch *b);
/** Room for mixtures of so many terms. COLLET_E_NOMEM. */
collet_status density_batch_terms(density_batch *b, uint32_t terms);

/** out[count] = log density of the candidates in the block's columns. out has room for whole
 *  DENSITY_LANES. */
void density_log(const density_mixture *m, const density_block *block, density_batch *b,
                 float *out);

/** Draws all candidates in the block's columns, from kernels whose widths are multiplied by
 * `sharp`. In a space with conditions, what is not of the block must be there already
 * (density_batch_set()).
 */
void density_draw(const density_mixture *m, const density_block *block, double sharp,
                  const collet_rng *rng, density_batch *b);

/** Makes all candidates the point x; NaN where it is not known yet. */
void density_batch_set(density_batch *b, const double *x);

/** The value of candidate i in a column, NaN where inactive. */
double density_value(const density_batch *b, uint32_t i, uint32_t column);

#endif /* DENSITY_MIXTURE_H */

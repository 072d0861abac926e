/**
 * @file density/fit.h
 * @brief From terms to a mixture: weights that sum to one, and the width of every kernel.
 */
#ifndef DENSITY_FIT_H
#define DENSITY_FIT_H

#include "density/mixture.h"
#include "density/order.h"
#include "density/width.h"

/** Rules, and room to work in; starts with its rules set and the rest zero. */
typedef struct density_fit {
    density_widths widths;
    double prior; /**< weight of the even draw, in mean kernels; also the pseudo-count of names */
    float *at, *width; /**< [room] */
    uint32_t *rows;    /**< [room] */
    bool *member;      /**< [room], false between calls */
    uint32_t room;
} density_fit;

/** Room for kernels in so many rows. COLLET_E_NOMEM. */
collet_status density_fit_reserve(density_fit *f, uint32_t room);
void density_fit_finish(density_fit *f);

/** m has terms with any weights, in rows that are placed. order: of (at least) these rows, or NULL,
 *  then they are sorted here, which suits a few. */
void density_fit_mixture(density_fit *f, const density_order *order, density_rows *rows,
                         density_mixture *m);

/** The same mixture without the terms that know nothing of a block's columns; in terms, which has
 *  room for all of them. */
density_mixture density_fit_block(const density_fit *f, const density_block *block,
                                  const density_mixture *m, density_term *terms);

#endif /* DENSITY_FIT_H */

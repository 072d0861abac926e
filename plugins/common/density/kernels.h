/**
 * @file density/kernels.h
 * @brief Densities over a search space as mixtures of product kernels, one kernel a trial.
 *
 * Every dimension with more than one value is a column. A kernel is a row: a truncated normal in
 * each numeric column, around the trial's place on the unit interval, and in each category column
 * the trial's own name made more likely. All densities are relative to an even draw of the space,
 * so the even draw itself is 1 everywhere, and log 1 = 0 is also what a column contributes
 *
 *   - where the trial was inactive there: it says nothing about that dimension;
 *   - where the candidate is inactive: the dimension is not there for it, its parents have paid.
 *
 * So a kernel integrates to one over a conditional space as well: draw the parents from it, then
 * what they activate, from the kernel where it knows and evenly where it does not.
 *
 * A column of whole or stepped numbers has its kernel at the values alone, normalised over them;
 * its variance is that of the normal plus a twelfth of the squared share of a value, which is what
 * a normal has after rounding. Beyond DENSITY_TABLE values it is taken for continuous.
 */
#ifndef DENSITY_KERNELS_H
#define DENSITY_KERNELS_H

#include "density/space.h"

/** Kernels; rows [room][column_count]. at is -1 where the trial was inactive. */
typedef struct density_rows {
    const density_space *space;
    uint32_t room;
    float *at;    /**< place on the unit interval, or number of the name */
    float *width; /**< as set by density_row_width() */
    float *slope; /**< 1 / (width sqrt 2), a name's logarithmic gain; 0 where inactive */
    float *shift; /**< logarithm of the density before the slope's part */
} density_rows;

void density_rows_init(density_rows *r, const density_space *space);
void density_rows_finish(density_rows *r);
/** Room for so many rows. COLLET_E_NOMEM, with what was there left. */
collet_status density_rows_reserve(density_rows *r, uint32_t room);

/** Puts a point into a row; its widths are still to be set. */
void density_row_place(density_rows *r, uint32_t row, const double *x);

/** Puts the point of another row into a row. */
void density_row_copy(density_rows *r, uint32_t row, const density_rows *from, uint32_t other);

/** Sets the width of a numeric column, as a share of the range; where inactive: nothing. */
void density_row_width(density_rows *r, uint32_t row, uint32_t column, float width);

/** Sets a category column: of the kernel, `even` (0 to 1) is spread over all names alike. */
void density_row_even(density_rows *r, uint32_t row, uint32_t column, float even);

#endif /* DENSITY_KERNELS_H */

/**
 * @file search/point.h
 * @brief Whole points of a search space: drawn, completed, compared.
 */
#ifndef SEARCH_POINT_H
#define SEARCH_POINT_H

#include "search/axis.h"

/** A space with its axes. Keeps the pointer to the space. */
typedef struct search_space {
    const collet_space *space;
    uint32_t dim_count;
    uint32_t numeric;     /**< axes that are neither category nor constant */
    uint32_t categories;  /**< axes that are category and not constant */
    uint32_t conditional; /**< axes with conditions */
    search_axis *axes;    /**< [dim_count] */
} search_space;

/** COLLET_E_NOMEM; nothing is left behind then. */
collet_status search_space_init(search_space *s, const collet_space *space);

/** Frees the axes. */
void search_space_finish(search_space *s);

/** May a trial be spent on x, a point of the space? Always true where the host forbids nothing. */
bool search_allowed(const search_space *s, const double *x);

/** Moves x, a point of the space, to an allowed one near by, where it is none. */
void search_mend(const search_space *s, const collet_rng *rng, double *x);

/** Draws x[dim_count] until it is allowed: evenly over what is, unless that is less than about a
 *  hundredth of the space. */
void search_draw_allowed(const search_space *s, const collet_rng *rng, double *x);

/** Draws x[dim_count] as the `random` sampler does: one number a dimension, active or not. */
void search_draw(const search_space *s, const collet_rng *rng, double *x);

/** Makes any x[dim_count] a point of the space: values are brought to the nearest allowed one,
 *  inactive ones become NaN, active ones that are NaN are drawn evenly (one number a dimension is
 *  taken from rng whatever happens). */
void search_repair(const search_space *s, const collet_rng *rng, double *x);

/** Are two points the same (NaN like NaN)? */
bool search_same(const search_space *s, const double *a, const double *b);

#endif /* SEARCH_POINT_H */

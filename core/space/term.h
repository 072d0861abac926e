/**
 * @file space/term.h
 * @brief A constraint on parameters as a tree, and what it says of a point: met or not, by how
 * much, and whether it can be met at all.
 *
 * There is no "not" in a tree: it was carried down to the comparisons. So each comparison stands
 * for itself, and one in which an inactive parameter takes part is met.
 */
#ifndef CLT_SPACE_TERM_H
#define CLT_SPACE_TERM_H

#include "base/arena.h"

#include <collet/sampler.h>

#include <stdbool.h>

/** What a term is. The first lot are numbers, the others are met or not. */
typedef enum clt_term_kind {
    CLT_TERM_NUMBER,
    CLT_TERM_DIM,   /**< the value of a dimension */
    CLT_TERM_TABLE, /**< the number that a choice among numbers stands for */
    CLT_TERM_NEGATE,
    CLT_TERM_ADD,
    CLT_TERM_SUBTRACT,
    CLT_TERM_MULTIPLY,
    CLT_TERM_DIVIDE,
    CLT_TERM_LESS,
    CLT_TERM_AT_MOST,
    CLT_TERM_EQUAL, /**< but for rounding: within 1e-9 of the larger */
    CLT_TERM_DIFFERS,
    CLT_TERM_AMONG,  /**< the choice of a dimension is in the set */
    CLT_TERM_ALWAYS, /**< speaks of what is never active */
    CLT_TERM_AND,
    CLT_TERM_OR
} clt_term_kind;

/** For each choice: is it in the set? */
enum { CLT_TERM_OUT = 0, CLT_TERM_IN = 1, CLT_TERM_NO_MATTER = 2 };

/** No dimension. */
#define CLT_TERM_FREE UINT32_MAX

/** A node; lives in an arena. */
typedef struct clt_term {
    clt_term_kind kind;
    double number;       /**< NUMBER */
    uint32_t dim;        /**< DIM, TABLE, AMONG. NUMBER: is a parameter only while the choice of
                              this dimension is `choice`; or CLT_TERM_FREE */
    uint32_t choice;     /**< see there */
    uint32_t count;      /**< TABLE, AMONG: choices */
    const double *table; /**< TABLE: [count] */
    const unsigned char *set; /**< AMONG: [count] CLT_TERM_OUT ... */
    const struct clt_term *a, *b;
} clt_term;

/** By how much values x[dim_count] (NaN where inactive) miss it; 0 exactly where it is met. */
double clt_term_violation(const clt_term *term, const double *x);

/** Could it be met with each dimension anywhere within its bounds? False only where it surely
 * cannot.
 */
bool clt_term_possible(const clt_term *term, const collet_dim *dims);

/** The opposite, from the arena; NULL when memory ran out. */
const clt_term *clt_term_not(clt_arena *arena, const clt_term *term);

/** Marks in used[] the dimensions that it speaks of. */
void clt_term_mark(const clt_term *term, bool *used);

#endif /* CLT_SPACE_TERM_H */

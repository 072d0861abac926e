/**
 * @file space/condition.h
 * @brief `when NAME OP VALUE`: read, and turned into the intervals of the parent's values for
 * which it holds.
 */
#ifndef CLT_SPACE_CONDITION_H
#define CLT_SPACE_CONDITION_H

#include "base/arena.h"
#include "base/error.h"
#include "space/space.h"

/** One comparison, as written. */
typedef struct clt_comparison {
    const char *name;
    const char *op; /**< "<", "<=", ">", ">=", "==", "!=" */
    const char *literal;
} clt_comparison;

/** Cuts the first comparison off *text, which moves behind it and its "and", or to NULL at the
 *  end. CLT_BAD_INPUT without file and line. */
clt_status clt_comparison_parse(clt_arena *arena, const char **text, clt_comparison *out,
                                clt_error *err);

/** The intervals of the parent's values for which the comparison holds: 2 * *range_count numbers
 *  (indices for a category). None: it never holds. */
clt_status clt_comparison_ranges(clt_arena *arena, const clt_comparison *comparison,
                                 const clt_variable *parent, double **ranges, uint32_t *range_count,
                                 clt_error *err);

/** Does it hold for the plain value of a variable that is not searched over? */
clt_status clt_comparison_holds(const clt_comparison *comparison, const clt_variable *parent,
                                bool *holds, clt_error *err);

#endif /* CLT_SPACE_CONDITION_H */

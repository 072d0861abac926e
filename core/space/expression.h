/**
 * @file space/expression.h
 * @brief A line of [constraints], read.
 *
 *     units.2 <= units             batch * units <= 65536        1 <= a + b <= 3
 *     lr < 0.1 or batch >= 64      activation == relu            not (size > medium)
 *
 * From the loosest to the tightest: or; and; not; < <= > >= == !=; + -; * /; -. Brackets as usual.
 * A choice among words is compared with one of its words (in quotes where it is none by its
 * letters), an ordinal by its order too.
 */
#ifndef CLT_SPACE_EXPRESSION_H
#define CLT_SPACE_EXPRESSION_H

#include "base/error.h"
#include "space/space.h"
#include "space/term.h"

/** Reads text, which speaks of variables[count] by their full names. CLT_BAD_INPUT with what is
 *  wrong, without file and line. */
clt_status clt_expression_read(clt_arena *arena, const char *text, const clt_variable *variables,
                               size_t count, const clt_term **term, clt_error *err);

#endif /* CLT_SPACE_EXPRESSION_H */

/**
 * @file space/range.h
 * @brief What stands to the right of `key =`: a plain value, or a range to search over.
 *
 *     real(low, high)   real(low, high, log)   real(low, high, step=s)
 *     int(low, high)    int(low, high, log)    int(low, high, step=s)
 *     choice(a, b, c)   search                 any of them, then: when NAME OP VALUE [and ...]
 */
#ifndef CLT_SPACE_RANGE_H
#define CLT_SPACE_RANGE_H

#include "base/arena.h"
#include "base/error.h"

#include <collet/sampler.h>

#include <stdbool.h>

/** A range that was read. Texts live in the arena. */
typedef struct clt_range {
    uint32_t type; /**< COLLET_DIM_REAL, _INT, _CATEGORY; 0: a plain value */
    bool log;
    double low, high;           /**< high is lowered to the last step */
    double step;                /**< 0: none */
    const char *const *choices; /**< CATEGORY: [choice_count] */
    uint32_t choice_count;
    const char *when; /**< what follows "when", or NULL */
} clt_range;

/** Reads text as a value or a range of the option, whose type, bounds and choices it is checked
 *  against. option NULL: a name among units, as in `use =`. CLT_BAD_INPUT with what is wrong,
 *  without file and line. */
clt_status clt_range_parse(clt_arena *arena, const collet_option *option, const char *text,
                           clt_range *range, clt_error *err);

#endif /* CLT_SPACE_RANGE_H */

/**
 * @file space/range.h
 * @brief What stands to the right of `key =`: a plain value, or a range to search over.
 *
 *     real(low, high)   real(low, high, log)   real(low, high, step=s)
 *     int(low, high)    int(low, high, log)    int(low, high, step=s)
 *     normal(mean, sd)  lognormal(mean, sd)    then low, high or low=, high=; step=s
 *     choice(a, b, c)   ordinal(a, b, c)       search
 *     any of them, then: pinned, then: when NAME OP VALUE [and ...]
 *
 * A range of one value is a constant; only with a condition, or pinned, it stays a range: the value
 * of a parameter that a study searched over before (study/pin.h).
 */
#ifndef CLT_SPACE_RANGE_H
#define CLT_SPACE_RANGE_H

#include "base/arena.h"
#include "base/error.h"
#include "space/law.h"

#include <collet/sampler.h>

#include <stdbool.h>

/** A range that was read. Texts live in the arena. */
typedef struct clt_range {
    uint32_t type; /**< COLLET_DIM_REAL, _INT, _CATEGORY; 0: a plain value */
    bool log;
    bool pinned;                /**< of one value, and a range all the same */
    bool ordinal;               /**< a CATEGORY whose choices rise */
    double low, high;           /**< high is lowered to the last step */
    double step;                /**< 0: none */
    clt_law law;                /**< of REAL and INT */
    const char *const *choices; /**< CATEGORY: [choice_count] */
    uint32_t choice_count;
    const char *when;     /**< what follows "when", or NULL */
    const char *constant; /**< the only value of what was written as a range; type is then 0 */
} clt_range;

/** The plain value that the range is: its only one, or what is written. */
const char *clt_range_plain(const clt_range *range, const char *written);

/** Reads text as a value or a range of the option, whose type, bounds and choices it is checked
 *  against. option NULL: a name among units, as in `use =`. CLT_BAD_INPUT with what is wrong,
 *  without file and line. */
clt_status clt_range_parse(clt_arena *arena, const collet_option *option, const char *text,
                           clt_range *range, clt_error *err);

#endif /* CLT_SPACE_RANGE_H */

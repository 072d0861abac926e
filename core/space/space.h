/**
 * @file space/space.h
 * @brief The search space: variables with their ranges and conditions, put in the order that
 * samplers need (parents before children).
 */
#ifndef CLT_SPACE_SPACE_H
#define CLT_SPACE_SPACE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "space/range.h"

#include <collet/sampler.h>

#include <stdbool.h>

/** One option of the experiment, searched over or not. A condition may speak of any of them. */
typedef struct clt_variable {
    const char *name;            /**< "model.mlp.units.2"; of a parameter of [params] "x" */
    const char *section;         /**< "model.mlp": where a bare name in `when` is looked up first */
    int line;                    /**< in the experiment file; 0: not written there */
    const collet_option *option; /**< NULL: a choice among units */
    const char *text;            /**< the plain value, where range.type is 0 */
    clt_range range;
    const char *parent;       /**< a choice among units that this belongs to, or NULL */
    const char *parent_value; /**< active only while the parent has this value */
    int32_t dim;              /**< [out] index of its dimension; -1: none */
    bool never;               /**< [out] its condition can never hold */
} clt_variable;

/** The space and what belongs to its dimensions; lives in an arena. A point x[dim_count] holds
 *  values, as stores keep them and objectives get them. Samplers see the point in another way where
 * a dimension has an order or a law that they do not know: clt_space_to_asked(). */
typedef struct clt_space {
    collet_dim *dims;  /**< [dim_count] */
    collet_dim *asked; /**< [dim_count] the same as samplers see them */
    uint32_t dim_count;
    bool has_laws; /**< some values are shares to samplers; rounding may lose a share's last bit */
    const clt_variable **variables; /**< [dim_count]: where each dimension comes from */
} clt_space;

/** Makes the space of variables[count]: resolves conditions, orders dimensions, sets dim and never
 *  in each variable. path is for messages: "path:line: ...". CLT_BAD_INPUT for a condition on an
 *  unknown name, a cycle, a literal that does not fit. */
clt_status clt_space_build(clt_arena *arena, const char *path, clt_variable *variables,
                           size_t count, clt_space *space, clt_error *err);

/** The space of values; counts besides dimensions are the caller's. */
collet_space clt_space_view(const clt_space *space);

/** The same as samplers see it: an ordinal is a whole number, a range with a law a share from 0
 * to 1.
 */
collet_space clt_space_asked(const clt_space *space);

/** Gives each value of a range with a step the number that its text means: what was reckoned
 *  elsewhere, or stored by an older version, may be off by rounding. All else stays as it is. */
void clt_space_settle(const clt_space *space, double *x);

/** Turns a sampler's point into values, in place, settled. */
void clt_space_from_asked(const clt_space *space, double *x);

/** The sampler's view of values x, in out. Depends on the values alone. */
void clt_space_to_asked(const clt_space *space, const double *x, double *out);

/** The value of dimension i at u in [0, 1): for uniform u each is as likely as its range says, by
 *  its law where it has one. */
double clt_space_value(const clt_space *space, uint32_t i, double u);

/** Appends the value of dimension i as the experiment file would write it. */
void clt_space_format(const clt_space *space, uint32_t i, double value, clt_str *out);

/** Is x[dim_count] a point of the space: active values within bounds and on steps, NaN elsewhere?
 *  Else CLT_PLUGIN_FAILED naming the first dimension that is not. */
clt_status clt_space_check(const clt_space *space, const double *x, clt_error *err);

#endif /* CLT_SPACE_SPACE_H */

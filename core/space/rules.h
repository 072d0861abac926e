/**
 * @file space/rules.h
 * @brief [constraints]: what a point must meet before a trial is spent on it.
 *
 * A space with rules has a point that meets them all, or it is refused. So any point can be mended:
 * moved, as little as seems needed, to one that does.
 */
#ifndef CLT_SPACE_RULES_H
#define CLT_SPACE_RULES_H

#include "base/rng.h"
#include "config/ini.h"
#include "space/space.h"
#include "space/term.h"

/** The section whose lines they are. */
#define CLT_CONSTRAINTS CLT_INI_LINES

/** One line. */
typedef struct clt_rule {
    const char *text;
    int line;
    const clt_term *term;
} clt_rule;

/** All of them. */
typedef struct clt_rules {
    const clt_rule *items;
    size_t count;         /**< 0: any point does */
    const double *point;  /**< [dim_count] meets them */
    const uint32_t *dims; /**< [dim_count] that they speak of, and what those depend on */
    uint32_t dim_count;
} clt_rules;

/** Reads the lines of [constraints] and looks for a point: where bounds alone say that a line
 * cannot be met, and where a search by chance and downhill finds nothing, CLT_BAD_INPUT with
 *  "path:line: ...". variables[count] are those that made the space. */
clt_status clt_rules_read(clt_arena *arena, const clt_ini *ini, const clt_variable *variables,
                          size_t count, const clt_space *space, clt_rules *rules, clt_error *err);

/** Do values x[dim_count] meet all rules? */
bool clt_rules_met(const clt_rules *rules, const double *x);

/** The first rule that x does not meet, or NULL. */
const clt_rule *clt_rules_broken(const clt_rules *rules, const double *x);

/** Moves values x, a point of the space, to one that meets the rules; what they do not speak of
 * stays, unless what it depends on has changed. work[3 * dim_count]. The same stream gives the
 * same. */
void clt_rules_mend(const clt_rules *rules, const clt_space *space, const collet_rng *rng,
                    double *x, double *work);

/** The same, but what is kept[dim_count] stays as it is; whatever that depends on must be kept too.
 *  False where no such point was found: x is then one that comes near. work[3 * dim_count]. */
bool clt_rules_mend_around(const clt_rules *rules, const clt_space *space, const collet_rng *rng,
                           const bool *kept, double *x, double *work);

#endif /* CLT_SPACE_RULES_H */

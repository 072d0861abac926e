#include "space/rules.h"

#include "space/expression.h"
#include "space/steps.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

/* What is spent on a search: draws at first, of which the best are starts; steps from each. A mend
 * goes fewer steps, because it can fall back on the point that is known. */
enum { DRAWS = 4096, STARTS = 24, STEPS = 20000, MEND_STEPS = 400 };

bool clt_rules_met(const clt_rules *rules, const double *x)
{
    return clt_rules_broken(rules, x) == NULL;
}

const clt_rule *clt_rules_broken(const clt_rules *rules, const double *x)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (clt_term_violation(rules->items[i].term, x) > 0) {
            return &rules->items[i];
        }
    }
    return NULL;
}

static double violation(const clt_rules *rules, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < rules->count; i++) {
        sum += clt_term_violation(rules->items[i].term, x);
    }
    return sum;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

static double share_of(const clt_space *space, uint32_t i, double value)
{
    const clt_law *law = &space->variables[i]->range.law;
    const collet_dim *dim = &space->dims[i];
    double low = dim->low, high = dim->high;
    if (law->kind != CLT_EVEN) {
        return clt_law_share(law, value);
    }
    if ((dim->flags & COLLET_DIM_LOG) != 0) {
        return (log(value) - log(low)) / (log(high) - log(low));
    }
    if (!isfinite(high - low)) {
        return (value / 2 - low / 2) / (high / 2 - low / 2);
    }
    return high > low ? (value - low) / (high - low) : 0.5;
}

/* What is inactive becomes NaN, what has become active is drawn. */
static void complete(const clt_space *space, const collet_rng *rng, double *x)
{
    const collet_space view = clt_space_view(space);
    for (uint32_t i = 0; i < space->dim_count; i++) {
        bool active = collet_dim_active(&view, i, x);
        if (active && isnan(x[i])) {
            x[i] = clt_space_value(space, i, collet_uniform(rng));
        } else if (!active) {
            x[i] = (double)NAN;
        }
    }
}

/* Another value of dimension i: some steps aside, nearer ones more often; or anywhere. */
static double another(const clt_space *space, uint32_t i, const collet_rng *rng, double value)
{
    const collet_dim *dim = &space->dims[i];
    double step = collet_dim_step(dim), u = collet_uniform(rng), side = u < 0.5 ? -1 : 1;
    bool ordered = dim->type != COLLET_DIM_CATEGORY || space->variables[i]->range.ordinal;
    double size = collet_uniform(rng), far = collet_uniform(rng);
    if (!ordered || far < 0.2) {
        return clt_space_value(space, i, size);
    }
    if (step > 0) {
        double steps = floor(pow((dim->high - dim->low) / step, size * size) + 0.5);
        double k = floor((value - dim->low) / step + side * steps + 0.5);
        return clt_step_nearest(dim, k * step + dim->low);
    }
    double to = share_of(space, i, value) + side * exp(-22 * size);
    return clt_space_value(space, i, to < 0 ? 0 : to > 1 ? 1 : to);
}

/* Goes downhill from x, by changing one dimension or a few, sideways too; those that are kept
 * (NULL: none) stay. True once nothing is violated. y[dim_count] is scratch. */
static bool descend(const clt_rules *rules, const clt_space *space, const collet_rng *rng,
                    uint32_t steps, const bool *kept, double *x, double *y)
{
    size_t bytes = space->dim_count * sizeof *x;
    double now = violation(rules, x);
    for (uint32_t k = 0; k < steps && now > 0 && rules->dim_count > 0; k++) {
        double u = collet_uniform(rng);
        memcpy(y, x, bytes);
        for (uint32_t n = u < 0.5 ? 1 : u < 0.85 ? 2 : 3; n > 0; n--) {
            uint32_t i = rules->dims[collet_below(rng, rules->dim_count)];
            bool stays = isnan(y[i]) || (kept != NULL && kept[i]);
            y[i] = stays ? y[i] : another(space, i, rng, y[i]);
        }
        complete(space, rng, y);
        double then = violation(rules, y);
        if (then <= now) {
            memcpy(x, y, bytes);
            now = then;
        }
    }
    return !(now > 0);
}

/* Brings x, which meets the rules, back towards `from` where that breaks none. */
static void return_towards(const clt_rules *rules, const clt_space *space, const double *from,
                           double *x)
{
    const collet_space view = clt_space_view(space);
    for (uint32_t k = 0; k < rules->dim_count; k++) {
        uint32_t i = rules->dims[k];
        double kept = x[i];
        bool same = true;
        if (isnan(from[i]) || isnan(kept) || from[i] == kept) {
            continue;
        }
        x[i] = from[i];
        for (uint32_t j = 0; j < space->dim_count; j++) {
            same = same && collet_dim_active(&view, j, x) == !isnan(x[j]);
        }
        x[i] = same && clt_rules_met(rules, x) ? from[i] : kept;
    }
}

void clt_rules_mend(const clt_rules *rules, const clt_space *space, const collet_rng *rng,
                    double *x, double *work)
{
    size_t bytes = space->dim_count * sizeof *x;
    double *from = work, *y = work + space->dim_count, *z = y + space->dim_count;
    if (clt_rules_met(rules, x)) {
        return;
    }
    memcpy(from, x, bytes);
    memcpy(y, x, bytes);
    if (!descend(rules, space, rng, MEND_STEPS, NULL, y, z)) {
        memcpy(y, rules->point, bytes);
    }
    return_towards(rules, space, from, y);
    memcpy(x, y, bytes);
}

/* Draws anew what is not kept. */
static void draw_rest(const clt_space *space, const collet_rng *rng, const bool *kept, double *x)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        x[i] = kept[i] ? x[i] : (double)NAN;
    }
    complete(space, rng, x);
}

bool clt_rules_mend_around(const clt_rules *rules, const clt_space *space, const collet_rng *rng,
                           const bool *kept, double *x, double *work)
{
    size_t bytes = space->dim_count * sizeof *x;
    double *from = work, *y = work + space->dim_count, *z = y + space->dim_count;
    bool met = clt_rules_met(rules, x);
    memcpy(from, x, bytes);
    for (int k = 0; k < STARTS && !met; k++) {
        if (k > 0) {
            draw_rest(space, rng, kept, x);
            memcpy(from, x, bytes);
        }
        memcpy(y, x, bytes);
        met = descend(rules, space, rng, (uint32_t)MEND_STEPS << (k / 4), kept, y, z);
        if (met) {
            return_towards(rules, space, from, y);
        }
        memcpy(x, y, bytes);
    }
    return met;
}

/* ---- A point to fall back on ----------------------------------------------------------------- */

static void draw(const clt_space *space, const collet_rng *rng, double *x)
{
    const collet_space view = clt_space_view(space);
    for (uint32_t i = 0; i < space->dim_count; i++) {
        double u = collet_uniform(rng);
        x[i] = collet_dim_active(&view, i, x) ? clt_space_value(space, i, u) : (double)NAN;
    }
}

/* Puts x among the `count` best starts; each is its violation and a point. */
static uint32_t admit(double *starts, uint32_t count, size_t dims, double by, const double *x)
{
    size_t stride = dims + 1;
    uint32_t place = count;
    while (place > 0 && starts[(place - 1) * stride] > by) {
        place--;
    }
    if (place == STARTS) {
        return count;
    }
    uint32_t moved = (count < STARTS ? count : STARTS - 1) - place;
    double *at = starts + place * stride;
    memmove(at + stride, at, moved * stride * sizeof *at);
    at[0] = by;
    memcpy(at + 1, x, dims * sizeof *x);
    return count < STARTS ? count + 1 : STARTS;
}

/* x = a point that meets the rules, or false and one that comes near. */
static bool look(const clt_rules *rules, const clt_space *space, double *starts, double *x,
                 double *scratch)
{
    size_t dims = space->dim_count;
    uint32_t count = 0;
    clt_rng stream;
    clt_rng_init(&stream, 0, CLT_CONSTRAINTS, 0);
    const collet_rng rng = clt_rng_view(&stream);
    for (uint32_t k = 0; k < DRAWS; k++) {
        draw(space, &rng, x);
        double by = violation(rules, x);
        if (!(by > 0)) {
            return true;
        }
        count = admit(starts, count, dims, by, x);
    }
    for (uint32_t k = 0; k < count; k++) {
        memcpy(x, starts + k * (dims + 1) + 1, dims * sizeof *x);
        if (descend(rules, space, &rng, STEPS, NULL, x, scratch)) {
            return true;
        }
    }
    memcpy(x, starts + 1, dims * sizeof *x);
    return false;
}

static clt_status find_point(clt_arena *arena, const clt_ini *ini, const clt_space *space,
                             clt_rules *rules, clt_error *err)
{
    size_t dims = space->dim_count;
    double *x = clt_arena_array(arena, dims + 1, sizeof *x);
    double *starts = clt_arena_array(arena, (STARTS + 1) * (dims + 1) + dims, sizeof *starts);
    if (x == NULL || starts == NULL) {
        return clt_fail_memory(err);
    }
    rules->point = x;
    if (look(rules, space, starts, x, starts + (STARTS + 1) * (dims + 1))) {
        return CLT_OK;
    }
    const clt_rule *rule = clt_rules_broken(rules, x);
    return clt_fail(err, CLT_BAD_INPUT,
                    "%s:%d: [" CLT_CONSTRAINTS "]: no point was found that meets \"%s\"%s "
                    "(%d points tried, and %d ways downhill)",
                    ini->path, rule->line, rule->text, rules->count > 1 ? " and the others" : "",
                    DRAWS, STARTS);
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* The dimensions that count: those of the rules, and what decides whether they are active. */
static clt_status list_dims(clt_arena *arena, const clt_space *space, clt_rules *rules,
                            clt_error *err)
{
    bool *used = clt_arena_array(arena, space->dim_count + 1u, sizeof *used);
    uint32_t *dims = clt_arena_array(arena, space->dim_count + 1u, sizeof *dims);
    if (used == NULL || dims == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < rules->count; i++) {
        clt_term_mark(rules->items[i].term, used);
    }
    for (uint32_t i = space->dim_count; i-- > 0;) { /* parents stand before their children */
        for (uint32_t k = 0; used[i] && k < space->dims[i].condition_count; k++) {
            used[space->dims[i].conditions[k].parent] = true;
        }
    }
    for (uint32_t i = 0; i < space->dim_count; i++) {
        if (used[i] && space->dims[i].low < space->dims[i].high) {
            dims[rules->dim_count++] = i;
        }
    }
    rules->dims = dims;
    return CLT_OK;
}

static clt_status read_rule(clt_arena *arena, const clt_ini *ini, const clt_entry *entry,
                            const clt_variable *variables, size_t count, const clt_space *space,
                            clt_rule *rule, clt_error *err)
{
    *rule = (clt_rule){.text = entry->value, .line = entry->line};
    if (clt_expression_read(arena, entry->value, variables, count, &rule->term, err) != CLT_OK) {
        return clt_prefix(err, "%s:%d: [" CLT_CONSTRAINTS "]: \"%s\"", ini->path, entry->line,
                          entry->value);
    }
    return clt_term_possible(rule->term, space->dims)
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s:%d: [" CLT_CONSTRAINTS "]: \"%s\" can never be met: the bounds of "
                          "what it speaks of leave no room",
                          ini->path, entry->line, entry->value);
}

clt_status clt_rules_read(clt_arena *arena, const clt_ini *ini, const clt_variable *variables,
                          size_t count, const clt_space *space, clt_rules *rules, clt_error *err)
{
    clt_rule *items = clt_arena_array(arena, ini->entry_count + 1, sizeof *items);
    *rules = (clt_rules){.items = items};
    if (items == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *entry = &ini->entries[i];
        if (strcmp(entry->section, CLT_CONSTRAINTS) == 0 &&
            read_rule(arena, ini, entry, variables, count, space, &items[rules->count++], err) !=
                CLT_OK) {
            return err->status;
        }
    }
    if (rules->count == 0) {
        return CLT_OK;
    }
    return list_dims(arena, space, rules, err) == CLT_OK ? find_point(arena, ini, space, rules, err)
                                                         : err->status;
}

#include "space/term.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- At a point ----------------------------------------------------------------------------- */

static double number_at(const clt_term *t, const double *x, bool *inactive)
{
    double a, b;
    switch (t->kind) {
    case CLT_TERM_NUMBER:
        *inactive = *inactive || (t->dim != CLT_TERM_FREE && !(x[t->dim] == t->choice));
        return t->number;
    case CLT_TERM_DIM:
        *inactive = *inactive || isnan(x[t->dim]);
        return x[t->dim];
    case CLT_TERM_TABLE:
        *inactive = *inactive || isnan(x[t->dim]);
        return *inactive ? 0 : t->table[(size_t)x[t->dim]];
    case CLT_TERM_NEGATE:
        return -number_at(t->a, x, inactive);
    default:
        a = number_at(t->a, x, inactive);
        b = number_at(t->b, x, inactive);
        return t->kind == CLT_TERM_ADD        ? a + b
               : t->kind == CLT_TERM_SUBTRACT ? a - b
               : t->kind == CLT_TERM_MULTIPLY ? a * b
                                              : a / b;
    }
}

static bool are_equal(double a, double b)
{
    return a == b || fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static double compare(const clt_term *t, const double *x)
{
    bool inactive = false, met;
    double a = number_at(t->a, x, &inactive), b = number_at(t->b, x, &inactive);
    if (inactive) {
        return 0;
    }
    met = t->kind == CLT_TERM_LESS      ? a < b
          : t->kind == CLT_TERM_AT_MOST ? a <= b
          : t->kind == CLT_TERM_EQUAL   ? are_equal(a, b)
                                        : !are_equal(a, b);
    double by = fabs(a - b) / (1 + fabs(a) + fabs(b));
    return met ? 0 : by > DBL_MIN && by < 1 ? by : isnan(by) ? 1 : DBL_MIN;
}

double clt_term_violation(const clt_term *t, const double *x)
{
    switch (t->kind) {
    case CLT_TERM_AND:
        return clt_term_violation(t->a, x) + clt_term_violation(t->b, x);
    case CLT_TERM_OR:
        return fmin(clt_term_violation(t->a, x), clt_term_violation(t->b, x));
    case CLT_TERM_AMONG:
        return isnan(x[t->dim]) || t->set[(size_t)x[t->dim]] != CLT_TERM_OUT ? 0 : 0.5;
    case CLT_TERM_ALWAYS:
        return 0;
    default:
        return compare(t, x);
    }
}

/* ---- Over all points ------------------------------------------------------------------------ */

/* Where a number may lie; `absent`: it may be that of an inactive parameter. */
typedef struct span {
    double low, high;
    bool absent;
} span;

static span hull(const double *values, size_t count, bool absent)
{
    span s = {values[0], values[0], absent};
    for (size_t i = 0; i < count; i++) {
        bool odd = isnan(values[i]); /* as 0 times infinity: anything may be */
        s.low = odd ? -(double)INFINITY : fmin(s.low, values[i]);
        s.high = odd ? (double)INFINITY : fmax(s.high, values[i]);
    }
    return s;
}

static span span_of(const clt_term *t, const collet_dim *dims);

static span combine(const clt_term *t, const collet_dim *dims)
{
    span a = span_of(t->a, dims), b = span_of(t->b, dims);
    bool absent = a.absent || b.absent;
    if (t->kind == CLT_TERM_ADD) {
        return hull((const double[]){a.low + b.low, a.high + b.high}, 2, absent);
    }
    if (t->kind == CLT_TERM_SUBTRACT) {
        return hull((const double[]){a.low - b.high, a.high - b.low}, 2, absent);
    }
    if (t->kind == CLT_TERM_MULTIPLY) {
        const double ends[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
        return hull(ends, 4, absent);
    }
    if (b.low <= 0 && b.high >= 0) {
        return (span){-(double)INFINITY, (double)INFINITY, absent};
    }
    const double ends[] = {a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high};
    return hull(ends, 4, absent);
}

static span span_of(const clt_term *t, const collet_dim *dims)
{
    const collet_dim *dim = t->dim != CLT_TERM_FREE ? &dims[t->dim] : NULL;
    bool absent = dim != NULL && dim->condition_count > 0;
    switch (t->kind) {
    case CLT_TERM_NUMBER:
        return (span){t->number, t->number, dim != NULL};
    case CLT_TERM_DIM:
        return (span){dim->low, dim->high, absent};
    case CLT_TERM_TABLE:
        return hull(t->table, t->count, absent);
    case CLT_TERM_NEGATE: {
        span a = span_of(t->a, dims);
        return (span){-a.high, -a.low, a.absent};
    }
    default:
        return combine(t, dims);
    }
}

static bool possible_compare(const clt_term *t, const collet_dim *dims)
{
    span a = span_of(t->a, dims), b = span_of(t->b, dims);
    if (a.absent || b.absent) {
        return true;
    }
    switch (t->kind) {
    case CLT_TERM_LESS:
        return a.low < b.high;
    case CLT_TERM_AT_MOST:
        return a.low <= b.high;
    case CLT_TERM_EQUAL:
        return (a.low <= b.high && b.low <= a.high) || are_equal(a.low, b.high) ||
               are_equal(b.low, a.high);
    default:
        return !(are_equal(a.low, a.high) && are_equal(b.low, b.high) && are_equal(a.low, b.low));
    }
}

bool clt_term_possible(const clt_term *t, const collet_dim *dims)
{
    bool any = false;
    switch (t->kind) {
    case CLT_TERM_AND:
        return clt_term_possible(t->a, dims) && clt_term_possible(t->b, dims);
    case CLT_TERM_OR:
        return clt_term_possible(t->a, dims) || clt_term_possible(t->b, dims);
    case CLT_TERM_AMONG:
        for (uint32_t i = 0; i < t->count; i++) {
            any = any || t->set[i] != CLT_TERM_OUT;
        }
        return any || dims[t->dim].condition_count > 0;
    case CLT_TERM_ALWAYS:
        return true;
    default:
        return possible_compare(t, dims);
    }
}

/* ---- Trees ---------------------------------------------------------------------------------- */

static const clt_term *keep(clt_arena *arena, clt_term term)
{
    clt_term *kept = clt_arena_alloc(arena, sizeof *kept);
    if (kept != NULL) {
        *kept = term;
    }
    return kept;
}

static const clt_term *complement(clt_arena *arena, const clt_term *t)
{
    unsigned char *set = clt_arena_array(arena, t->count + 1u, 1);
    clt_term term = *t;
    for (uint32_t i = 0; set != NULL && i < t->count; i++) {
        set[i] = t->set[i] == CLT_TERM_NO_MATTER ? CLT_TERM_NO_MATTER : !t->set[i];
    }
    term.set = set;
    return set != NULL ? keep(arena, term) : NULL;
}

const clt_term *clt_term_not(clt_arena *arena, const clt_term *t)
{
    clt_term term = *t;
    switch (t->kind) {
    case CLT_TERM_AND:
    case CLT_TERM_OR:
        term.kind = t->kind == CLT_TERM_AND ? CLT_TERM_OR : CLT_TERM_AND;
        term.a = clt_term_not(arena, t->a);
        term.b = clt_term_not(arena, t->b);
        return term.a != NULL && term.b != NULL ? keep(arena, term) : NULL;
    case CLT_TERM_AMONG:
        return complement(arena, t);
    case CLT_TERM_LESS:
    case CLT_TERM_AT_MOST:
        term.kind = t->kind == CLT_TERM_LESS ? CLT_TERM_AT_MOST : CLT_TERM_LESS;
        term.a = t->b;
        term.b = t->a;
        return keep(arena, term);
    case CLT_TERM_EQUAL:
    case CLT_TERM_DIFFERS:
        term.kind = t->kind == CLT_TERM_EQUAL ? CLT_TERM_DIFFERS : CLT_TERM_EQUAL;
        return keep(arena, term);
    default:
        return t;
    }
}

void clt_term_mark(const clt_term *t, bool *used)
{
    if (t->dim != CLT_TERM_FREE) {
        used[t->dim] = true;
    }
    if (t->a != NULL) {
        clt_term_mark(t->a, used);
    }
    if (t->b != NULL) {
        clt_term_mark(t->b, used);
    }
}

#include "study/twins.h"

#include "base/hash.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Twins in a row that say that nothing is left: at least, and at most. Points that are counted one
 * by one at most. */
enum { IN_A_ROW = 50, MOST_IN_A_ROW = 1000, COUNTED = 100000 };

/* The product of all values; INFINITY where there are real numbers. */
static double bound_points(const clt_space *space)
{
    double points = 1;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        uint64_t values = collet_dim_count(&space->dims[i]);
        points *= values > 0 ? (double)values : (double)INFINITY;
    }
    return points;
}

/* The points that begin with the first i values of x and meet the constraints. */
static double count_from(const clt_plan *plan, const collet_space *view, uint32_t i, double *x)
{
    const collet_dim *dim = &plan->space.dims[i];
    double points = 0;
    if (i == view->dim_count) {
        return clt_rules_met(&plan->rules, x) ? 1 : 0;
    }
    if (!collet_dim_active(view, i, x)) {
        x[i] = (double)NAN;
        return count_from(plan, view, i + 1, x);
    }
    for (uint64_t k = 0; k < collet_dim_count(dim); k++) {
        x[i] = collet_dim_nth(dim, (double)k);
        points += count_from(plan, view, i + 1, x);
    }
    return points;
}

/* INFINITY where it is not known. */
static double count_points(const clt_plan *plan)
{
    const collet_space view = clt_space_view(&plan->space);
    double points = bound_points(&plan->space);
    bool plain = plan->rules.count == 0;
    for (uint32_t i = 0; i < view.dim_count; i++) {
        plain = plain && plan->space.dims[i].condition_count == 0;
    }
    if (plain) {
        return points;
    }
    double *x = points <= COUNTED ? calloc(view.dim_count + 1u, sizeof *x) : NULL;
    points = x != NULL ? count_from(plan, &view, 0, x) : (double)INFINITY;
    free(x);
    return points;
}

void clt_twins_init(clt_twins *t, const clt_plan *plan)
{
    t->plan = plan;
    t->room = count_points(plan);
}

void clt_twins_finish(clt_twins *t)
{
    for (size_t i = 0; i < t->trials.count; i++) {
        free(t->trials.items[i].x);
    }
    CLT_VEC_FINISH(&t->trials);
    free(t->slots);
    clt_arena_finish(&t->arena);
    *t = (clt_twins){0};
}

static bool same(const clt_twins *t, const double *a, const double *b)
{
    for (uint32_t i = 0; i < t->plan->space.dim_count; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

static uint64_t hash(const clt_twins *t, const double *x)
{
    uint64_t h = CLT_HASH_START;
    for (uint32_t i = 0; i < t->plan->space.dim_count; i++) {
        double value = x[i] + 0.0;  /* zeros have no sign */
        uint64_t bits = UINT64_MAX; /* every NaN is one */
        if (!isnan(value)) {
            memcpy(&bits, &value, sizeof bits);
        }
        h = clt_hash_u64(h, bits);
    }
    return h;
}

/* The slot of the point, or the free one where it belongs. */
static size_t find_slot(const clt_twins *t, const double *x)
{
    size_t i = (size_t)hash(t, x) & (t->slot_count - 1);
    while (t->slots[i] != 0 && !same(t, t->trials.items[t->slots[i] - 1].x, x)) {
        i = (i + 1) & (t->slot_count - 1);
    }
    return i;
}

static bool grow(clt_twins *t)
{
    if (2 * (t->points + 1) <= t->slot_count) {
        return true;
    }
    size_t count = t->slot_count > 0 ? 2 * t->slot_count : 64;
    size_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(t->slots);
    t->slots = slots;
    t->slot_count = count;
    for (size_t n = 0; n < t->trials.count; n++) {
        if (t->trials.items[n].first == n && !t->trials.items[n].skipped) {
            t->slots[find_slot(t, t->trials.items[n].x)] = n + 1;
        }
    }
    return true;
}

static bool push(clt_twins *t, const double *x, uint64_t first, bool skipped)
{
    size_t dims = t->plan->space.dim_count;
    clt_twin twin = {.x = calloc(dims + 1, sizeof *twin.x), .first = first, .skipped = skipped};
    if (twin.x == NULL) {
        return false;
    }
    memcpy(twin.x, x, dims * sizeof *x);
    if (!CLT_PUSH(&t->trials, twin)) {
        free(twin.x);
        return false;
    }
    return true;
}

bool clt_twins_skip(clt_twins *t, const double *x)
{
    bool pushed = push(t, x, t->trials.count, true);
    t->skipped += pushed;
    return pushed;
}

bool clt_twins_add(clt_twins *t, const double *x, uint64_t *first)
{
    if (!grow(t)) {
        return false;
    }
    size_t slot = find_slot(t, x);
    bool known = t->slots[slot] != 0;
    *first = known ? t->slots[slot] - 1 : t->trials.count;
    if (!push(t, x, *first, false)) {
        return false;
    }
    t->slots[slot] = (size_t)*first + 1;
    t->points += !known;
    t->row = known ? t->row + 1 : 0;
    return true;
}

bool clt_twins_before(const clt_twins *t, const double *x, uint64_t number)
{
    size_t found = t->slot_count > 0 ? t->slots[find_slot(t, x)] : 0;
    return found > 0 && found - 1 < number;
}

bool clt_twins_end(clt_twins *t, const clt_trial_row *row)
{
    if (row->number >= t->trials.count || t->trials.items[row->number].first != row->number) {
        return true;
    }
    clt_trial_row *known = &t->trials.items[row->number].end;
    clt_trial_row end = *row;
    end.curve_count = 0;
    end.log = NULL;
    return known->state == CLT_TRIAL_PAUSED || clt_trial_row_copy(&t->arena, &end, known);
}

bool clt_twins_outcome(const clt_twins *t, uint64_t number, clt_trial_row *row)
{
    const clt_twin *first = &t->trials.items[t->trials.items[number].first];
    *row = first->end;
    row->number = number;
    row->state = row->state == CLT_TRIAL_PAUSED ? CLT_TRIAL_PRUNED : row->state;
    return first->end.state != CLT_TRIAL_RUNNING;
}

uint64_t clt_twins_count(const clt_twins *t)
{
    return t->trials.count - t->points - t->skipped;
}

bool clt_twins_exhausted(const clt_twins *t)
{
    /* the last of n points comes up once in n draws: ten times that is as good as never */
    double most = isinf(t->room) ? IN_A_ROW : fmin(fmax(10 * t->room, IN_A_ROW), MOST_IN_A_ROW);
    /* each twin that is left of a resampled trial stands for all the proposals that were dropped */
    bool resampled = t->plan->study.duplicates == CLT_DUPLICATES_RESAMPLE;
    double row = (double)t->row * (resampled ? CLT_TWINS_AGAIN : 1);
    return row >= most || (double)t->points >= t->room;
}

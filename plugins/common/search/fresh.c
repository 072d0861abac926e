#include "search/fresh.h"

enum { DRAWS = 100, WALK = 65536 };

/* Points of the space, with those that differ in what is inactive; 0: too many to go through. */
static uint64_t points_of(const search_space *s)
{
    uint64_t points = 1;
    for (uint32_t i = 0; i < s->dim_count; i++) {
        uint64_t count = s->axes[i].count;
        if (count == 0 || count > WALK || points * count > WALK) {
            return 0;
        }
        points *= count;
    }
    return points;
}

void search_complete(const search_space *s, double *x)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        bool active = collet_dim_active(s->space, i, x);
        x[i] = !active ? (double)NAN : axis->count == 1 ? axis->dim->low : x[i];
    }
}

/* The point with that number among all. */
static void nth(const search_space *s, uint64_t number, double *x)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        x[i] = search_axis_nth(axis, number % axis->count);
        number /= axis->count;
    }
    search_complete(s, x);
}

bool search_fresh(const search_space *s, const search_seen *seen, const collet_rng *rng, double *x)
{
    for (int k = 0; k < DRAWS; k++) {
        search_draw(s, rng, x);
        if (!search_seen_has(seen, s, x) && search_allowed(s, x)) {
            return true;
        }
    }
    for (int k = 0; k < DRAWS && COLLET_CAN(s->space, repair); k++) { /* little is allowed */
        search_draw(s, rng, x);
        search_mend(s, rng, x);
        if (!search_seen_has(seen, s, x)) {
            return true;
        }
    }
    uint64_t points = points_of(s), first = points > 0 ? collet_below(rng, points) : 0;
    for (uint64_t k = 0; k < points; k++) {
        nth(s, (first + k) % points, x);
        if (!search_seen_has(seen, s, x) && search_allowed(s, x)) {
            return true;
        }
    }
    search_mend(s, rng, x);
    return false;
}

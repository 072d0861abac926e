#include "study/ration.h"

const double CLT_RATION_EVERY = 0.05;

static uint64_t beyond(uint64_t bytes, uint64_t base)
{
    return bytes > base ? bytes - base : 0;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Each process by itself: what several have counts for each. */
static uint64_t at_most(const clt_ration *r, const clt_family *family)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < family->count; i++) {
        bool fork = clt_family_is_fork(family->items[i]);
        clt_usage u = clt_usage_quick(family->items[i]);
        sum += beyond(u.own, fork ? r->base.own : 0) + beyond(u.shared, fork ? r->base.shared : 0);
    }
    return sum;
}

/* The shares of all. Forks have their shares of what they began with as well, which is divided
 * among them, the nursery and the other attempts, and taken off. */
static uint64_t exactly(const clt_ration *r, const clt_family *family)
{
    uint64_t programs = 0, each = 0, forks = 0, own = 0, shared = 0;
    for (size_t i = 0; i < family->count; i++) {
        clt_usage u = clt_usage_exact(family->items[i]);
        if (clt_family_is_fork(family->items[i])) {
            each += beyond(clt_usage_quick(family->items[i]).own, r->base.own);
            own += u.own;
            shared += u.shared;
            forks++;
        } else {
            programs += u.own + u.shared;
        }
    }
    uint64_t sharers = 1 + r->attempts + forks;
    own = beyond(own, r->base.own / sharers * forks);
    shared = beyond(shared, r->base.shared / sharers * forks);
    return programs + less(each, own) + shared;
}

uint64_t clt_ration_used(const clt_ration *r, const clt_family *family, uint64_t most)
{
    uint64_t used = at_most(r, family);
    if (used <= most) {
        return used;
    }
    /* One process alone: its own memory is what RLIMIT_DATA is for. */
    bool alone = family->count == 1 && clt_family_is_fork(family->items[0]);
    return alone ? beyond(clt_usage_exact(family->items[0]).shared, r->base.shared)
                 : exactly(r, family);
}

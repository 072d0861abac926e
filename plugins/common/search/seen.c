#include "search/seen.h"

#include <stdlib.h>
#include <string.h>

void search_seen_finish(search_seen *s)
{
    free(s->slots);
    *s = (search_seen){0};
}

static uint64_t hash_of(const search_space *space, const double *x)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        double value = isnan(x[i]) ? -1.2345e300 : x[i] + 0.0; /* one NaN, one zero */
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        h = (h ^ bits) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return h != 0 ? h : 1;
}

/* Where a hash is, or the free slot where it belongs. */
static size_t slot_of(const search_seen *s, uint64_t hash)
{
    size_t at = (size_t)hash & (s->room - 1);
    while (s->slots[at] != 0 && s->slots[at] != hash) {
        at = (at + 1) & (s->room - 1);
    }
    return at;
}

static collet_status grow(search_seen *s)
{
    search_seen wider = {.room = s->room > 0 ? 2 * s->room : 128, .count = s->count};
    wider.slots = calloc(wider.room, sizeof *wider.slots);
    if (wider.slots == NULL) {
        return COLLET_E_NOMEM;
    }
    for (size_t i = 0; i < s->room; i++) {
        if (s->slots[i] != 0) {
            wider.slots[slot_of(&wider, s->slots[i])] = s->slots[i];
        }
    }
    free(s->slots);
    *s = wider;
    return COLLET_OK;
}

collet_status search_seen_add(search_seen *s, const search_space *space, const double *x)
{
    if (2 * (s->count + 1) > s->room && grow(s) < 0) {
        return COLLET_E_NOMEM;
    }
    uint64_t hash = hash_of(space, x);
    size_t at = slot_of(s, hash);
    s->count += s->slots[at] == 0;
    s->slots[at] = hash;
    return COLLET_OK;
}

bool search_seen_has(const search_seen *s, const search_space *space, const double *x)
{
    return s->room > 0 && s->slots[slot_of(s, hash_of(space, x))] != 0;
}

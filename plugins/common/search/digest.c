#include "search/digest.h"

#include <stdlib.h>
#include <string.h>

collet_status search_digest_init(search_digest *d, uint32_t best, uint32_t rest)
{
    *d = (search_digest){.best_room = best, .rest_room = rest};
    d->best = malloc(best * sizeof *d->best);
    d->rest = malloc((rest > 0 ? rest : 1) * sizeof *d->rest);
    if (d->best == NULL || d->rest == NULL) {
        search_digest_finish(d);
        return COLLET_E_NOMEM;
    }
    return COLLET_OK;
}

void search_digest_finish(search_digest *d)
{
    free(d->best);
    free(d->rest);
    *d = (search_digest){0};
}

/* Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators. OOPSLA 2014. */
static uint64_t hash_of(uint64_t number)
{
    uint64_t z = number + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool before(const search_pick *a, const search_pick *b, bool by_hash)
{
    return by_hash ? a->hash < b->hash : search_trial_compare(a->trial, b->trial) < 0;
}

/* Puts p in its place; true where one had to go for it, perhaps itself, which is then *p. */
static bool push(search_pick *list, uint32_t *count, uint32_t room, bool by_hash, search_pick *p)
{
    uint32_t low = 0, high = *count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before(&list[middle], p, by_hash)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == room) {
        return true;
    }
    bool full = *count == room;
    search_pick last = list[*count > 0 ? *count - 1 : 0];
    memmove(list + low + 1, list + low, (*count - low - full) * sizeof *list);
    list[low] = *p;
    *count += !full;
    *p = last;
    return full;
}

uint32_t search_digest_add(search_digest *d, const search_trial *trial, uint32_t tag)
{
    search_pick p = {trial, hash_of(trial->number), tag};
    d->count++;
    if (push(d->best, &d->best_count, d->best_room, false, &p) &&
        push(d->rest, &d->rest_count, d->rest_room, true, &p)) {
        return p.tag;
    }
    return UINT32_MAX;
}

void search_digest_clear(search_digest *d)
{
    d->best_count = d->rest_count = 0;
    d->count = 0;
}

void search_digest_append(search_digest *d, const search_trial *trial)
{
    search_pick p = {trial, hash_of(trial->number), 0};
    d->count++;
    if (d->best_count < d->best_room) {
        d->best[d->best_count++] = p;
    } else {
        (void)push(d->rest, &d->rest_count, d->rest_room, true, &p);
    }
}

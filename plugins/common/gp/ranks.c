#include "gp/ranks.h"

#include <stdlib.h>
#include <string.h>

void gp_ranks_init(gp_ranks *r, size_t latest)
{
    *r = (gp_ranks){.latest = latest};
}

void gp_ranks_finish(gp_ranks *r)
{
    free(r->done);
    free(r->sorted);
    *r = (gp_ranks){0};
}

static collet_status reserve(gp_ranks *r)
{
    if (r->count < r->room) {
        return COLLET_OK;
    }
    const size_t room = 2 * r->room + 64;
    const search_trial **done = realloc(r->done, room * sizeof *done);
    r->done = done != NULL ? done : r->done;
    const search_trial **sorted = realloc(r->sorted, room * sizeof *sorted);
    r->sorted = sorted != NULL ? sorted : r->sorted;
    const bool all = done != NULL && sorted != NULL;
    r->room = all ? room : r->room;
    return all ? COLLET_OK : COLLET_E_NOMEM;
}

static int by_number(const search_trial *s, const search_trial *t)
{
    return (s->number > t->number) - (s->number < t->number);
}

/* Puts a trial in its place in a list of n, which it returns. */
static size_t insert(const search_trial **list, size_t n, const search_trial *news,
                     int (*compare)(const search_trial *, const search_trial *))
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(list[middle], news) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    memmove(list + low + 1, list + low, (n - low) * sizeof *list);
    list[low] = news;
    return low;
}

collet_status gp_ranks_add(gp_ranks *r, const search_trial *news)
{
    if (reserve(r) < 0) {
        return COLLET_E_NOMEM;
    }
    const size_t at = insert(r->done, r->count++, news, by_number);
    if (r->valid) { /* one of the latest is not of these any more, or never was */
        const size_t ranked = r->count - r->latest;
        const search_trial *late = at < ranked ? news : r->done[ranked - 1];
        (void)insert(r->sorted, ranked - 1, late, search_trial_compare);
    }
    return COLLET_OK;
}

void gp_ranks_forget(gp_ranks *r)
{
    r->valid = false;
}

static int by_rank(const void *a, const void *b)
{
    return search_trial_compare(*(const search_trial *const *)a, *(const search_trial *const *)b);
}

const search_trial *const *gp_ranks_sorted(gp_ranks *r)
{
    if (!r->valid) {
        const size_t ranked = r->count - r->latest;
        memcpy(r->sorted, r->done, ranked * sizeof(const search_trial *));
        qsort(r->sorted, ranked, sizeof *r->sorted, by_rank);
        r->valid = true;
    }
    return r->sorted;
}

#include "search/branch.h"

#include <math.h>

enum { KEEPS_UP = 3, FEWEST = 10 };

typedef struct branch {
    const search_trial *first, *best; /* best: NULL, none has ended */
    size_t count;
} branch;

typedef struct branches {
    branch list[SEARCH_BRANCHES];
    size_t count;
    const branch *leader; /* NULL: no trial has a value */
} branches;

bool search_branch_same(uint32_t dim_count, const double *a, const double *b)
{
    for (uint32_t i = 0; i < dim_count; i++) {
        if (isnan(a[i]) != isnan(b[i])) {
            return false;
        }
    }
    return true;
}

static bool better(const search_trial *a, const search_trial *b)
{
    return b == NULL || search_trial_compare(a, b) < 0;
}

/* The trial's branch, which may be new; NULL: there are too many. */
static branch *find(branches *all, uint32_t dim_count, const search_trial *trial)
{
    for (size_t i = 0; i < all->count; i++) {
        if (search_branch_same(dim_count, all->list[i].first->x, trial->x)) {
            return &all->list[i];
        }
    }
    if (all->count == SEARCH_BRANCHES) {
        return NULL;
    }
    all->list[all->count] = (branch){.first = trial};
    return &all->list[all->count++];
}

static void count_all(const search_history *h, branches *all)
{
    const search_trial *best = NULL;
    all->count = 0;
    all->leader = NULL;
    for (size_t i = 0; i < h->count; i++) {
        const search_trial *trial = h->trials[i];
        branch *b = find(all, h->dim_count, trial);
        if (b == NULL) {
            continue;
        }
        b->count++;
        if (trial->state != COLLET_TRIAL_RUNNING && trial->measured && better(trial, b->best)) {
            b->best = trial;
        }
        if (b->best == trial && better(trial, best)) {
            best = trial;
            all->leader = b;
        }
    }
}

/* The best of the leader's first `count` trials; NULL where none of those has a value. */
static const search_trial *best_of_first(const search_history *h, const branch *leader,
                                         size_t count)
{
    const search_trial *best = NULL;
    for (size_t i = 0; i < h->count && count > 0; i++) {
        const search_trial *trial = h->trials[i];
        if (!search_branch_same(h->dim_count, leader->first->x, trial->x)) {
            continue;
        }
        count--;
        if (trial->state != COLLET_TRIAL_RUNNING && trial->measured && better(trial, best)) {
            best = trial;
        }
    }
    return best;
}

/* The best one that keeps up with the leader. */
static const search_trial *keeping_up(const search_history *h, const branches *all)
{
    const branch *chosen = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const branch *b = &all->list[i];
        if (b == all->leader || b->best == NULL || b->count >= all->leader->count) {
            continue;
        }
        const search_trial *bar = best_of_first(h, all->leader, b->count);
        if (better(b->best, bar) && (chosen == NULL || better(b->best, chosen->best))) {
            chosen = b;
        }
    }
    return chosen != NULL ? chosen->best : NULL;
}

static const search_trial *fewest(const branches *all)
{
    const branch *chosen = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const branch *b = &all->list[i];
        bool other = b != all->leader && b->best != NULL;
        if (other && (chosen == NULL || b->count < chosen->count)) {
            chosen = b;
        }
    }
    return chosen != NULL ? chosen->best : NULL;
}

const search_trial *search_branch(const search_history *h, uint64_t number)
{
    branches all;
    if (h->count > SEARCH_BRANCH_TRIALS ||
        (number % KEEPS_UP != KEEPS_UP - 1 && number % FEWEST != FEWEST - 1)) {
        return NULL;
    }
    count_all(h, &all);
    if (all.leader == NULL || all.count < 2) {
        return NULL;
    }
    const search_trial *chosen = number % KEEPS_UP == KEEPS_UP - 1 ? keeping_up(h, &all) : NULL;
    return chosen != NULL || number % FEWEST != FEWEST - 1 ? chosen : fewest(&all);
}

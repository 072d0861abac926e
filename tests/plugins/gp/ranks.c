#include "gp/ranks.h"
#include "support.h"

#include <collet/helpers.h>

#include <stdlib.h>
#include <string.h>

enum { TRIALS = 300, LATEST = 7 };

static int by_rank(const void *a, const void *b)
{
    return search_trial_compare(*(const search_trial *const *)a, *(const search_trial *const *)b);
}

/* Are those but the latest in the order that sorting them anew gives? */
static void check(gp_ranks *r, const search_trial *trials, const bool *told)
{
    const search_trial *all[TRIALS];
    size_t n = 0;
    for (size_t i = 0; i < TRIALS; i++) {
        if (told[i]) {
            all[n++] = &trials[i];
        }
    }
    ck_assert_uint_eq(r->count, n);
    ck_assert(memcmp(r->done, all, n * sizeof *all) == 0);
    if (n > LATEST) {
        qsort(all, n - LATEST, sizeof *all, by_rank);
        ck_assert(memcmp(gp_ranks_sorted(r), all, (n - LATEST) * sizeof *all) == 0);
    }
}

/* Told roughly in order, or at random; values repeat, some fail, and what one came to changes. */
START_TEST(the_order_kept_is_that_of_sorting_anew)
{
    clt_rng stream;
    const collet_rng rng = test_rng(&stream, (uint64_t)_i);
    search_trial trials[TRIALS];
    double values[TRIALS];
    bool told[TRIALS] = {false};
    gp_ranks ranks;
    gp_ranks_init(&ranks, LATEST);
    for (size_t i = 0; i < TRIALS; i++) {
        values[i] = (double)collet_below(&rng, 20);
        trials[i] = (search_trial){.number = 2 * i, .measured = true, .values = &values[i]};
        trials[i].state = collet_below(&rng, 5) == 0 ? COLLET_TRIAL_FAILED : COLLET_TRIAL_COMPLETE;
    }
    for (size_t left = TRIALS, first = 0; left > 0; left--) {
        size_t width = _i % 2 == 0 ? 5 : TRIALS, at = first;
        at += (size_t)collet_below(&rng, width < TRIALS - first ? width : TRIALS - first);
        while (told[at]) {
            at = at + 1 < TRIALS ? at + 1 : first;
        }
        told[at] = true;
        ck_assert_int_eq(gp_ranks_add(&ranks, &trials[at]), COLLET_OK);
        if (collet_below(&rng, 40) == 0) {
            values[at] = 50;
            gp_ranks_forget(&ranks);
        }
        check(&ranks, trials, told);
        while (first < TRIALS && told[first]) {
            first++;
        }
    }
    gp_ranks_finish(&ranks);
}
END_TEST

TEST_MAIN_LOOPS("ranks", {the_order_kept_is_that_of_sorting_anew, 4})

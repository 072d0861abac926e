#include "search/pareto.h"
#include "search/league.h"
#include "support.h"

#include <collet/helpers.h>

enum { N = 40, MOST = 3 };

/* Trials with values on a coarse lattice, so that ties and equals occur; some pruned, infeasible,
 * failed. */
static void make(search_trial *trials, const search_trial **list, double (*values)[MOST],
                 uint32_t m, bool plain, uint64_t seed)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, seed);
    for (uint64_t i = 0; i < N; i++) {
        uint64_t kind = plain ? 9 : collet_below(&rng, 10);
        for (uint32_t k = 0; k < m; k++) {
            values[i][k] = (double)collet_below(&rng, 12);
        }
        trials[i] = (search_trial){.number = i,
                                   .state = kind == 0   ? COLLET_TRIAL_FAILED
                                            : kind == 1 ? COLLET_TRIAL_PRUNED
                                                        : COLLET_TRIAL_COMPLETE,
                                   .measured = kind > 0,
                                   .violation = kind == 2 ? values[i][0] + 1 : 0,
                                   .values = values[i]};
        list[i] = &trials[i];
    }
}

static bool dominates(const search_trial *a, const search_trial *b, uint32_t m)
{
    return search_pareto_compare_trials(a, b, m) < 0;
}

/* A rank is one more than the highest rank of those that dominate. */
START_TEST(ranks_are_chains_of_domination)
{
    search_trial trials[N];
    const search_trial *list[N];
    double values[N][MOST];
    uint32_t m = 1 + (uint32_t)_i % MOST, rank[N];
    make(trials, list, values, m, false, (uint64_t)_i);
    search_pareto_rank(list, N, m, rank);
    for (int i = 0; i < N; i++) {
        uint32_t expected = 0;
        for (int k = 0; k < N; k++) {
            bool above = dominates(list[k], list[i], m) && rank[k] >= expected;
            expected = above ? rank[k] + 1 : expected;
        }
        ck_assert_uint_eq(rank[i], expected);
    }
}
END_TEST

START_TEST(complete_comes_before_pruned_before_infeasible_before_failed)
{
    double worse[2] = {9, 9}, better[2] = {1, 1};
    const search_trial complete = {
        .state = COLLET_TRIAL_COMPLETE, .measured = true, .values = worse};
    const search_trial pruned = {.state = COLLET_TRIAL_PRUNED, .measured = true, .values = better};
    const search_trial near = {
        .state = COLLET_TRIAL_COMPLETE, .measured = true, .values = better, .violation = 1};
    const search_trial far = {
        .state = COLLET_TRIAL_COMPLETE, .measured = true, .values = better, .violation = 2};
    const search_trial failed = {.state = COLLET_TRIAL_FAILED, .values = better};
    const search_trial *const order[] = {&complete, &pruned, &near, &far, &failed};
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 5; k++) {
            int sign = search_pareto_compare_trials(order[i], order[k], 2);
            ck_assert((sign < 0) == (i < k) && (sign > 0) == (i > k));
        }
    }
}
END_TEST

START_TEST(crowding_is_the_room_between_neighbours)
{
    static double values[5][2] = {{0, 10}, {1, 6}, {2, 5}, {6, 1}, {10, 0}};
    search_trial trials[5];
    const search_trial *list[5];
    size_t order[5];
    double crowding[5];
    for (int i = 0; i < 5; i++) {
        int to = (i * 2 + 1) % 5; /* the order of the list does not matter */
        trials[i] = (search_trial){.number = (uint64_t)i, .measured = true, .values = values[i]};
        list[to] = &trials[i];
    }
    search_pareto_crowding(list, 5, 2, order, crowding);
    ck_assert(isinf(crowding[1]) && isinf(crowding[4]));
    ck_assert_double_eq_tol(crowding[3], 0.2 + 0.5, 1e-12);
    ck_assert_double_eq_tol(crowding[0], 0.5 + 0.5, 1e-12);
    ck_assert_double_eq_tol(crowding[2], 0.8 + 0.5, 1e-12);
}
END_TEST

/* Who is dominated by fewer comes first, and what came first does not matter. */
START_TEST(a_league_is_in_order_whatever_came_first)
{
    search_trial trials[N];
    const search_trial *list[N];
    double values[N][MOST];
    uint32_t m = 2 + (uint32_t)_i % 2;
    search_league forth, back;
    make(trials, list, values, m, false, (uint64_t)_i);
    search_league_init(&forth, m);
    search_league_init(&back, m);
    for (size_t i = 0; i < N; i++) {
        ck_assert_int_eq(search_league_add(&forth, list[i]), COLLET_OK);
        ck_assert_int_eq(search_league_add(&back, list[N - 1 - i]), COLLET_OK);
    }
    search_league_sort(&forth, N / 2);
    search_league_sort(&back, N / 2);
    for (size_t i = 0; i < N; i++) {
        uint64_t above = 0;
        ck_assert_ptr_eq(forth.list[i].trial, back.list[i].trial);
        for (size_t k = 0; k < N; k++) {
            above += dominates(list[k], forth.list[i].trial, m);
        }
        ck_assert_uint_eq(forth.list[i].beaten, above);
        ck_assert(i == 0 || forth.list[i - 1].beaten <= above);
    }
    search_league_finish(&forth);
    search_league_finish(&back);
}
END_TEST

TEST_MAIN_LOOPS("pareto", {ranks_are_chains_of_domination, 12},
                {complete_comes_before_pruned_before_infeasible_before_failed, 1},
                {crowding_is_the_room_between_neighbours, 1},
                {a_league_is_in_order_whatever_came_first, 12})

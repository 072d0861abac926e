#include "search/history.h"
#include "search/point.h"
#include "space.h"
#include "support.h"

#include <collet/helpers.h>

enum { DIMS = TEST_DIMS };

START_TEST(every_value_survives_the_way_to_the_unit_interval_and_back)
{
    search_space s;
    ck_assert_int_eq(search_space_init(&s, &test_space), COLLET_OK);
    for (uint32_t i = 0; i < DIMS; i++) {
        const search_axis *axis = &s.axes[i];
        for (int k = 0; k < 200; k++) {
            double value = collet_dim_value(axis->dim, k / 200.0);
            double u = search_axis_unit(axis, value), back = search_axis_value(axis, u);
            ck_assert(u >= 0 && u <= 1);
            ck_assert_msg(fabs(back - value) < 1e-12 * (1 + fabs(value)), "%s: %g, %g",
                          axis->dim->name, value, back);
            ck_assert_msg(axis->count != 0 || axis->log || fabs(u - k / 200.0) < 1e-12, "%g", u);
        }
    }
    search_space_finish(&s);
}
END_TEST

START_TEST(the_shares_of_all_values_tile_the_axis_and_agree_with_even_draws)
{
    search_space s;
    search_space_init(&s, &test_space);
    for (uint32_t i = 0; i < DIMS; i++) {
        const search_axis *axis = &s.axes[i];
        double end = 0;
        for (uint64_t k = 0; k < axis->count; k++) {
            double low, high, value = search_axis_nth(axis, k);
            search_axis_share(axis, value, &low, &high);
            ck_assert_double_eq_tol(low, end, 1e-12);
            double inside = low + 0.75 * (high - low);
            ck_assert_double_eq(collet_dim_value(axis->dim, inside), value);
            ck_assert_double_eq(search_axis_value(axis, inside), value);
            end = high;
        }
        ck_assert(axis->count == 0 || fabs(end - 1) < 1e-12);
    }
    search_space_finish(&s);
}
END_TEST

START_TEST(anything_is_repaired_to_a_point_of_the_space)
{
    search_space s;
    search_space_init(&s, &test_space);
    ck_assert_uint_eq(s.numeric, 4);
    ck_assert_uint_eq(s.categories, 1);
    ck_assert_uint_eq(s.conditional, 1);
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1);
    double x[DIMS] = {1.7, (double)NAN, 1000, 0.3, -5, 99}, drawn[DIMS];
    search_repair(&s, &rng, x);
    ck_assert_double_eq(x[0], 2);
    ck_assert(x[1] == 0 || x[1] == 1 || x[1] == 2);
    ck_assert_double_eq(x[2], 10);
    ck_assert_double_eq(x[3], 0.5);
    ck_assert_double_eq(x[4], 1);
    ck_assert_double_eq(x[5], 3);
    x[0] = 1;
    search_repair(&s, &rng, x);
    ck_assert(isnan(x[2]));
    search_draw(&s, &rng, drawn);
    double again[DIMS];
    memcpy(again, drawn, sizeof again);
    search_repair(&s, &rng, again);
    ck_assert(search_same(&s, drawn, again)); /* what is right stays to the bit */
    search_space_finish(&s);
}
END_TEST

static void tell(search_history *h, uint64_t number, uint32_t state, double value, double over)
{
    const double x[DIMS] = {1, 0, (double)NAN, 0, 1, 3};
    const collet_trial t = {.struct_size = COLLET_SIZE(collet_trial),
                            .state = state,
                            .number = number,
                            .last_step = number,
                            .x = x,
                            .values = state == COLLET_TRIAL_FAILED ? NULL : &value,
                            .constraints = state == COLLET_TRIAL_FAILED ? NULL : &over};
    ck_assert_int_eq(search_history_tell(h, &t, NULL), COLLET_OK);
}

START_TEST(a_history_is_the_same_in_whatever_order_it_was_told)
{
    search_history h;
    search_history_init(&h, &test_space);
    const double x[DIMS] = {1, 0, (double)NAN, 0, 1, 3};
    tell(&h, 7, COLLET_TRIAL_COMPLETE, 5, -1);
    search_history_open(&h, 9, x);
    tell(&h, 2, COLLET_TRIAL_PRUNED, 1, -1);
    tell(&h, 5, COLLET_TRIAL_FAILED, 0, 0);
    tell(&h, 2, COLLET_TRIAL_PRUNED, 0, 9); /* a second time: nothing */
    tell(&h, 3, COLLET_TRIAL_COMPLETE, 4, 2);
    ck_assert_uint_eq(h.count, 5);
    ck_assert_uint_eq(h.finished, 4);
    ck_assert_uint_eq(h.measured, 3);
    for (size_t i = 1; i < h.count; i++) {
        ck_assert_uint_lt(h.trials[i - 1]->number, h.trials[i]->number);
    }
    ck_assert_uint_eq(search_history_find(&h, 9)->state, COLLET_TRIAL_RUNNING);
    ck_assert_ptr_null(search_history_find(&h, 4));
    search_space points;
    const double other[DIMS] = {2, 0, 1, 0, 1, 3};
    search_space_init(&points, &test_space);
    ck_assert(search_history_pending(&h, &points, x)); /* 9; the others at x have ended */
    ck_assert(!search_history_pending(&h, &points, other));
    tell(&h, 9, COLLET_TRIAL_FAILED, 0, 0);
    ck_assert(!search_history_pending(&h, &points, x));
    search_space_finish(&points);
    static const uint64_t order[] = {7, 2, 3, 5}; /* complete, pruned, infeasible, failed */
    for (int i = 0; i < 3; i++) {
        const search_trial *a = search_history_find(&h, order[i]);
        const search_trial *b = search_history_find(&h, order[i + 1]);
        ck_assert_int_lt(search_trial_compare(a, b), 0);
        ck_assert_int_gt(search_trial_compare(b, a), 0);
    }
    search_history_finish(&h);
}
END_TEST

TEST_MAIN("search", every_value_survives_the_way_to_the_unit_interval_and_back,
          the_shares_of_all_values_tile_the_axis_and_agree_with_even_draws,
          anything_is_repaired_to_a_point_of_the_space,
          a_history_is_the_same_in_whatever_order_it_was_told)

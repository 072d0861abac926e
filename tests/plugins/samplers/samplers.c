#include "space.h"
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <string.h>

enum { DIMS = 4, GRID = 3 * 3 + 3 * 3 * 3 }; /* layers 1: width x rate; 2: x second as well */

/* Without the last two, so that a grid is small. */
static const collet_space space = {.struct_size = COLLET_SIZE(collet_space),
                                   .dim_count = DIMS,
                                   .dim_size = COLLET_SIZE(collet_dim),
                                   .condition_size = COLLET_SIZE(collet_condition),
                                   .objective_count = 1,
                                   .parallel = 1,
                                   .dims = test_dims};

static void *create(test_unit *t, const char *id)
{
    char path[512];
    void *self;
    (void)snprintf(path, sizeof path, PLUGINS "/samplers/%s.so", id);
    test_unit_load(t, path);
    if (strcmp(id, "grid") == 0) {
        test_set(t, "points", "3");
    }
    const collet_sampler *s = t->unit->vtable;
    ck_assert_int_eq(s->create(clt_host_table(&t->host), t->config, &space, &self), 0);
    return self;
}

static collet_status ask(const test_unit *t, void *self, uint64_t number, double *x)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, number);
    return ((const collet_sampler *)t->unit->vtable)->ask(self, &rng, number, x);
}

static void tell(const test_unit *t, void *self, uint64_t number, const double *x)
{
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_FAILED,
                                .number = number,
                                .x = x};
    ck_assert_int_eq(((const collet_sampler *)t->unit->vtable)->tell(self, &trial), 0);
}

static void destroy(test_unit *t, void *self)
{
    ((const collet_sampler *)t->unit->vtable)->destroy(self);
    test_unit_finish(t);
}

static bool same(const double *a, const double *b)
{
    for (int i = 0; i < DIMS; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

START_TEST(the_grid_holds_each_active_point_once_in_order)
{
    test_unit t;
    void *self = create(&t, "grid");
    double x[GRID][DIMS], after[DIMS];
    for (int n = 0; n < GRID; n++) {
        ck_assert_int_eq(ask(&t, self, (uint64_t)n, x[n]), COLLET_OK);
        ck_assert_int_eq(isnan(x[n][2]), x[n][0] < 2);
        for (int k = 0; k < n; k++) {
            ck_assert(!same(x[n], x[k]));
        }
    }
    ck_assert_int_eq(ask(&t, self, GRID, after), COLLET_DONE);
    ck_assert_int_eq(ask(&t, self, GRID + 1, after), COLLET_DONE);
    static const double first[DIMS] = {1, 0, (double)NAN, 0}, next[DIMS] = {1, 0, (double)NAN, 0.5};
    static const double last[DIMS] = {2, 2, 10, 1};
    ck_assert(same(x[0], first));
    ck_assert(same(x[1], next));
    ck_assert(same(x[GRID - 1], last));
    destroy(&t, self);
}
END_TEST

START_TEST(a_grid_that_goes_on_asks_for_exactly_what_is_missing)
{
    double x[GRID][DIMS], foreign[DIMS] = {1, 1, (double)NAN, 0.25};
    test_unit t;
    void *self = create(&t, "grid");
    for (int n = 0; n < GRID; n++) {
        ask(&t, self, (uint64_t)n, x[n]);
    }
    destroy(&t, self);
    for (int known = 0; known <= GRID; known++) {
        self = create(&t, "grid");
        tell(&t, self, 999, foreign); /* not of the grid */
        for (int n = known; n-- > 0;) {
            tell(&t, self, (uint64_t)n, x[n]);
        }
        for (int n = known; n < GRID; n++) {
            double y[DIMS];
            ck_assert_int_eq(ask(&t, self, (uint64_t)n, y), COLLET_OK);
            ck_assert(same(x[n], y));
        }
        ck_assert_int_eq(ask(&t, self, GRID, foreign), COLLET_DONE);
        foreign[0] = 1;
        destroy(&t, self);
    }
}
END_TEST

START_TEST(random_points_are_valid_and_even_on_their_own_scale)
{
    enum { N = 8000 };
    test_unit t;
    void *self = create(&t, "random");
    int below_1 = 0, deep_ones = 0, categories[3] = {0}, steps[3] = {0};
    for (uint64_t n = 0; n < N; n++) {
        double x[DIMS];
        ck_assert_int_eq(ask(&t, self, n, x), COLLET_OK);
        ck_assert(x[0] == 1 || x[0] == 2);
        ck_assert_int_eq(isnan(x[2]), x[0] == 1);
        if (x[0] == 2) {
            deep_ones++;
            ck_assert(x[2] >= 0.1 && x[2] <= 10);
            below_1 += x[2] < 1;
        }
        categories[(int)x[1]]++;
        steps[(int)(x[3] * 2)]++;
        ck_assert(x[3] == 0 || x[3] == 0.5 || x[3] == 1);
    }
    /* Four standard deviations of a binomial; the streams are fixed. */
    ck_assert_int_lt(abs(deep_ones - N / 2), 180);
    ck_assert_int_lt(abs(below_1 - deep_ones / 2), 130);
    for (int k = 0; k < 3; k++) {
        ck_assert_int_lt(abs(categories[k] - N / 3), 170);
        ck_assert_int_lt(abs(steps[k] - N / 3), 170);
    }
    destroy(&t, self);
}
END_TEST

START_TEST(a_random_point_depends_on_its_number_alone)
{
    test_unit t;
    void *self = create(&t, "random");
    double early[DIMS], late[DIMS], other[DIMS];
    ask(&t, self, 17, early);
    for (uint64_t n = 0; n < 17; n++) {
        ask(&t, self, n, other);
        tell(&t, self, n, other);
    }
    ask(&t, self, 17, late);
    ck_assert(same(early, late));
    ck_assert(!same(early, other));
    destroy(&t, self);
}
END_TEST

TEST_MAIN("samplers", the_grid_holds_each_active_point_once_in_order,
          a_grid_that_goes_on_asks_for_exactly_what_is_missing,
          random_points_are_valid_and_even_on_their_own_scale,
          a_random_point_depends_on_its_number_alone)

#include "search/digest.h"
#include "search/fresh.h"
#include "search/spread.h"
#include "support.h"

#include <collet/helpers.h>

#include <stdlib.h>

static const double a_only[2] = {0, 0};
static const collet_condition if_a = {0, 1, a_only};
static const char *const names[] = {"a", "b", "c"};
static const collet_dim dims[] = {
    {.name = "kind",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
    {.name = "depth",
     .low = 1,
     .high = 4,
     .type = COLLET_DIM_INT,
     .condition_count = 1,
     .conditions = &if_a},
    {.name = "same", .low = 7, .high = 7, .type = COLLET_DIM_INT},
    {.name = "rate", .low = 1e-4, .high = 1, .type = COLLET_DIM_REAL, .flags = COLLET_DIM_LOG},
};
enum { DIMS = 4, SMALL = 3, POINTS = 4 + 1 + 1 }; /* without the rate: a has four depths */

typedef struct fixture {
    collet_space collet;
    search_space space;
    search_history history;
    clt_rng stream;
    collet_rng rng;
} fixture;

static void begin(fixture *f, uint32_t count)
{
    *f = (fixture){.collet = {.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = count,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 1,
                              .parallel = 1,
                              .dims = dims}};
    f->rng = test_rng(&f->stream, 5);
    ck_assert_int_eq(search_space_init(&f->space, &f->collet), COLLET_OK);
    search_history_init(&f->history, &f->collet);
}

static void end(fixture *f)
{
    search_history_finish(&f->history);
    search_space_finish(&f->space);
}

static const search_trial *tell(fixture *f, uint64_t number, double value)
{
    const double x[DIMS] = {1, (double)NAN, 7, 0.1};
    const collet_trial t = {.struct_size = COLLET_SIZE(collet_trial),
                            .state = COLLET_TRIAL_COMPLETE,
                            .number = number,
                            .x = x,
                            .values = &value};
    const search_trial *news;
    ck_assert_int_eq(search_history_tell(&f->history, &t, &news), COLLET_OK);
    return news;
}

START_TEST(a_digest_is_a_function_of_the_set_of_trials)
{
    enum { N = 200, BEST = 10, REST = 15 };
    static const uint64_t strides[] = {1, 7, N - 1};
    uint64_t held[3][BEST + REST];
    for (int order = 0; order < 3; order++) {
        fixture f;
        search_digest d;
        bool in[N] = {false};
        begin(&f, DIMS);
        ck_assert_int_eq(search_digest_init(&d, BEST, REST), COLLET_OK);
        for (uint64_t k = 0; k < N; k++) {
            uint64_t n = (k + 1) * strides[order] % N;
            uint32_t gone = search_digest_add(&d, tell(&f, n, (double)(n * 37 % 101)), (uint32_t)n);
            in[n] = true;
            ck_assert_int_eq(gone != UINT32_MAX, k >= BEST + REST);
            ck_assert(gone == UINT32_MAX || in[gone]);
            if (gone != UINT32_MAX) {
                in[gone] = false;
            }
        }
        ck_assert_uint_eq(d.count, N);
        for (uint32_t i = 0; i < BEST + REST; i++) {
            const search_pick *p = i < BEST ? &d.best[i] : &d.rest[i - BEST];
            held[order][i] = p->trial->number;
            ck_assert(in[p->tag] && p->tag == p->trial->number);
            ck_assert_uint_eq(held[order][i], held[0][i]);
            /* 101 is prime, so the best ones are the values 0 to 4, each twice but for the end */
            ck_assert(i >= BEST || p->trial->values[0] <= d.best[BEST - 1].trial->values[0]);
        }
        for (size_t i = 0; i < f.history.count; i++) {
            const search_trial *t = f.history.trials[i], *last = d.best[BEST - 1].trial;
            bool best = search_trial_compare(t, last) <= 0, found = false;
            for (uint32_t k = 0; k < BEST; k++) {
                found |= d.best[k].trial == t;
            }
            ck_assert_int_eq(best, found);
        }
        search_digest_finish(&d);
        end(&f);
    }
}
END_TEST

START_TEST(the_first_points_use_each_stretch_of_each_axis_once)
{
    enum { CELLS = 12 };
    fixture f;
    int cells[CELLS] = {0}, kinds[3] = {0};
    begin(&f, DIMS);
    for (uint64_t n = 0; n < CELLS; n++) {
        double x[DIMS];
        search_spread(&f.space, &f.history, CELLS, &f.rng, x);
        ck_assert_int_eq(isnan(x[1]), x[0] != 0);
        ck_assert_double_eq(x[2], 7);
        kinds[(int)x[0]]++;
        cells[(int)(search_axis_unit(&f.space.axes[3], x[3]) * CELLS)]++;
        search_history_open(&f.history, n * 3, x);
    }
    for (int k = 0; k < CELLS; k++) {
        ck_assert_int_eq(cells[k], 1);
    }
    for (int k = 0; k < 3; k++) {
        ck_assert_int_eq(kinds[k], CELLS / 3);
    }
    end(&f);
}
END_TEST

START_TEST(fresh_points_exhaust_a_small_space_and_never_a_large_one)
{
    fixture f;
    search_seen seen = {0};
    double x[DIMS];
    begin(&f, SMALL);
    for (int n = 0; n < POINTS; n++) {
        ck_assert(search_fresh(&f.space, &seen, &f.rng, x));
        ck_assert(!search_seen_has(&seen, &f.space, x));
        ck_assert_int_eq(search_seen_add(&seen, &f.space, x), COLLET_OK);
        ck_assert(search_seen_has(&seen, &f.space, x));
    }
    ck_assert(!search_fresh(&f.space, &seen, &f.rng, x));
    ck_assert_uint_eq(seen.count, POINTS);
    search_seen_finish(&seen);
    end(&f);
    begin(&f, DIMS);
    for (int n = 0; n < 1000; n++) {
        ck_assert(search_fresh(&f.space, &seen, &f.rng, x));
        ck_assert_int_eq(search_seen_add(&seen, &f.space, x), COLLET_OK);
    }
    ck_assert_uint_eq(seen.count, 1000);
    search_seen_finish(&seen);
    end(&f);
}
END_TEST

TEST_MAIN("digest", a_digest_is_a_function_of_the_set_of_trials,
          the_first_points_use_each_stretch_of_each_axis_once,
          fresh_points_exhaust_a_small_space_and_never_a_large_one)

/* What is particular to tpe; what it shares with all samplers is in properties.c. */
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>
#include <string.h>

static const double zero[2] = {0, 0}, one[2] = {1, 1};
static const collet_condition if_a = {0, 1, zero}, if_b = {0, 1, one};
static const char *const names[] = {"a", "b", "c"};
#define REAL                                                                                       \
    {                                                                                              \
        .name = "r", .low = -5, .high = 5, .type = COLLET_DIM_REAL                                 \
    }
static const collet_dim reals[] = {REAL, REAL, REAL, REAL, REAL};
static const collet_dim mixed[] = {
    {.name = "kind",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
    {.name = "rate",
     .low = 1e-5,
     .high = 10,
     .type = COLLET_DIM_REAL,
     .flags = COLLET_DIM_LOG,
     .condition_count = 1,
     .conditions = &if_a},
    {.name = "units",
     .low = 1,
     .high = 1024,
     .type = COLLET_DIM_INT,
     .flags = COLLET_DIM_LOG,
     .condition_count = 1,
     .conditions = &if_b},
    {.name = "depth", .low = 1, .high = 12, .type = COLLET_DIM_INT},
    {.name = "share", .low = 0, .high = 1, .step = 0.125, .type = COLLET_DIM_REAL},
    {.name = "other",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
};
enum { DIMS = 6 };

static double sphere(const double *x)
{
    double sum = 0;
    for (int i = 0; i < 5; i++) {
        sum += (x[i] - i + 1.5) * (x[i] - i + 1.5);
    }
    return sum;
}

/* Kind a is the right one, at a rate of 1e-3. */
static double choose(const double *x)
{
    double own = x[0] == 0   ? fabs(log10(x[1]) + 3)
                 : x[0] == 1 ? 0.5 + fabs(log2(x[2]) - 5) / 4
                             : 1.5;
    return own + fabs(x[3] - 9) / 6 + fabs(x[4] - 0.25) * 2 + (x[5] == 2 ? 0 : 0.3);
}

typedef struct problem {
    double (*f)(const double *x);
    const collet_dim *dims;
    uint32_t count;
    double share; /* of what chance finds: less than that is found */
} problem;
static const problem problems[] = {{sphere, reals, 5, 0.25}, {choose, mixed, 6, 0.9}};

/* An instance of a sampler. */
typedef struct sut {
    test_unit unit;
    const collet_sampler *sampler;
    collet_space space;
    void *self;
    uint64_t seed;
} sut;

static void start(sut *s, const char *id, const problem *p, const char *key, const char *value)
{
    char path[512];
    (void)snprintf(path, sizeof path, PLUGINS "/samplers/%s.so", id);
    test_unit_load(&s->unit, path);
    if (key != NULL) {
        test_set(&s->unit, key, value);
    }
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = p->count,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 1,
                              .parallel = 8,
                              .dims = p->dims};
    s->sampler = s->unit.unit->vtable;
    collet_status status =
        s->sampler->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self);
    ck_assert_int_eq(status, COLLET_OK);
}

static void finish(sut *s)
{
    s->sampler->destroy(s->self);
    test_unit_finish(&s->unit);
}

static void ask(const sut *s, uint64_t number, double *x)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, s->seed * 100000 + number);
    ck_assert_int_eq(s->sampler->ask(s->self, &rng, number, x), COLLET_OK);
}

static void tell(const sut *s, uint64_t number, const double *x, double value)
{
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_COMPLETE,
                                .number = number,
                                .x = x,
                                .values = &value};
    ck_assert_int_eq(s->sampler->tell(s->self, &trial), COLLET_OK);
}

static double best_of(const char *id, const problem *p, uint64_t seed, uint64_t trials)
{
    sut s = {.seed = seed};
    double best = (double)INFINITY;
    start(&s, id, p, NULL, NULL);
    for (uint64_t n = 0; n < trials; n++) {
        double x[DIMS];
        ask(&s, n, x);
        double value = p->f(x);
        best = value < best ? value : best;
        tell(&s, n, x, value);
    }
    finish(&s);
    return best;
}

START_TEST(it_finds_better_points_than_chance)
{
    enum { SEEDS = 8, TRIALS = 80 };
    int wins = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double mine = best_of("tpe", &problems[_i], seed, TRIALS);
        double chance = best_of("random", &problems[_i], seed, TRIALS);
        wins += mine < problems[_i].share * chance;
    }
    ck_assert_int_ge(wins, SEEDS - 1);
}
END_TEST

/* A study of n trials, then eight open ones: their mean distance from each other. */
static double apart(const char *pending)
{
    enum { OPEN = 8, SEEDS = 5 };
    double sum = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double x[OPEN][DIMS];
        sut s = {.seed = seed};
        start(&s, "tpe", &problems[0], "pending", pending);
        for (uint64_t n = 0; n < 40; n++) {
            ask(&s, n, x[0]);
            tell(&s, n, x[0], sphere(x[0]));
        }
        for (uint64_t n = 0; n < OPEN; n++) {
            ask(&s, 40 + n, x[n]);
            for (uint64_t k = 0; k < n; k++) {
                double square = 0;
                for (int i = 0; i < 5; i++) {
                    square += (x[n][i] - x[k][i]) * (x[n][i] - x[k][i]);
                }
                sum += sqrt(square);
            }
        }
        finish(&s);
    }
    return sum;
}

START_TEST(trials_under_way_keep_others_away)
{
    ck_assert(apart("on") > 1.2 * apart("off"));
}
END_TEST

/* The values of a study are stretched so that their differences mean nothing. */
START_TEST(only_the_order_of_values_counts)
{
    sut s = {.seed = 3}, t = {.seed = 3};
    start(&s, "tpe", &problems[1], NULL, NULL);
    start(&t, "tpe", &problems[1], NULL, NULL);
    for (uint64_t n = 0; n < 60; n++) {
        double x[DIMS], y[DIMS];
        ask(&s, n, x);
        ask(&t, n, y);
        for (int i = 0; i < DIMS; i++) {
            ck_assert(x[i] == y[i] || (isnan(x[i]) && isnan(y[i])));
        }
        tell(&s, n, x, choose(x));
        tell(&t, n, y, exp(20 * choose(y)));
    }
    finish(&s);
    finish(&t);
}
END_TEST

/* More trials than kernels: two instances that were told in opposite order ask for the same. */
START_TEST(a_long_history_gives_the_same_next_point_in_any_order)
{
    enum { N = 1500 };
    static double x[N][DIMS];
    sut s = {.seed = 2}, t = {.seed = 2}, r = {.seed = 9};
    double a[DIMS], b[DIMS];
    start(&r, "random", &problems[1], NULL, NULL);
    start(&s, "tpe", &problems[1], NULL, NULL);
    start(&t, "tpe", &problems[1], NULL, NULL);
    for (uint64_t n = 0; n < N; n++) {
        ask(&r, n, x[n]);
        tell(&s, n, x[n], choose(x[n]));
    }
    for (uint64_t n = N; n-- > 0;) {
        tell(&t, n, x[n], choose(x[n]));
    }
    for (uint64_t n = N; n < N + 20; n++) {
        ask(&s, n, a);
        ask(&t, n, b);
        for (int i = 0; i < DIMS; i++) {
            ck_assert(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
        }
    }
    finish(&r);
    finish(&s);
    finish(&t);
}
END_TEST

/* Thirty trials of kind a, ever better, and before them four of kind b with these values: of which
 * kind is trial `number` then? */
static int kind_after(const double *of_b, uint64_t number, const char *branches)
{
    sut s = {.seed = 5};
    start(&s, "tpe", &problems[1], "branches", branches);
    for (uint64_t n = 0; n < 34; n++) {
        double at = (double)n, x[DIMS] = {n < 4, 1e-3 + 1e-4 * at, NAN, 3, 0.25, 1};
        if (n < 4) {
            x[1] = (double)NAN;
            x[2] = 20 + at;
        }
        tell(&s, n, x, n < 4 ? of_b[n] : 1 - (at - 4) / 50);
    }
    double x[DIMS];
    ask(&s, number, x);
    finish(&s);
    return (int)x[0];
}

START_TEST(a_branch_is_left_only_when_it_was_worse_with_as_many_trials)
{
    static const double keeps_up[4] = {0.9, 0.88, 0.86, 0.84}, behind[4] = {3, 2, 2.5, 1.5};
    enum { A, B };
    ck_assert_int_eq(kind_after(keeps_up, 35, "on"), B); /* each third */
    ck_assert_int_eq(kind_after(keeps_up, 36, "on"), A);
    ck_assert_int_eq(kind_after(keeps_up, 35, "off"), A);
    ck_assert_int_eq(kind_after(behind, 35, "on"), A);
    ck_assert_int_eq(kind_after(behind, 39, "on"), B); /* each tenth */
    ck_assert_int_eq(kind_after(behind, 39, "off"), A);
}
END_TEST

TEST_MAIN_LOOPS("tpe", {a_branch_is_left_only_when_it_was_worse_with_as_many_trials, 1},
                {it_finds_better_points_than_chance, 2}, {trials_under_way_keep_others_away, 1},
                {only_the_order_of_values_counts, 1},
                {a_long_history_gives_the_same_next_point_in_any_order, 1})

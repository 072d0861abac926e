/* What samplers with a population do with what they are told. */
#include "math/hypervolume.h"
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <string.h>

enum { D = 5, MOST = 400 };

static const collet_dim reals[D] = {
    {.name = "a", .low = -5, .high = 5, .type = COLLET_DIM_REAL},
    {.name = "b", .low = -5, .high = 5, .type = COLLET_DIM_REAL},
    {.name = "c", .low = -5, .high = 5, .type = COLLET_DIM_REAL},
    {.name = "d", .low = -5, .high = 5, .type = COLLET_DIM_REAL},
    {.name = "e", .low = -5, .high = 5, .type = COLLET_DIM_REAL},
};
static const char *const names[] = {"x", "y", "z"};
static const collet_dim few[2] = {
    {.name = "kind",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
    {.name = "n", .low = 0, .high = 3, .type = COLLET_DIM_INT},
};

static const struct {
    const char *id, *key, *value;
} samplers[] = {
    {"cmaes", "restarts", "bipop"},
    {"evolutionary", "algorithm", "differential"},
    {"evolutionary", "algorithm", "genetic"},
    {"nsga2", "population", "12"},
    {"tpe", "startup", "10"}, /* these two do not breed, but find fronts as well */
    {"auto", "mix", "0"},
    {"qmc", "sequence", "sobol"}, /* breeds nothing, but repeats nothing that is under way */
    {"qmc", "sequence", "halton"},
};
enum { ALL = sizeof samplers / sizeof samplers[0], SAMPLERS = 4, FRONTS = 3 };

typedef struct sut {
    test_unit unit;
    const collet_sampler *sampler;
    collet_space space;
    void *self;
    uint64_t luck; /* another number, other draws */
} sut;

static void start_with(sut *s, int row, const char *value, const collet_dim *dims, uint32_t count,
                       uint32_t objectives)
{
    char path[512];
    (void)snprintf(path, sizeof path, PLUGINS "/samplers/%s.so", samplers[row].id);
    test_unit_load(&s->unit, path);
    test_set(&s->unit, samplers[row].key, value);
    s->luck = 0;
    s->sampler = s->unit.unit->vtable;
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = count,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = objectives,
                              .constraint_count = 1,
                              .parallel = 1,
                              .dims = dims,
                              .seed = 3};
    ck_assert_int_eq(
        s->sampler->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self), 0);
}

static void start(sut *s, int row, const collet_dim *dims, uint32_t count, uint32_t objectives)
{
    start_with(s, row, samplers[row].value, dims, count, objectives);
}

static void finish(sut *s)
{
    s->sampler->destroy(s->self);
    test_unit_finish(&s->unit);
}

static void ask(const sut *s, uint64_t number, double *x)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1000 * s->luck + number);
    ck_assert_int_eq(s->sampler->ask(s->self, &rng, number, x), COLLET_OK);
}

static void tell(const sut *s, uint64_t number, const double *x, const double *values, double over)
{
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_COMPLETE,
                                .number = number,
                                .x = x,
                                .values = values,
                                .constraints = &over};
    ck_assert_int_eq(s->sampler->tell(s->self, &trial), COLLET_OK);
}

static double bowl(const double *x)
{
    static const double at[D] = {1, -2, 3, 0.5, -1};
    double sum = 0;
    for (int i = 0; i < D; i++) {
        sum += (i + 1) * (x[i] - at[i]) * (x[i] - at[i]);
    }
    return sum;
}

/* The best of 200 trials, `open` of them under way at a time; told newest first. */
static double best_of(sut *s, int open)
{
    static double x[MOST][D];
    double best = INFINITY;
    for (int n = 0; n < 200; n += open) {
        for (int k = 0; k < open; k++) {
            ask(s, (uint64_t)(n + k), x[n + k]);
        }
        for (int k = open; k-- > 0;) {
            double value = bowl(x[n + k]);
            best = value < best ? value : best;
            tell(s, (uint64_t)(n + k), x[n + k], &value, -1);
        }
    }
    return best;
}

static int by_value(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

/* The median of five runs: a single one may be lucky or not. */
START_TEST(they_find_the_bottom_of_a_bowl)
{
    enum { RUNS = 5 };
    static const int open[] = {1, 8};
    static const double enough[SAMPLERS] = {0.01, 1, 1, 4}; /* 200 random points: 15 */
    for (int i = 0; i < 2; i++) {
        double best[RUNS];
        for (uint64_t k = 0; k < RUNS; k++) {
            sut s;
            start(&s, _i, reals, D, 1);
            s.luck = k;
            best[k] = best_of(&s, open[i]);
            finish(&s);
        }
        qsort(best, RUNS, sizeof *best, by_value);
        ck_assert_msg(best[RUNS / 2] < 8 * enough[_i] || (i == 0 && best[RUNS / 2] < enough[_i]),
                      "%s, %d: %g", samplers[_i].id, open[i], best[RUNS / 2]);
    }
}
END_TEST

/* 12 points, ten under way: each another. */
START_TEST(points_under_way_are_all_different)
{
    double x[10][2];
    sut s;
    start(&s, _i, few, 2, 1);
    for (uint64_t n = 0; n < 10; n++) {
        ask(&s, n, x[n]);
        for (uint64_t k = 0; k < n; k++) {
            ck_assert(x[n][0] != x[k][0] || x[n][1] != x[k][1]);
        }
    }
    finish(&s);
}
END_TEST

/* Told a study of 60 trials before the first ask, they begin where its best ones lie. */
START_TEST(an_older_study_is_where_they_begin)
{
    double x[D], sum = 0, cold = 0;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 77);
    sut s, t;
    start(&s, _i, reals, D, 1);
    start(&t, _i, reals, D, 1);
    for (uint64_t n = 0; n < 60; n++) {
        for (int i = 0; i < D; i++) {
            x[i] = -5 + 10 * collet_uniform(&rng);
        }
        double value = bowl(x);
        tell(&s, n, x, &value, -1);
    }
    for (uint64_t n = 60; n < 72; n++) {
        ask(&s, n, x);
        sum += bowl(x);
        ask(&t, n, x);
        cold += bowl(x);
    }
    ck_assert_msg(sum < 0.8 * cold, "%s: %g, without %g", samplers[_i].id, sum, cold);
    finish(&s);
    finish(&t);
}
END_TEST

/* The bowl, but only where a > 2: infeasible points lead there. */
START_TEST(constraints_are_kept_in_the_end)
{
    double x[D], best = INFINITY, where = 0;
    sut s;
    start(&s, _i, reals, D, 1);
    for (uint64_t n = 0; n < 200; n++) {
        ask(&s, n, x);
        double value = bowl(x);
        tell(&s, n, x, &value, 2 - x[0]);
        where = x[0] >= 2 && value < best ? x[0] : where;
        best = x[0] >= 2 && value < best ? value : best;
    }
    ck_assert_msg(best < 8 && where >= 2 && where < 3, "%s: %g at %g", samplers[_i].id, best,
                  where);
    finish(&s);
}
END_TEST

/* A run that has converged on the bottom of a bowl of two parameters proposes nothing but that
 * bottom, for good; with restarts there are points far from it again. */
START_TEST(what_has_converged_begins_anew_unless_restarts_are_off)
{
    static const char *const restarts[] = {"off", "ipop", "bipop"};
    double x[2];
    int far = 0;
    sut s;
    start_with(&s, 0, restarts[_i], reals, 2, 1);
    for (uint64_t n = 0; n < 1500; n++) {
        ask(&s, n, x);
        double value = (x[0] - 1) * (x[0] - 1) + (x[1] + 2) * (x[1] + 2);
        tell(&s, n, x, &value, -1);
        far += n >= 500 && value > 1;
    }
    ck_assert_msg(_i == 0 ? far == 0 : far > 20, "%s: %d far points", restarts[_i], far);
    finish(&s);
}
END_TEST

/* Two bowls: the front is the line between their bottoms. */
START_TEST(they_find_a_whole_front)
{
    static double values[MOST][2];
    const double reference[2] = {2, 2};
    double x[2];
    sut s;
    start(&s, SAMPLERS - 1 + _i, reals, 2, 2);
    for (uint64_t n = 0; n < 200; n++) {
        ask(&s, n, x);
        values[n][0] = (x[0] * x[0] + x[1] * x[1]) / 4;
        values[n][1] = ((x[0] - 2) * (x[0] - 2) + x[1] * x[1]) / 4;
        tell(&s, n, x, values[n], -1);
    }
    /* All of the front: 4 less what lies below it, the integral of (1 - sqrt f)^2. */
    double volume = clt_hypervolume(values[0], 200, 2, reference);
    ck_assert_msg(volume > 0.97 * (4 - 1.0 / 6) && volume < 4 - 1.0 / 6, "%s: %g",
                  samplers[SAMPLERS - 1 + _i].id, volume);
    finish(&s);
}
END_TEST

TEST_MAIN_LOOPS("breeding", {they_find_the_bottom_of_a_bowl, SAMPLERS},
                {points_under_way_are_all_different, ALL},
                {an_older_study_is_where_they_begin, SAMPLERS},
                {constraints_are_kept_in_the_end, SAMPLERS},
                {what_has_converged_begins_anew_unless_restarts_are_off, 3},
                {they_find_a_whole_front, FRONTS})

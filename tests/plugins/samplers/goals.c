/* Several goals: what samplers with a model of them are for. What they share with all is in
 * properties.c. */
#include "math/hypervolume.h"
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <math.h>
#include <string.h>

enum { DIMS = 5, TRIALS = 60 };

#define REAL                                                                                       \
    {                                                                                              \
        .name = "r", .low = 0, .high = 1, .type = COLLET_DIM_REAL                                  \
    }
static const collet_dim dims[DIMS] = {REAL, REAL, REAL, REAL, REAL};

/* ZDT1 about another place, and what is required of its first goal. */
static void evaluate(const double *x, double *f, double *over)
{
    double g = 1;
    for (int i = 1; i < DIMS; i++) {
        g += 9 * fabs(x[i] - 0.1 * i) / (DIMS - 1);
    }
    f[0] = x[0];
    f[1] = g * (1 - sqrt(x[0] / g));
    *over = 0.3 - x[0];
}

typedef struct sut {
    test_unit unit;
    const collet_sampler *sampler;
    collet_space space;
    void *self;
} sut;

static void start(sut *s, const char *id, uint32_t demands)
{
    char path[512];
    (void)snprintf(path, sizeof path, PLUGINS "/samplers/%s.so", id);
    test_unit_load(&s->unit, path);
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = DIMS,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 2,
                              .constraint_count = demands,
                              .parallel = 1,
                              .dims = dims};
    s->sampler = s->unit.unit->vtable;
    ck_assert_int_eq(
        s->sampler->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self),
        COLLET_OK);
}

static void finish(sut *s)
{
    s->sampler->destroy(s->self);
    test_unit_finish(&s->unit);
}

/* The hypervolume of what meets the demand after a study; *met: how many of the last half do. */
static double study(const char *id, uint32_t demands, uint64_t seed, int *met)
{
    static const double reference[2] = {1.1, 6};
    double points[2 * TRIALS], x[DIMS];
    size_t count = 0;
    sut s;
    start(&s, id, demands);
    *met = 0;
    for (uint64_t n = 0; n < TRIALS; n++) {
        clt_rng stream;
        collet_rng rng = test_rng(&stream, 1000 * seed + n);
        double values[2], over;
        ck_assert_int_eq(s.sampler->ask(s.self, &rng, n, x), COLLET_OK);
        evaluate(x, values, &over);
        const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                    .state = COLLET_TRIAL_COMPLETE,
                                    .number = n,
                                    .x = x,
                                    .values = values,
                                    .constraints = demands > 0 ? &over : NULL};
        ck_assert_int_eq(s.sampler->tell(s.self, &trial), COLLET_OK);
        if (demands == 0 || over <= 0) {
            memcpy(points + 2 * count++, values, sizeof values);
            *met += n >= TRIALS / 2;
        }
    }
    finish(&s);
    return clt_hypervolume(points, count, 2, reference);
}

static const char *const models[] = {"gp", "auto"};

/* The whole front has 6.27; studies at random come to 4.6 to 5.5. */
START_TEST(the_front_is_far_better_than_that_of_chance)
{
    int met;
    for (uint64_t seed = 0; seed < 3; seed++) {
        double by_chance = study("random", 0, seed, &met), found = study(models[_i], 0, seed, &met);
        ck_assert_msg(found > 5.6 && found > by_chance + 0.3, "%s: %g, random %g", models[_i],
                      found, by_chance);
    }
}
END_TEST

/* By chance 70 in 100 meet it; of those that are told of it nearly all must. */
START_TEST(what_is_required_is_met)
{
    int met;
    for (uint64_t seed = 0; seed < 3; seed++) {
        double found = study(models[_i], 1, seed, &met);
        ck_assert_msg(met >= TRIALS / 2 * 4 / 5, "%s: %d", models[_i], met);
        ck_assert_msg(found > 4.1, "%s: %g of the 4.43 that can be had", models[_i], found);
    }
}
END_TEST

/* Bits that are no number of a goal, goals all alike, nothing but failures: a point all the same.
 */
START_TEST(strange_outcomes_are_lived_with)
{
    static const double strange[][2] = {
        {0, 0}, {(double)INFINITY, -(double)INFINITY}, {1e300, -1e300}, {1e-300, 1}};
    double x[DIMS];
    sut s;
    start(&s, "gp", 0);
    for (uint64_t n = 0; n < 30; n++) {
        clt_rng stream;
        collet_rng rng = test_rng(&stream, n);
        ck_assert_int_eq(s.sampler->ask(s.self, &rng, n, x), COLLET_OK);
        const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                    .state = _i == 4 ? COLLET_TRIAL_FAILED : COLLET_TRIAL_COMPLETE,
                                    .number = n,
                                    .x = x,
                                    .values = _i == 4 ? NULL : strange[_i]};
        ck_assert_int_eq(s.sampler->tell(s.self, &trial), COLLET_OK);
        for (int i = 0; i < DIMS; i++) {
            ck_assert(x[i] >= 0 && x[i] <= 1);
        }
    }
    finish(&s);
}
END_TEST

TEST_MAIN_LOOPS("goals", {the_front_is_far_better_than_that_of_chance, 2},
                {what_is_required_is_met, 2}, {strange_outcomes_are_lived_with, 5})

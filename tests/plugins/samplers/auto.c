/* Whose turn it is in auto's committee. */
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <math.h>

enum { DIMS = 4, TOLD = 30 };

static const char *const names[] = {"a", "b", "c", "d", "e"};
#define REAL                                                                                       \
    {                                                                                              \
        .name = "r", .low = -5, .high = 5, .type = COLLET_DIM_REAL                                 \
    }
#define NAME                                                                                       \
    {                                                                                              \
        .name = "c", .low = 0, .high = 4, .type = COLLET_DIM_CATEGORY, .category_count = 5,        \
        .categories = names                                                                        \
    }
static const collet_dim spaces[][DIMS] = {{REAL, REAL, REAL, REAL}, {NAME, NAME, NAME, NAME}};

/* What a sampler proposes for trial `number` after TOLD trials that lie anywhere. */
static void propose(const char *id, const collet_dim *dims, uint64_t number, double *x)
{
    char path[512];
    test_unit unit;
    void *self;
    (void)snprintf(path, sizeof path, PLUGINS "/samplers/%s.so", id);
    test_unit_load(&unit, path);
    const collet_space space = {.struct_size = COLLET_SIZE(collet_space),
                                .dim_count = DIMS,
                                .dim_size = COLLET_SIZE(collet_dim),
                                .condition_size = COLLET_SIZE(collet_condition),
                                .objective_count = 1,
                                .parallel = 1,
                                .dims = dims};
    const collet_sampler *sampler = unit.unit->vtable;
    ck_assert_int_eq(sampler->create(clt_host_table(&unit.host), unit.config, &space, &self),
                     COLLET_OK);
    for (uint64_t n = 0; n < TOLD; n++) {
        double value = 0;
        for (uint64_t i = 0; i < DIMS; i++) {
            double u = fmod(0.37 + (double)(n + 1) * (0.618 + 0.1373 * (double)i), 1);
            x[i] = dims[i].type == COLLET_DIM_REAL ? 10 * u - 5 : floor(5 * u);
            value += (x[i] - 1.5) * (x[i] - 1.5);
        }
        const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                    .state = COLLET_TRIAL_COMPLETE,
                                    .number = n,
                                    .x = x,
                                    .values = &value};
        ck_assert_int_eq(sampler->tell(self, &trial), COLLET_OK);
    }
    clt_rng stream;
    collet_rng rng = test_rng(&stream, number);
    ck_assert_int_eq(sampler->ask(self, &rng, number, x), COLLET_OK);
    sampler->destroy(self);
    test_unit_finish(&unit);
}

static bool same(const char *id, const collet_dim *dims, uint64_t number, const double *x)
{
    double own[DIMS];
    propose(id, dims, number, own);
    for (int i = 0; i < DIMS; i++) {
        if (own[i] != x[i]) {
            return false;
        }
    }
    return true;
}

/* After 30 trials each 4th is tpe's among real numbers, each 20th where there are but names. */
static const struct {
    int space;
    uint64_t number;
    const char *member;
} turns[] = {{0, 34, "gp"}, {0, 35, "tpe"}, {0, 39, "tpe"}, {0, 48, "gp"},
             {1, 34, "gp"}, {1, 35, "gp"},  {1, 39, "tpe"}, {1, 48, "gp"}};

START_TEST(densities_have_fewer_turns_where_nothing_is_continuous)
{
    double x[DIMS];
    const collet_dim *dims = spaces[turns[_i].space];
    propose("auto", dims, turns[_i].number, x);
    ck_assert(same(turns[_i].member, dims, turns[_i].number, x));
}
END_TEST

TEST_MAIN_LOOPS("auto", {densities_have_fewer_turns_where_nothing_is_continuous,
                         sizeof turns / sizeof turns[0]})

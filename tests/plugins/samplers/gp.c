/* What is particular to gp; what it shares with all samplers is in properties.c. */
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

enum { KNOWN = 12, BEST = 5 };

static const collet_dim dims[] = {{.name = "n", .low = 0, .high = 19, .type = COLLET_DIM_INT}};
static const collet_space space = {.struct_size = COLLET_SIZE(collet_space),
                                   .dim_count = 1,
                                   .dim_size = COLLET_SIZE(collet_dim),
                                   .condition_size = COLLET_SIZE(collet_condition),
                                   .objective_count = 1,
                                   .parallel = 1,
                                   .dims = dims};

static void tell(const test_unit *t, void *self, uint64_t number, double x, double value)
{
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_COMPLETE,
                                .number = number,
                                .x = &x,
                                .values = &value};
    ck_assert_int_eq(((const collet_sampler *)t->unit->vtable)->tell(self, &trial), COLLET_OK);
}

/* What is proposed after a valley was told, and its lowest point once more, as one or with another
 * outcome. Trials come in reverse: nothing may depend on the order. */
static double next(double second)
{
    test_unit t;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1);
    void *self;
    double x;
    test_unit_load(&t, PLUGINS "/samplers/gp.so");
    const collet_sampler *s = t.unit->vtable;
    ck_assert_int_eq(s->create(clt_host_table(&t.host), t.config, &space, &self), COLLET_OK);
    tell(&t, self, KNOWN, BEST, second);
    for (int i = KNOWN - 1; i >= 0; i--) {
        tell(&t, self, (uint64_t)i, i, 0.1 * (i - BEST) * (i - BEST));
    }
    ck_assert_int_eq(s->ask(self, &rng, KNOWN + 1, &x), COLLET_OK);
    s->destroy(self);
    test_unit_finish(&t);
    return x;
}

START_TEST(a_point_comes_again_once_it_has_brought_two_outcomes)
{
    ck_assert_double_ge(next(0), KNOWN);
    ck_assert_double_lt(next(-0.3), KNOWN);
}
END_TEST

TEST_MAIN("gp", a_point_comes_again_once_it_has_brought_two_outcomes)

#include "density/trials.h"
#include "density/parzen.h"
#include "support.h"

#include <collet/helpers.h>

enum { BEST = 6, REST = 4, MOST = 40 };

static const collet_dim dims[] = {
    {.name = "a", .low = 0, .high = 1, .type = COLLET_DIM_REAL},
    {.name = "b", .low = -1, .high = 1, .type = COLLET_DIM_REAL},
};

/* What a sampler would know of a space with so many goals. */
typedef struct fixture {
    collet_space collet;
    search_space space;
    density_space columns;
    density_trials trials;
    density_parzen parzen;
} fixture;

static void begin(fixture *f, uint32_t goals)
{
    static const density_parzen_rules rules = {
        .gamma = 0.25, .cap = BEST, .weights = DENSITY_UNIFORM, .pending = true};
    *f = (fixture){.collet = {.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = 2,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = goals,
                              .parallel = 1,
                              .dims = dims}};
    ck_assert_int_eq(search_space_init(&f->space, &f->collet), COLLET_OK);
    ck_assert_int_eq(density_space_init(&f->columns, &f->space, DENSITY_JOINT), COLLET_OK);
    ck_assert_int_eq(density_trials_init(&f->trials, &f->columns, BEST, REST, BEST), COLLET_OK);
    ck_assert_int_eq(density_parzen_init(&f->parzen, &rules, &f->trials), COLLET_OK);
    f->parzen.fit.prior = 1;
    f->parzen.fit.widths = (density_widths){.exponent = 1, .clip = true, .dims = 2};
}

static void end(fixture *f)
{
    density_parzen_finish(&f->parzen);
    density_trials_finish(&f->trials);
    density_space_finish(&f->columns);
    search_space_finish(&f->space);
}

static void point_of(uint64_t number, double *x)
{
    x[0] = (double)(number * 7 % MOST) / MOST;
    x[1] = (double)(number * 11 % MOST) / MOST - 0.5;
}

/* The trial is told as one of that state; the larger its number, the worse it is. */
static void tell(fixture *f, uint64_t number, uint32_t state)
{
    double x[2], values[2] = {(double)number, -(double)(number % 5)};
    point_of(number, x);
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = state,
                                .number = number,
                                .x = x,
                                .values = state == COLLET_TRIAL_RUNNING ? NULL : values};
    ck_assert_int_eq(density_trials_tell(&f->trials, &trial), COLLET_OK);
}

/* All rows that are held, each counted once in each column. */
static uint32_t held(const density_trials *t)
{
    ck_assert_uint_eq(t->order.count[0], t->order.count[1]);
    return t->order.count[0];
}

START_TEST(a_kernel_each_for_those_under_way_and_those_of_the_digest)
{
    fixture f;
    begin(&f, 1);
    for (uint64_t i = 0; i < MOST; i++) {
        tell(&f, i, COLLET_TRIAL_RUNNING);
    }
    ck_assert_uint_eq(held(&f.trials), MOST);
    for (uint64_t i = MOST; i-- > 3;) {
        tell(&f, i, COLLET_TRIAL_COMPLETE);
        tell(&f, i, COLLET_TRIAL_COMPLETE); /* once more changes nothing */
    }
    ck_assert_uint_eq(held(&f.trials), 3 + BEST + REST);
    ck_assert_uint_eq(f.trials.open_count, 3);
    for (uint32_t i = 0; i < BEST; i++) {
        ck_assert_uint_eq(density_trials_pick(&f.trials, i)->trial->number, 3 + i);
    }
    end(&f);
}
END_TEST

START_TEST(with_several_goals_the_digest_is_made_anew)
{
    fixture f;
    begin(&f, 2);
    for (uint64_t i = 0; i < MOST; i++) {
        tell(&f, i, COLLET_TRIAL_COMPLETE);
        ck_assert(f.trials.stale);
        ck_assert_int_eq(density_trials_sort(&f.trials), COLLET_OK);
        ck_assert_uint_eq(held(&f.trials), i + 1 < BEST + REST ? i + 1 : BEST + REST);
    }
    for (uint32_t i = 0; i < 5; i++) { /* 0 to 4 are the front */
        ck_assert_uint_lt(density_trials_pick(&f.trials, i)->trial->number, 5);
    }
    end(&f);
}
END_TEST

START_TEST(l_is_of_the_best_and_g_of_all_others)
{
    fixture f;
    begin(&f, 1);
    for (uint64_t i = 0; i < 9; i++) {
        tell(&f, i, i < 8 ? COLLET_TRIAL_COMPLETE : COLLET_TRIAL_RUNNING);
    }
    ck_assert_int_eq(density_parzen_make(&f.parzen, NULL), COLLET_OK);
    ck_assert_uint_eq(f.parzen.l.count, 2); /* a quarter of 8 */
    ck_assert_uint_eq(f.parzen.g.count, 7); /* six, and the one under way */
    ck_assert_uint_eq(f.parzen.low[0]->trial->number, 0);
    ck_assert_uint_eq(f.parzen.low[2]->trial->number, 2); /* the best one of g */
    double sum = (double)f.parzen.l.prior;
    for (uint32_t i = 0; i < f.parzen.l.count; i++) {
        sum += (double)f.parzen.l.terms[i].weight;
    }
    ck_assert_double_eq_tol(sum, 1, 1e-6);
    end(&f);
}
END_TEST

TEST_MAIN("trials", a_kernel_each_for_those_under_way_and_those_of_the_digest,
          with_several_goals_the_digest_is_made_anew, l_is_of_the_best_and_g_of_all_others)

#include "report/front.h"

#include "base/rng.h"
#include "support.h"

enum { TRIALS = 300 };

/* Whole numbers below `range`, so that many are equal in one goal or in both. */
static void draw(clt_trial_row *rows, double (*values)[2], uint32_t range, uint64_t seed)
{
    clt_rng rng;
    clt_rng_init(&rng, seed, "front", 0);
    for (size_t i = 0; i < TRIALS; i++) {
        for (size_t g = 0; g < 2; g++) {
            values[i][g] = (double)(clt_rng_below(&rng, range));
        }
        rows[i] = (clt_trial_row){.number = i,
                                  .state = i % 7 == 3 ? CLT_TRIAL_FAILED : CLT_TRIAL_COMPLETE,
                                  .values = i % 7 == 3 ? NULL : values[i],
                                  .value_count = i % 7 == 3 ? 0 : 2};
    }
}

static const struct {
    uint32_t range;
    bool maximize;
} draws[] = {{1, false}, {2, false}, {5, true}, {30, false}, {1000000, true}};

START_TEST(a_front_of_two_goals_is_the_one_that_trials_one_by_one_make)
{
    clt_trial_row rows[TRIALS];
    double values[TRIALS][2];
    const clt_goal goals[] = {{.metric = "a"}, {.metric = "b", .maximize = draws[_i].maximize}};
    const clt_study_row study = {.goals = goals, .goal_count = 2};
    const clt_trial_list list = {.study = &study, .rows = rows, .count = TRIALS};
    draw(rows, values, draws[_i].range, (uint64_t)_i + 1);
    clt_front whole = clt_front_of(&list), grown = {.study = &study};
    for (size_t i = 0; i < TRIALS; i++) {
        (void)clt_front_add(&grown, &rows[i]);
    }
    ck_assert_uint_gt(grown.members.count, 0);
    ck_assert_uint_eq(whole.members.count, grown.members.count);
    for (size_t i = 0; i < grown.members.count; i++) {
        ck_assert_uint_eq(whole.members.items[i].number, grown.members.items[i].number);
    }
    for (size_t i = 0, at = 0; i < TRIALS; i++) {
        bool on = at < grown.members.count && grown.members.items[at].number == i;
        ck_assert_int_eq(clt_front_has(&whole, i), on);
        at += on;
    }
    clt_front_finish(&whole);
    clt_front_finish(&grown);
}
END_TEST

TEST_MAIN_LOOPS("front", {a_front_of_two_goals_is_the_one_that_trials_one_by_one_make,
                          sizeof draws / sizeof draws[0]})

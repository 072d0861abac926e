#include "study/halt.h"

#include "support.h"

#include <math.h>
#include <string.h>

static const clt_goal one[] = {{.metric = "accuracy", .maximize = true}},
                      two[] = {{.metric = "loss"}, {.metric = "auc", .maximize = true}};

/* An end that a rule hears: state, values, and whether it is a twin. */
typedef struct heard {
    clt_trial_state state;
    double values[2];
    uint64_t twin;
} heard;

#define C CLT_TRIAL_COMPLETE
#define P CLT_TRIAL_PRUNED
#define F CLT_TRIAL_FAILED
enum { ALLOW = CLT_DUPLICATES_ALLOW, RESAMPLE = CLT_DUPLICATES_RESAMPLE };

/* What ends a study of these ends: after how many of them (0: it goes on), and what is said. */
static const struct {
    size_t goals;
    int64_t no_improvement;
    const double target[2]; /* NaN: none */
    int32_t duplicates;
    heard ends[8];
    size_t after;
    const char *text;
} cases[] = {
    {1,
     0,
     {0.9},
     ALLOW,
     {{C, {0.8}, 0}, {C, {0.9}, 0}, {C, {0.95}, 0}},
     2,
     "trial 1, accuracy 0.9 (at least 0.9)"},
    {1, 0, {0.9}, ALLOW, {{C, {0.8}, 0}, {P, {0.95}, 0}, {F, {0}, 0}}, 0, ""},
    {1,
     3,
     {NAN},
     ALLOW,
     {{C, {0.5}, 0}, {C, {0.5}, 0}, {P, {0.9}, 0}, {F, {0}, 0}},
     4,
     "3 trials since trial 0, 0.5"},
    {1,
     1,
     {NAN},
     ALLOW,
     {{F, {0}, 0}, {F, {0}, 0}, {C, {0.5}, 0}, {C, {0.4}, 0}},
     4,
     "1 trial since trial 2, 0.5"},
    {1, 2, {NAN}, ALLOW, {{C, {0.5}, 0}, {C, {0.4}, 0}, {C, {0.6}, 0}, {C, {0.5}, 0}}, 0, ""},
    {1,
     2,
     {NAN},
     ALLOW,
     {{C, {0.5}, 0}, {C, {0.5}, 1}, {C, {0.5}, 1}},
     3,
     "2 trials since trial 0, 0.5"},
    {1, 2, {NAN}, RESAMPLE, {{C, {0.5}, 0}, {C, {0.5}, 1}, {C, {0.5}, 1}}, 0, ""},
    {2,
     0,
     {0.5, 0.9},
     ALLOW,
     {{C, {0.4, 0.8}, 0}, {C, {0.6, 0.95}, 0}, {C, {0.5, 0.9}, 0}},
     3,
     "trial 2, loss 0.5 (at most 0.5), auc 0.9 (at least 0.9)"},
    {2,
     2,
     {NAN},
     ALLOW,
     {{C, {0.4, 0.8}, 0}, {C, {0.5, 0.9}, 0}, {C, {0.5, 0.9}, 0}, {C, {0.45, 0.8}, 0}},
     4,
     "2 trials since trial 1, the last that was new on the front, which has 2"},
    {2,
     2,
     {NAN},
     ALLOW,
     {{C, {0.4, 0.8}, 0},
      {C, {0.6, 0.7}, 0},
      {C, {0.3, 0.9}, 0},
      {C, {0.4, 0.8}, 0},
      {C, {0.3, 0.9}, 0}},
     5,
     "2 trials since trial 2, the last that was new on the front, which has 1"},
};

START_TEST(a_rule_ends_a_study_when_it_applies_and_says_so)
{
    clt_plan plan = {.goals = cases[_i].goals == 1 ? one : two, .goal_count = cases[_i].goals};
    plan.study.no_improvement = cases[_i].no_improvement;
    plan.study.duplicates = cases[_i].duplicates;
    plan.target = isnan(cases[_i].target[0]) ? NULL : cases[_i].target;
    clt_halt halt = {.plan = &plan};
    clt_str text = {0};
    size_t n = 0;
    bool over = false;
    for (; n < 8 && cases[_i].ends[n].state != CLT_TRIAL_RUNNING && !over; n++) {
        const heard *end = &cases[_i].ends[n];
        const clt_trial_row row = {.number = n,
                                   .state = end->state,
                                   .twin = end->twin,
                                   .values = end->values,
                                   .value_count =
                                       end->state == CLT_TRIAL_FAILED ? 0 : plan.goal_count};
        ck_assert(clt_halt_tell(&halt, &row));
        over = clt_halt_before_ask(&halt);
    }
    clt_halt_text(&halt, &text);
    ck_assert_uint_eq(over ? n : 0, cases[_i].after);
    ck_assert_str_eq(clt_str_text(&text), cases[_i].text);
    clt_str_finish(&text);
    clt_halt_finish(&halt);
}
END_TEST

START_TEST(an_expected_improvement_ends_it_below_the_bound_where_there_is_an_estimate)
{
    clt_plan plan = {.goals = one, .goal_count = 1};
    clt_halt halt = {.plan = &plan};
    clt_str text = {0};
    plan.study.expected_improvement = 0.01;
    ck_assert(!clt_halt_after_ask(&halt, 3, (double)NAN));
    ck_assert(!clt_halt_after_ask(&halt, 4, 0.01));
    ck_assert(clt_halt_after_ask(&halt, 5, 0.009));
    ck_assert(clt_halt_after_ask(&halt, 6, 1)); /* it stays so */
    ck_assert(clt_halt_before_ask(&halt));
    clt_halt_text(&halt, &text);
    ck_assert_str_eq(clt_str_text(&text), "of trial 5 the sampler expected 0.009, less than 0.01");
    clt_str_finish(&text);
    clt_halt_finish(&halt);
}
END_TEST

TEST_MAIN_LOOPS("halt",
                {a_rule_ends_a_study_when_it_applies_and_says_so,
                 (int)(sizeof cases / sizeof cases[0])},
                {an_expected_improvement_ends_it_below_the_bound_where_there_is_an_estimate, 1})

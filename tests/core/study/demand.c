#include "study/demand.h"
#include "support.h"

#include <math.h>

static const struct {
    clt_relation relation;
    double bound, value;
    bool met;
    double excess; /* NaN: hardly any, but some */
} cases[] = {
    {CLT_AT_MOST, 100, 100, true, 0},
    {CLT_AT_MOST, 100, 120, false, 0.2},
    {CLT_AT_MOST, 100, 50, true, -.5},
    {CLT_BELOW, 100, 100, false, (double)NAN},
    {CLT_BELOW, 100, 99, true, -0.01},
    {CLT_AT_LEAST, 0.5, 0.5, true, 0},
    {CLT_AT_LEAST, 0.5, 0.25, false, 0.5},
    {CLT_ABOVE, 0.5, 0.5, false, (double)NAN},
    {CLT_ABOVE, 0.5, 1, true, -1},
    {CLT_AT_MOST, 0, 3, false, 3},
    {CLT_AT_LEAST, -2, -3, false, 0.5},
    {CLT_AT_LEAST, -2, -1, true, -0.5},
    {CLT_BELOW, 1, (double)NAN, false, (double)NAN},
};

START_TEST(a_demand_is_met_or_missed_by_so_much)
{
    const clt_demand demand = {"m", cases[_i].relation, cases[_i].bound};
    double excess = clt_demand_excess(&demand, cases[_i].value);
    ck_assert_int_eq(clt_demand_met(&demand, cases[_i].value), cases[_i].met);
    ck_assert_int_eq(excess <= 0, cases[_i].met);
    if (isnan(cases[_i].excess)) {
        ck_assert(excess > 0 && excess < 1e-9);
    } else {
        ck_assert_double_eq_tol(excess, cases[_i].excess, 1e-15);
    }
}
END_TEST

START_TEST(a_trial_counts_when_it_is_complete_and_meets_all)
{
    const clt_goal goals[] = {{.metric = "loss"}};
    const clt_demand demands[] = {{"size", CLT_AT_MOST, 10}, {"loss", CLT_BELOW, 1}};
    const clt_study_row study = {
        .goals = goals, .goal_count = 1, .demands = demands, .demand_count = 2};
    double values[] = {0.5, 10, 0.5};
    clt_trial_row trial = {.state = CLT_TRIAL_COMPLETE, .values = values, .value_count = 3};
    clt_str text = {0};
    ck_assert(clt_trial_counts(&study, &trial));
    ck_assert(clt_demand_is_new(&study, 0) && !clt_demand_is_new(&study, 1));
    trial.state = CLT_TRIAL_PRUNED;
    ck_assert(!clt_trial_counts(&study, &trial) && clt_trial_meets(&study, &trial));
    trial.state = CLT_TRIAL_COMPLETE;
    values[1] = 11;
    ck_assert(!clt_trial_counts(&study, &trial));
    clt_broken_demands(&study, &trial, &text);
    ck_assert_str_eq(clt_str_text(&text), "size <= 10 (it is 11)");
    clt_str_clear(&text);
    clt_broken_demands(&study, NULL, &text);
    ck_assert_str_eq(clt_str_text(&text), "size <= 10, loss < 1");
    clt_str_finish(&text);
    values[1] = 1;
    values[0] = (double)NAN;
    ck_assert(!clt_trial_counts(&study, &trial));
    trial.value_count = 0;
    ck_assert(!clt_trial_meets(&study, &trial));
}
END_TEST

TEST_MAIN_LOOPS("demand", {a_demand_is_met_or_missed_by_so_much, sizeof cases / sizeof cases[0]},
                {a_trial_counts_when_it_is_complete_and_meets_all, 1})

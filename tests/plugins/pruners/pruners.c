#include "support.h"

#include <collet/helpers.h>
#include <collet/pruner.h>

#include <string.h>

/* A study of up to 128 trials, with one objective; points at steps 1, 2, 3, ... */
enum { TRIALS = 128, POINTS = 100 };

typedef struct study {
    test_unit t;
    const collet_pruner *p;
    void *self;
    collet_resource resource;
    uint64_t steps[POINTS];
    double values[TRIALS][POINTS];
    collet_curve curves[TRIALS];
    const collet_curve *list[TRIALS];
    collet_curves peers;
} study;

static const double lower_is_better[2] = {1, 1};

static void begin_study(study *s, const char *id, const char *const (*options)[2], uint32_t m)
{
    char path[512];
    memset(s, 0, sizeof *s);
    (void)snprintf(path, sizeof path, PLUGINS "/pruners/%s.so", id);
    test_unit_load(&s->t, path);
    for (; options != NULL && (*options)[0] != NULL; options++) {
        test_set(&s->t, (*options)[0], (*options)[1]);
    }
    s->p = s->t.unit->vtable;
    s->resource = (collet_resource){.struct_size = COLLET_SIZE(collet_resource),
                                    .objective_count = m,
                                    .max_step = 81,
                                    .flags = COLLET_RESOURCE_PAUSE,
                                    .signs = lower_is_better};
    s->peers = (collet_curves){.struct_size = COLLET_SIZE(collet_curves), .curves = s->list};
    for (int i = 0; i < POINTS; i++) {
        s->steps[i] = (uint64_t)i + 1;
    }
}

static void create(study *s)
{
    ck_assert_int_eq(s->p->create(clt_host_table(&s->t.host), s->t.config, &s->resource, &s->self),
                     COLLET_OK);
}

static void end_study(study *s)
{
    s->p->destroy(s->self);
    test_unit_finish(&s->t);
}

/* The next trial, with those values. */
static collet_curve *add(study *s, uint32_t state, uint32_t points, const double *values)
{
    uint64_t n = s->peers.count++;
    uint32_t m = s->resource.objective_count;
    if (points > 0) {
        memcpy(s->values[n], values, points * m * sizeof *values);
    }
    s->curves[n] = (collet_curve){.struct_size = COLLET_SIZE(collet_curve),
                                  .state = state,
                                  .number = n,
                                  .point_count = points,
                                  .steps = s->steps,
                                  .values = s->values[n]};
    s->list[n] = &s->curves[n];
    return &s->curves[n];
}

static uint32_t decide(study *s, const collet_curve *own)
{
    collet_decision d = {.struct_size = COLLET_SIZE(collet_decision)};
    ck_assert_int_eq(s->p->decide(s->self, own, &s->peers, &d), COLLET_OK);
    return d.action;
}

/* ---- Rules of one curve against others ------------------------------------------------------ */

/* Three complete trials whose values at steps 1, 2, 3 are these; then one that may be stopped. */
static const double three[3][3] = {{5, 3, 1}, {4, 4, 4}, {9, 2, 2}};

typedef struct rule {
    const char *what, *id;
    const char *options[4][2];
    uint32_t points;
    double own[6];
    uint32_t action;
} rule;

/* Medians at steps 1, 2, 3: 5, 3, 2; the 25th percentiles: 4.5, 2.5, 1.5. */
static const rule rules[] = {
    {"as good as the median", "median", {{"startup", "3"}}, 2, {6, 3}, COLLET_PRUNE_CONTINUE},
    {"worse than it", "median", {{"startup", "3"}}, 2, {6, 3.1}, COLLET_PRUNE_STOP},
    {"once better than it is now", "median", {{"startup", "3"}}, 2, {3, 8}, COLLET_PRUNE_CONTINUE},
    {"too few trials", "median", {{"startup", "4"}}, 2, {6, 9}, COLLET_PRUNE_CONTINUE},
    {"too few at the step", "median", {{"startup", "3"}, {"peers", "4"}}, 2, {6, 9}, 0},
    {"warm-up", "median", {{"startup", "3"}, {"warmup", "3"}}, 2, {6, 9}, COLLET_PRUNE_CONTINUE},
    {"after it", "median", {{"startup", "3"}, {"warmup", "3"}}, 3, {6, 9, 9}, COLLET_PRUNE_STOP},
    {"between looks", "median", {{"startup", "3"}, {"interval", "2"}}, 3, {6, 9, 9}, 0},
    {"never a number", "median", {{"startup", "3"}}, 1, {(double)NAN}, COLLET_PRUNE_STOP},
    {"now and then one", "median", {{"startup", "3"}}, 2, {1, (double)NAN}, COLLET_PRUNE_CONTINUE},
    {"in the best quarter", "percentile", {{"startup", "3"}}, 1, {4.5}, COLLET_PRUNE_CONTINUE},
    {"not in it", "percentile", {{"startup", "3"}}, 1, {4.51}, COLLET_PRUNE_STOP},
    {"in the best two thirds", "percentile", {{"startup", "3"}, {"percent", "100"}}, 1, {9}, 0},
    {"good enough", "threshold", {{"upper", "5"}}, 2, {9, 5}, COLLET_PRUNE_CONTINUE},
    {"too high", "threshold", {{"upper", "5"}}, 2, {1, 5.1}, COLLET_PRUNE_STOP},
    {"too low", "threshold", {{"lower", "0"}}, 1, {-1}, COLLET_PRUNE_STOP},
    {"no number", "threshold", {{"lower", "0"}}, 1, {(double)NAN}, COLLET_PRUNE_STOP},
    {"still patient", "patient", {{"patience", "2"}}, 4, {1, 2, 3, 1}, COLLET_PRUNE_CONTINUE},
    {"too few points", "patient", {{"patience", "2"}}, 3, {1, 2, 3}, COLLET_PRUNE_CONTINUE},
    {"no more", "patient", {{"patience", "2"}}, 4, {1, 2, 3, 2}, COLLET_PRUNE_STOP},
    {"by little", "patient", {{"patience", "2"}, {"min_delta", "2"}}, 4, {1, 2, 3, 2}, 0},
    {"stuck, but better than others",
     "patient",
     {{"patience", "0"}, {"rule", "median"}, {"startup", "3"}},
     3,
     {1, 1.5, 1.5},
     COLLET_PRUNE_CONTINUE},
    {"always", "none", {{0}}, 2, {99, 99}, COLLET_PRUNE_CONTINUE},
    /* The best is trial 0 or 2 (mean 3): 0. */
    {"three times worse", "wilcoxon", {{"p", "0.13"}}, 3, {6, 5, 4}, COLLET_PRUNE_STOP}, /* 1/8 */
    {"three times worse, to a strict level", "wilcoxon", {{"p", "0.12"}}, 3, {6, 5, 4}, 0},
    {"too early", "wilcoxon", {{"p", "0.99"}, {"startup", "3"}}, 2, {6, 5}, COLLET_PRUNE_CONTINUE},
    {"better on the whole", "wilcoxon", {{"p", "1"}}, 3, {5.5, 3.5, -9}, COLLET_PRUNE_CONTINUE},
};

START_TEST(a_rule_decides_as_its_definition_says)
{
    const rule *r = &rules[_i];
    study s;
    begin_study(&s, r->id, r->options, 1);
    create(&s);
    for (int i = 0; i < 3; i++) {
        add(&s, COLLET_CURVE_COMPLETE, 3, three[i]);
    }
    const double early[1] = {-100}; /* no peer: it did not come through */
    add(&s, COLLET_CURVE_PRUNED, 1, early);
    collet_curve *own = add(&s, COLLET_CURVE_RUNNING, r->points, r->own);
    ck_assert_msg(decide(&s, own) == r->action, "%s: %s", r->id, r->what);
    end_study(&s);
}
END_TEST

START_TEST(with_several_objectives_the_ends_of_the_front_go_on)
{
    static const char *const options[][2] = {{"startup", "3"}, {NULL, NULL}};
    static const double peers[3][2] = {{1, 9}, {5, 5}, {9, 1}};
    static const double own[][2] = {{0.5, 99}, {6, 6}, {10, 10}};
    static const uint32_t action[] = {COLLET_PRUNE_CONTINUE, COLLET_PRUNE_CONTINUE,
                                      COLLET_PRUNE_STOP}; /* dominated by 0, 1 and 3 of 3 */
    for (int i = 0; i < 3; i++) {
        study s;
        begin_study(&s, "median", options, 2);
        create(&s);
        for (int k = 0; k < 3; k++) {
            add(&s, COLLET_CURVE_COMPLETE, 1, peers[k]);
        }
        ck_assert_int_eq(decide(&s, add(&s, COLLET_CURVE_RUNNING, 1, own[i])), action[i]);
        end_study(&s);
    }
}
END_TEST

START_TEST(a_threshold_is_in_the_users_sign)
{
    static const char *const options[][2] = {{"lower", "0.5"}, {NULL, NULL}};
    static const double maximised[1] = {-1};
    static const double values[2] = {-0.6, -0.4}; /* accuracies of 0.6 and 0.4 */
    for (int i = 0; i < 2; i++) {
        study s;
        begin_study(&s, "threshold", options, 1);
        s.resource.signs = maximised;
        create(&s);
        ck_assert_int_eq(decide(&s, add(&s, COLLET_CURVE_RUNNING, 1, &values[i])),
                         i == 0 ? COLLET_PRUNE_CONTINUE : COLLET_PRUNE_STOP);
        end_study(&s);
    }
}
END_TEST

/* ---- Successive halving --------------------------------------------------------------------- */

/* Lets a trial run to the step (its value is the same all along) and decide there. */
static uint32_t run_to(study *s, collet_curve *c, uint64_t step, double value)
{
    while (c->point_count < step) {
        s->values[c->number][c->point_count++] = value;
    }
    c->state = COLLET_CURVE_RUNNING;
    uint32_t action = decide(s, c);
    c->state = action == COLLET_PRUNE_PAUSE  ? COLLET_CURVE_PAUSED
               : action == COLLET_PRUNE_STOP ? COLLET_CURVE_PRUNED
                                             : COLLET_CURVE_RUNNING;
    return action;
}

static collet_curve *begin_trial(study *s, uint64_t *next)
{
    collet_decision d = {.struct_size = COLLET_SIZE(collet_decision)};
    ck_assert_int_eq(s->p->begin(s->self, s->peers.count, &s->peers, &d), COLLET_OK);
    collet_curve *c = add(s, COLLET_CURVE_RUNNING, 0, NULL);
    c->bracket = d.bracket;
    *next = d.next_step;
    return c;
}

static bool promote(study *s, uint64_t *number, uint64_t *next)
{
    collet_decision d = {.struct_size = COLLET_SIZE(collet_decision)};
    collet_status status = s->p->promote(s->self, &s->peers, &d);
    ck_assert(status == COLLET_OK || status == COLLET_DONE);
    *number = d.number;
    *next = d.next_step;
    return status == COLLET_OK;
}

START_TEST(asha_promotes_from_the_highest_rung_as_in_the_paper)
{
    static const char *const options[][2] = {{"eta", "3"}, {NULL, NULL}};
    /* eta 3, rungs 1, 3, 9, 27. Values of trials 0 ... 5 as they come to rung 0. The first that is
     * among the best floor(m / 3) on arrival is trial 2; of six, the best two are 5 and 2. */
    static const double values[] = {0.9, 0.8, 0.1, 0.5, 0.7, 0.05};
    static const uint32_t actions[] = {COLLET_PRUNE_PAUSE,    COLLET_PRUNE_PAUSE,
                                       COLLET_PRUNE_CONTINUE, COLLET_PRUNE_PAUSE,
                                       COLLET_PRUNE_PAUSE,    COLLET_PRUNE_CONTINUE};
    study s;
    uint64_t next, number;
    begin_study(&s, "asha", options, 1);
    create(&s);
    for (int i = 0; i < 6; i++) {
        collet_curve *c = begin_trial(&s, &next);
        ck_assert_uint_eq(next, 1);
        ck_assert_uint_eq(run_to(&s, c, 1, values[i]), actions[i]);
        ck_assert(!promote(&s, &number, &next));
    }
    /* On rung 1 (step 3) come 2 and 5: of two, none goes on. */
    ck_assert_uint_eq(run_to(&s, &s.curves[2], 3, 0.4), COLLET_PRUNE_PAUSE);
    ck_assert_uint_eq(run_to(&s, &s.curves[5], 3, 0.3), COLLET_PRUNE_PAUSE);
    ck_assert(!promote(&s, &number, &next));
    /* Three more on rung 0: of nine the best three are 5, 2 and 7; 7 is one of them on arrival. */
    ck_assert_uint_eq(run_to(&s, begin_trial(&s, &next), 1, 0.6), COLLET_PRUNE_PAUSE);
    ck_assert_uint_eq(run_to(&s, begin_trial(&s, &next), 1, 0.55), COLLET_PRUNE_PAUSE);
    ck_assert_uint_eq(run_to(&s, begin_trial(&s, &next), 1, 0.95), COLLET_PRUNE_PAUSE);
    ck_assert(promote(&s, &number, &next)); /* trial 3 (0.5) is the third best by now */
    ck_assert_uint_eq(number, 3);
    ck_assert_uint_eq(next, 3);
    ck_assert_uint_eq(run_to(&s, &s.curves[3], 3, 0.45), COLLET_PRUNE_PAUSE);
    ck_assert(promote(&s, &number, &next)); /* of three on rung 1, the best one: 5 */
    ck_assert_uint_eq(number, 5);
    ck_assert_uint_eq(next, 9);
    end_study(&s);
}
END_TEST

/* max_step, trials, min_resource; then the first rung and that behind it, 0: to the end. */
static const struct {
    uint64_t max_step, trials;
    const char *min_resource;
    uint64_t first, second;
} ladders[] = {
    {10, 0, "0", 1, 0},   {15, 0, "0", 1, 0},   {16, 0, "0", 1, 4},  {81, 0, "0", 1, 4},
    {81, 128, "0", 1, 4}, {81, 60, "0", 4, 16}, {81, 9, "0", 16, 0}, {81, 60, "1", 1, 4},
    {10, 3, "0", 0, 0},   {10, 0, "3", 0, 0},   {0, 60, "0", 1, 4},
};

START_TEST(rungs_of_asha_end_well_before_the_trial_does)
{
    const char *const options[][2] = {{"min_resource", ladders[_i].min_resource}, {NULL, NULL}};
    study s;
    uint64_t next;
    begin_study(&s, "asha", options, 1);
    s.resource.max_step = ladders[_i].max_step;
    s.resource.trial_budget = ladders[_i].trials;
    create(&s);
    for (uint32_t i = 0; i < 8; i++) { /* the last is the best, and goes on */
        collet_curve *c = begin_trial(&s, &next);
        ck_assert_uint_eq(next, ladders[_i].first);
        if (next > 0) {
            (void)run_to(&s, c, (uint32_t)next, -1.0 * i);
        }
    }
    collet_decision d = {.struct_size = COLLET_SIZE(collet_decision)};
    ck_assert_int_eq(s.p->decide(s.self, &s.curves[7], &s.peers, &d), COLLET_OK);
    ck_assert_uint_eq(d.action, COLLET_PRUNE_CONTINUE);
    ck_assert_uint_eq(d.next_step, ladders[_i].second);
    end_study(&s);
}
END_TEST

START_TEST(asha_stops_where_trials_cannot_be_paused)
{
    static const char *const options[][2] = {{"eta", "2"}, {NULL, NULL}};
    static const double values[] = {0.5, 0.6, 0.4, 0.45, 0.3};
    static const uint32_t actions[] = {COLLET_PRUNE_CONTINUE, COLLET_PRUNE_STOP,
                                       COLLET_PRUNE_CONTINUE, COLLET_PRUNE_CONTINUE,
                                       COLLET_PRUNE_CONTINUE}; /* 0.45 is second of four */
    study s;
    uint64_t next;
    begin_study(&s, "asha", options, 1);
    s.resource.flags = 0;
    create(&s);
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(run_to(&s, begin_trial(&s, &next), 1, values[i]), actions[i]);
    }
    end_study(&s);
}
END_TEST

/* Table 1 of the paper, R = 81 and eta = 3: n and the first r of each bracket. */
START_TEST(hyperband_has_the_brackets_of_the_papers_table)
{
    static const uint32_t n[] = {81, 34, 15, 8, 5};
    static const uint64_t r[] = {1, 3, 9, 27, 0}; /* 0: no rung, to the end */
    study s;
    begin_study(&s, "hyperband", NULL, 1);
    create(&s);
    uint64_t number = 0;
    for (uint32_t b = 0; b < 10; b++) {
        for (uint32_t i = 0; i < n[b % 5]; i++) {
            collet_decision d = {.struct_size = COLLET_SIZE(collet_decision)};
            ck_assert_int_eq(s.p->begin(s.self, number++, &s.peers, &d), COLLET_OK);
            ck_assert_uint_eq(d.bracket, b);
            ck_assert_uint_eq(d.next_step, r[b % 5]);
        }
    }
    end_study(&s);
}
END_TEST

START_TEST(hyperband_halves_a_whole_rung_at_once)
{
    study s;
    uint64_t next, number;
    begin_study(&s, "hyperband", NULL, 1);
    s.resource.max_step = 9; /* brackets of 9, 5 and 3; rungs 1 and 3 of the first */
    create(&s);
    for (int i = 0; i < 9; i++) {
        ck_assert(!promote(&s, &number, &next));
        collet_curve *c = begin_trial(&s, &next);
        ck_assert_uint_eq(next, 1);
        if (i == 4) {
            c->state = COLLET_CURVE_FAILED; /* it counts as one that came */
        } else {
            ck_assert_uint_eq(run_to(&s, c, 1, 10 - i), COLLET_PRUNE_PAUSE);
        }
    }
    begin_trial(&s, &next); /* of the next bracket, meanwhile */
    ck_assert_uint_eq(next, 3);
    for (uint64_t i = 8; i > 5; i--) { /* the best three, in their order */
        ck_assert(promote(&s, &number, &next));
        ck_assert_uint_eq(number, i);
        ck_assert_uint_eq(next, 3);
        s.curves[number].state = COLLET_CURVE_RUNNING;
    }
    ck_assert(!promote(&s, &number, &next));
    ck_assert_uint_eq(run_to(&s, &s.curves[8], 3, 3), COLLET_PRUNE_PAUSE);
    ck_assert_uint_eq(run_to(&s, &s.curves[7], 3, 1), COLLET_PRUNE_PAUSE);
    ck_assert(!promote(&s, &number, &next)); /* 6 is still under way */
    ck_assert_uint_eq(run_to(&s, &s.curves[6], 3, 2), COLLET_PRUNE_PAUSE);
    ck_assert(promote(&s, &number, &next));
    ck_assert_uint_eq(number, 7);
    ck_assert_uint_eq(next, 0);
    s.curves[7].state = COLLET_CURVE_RUNNING;
    ck_assert(!promote(&s, &number, &next));
    end_study(&s);
}
END_TEST

START_TEST(hyperband_closes_a_bracket_that_the_budget_cuts_short)
{
    study s;
    uint64_t next, number;
    begin_study(&s, "hyperband", NULL, 1);
    s.resource.max_step = 9;
    s.resource.trial_budget = 4;
    create(&s);
    for (int i = 0; i < 4; i++) {
        run_to(&s, begin_trial(&s, &next), 1, i);
    }
    ck_assert(promote(&s, &number, &next)); /* floor(4 / 3) */
    ck_assert_uint_eq(number, 0);
    s.curves[0].state = COLLET_CURVE_RUNNING;
    ck_assert(!promote(&s, &number, &next));
    end_study(&s);
}
END_TEST

START_TEST(a_value_that_is_no_number_ends_a_trial_at_its_rung)
{
    static const char *const ids[] = {"asha", "hyperband"};
    for (int i = 0; i < 2; i++) {
        study s;
        uint64_t next;
        begin_study(&s, ids[i], NULL, 1);
        create(&s);
        ck_assert_uint_eq(run_to(&s, begin_trial(&s, &next), 1, (double)NAN), COLLET_PRUNE_STOP);
        end_study(&s);
    }
}
END_TEST

TEST_MAIN_LOOPS("pruners", {a_rule_decides_as_its_definition_says, sizeof rules / sizeof *rules},
                {with_several_objectives_the_ends_of_the_front_go_on, 1},
                {a_threshold_is_in_the_users_sign, 1},
                {asha_promotes_from_the_highest_rung_as_in_the_paper, 1},
                {rungs_of_asha_end_well_before_the_trial_does, sizeof ladders / sizeof *ladders},
                {asha_stops_where_trials_cannot_be_paused, 1},
                {hyperband_has_the_brackets_of_the_papers_table, 1},
                {hyperband_halves_a_whole_rung_at_once, 1},
                {hyperband_closes_a_bracket_that_the_budget_cuts_short, 1},
                {a_value_that_is_no_number_ends_a_trial_at_its_rung, 1})

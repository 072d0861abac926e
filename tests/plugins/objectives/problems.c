/* Functions with two values, surfaces of named parameters, pairs; and what may lie around any. */
#include "support.h"

#include <collet/helpers.h>
#include <collet/objective.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 12, MOST_REPORTS = 16 };

typedef struct subject {
    test_unit unit;
    collet_dim dims[MOST];
    collet_condition conditions[MOST];
    double ranges[MOST][2];
    collet_space space;
    void *self;
    double reported[MOST_REPORTS];
    uint64_t reports, stop_at;
} subject;

static const collet_objective *objective(const subject *s)
{
    return s->unit.unit->vtable;
}

static collet_status on_report(void *ctx, uint64_t step, const char *const *metrics,
                               const double *values, uint32_t count)
{
    subject *s = ctx;
    ck_assert(metrics != NULL && count >= 1 && step == s->reports + 1 && step <= MOST_REPORTS);
    s->reported[s->reports++] = values[0];
    return step == s->stop_at ? COLLET_STOP : COLLET_OK;
}

static void begin(subject *s, const char *function)
{
    memset(s, 0, sizeof *s);
    test_unit_load(&s->unit, PLUGINS "/objectives/functions.so");
    test_set(&s->unit, "function", function);
    s->unit.host.hooks.ctx = s;
    s->unit.host.hooks.report = on_report;
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 1,
                              .parallel = 1,
                              .dims = s->dims};
}

static collet_dim *add_number(subject *s, const char *name, uint32_t type, double low, double high)
{
    collet_dim *dim = &s->dims[s->space.dim_count++];
    *dim = (collet_dim){.name = name, .low = low, .high = high, .type = type};
    return dim;
}

static collet_dim *add_choice(subject *s, const char *name, const char *const *words, uint32_t n)
{
    collet_dim *dim = add_number(s, name, COLLET_DIM_CATEGORY, 0, n - 1);
    dim->category_count = n;
    dim->categories = words;
    return dim;
}

/* It is there when the parent has that value. */
static void only_when(subject *s, collet_dim *dim, uint32_t parent, double value)
{
    size_t at = (size_t)(dim - s->dims);
    s->ranges[at][0] = s->ranges[at][1] = value;
    s->conditions[at] = (collet_condition){parent, 1, s->ranges[at]};
    dim->condition_count = 1;
    dim->conditions = &s->conditions[at];
}

static collet_status create(subject *s)
{
    objective(s)->destroy(s->self);
    s->self = NULL;
    return objective(s)->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self);
}

static collet_status evaluate(const subject *s, const double *x, uint64_t number, double *values)
{
    char numbers[MOST][40];
    const char *text[MOST];
    clt_rng stream;
    collet_rng rng = test_rng(&stream, number);
    for (uint32_t i = 0; i < s->space.dim_count; i++) {
        const collet_dim *dim = &s->dims[i];
        bool category = dim->type == COLLET_DIM_CATEGORY;
        (void)snprintf(numbers[i], sizeof numbers[i], "%.17g", x[i]);
        text[i] = isnan(x[i]) ? NULL : category ? dim->categories[(size_t)x[i]] : numbers[i];
    }
    const collet_point point = {COLLET_SIZE(collet_point), 1, number, x, text};
    return objective(s)->evaluate(s->self, &rng, &point, values);
}

static void end(subject *s)
{
    objective(s)->destroy(s->self);
    test_unit_finish(&s->unit);
}

/* A random point of the space. */
static void draw(const subject *s, const collet_rng *rng, double *x)
{
    for (uint32_t i = 0; i < s->space.dim_count; i++) {
        bool there = collet_dim_active(&s->space, i, x) != 0;
        x[i] = there ? collet_dim_value(&s->dims[i], collet_uniform(rng)) : (double)NAN;
    }
}

/* ---- Two values ----------------------------------------------------------------------------- */

static double front_root(double f)
{
    return 1 - sqrt(f);
}

static double front_square(double f)
{
    return 1 - f * f;
}

static double front_waves(double f)
{
    return 1 - sqrt(f) - f * sin(31.41592653589793 * f);
}

static double front_circle(double f)
{
    return sqrt(fmax(0, 1 - f * f));
}

static const struct {
    const char *function;
    double (*front)(double f1);
    double rest, low, high; /* the other coordinates, on the front and in search */
} two[] = {{"zdt1", front_root, 0, 0, 1},   {"zdt2", front_square, 0, 0, 1},
           {"zdt3", front_waves, 0, 0, 1},  {"zdt4", front_root, 0, -5, 5},
           {"zdt6", front_square, 0, 0, 1}, {"dtlz2", front_circle, 0.5, 0, 1}};

START_TEST(fronts_are_where_they_should_be_and_nothing_is_below)
{
    enum { N = 5 };
    subject s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1);
    double x[MOST], f[2];
    begin(&s, two[_i].function);
    add_number(&s, "x1", COLLET_DIM_REAL, 0, 1);
    for (int i = 1; i < N; i++) {
        add_number(&s, "x", COLLET_DIM_REAL, two[_i].low, two[_i].high);
    }
    ck_assert_int_eq(create(&s), COLLET_OK);
    const collet_metrics *m = objective(&s)->metrics(s.self);
    ck_assert(m->count == 2 && strcmp(m->names[0], "f1") == 0 && strcmp(m->names[1], "f2") == 0);
    for (int i = 0; i <= 20; i++) {
        x[0] = i / 20.0;
        for (int k = 1; k < N; k++) {
            x[k] = two[_i].rest;
        }
        ck_assert_int_eq(evaluate(&s, x, 0, f), COLLET_OK);
        ck_assert_double_eq_tol(f[1], two[_i].front(f[0]), 1e-12);
    }
    for (int i = 0; i < 2000; i++) {
        draw(&s, &rng, x);
        ck_assert_int_eq(evaluate(&s, x, 0, f), COLLET_OK);
        ck_assert_double_gt(f[1], two[_i].front(f[0]) - 1e-12);
    }
    end(&s);
}
END_TEST

/* ---- Surfaces ------------------------------------------------------------------------------- */

static const char *const ACTIVATIONS[] = {"tanh", "relu", "sigmoid"};
static const char *const OPTIMIZERS[] = {"sgd", "adam"};
static const char *const KINDS[] = {"net", "svm", "tree"};
static const char *const KERNELS[] = {"rbf", "linear"};

static void make_network(subject *s)
{
    begin(s, "network");
    add_choice(s, "optimizer", OPTIMIZERS, 2);
    add_number(s, "lr", COLLET_DIM_REAL, 1e-5, 1)->flags = COLLET_DIM_LOG;
    add_number(s, "layers", COLLET_DIM_INT, 1, 6);
    add_number(s, "units", COLLET_DIM_INT, 8, 1024)->flags = COLLET_DIM_LOG;
    add_number(s, "dropout", COLLET_DIM_REAL, 0, 0.9);
    add_choice(s, "activation", ACTIVATIONS, 3);
    only_when(s, add_number(s, "momentum", COLLET_DIM_REAL, 0, 0.99), 0, 0);
    add_number(s, "batch", COLLET_DIM_INT, 8, 512)->flags = COLLET_DIM_LOG;
}

static void make_learners(subject *s)
{
    begin(s, "learners");
    add_choice(s, "kind", KINDS, 3);
    only_when(s, add_number(s, "depth", COLLET_DIM_INT, 1, 30), 0, 2);
    only_when(s, add_number(s, "leaf", COLLET_DIM_INT, 1, 50), 0, 2);
    only_when(s, add_choice(s, "kernel", KERNELS, 2), 0, 1);
    only_when(s, add_number(s, "C", COLLET_DIM_REAL, 1e-4, 1e4), 0, 1);
    only_when(s, add_number(s, "gamma", COLLET_DIM_REAL, 1e-6, 1e2), 3, 0);
    only_when(s, add_number(s, "units", COLLET_DIM_INT, 1, 1024), 0, 0);
    only_when(s, add_number(s, "lr", COLLET_DIM_REAL, 1e-6, 1), 0, 0);
    s->dims[4].flags = s->dims[5].flags = s->dims[7].flags = COLLET_DIM_LOG;
}

#define NO ((double)NAN)

static const struct {
    void (*make)(subject *s);
    double best[MOST], minimum, other[MOST], there; /* and a value elsewhere, by hand */
} surfaces[] = {
    {make_network,
     {0, 0.031622776601683791, 3, 128, 0.1, 1, 0.9, 64},
     0.045,
     {1, 1e-3, 4, 256, 0.15, 2, NO, 64},
     0.08 + 0.026 + 0.09},
    {make_learners, {1, NO, NO, 0, 10, 0.01, NO, NO}, 0.06, {1, NO, NO, 1, 10, NO, NO, NO}, 0.17},
};

START_TEST(a_surface_has_its_minimum_and_nothing_is_below)
{
    subject s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 2);
    double x[MOST], value;
    surfaces[_i].make(&s);
    ck_assert_int_eq(create(&s), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, surfaces[_i].best, 0, &value), COLLET_OK);
    ck_assert_double_eq_tol(value, surfaces[_i].minimum, 1e-15);
    ck_assert_int_eq(evaluate(&s, surfaces[_i].other, 0, &value), COLLET_OK);
    ck_assert_double_eq_tol(value, surfaces[_i].there, 1e-12);
    for (int i = 0; i < 20000; i++) {
        draw(&s, &rng, x);
        ck_assert_int_eq(evaluate(&s, x, 0, &value), COLLET_OK);
        ck_assert_double_gt(value, surfaces[_i].minimum);
        ck_assert_double_lt(value, 5);
    }
    end(&s);
}
END_TEST

START_TEST(a_surface_refuses_what_it_does_not_know)
{
    static const struct {
        const char *name;
        double low, high;
        const char *why;
    } wrong[] = {{"laers", 1, 2, "no parameter \"laers\" (did you mean \"layers\"?)"},
                 {"colour", 1, 2, "no parameter \"colour\"; it has lr, layers, units"},
                 {"dropout", 0, 1, "\"dropout\" is a number from 0 to 0.95 here"},
                 {"activation", 0, 1, "\"activation\" is one of relu|tanh|sigmoid here"},
                 {NULL, 0, 0, "network needs a parameter \"layers\""}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        subject s;
        make_network(&s);
        if (wrong[i].name == NULL) {
            s.dims[2] = s.dims[--s.space.dim_count];
        } else {
            uint32_t at = 0;
            while (at < s.space.dim_count && strcmp(s.dims[at].name, wrong[i].name) != 0) {
                at++;
            }
            uint32_t count = s.space.dim_count;
            s.space.dim_count = at;
            add_number(&s, wrong[i].name, COLLET_DIM_REAL, wrong[i].low, wrong[i].high);
            s.space.dim_count = at < count ? count : at + 1;
        }
        ck_assert_int_eq(create(&s), COLLET_E_INVALID);
        ck_assert_msg(strstr(s.unit.host.said, wrong[i].why) != NULL, "%s", s.unit.host.said);
        end(&s);
    }
}
END_TEST

/* Shown alone, a trial has constants for parameters, and those that were inactive are not there. */
START_TEST(a_point_alone_has_the_same_value)
{
    static const char *const adam[] = {"adam"}, *const tanh_[] = {"tanh"};
    subject s;
    double value, alone;
    make_network(&s);
    ck_assert_int_eq(create(&s), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, (double[MOST]){1, 1e-2, 2, 64, 0.2, 0, NO, 32}, 0, &value), 0);
    end(&s);
    begin(&s, "network");
    add_choice(&s, "optimizer", adam, 1);
    add_number(&s, "lr", COLLET_DIM_REAL, 1e-2, 1e-2);
    add_number(&s, "layers", COLLET_DIM_INT, 2, 2);
    add_number(&s, "units", COLLET_DIM_INT, 64, 64);
    add_number(&s, "dropout", COLLET_DIM_REAL, 0.2, 0.2);
    add_choice(&s, "activation", tanh_, 1);
    add_number(&s, "batch", COLLET_DIM_INT, 32, 32);
    ck_assert_int_eq(create(&s), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, (double[MOST]){0, 1e-2, 2, 64, 0.2, 0, 32}, 0, &alone), 0);
    ck_assert(value == alone);
    end(&s);
}
END_TEST

/* ---- Pairs ---------------------------------------------------------------------------------- */

START_TEST(pairs_have_one_solution_which_instances_move)
{
    enum { N = 5, LEVELS = 3, ALL = 243 };
    static const char *const words[] = {"2", "0", "1"};
    int solutions[3] = {0};
    for (int instance = 0; instance < 3; instance++) {
        char text[16];
        subject s;
        int zeros = 0;
        begin(&s, "pairs");
        (void)snprintf(text, sizeof text, "%d", instance);
        test_set(&s.unit, "instance", text);
        test_set(&s.unit, "levels", "3");
        for (int i = 0; i + 1 < N; i++) {
            add_number(&s, "x", COLLET_DIM_INT, 0, LEVELS - 1);
        }
        add_choice(&s, "y", words, LEVELS);
        ck_assert_int_eq(create(&s), COLLET_OK);
        for (int point = 0; point < ALL; point++) {
            double x[MOST], value;
            for (int i = 0, rest = point; i < N; i++, rest /= LEVELS) {
                x[i] = rest % LEVELS;
            }
            ck_assert_int_eq(evaluate(&s, x, 0, &value), COLLET_OK);
            ck_assert_double_ge(value, 0);
            zeros += value == 0;
            solutions[instance] = value == 0 ? point : solutions[instance];
        }
        ck_assert_int_eq(zeros, 1);
        end(&s);
    }
    ck_assert(solutions[0] != solutions[1] && solutions[1] != solutions[2]);
}
END_TEST

START_TEST(spaces_that_do_not_fit_are_refused)
{
    static const struct {
        const char *function, *option, *value;
        double low, high;
        uint32_t type;
        const char *why;
    } wrong[] = {
        {"zdt1", "instance", "1", 0, 1, COLLET_DIM_REAL, "instance: zdt1 has a domain of its own"},
        {"zdt1", "regret", "on", 0, 1, COLLET_DIM_REAL, "regret: zdt1 has two values"},
        {"zdt4", "rotate", "on", -6, 5, COLLET_DIM_REAL, "zdt4 takes numbers from"},
        {"dtlz2", "rotate", "on", 0, 2, COLLET_DIM_REAL, "dtlz2 takes numbers from 0 to 1"},
        {"pairs", "levels", "3", 0, 3, COLLET_DIM_INT, "pairs takes numbers from 0 to 2"},
        {"pairs", "levels", "3", 0, 2, COLLET_DIM_REAL, "pairs takes whole numbers, int(0, 2)"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        subject s;
        begin(&s, wrong[i].function);
        test_set(&s.unit, wrong[i].option, wrong[i].value);
        add_number(&s, "a", wrong[i].type, fmax(0, wrong[i].low), fmin(1, wrong[i].high));
        add_number(&s, "b", wrong[i].type, wrong[i].low, wrong[i].high);
        ck_assert_int_eq(create(&s), COLLET_E_INVALID);
        ck_assert_msg(strstr(s.unit.host.said, wrong[i].why) != NULL, "%s", s.unit.host.said);
        end(&s);
    }
}
END_TEST

/* ---- What lies around ----------------------------------------------------------------------- */

static void make_sphere(subject *s)
{
    begin(s, "sphere");
    add_number(s, "a", COLLET_DIM_REAL, -5, 5);
    add_number(s, "b", COLLET_DIM_REAL, -5, 5);
}

START_TEST(regret_is_told_without_the_noise)
{
    subject s;
    double values[2];
    make_sphere(&s);
    test_set(&s.unit, "regret", "on");
    test_set(&s.unit, "noise", "1");
    ck_assert_int_eq(create(&s), COLLET_OK);
    ck_assert_uint_eq(objective(&s)->metrics(s.self)->count, 2);
    ck_assert_int_eq(evaluate(&s, (double[]){1, 2}, 3, values), COLLET_OK);
    ck_assert_double_eq(values[1], 5);
    ck_assert_double_ne(values[0], 5);
    end(&s);
    begin(&s, "branin");
    test_set(&s.unit, "regret", "on");
    add_number(&s, "a", COLLET_DIM_REAL, -5, 10);
    add_number(&s, "b", COLLET_DIM_REAL, 0, 15);
    ck_assert_int_eq(create(&s), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, (double[]){3.14159265358979, 2.275}, 3, values), COLLET_OK);
    ck_assert_double_eq_tol(values[1], 0, 1e-12);
    end(&s);
}
END_TEST

START_TEST(multiplied_noise_has_its_deviation_in_the_logarithm)
{
    enum { TRIALS = 2000 };
    subject s;
    double sum = 0, squares = 0;
    make_sphere(&s);
    test_set(&s.unit, "noise", "0.5");
    test_set(&s.unit, "noise_type", "multiplied");
    ck_assert_int_eq(create(&s), COLLET_OK);
    for (uint64_t i = 0; i < TRIALS; i++) {
        double value;
        ck_assert_int_eq(evaluate(&s, (double[]){1, 2}, i, &value), COLLET_OK);
        sum += log(value / 5);
        squares += log(value / 5) * log(value / 5);
    }
    ck_assert_double_eq_tol(sum / TRIALS, 0, 0.05);
    ck_assert_double_eq_tol(sqrt(squares / TRIALS), 0.5, 0.05);
    end(&s);
}
END_TEST

START_TEST(a_share_of_evaluations_fails_the_same_ones_each_time)
{
    enum { TRIALS = 2000 };
    subject s;
    int failed = 0;
    make_sphere(&s);
    test_set(&s.unit, "failures", "0.2");
    ck_assert_int_eq(create(&s), COLLET_OK);
    for (uint64_t i = 0; i < TRIALS; i++) {
        double value;
        collet_status status = evaluate(&s, (double[]){1, 2}, i, &value);
        ck_assert_int_eq(status, evaluate(&s, (double[]){1, 2}, i, &value));
        ck_assert(status == COLLET_OK || status == COLLET_E_NUMERIC);
        failed += status != COLLET_OK;
    }
    ck_assert_double_eq_tol((double)failed / TRIALS, 0.2, 0.03);
    end(&s);
}
END_TEST

START_TEST(a_curve_falls_to_the_value_and_a_trial_may_stop_on_it)
{
    subject s;
    double value;
    make_sphere(&s);
    test_set(&s.unit, "steps", "10");
    ck_assert_int_eq(create(&s), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, (double[]){1, 2}, 0, &value), COLLET_OK);
    ck_assert_uint_eq(s.reports, 10);
    for (int i = 1; i < 10; i++) {
        ck_assert_double_lt(s.reported[i], s.reported[i - 1]);
    }
    ck_assert(s.reported[9] == 5 && value == 5);
    s.reports = 0;
    s.stop_at = 4;
    ck_assert_int_eq(evaluate(&s, (double[]){1, 2}, 0, &value), COLLET_OK);
    ck_assert_uint_eq(s.reports, 4);
    ck_assert(value == s.reported[3] && value > 5);
    end(&s);
}
END_TEST

TEST_MAIN_LOOPS(
    "problems", {fronts_are_where_they_should_be_and_nothing_is_below, sizeof two / sizeof two[0]},
    {a_surface_has_its_minimum_and_nothing_is_below, sizeof surfaces / sizeof surfaces[0]},
    {a_surface_refuses_what_it_does_not_know, 1}, {a_point_alone_has_the_same_value, 1},
    {pairs_have_one_solution_which_instances_move, 1}, {spaces_that_do_not_fit_are_refused, 1},
    {regret_is_told_without_the_noise, 1}, {multiplied_noise_has_its_deviation_in_the_logarithm, 1},
    {a_share_of_evaluations_fails_the_same_ones_each_time, 1},
    {a_curve_falls_to_the_value_and_a_trial_may_stop_on_it, 1})

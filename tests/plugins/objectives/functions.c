#include "support.h"

#include <collet/objective.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10 };

/* A place and the value that the literature gives there, to so many digits. */
typedef struct known {
    const char *function;
    uint32_t n;
    double x[MOST], value, tolerance;
} known;

#define TEN(v)                                                                                     \
    {                                                                                              \
        v, v, v, v, v, v, v, v, v, v                                                               \
    }
static const known minima[] = {
    {"sphere", 10, TEN(0), 0, 0},
    {"ellipsoid", 10, TEN(0), 0, 0},
    {"rastrigin", 10, TEN(0), 0, 0},
    {"ackley", 10, TEN(0), 0, 1e-14},
    {"griewank", 10, TEN(0), 0, 0},
    {"rosenbrock", 10, TEN(1), 0, 0},
    {"levy", 10, TEN(1), 0, 1e-14},
    {"styblinski_tang", 10, TEN(-2.903534), -391.6616570377, 1e-8},
    {"styblinski_tang", 1, {-2.903534}, -39.16616570377, 1e-9},
    {"branin", 2, {-3.14159265358979, 12.275}, 0.397887357729738, 1e-12},
    {"branin", 2, {3.14159265358979, 2.275}, 0.397887357729738, 1e-12},
    {"branin", 2, {9.42477796076938, 2.475}, 0.397887357729738, 1e-12},
    {"camel", 2, {0.0898420131, -0.7126564030}, -1.031628453489877, 1e-12},
    {"camel", 2, {-0.0898420131, 0.7126564030}, -1.031628453489877, 1e-12},
    {"hartmann3", 3, {0.114614, 0.555649, 0.852547}, -3.86278214782, 1e-8},
    {"hartmann6",
     6,
     {0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573},
     -3.32236801141551,
     1e-8},
    {"schwefel", 10, TEN(420.968746), 0, 1e-9},
    {"step", 10, TEN(0.4), 0, 0},
    {"weierstrass", 10, TEN(0), 0, 0},
    {"gallagher", 10, TEN(0), 0, 0},
    {"gallagher", 1, {0}, 0, 0},
};

/* Values elsewhere, worked out by hand from the definitions. */
static const known elsewhere[] = {
    {"sphere", 3, {1, 2, 3}, 14, 0},
    {"ellipsoid", 3, {1, 2, 3}, 1 + 4e3 + 9e6, 1e-6},
    {"rastrigin", 2, {0.5, 1}, 0.25 + 20 + 1, 1e-12},
    {"ackley", 1, {1}, 20 - 20 * 0.818730753077982, 1e-12},
    {"griewank", 1, {3.14159265358979}, 2 + 9.8696044010894 / 4000, 1e-12},
    {"rosenbrock", 3, {0, 1, 3}, 100 + 1 + 400 + 0, 1e-12},
    {"levy", 1, {5}, 1, 1e-12},
    {"styblinski_tang", 2, {1, 2}, (1 - 16 + 5 + 16 - 64 + 10) / 2.0, 0},
    {"branin", 2, {0, 0}, 36 + 20 - 10 / (8 * 3.14159265358979), 1e-12},
    {"camel", 2, {1, 1}, 4 - 2.1 + 1 / 3.0 + 1, 1e-12},
    {"schwefel", 1, {0}, 418.982887272434, 1e-11},
    {"schwefel", 1, {510}, 418.982887272434 + 180.589158531392 + 1, 1e-9},
    {"step", 3, {0.5, -0.5, -1.6}, 1 + 0 + 4, 0},
    {"weierstrass", 1, {0.5}, 4 - 1.0 / 524288, 1e-5},
};

typedef struct subject {
    test_unit unit;
    collet_dim dims[MOST];
    collet_space space;
    void *self;
} subject;

static collet_status make(subject *s, const char *function, uint32_t n, const char *instance)
{
    test_unit_load(&s->unit, PLUGINS "/objectives/functions.so");
    test_set(&s->unit, "function", function);
    test_set(&s->unit, "instance", instance);
    for (uint32_t i = 0; i < n; i++) {
        s->dims[i] = (collet_dim){.name = "x", .low = -100, .high = 100, .type = COLLET_DIM_REAL};
    }
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = n,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 1,
                              .parallel = 1,
                              .dims = s->dims};
    const collet_objective *o = s->unit.unit->vtable;
    s->self = NULL;
    return o->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self);
}

static double value_at(const subject *s, const double *x, uint64_t number)
{
    static const char *const text[MOST] = {0};
    clt_rng stream;
    collet_rng rng = test_rng(&stream, number);
    const collet_point point = {COLLET_SIZE(collet_point), 1, number, x, text};
    double value = (double)NAN;
    const collet_objective *o = s->unit.unit->vtable;
    ck_assert_int_eq(o->evaluate(s->self, &rng, &point, &value), COLLET_OK);
    return value;
}

static void end(subject *s)
{
    ((const collet_objective *)s->unit.unit->vtable)->destroy(s->self);
    test_unit_finish(&s->unit);
}

static void check_known(const known *k)
{
    subject s;
    ck_assert_int_eq(make(&s, k->function, k->n, "0"), COLLET_OK);
    double value = value_at(&s, k->x, 0);
    ck_assert_msg(fabs(value - k->value) <= k->tolerance, "%s: %.17g, not %.17g", k->function,
                  value, k->value);
    end(&s);
}

START_TEST(every_function_has_its_minimum_where_the_literature_says)
{
    for (size_t i = 0; i < sizeof minima / sizeof minima[0]; i++) {
        check_known(&minima[i]);
    }
}
END_TEST

START_TEST(values_elsewhere_are_those_of_the_definitions)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        check_known(&elsewhere[i]);
    }
}
END_TEST

START_TEST(nothing_around_a_minimum_is_lower)
{
    for (size_t i = 0; i < sizeof minima / sizeof minima[0]; i++) {
        const known *k = &minima[i];
        subject s;
        clt_rng stream;
        collet_rng rng = test_rng(&stream, i);
        ck_assert_int_eq(make(&s, k->function, k->n, "0"), COLLET_OK);
        for (int try = 0; try < 200; try++) {
            double x[MOST];
            uint64_t words[MOST];
            rng.fill(rng.ctx, words, k->n);
            for (uint32_t d = 0; d < k->n; d++) {
                x[d] = k->x[d] + ((double)(words[d] >> 11) * 0x1p-53 - 0.5) * pow(0.5, try % 10);
            }
            ck_assert_double_ge(value_at(&s, x, 0), k->value - k->tolerance);
        }
        end(&s);
    }
}
END_TEST

/* The cube, or the box, in which each is usually searched. */
static const struct {
    const char *function;
    double low, high;
} domains[] = {{"branin", -5, 15},         {"camel", -3, 3},
               {"hartmann3", 0, 1},        {"hartmann6", 0, 1},
               {"schwefel", -700, 700},    {"griewank", -600, 600},
               {"weierstrass", -0.5, 0.5}, {"", -10, 10}};

START_TEST(nothing_in_the_whole_domain_is_lower)
{
    for (size_t i = 0; i < sizeof minima / sizeof minima[0]; i++) {
        const known *k = &minima[i];
        subject s;
        clt_rng stream;
        size_t at = 0;
        collet_rng rng = test_rng(&stream, i + 100);
        while (domains[at].function[0] != '\0' && strcmp(domains[at].function, k->function) != 0) {
            at++;
        }
        ck_assert_int_eq(make(&s, k->function, k->n, "0"), COLLET_OK);
        for (int try = 0; try < 2000; try++) {
            double x[MOST];
            uint64_t words[MOST];
            rng.fill(rng.ctx, words, k->n);
            for (uint32_t d = 0; d < k->n; d++) {
                x[d] = domains[at].low +
                       (double)(words[d] >> 11) * 0x1p-53 * (domains[at].high - domains[at].low);
            }
            ck_assert_double_ge(value_at(&s, x, 0), k->value - k->tolerance);
        }
        end(&s);
    }
}
END_TEST

/* Of a sphere, two values tell where its middle is: f(0) - f(e_i) = 2 s_i - 1. */
static void find_middle(const char *instance, uint32_t n, double *middle)
{
    subject s;
    double x[MOST] = {0};
    ck_assert_int_eq(make(&s, "sphere", n, instance), COLLET_OK);
    double at_zero = value_at(&s, x, 0);
    for (uint32_t i = 0; i < n; i++) {
        x[i] = 1;
        middle[i] = (at_zero - value_at(&s, x, 0) + 1) / 2 / 5.12; /* of the cube's half width */
        x[i] = 0;
    }
    end(&s);
}

START_TEST(an_instance_has_the_same_minimum_elsewhere)
{
    static const struct {
        const char *function;
        double half;
    } all[] = {{"sphere", 5.12},  {"ellipsoid", 5},  {"rastrigin", 5.12}, {"ackley", 32.768},
               {"griewank", 600}, {"rosenbrock", 5}, {"levy", 10},        {"styblinski_tang", 5},
               {"schwefel", 500}, {"step", 5.12},    {"gallagher", 5},    {"weierstrass", 0.5}};
    double middle[MOST], other[MOST];
    find_middle("7", MOST, middle);
    find_middle("8", MOST, other);
    ck_assert_double_gt(fabs(middle[0] - other[0]), 1e-3);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        subject s;
        double x[MOST];
        for (int d = 0; d < MOST; d++) {
            ck_assert_double_le(fabs(middle[d]), 0.5 + 1e-9);
            x[d] = middle[d] * all[i].half;
        }
        double least = strcmp(all[i].function, "styblinski_tang") == 0 ? -391.6616570377 : 0;
        ck_assert_int_eq(make(&s, all[i].function, MOST, "7"), COLLET_OK);
        ck_assert_msg(fabs(value_at(&s, x, 0) - least) < 1e-5, "%s: %.9g", all[i].function,
                      value_at(&s, x, 0));
        x[3] += 0.3 * all[i].half;
        ck_assert_double_gt(value_at(&s, x, 0), least + 1e-3);
        end(&s);
    }
}
END_TEST

/* Of an ellipsoid that is not rotated, a step costs the square of it times the axis' weight; of one
 * that is, steps of equal length along all axes cost the sum of the weights in all. */
START_TEST(a_rotation_keeps_lengths_and_mixes_axes)
{
    enum { N = 4 };
    static const double weights[N] = {1, 1e2, 1e4, 1e6};
    for (int rotate = 0; rotate < 2; rotate++) {
        subject s;
        double middle[MOST], x[MOST], sum = 0, along_first = 0;
        find_middle("3", N, middle);
        for (int d = 0; d < N; d++) {
            x[d] = middle[d] * 5;
        }
        ck_assert_int_eq(make(&s, "ellipsoid", N, "3"), COLLET_OK);
        test_set(&s.unit, "rotate", rotate ? "on" : "off");
        ((const collet_objective *)s.unit.unit->vtable)->destroy(s.self);
        const collet_objective *o = s.unit.unit->vtable;
        ck_assert_int_eq(o->create(clt_host_table(&s.unit.host), s.unit.config, &s.space, &s.self),
                         0);
        for (int d = 0; d < N; d++) {
            x[d] += 1;
            double cost = value_at(&s, x, 0);
            along_first = d == 0 ? cost : along_first;
            sum += cost;
            x[d] -= 1;
        }
        ck_assert_double_eq_tol(sum, weights[0] + weights[1] + weights[2] + weights[3], 1);
        ck_assert((fabs(along_first - 1) < 1e-3) == (rotate == 0));
        end(&s);
    }
}
END_TEST

START_TEST(noise_is_drawn_from_the_stream_and_has_its_deviation)
{
    subject s;
    double x[MOST] = {0}, sum = 0, squares = 0;
    enum { TRIALS = 2000 };
    ck_assert_int_eq(make(&s, "sphere", 2, "0"), COLLET_OK);
    test_set(&s.unit, "noise", "3");
    for (uint64_t i = 0; i < TRIALS; i++) {
        double value = value_at(&s, x, i);
        ck_assert(value == value_at(&s, x, i));
        sum += value;
        squares += value * value;
    }
    ck_assert_double_eq_tol(sum / TRIALS, 0, 0.3);
    ck_assert_double_eq_tol(sqrt(squares / TRIALS), 3, 0.3);
    end(&s);
}
END_TEST

START_TEST(a_space_that_does_not_fit_is_refused)
{
    static const struct {
        const char *function;
        uint32_t n;
        const char *instance;
    } wrong[] = {{"sphere", 0, "0"},
                 {"rosenbrock", 1, "0"},
                 {"branin", 3, "0"},
                 {"hartmann6", 5, "0"},
                 {"branin", 2, "1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        subject s;
        ck_assert_int_eq(make(&s, wrong[i].function, wrong[i].n, wrong[i].instance),
                         COLLET_E_INVALID);
        ck_assert_ptr_nonnull(strstr(s.unit.host.said, wrong[i].function));
        end(&s);
    }
}
END_TEST

TEST_MAIN("functions", every_function_has_its_minimum_where_the_literature_says,
          values_elsewhere_are_those_of_the_definitions, nothing_around_a_minimum_is_lower,
          nothing_in_the_whole_domain_is_lower, an_instance_has_the_same_minimum_elsewhere,
          a_rotation_keeps_lengths_and_mixes_axes,
          noise_is_drawn_from_the_stream_and_has_its_deviation,
          a_space_that_does_not_fit_is_refused)

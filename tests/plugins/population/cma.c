#include "population/cma.h"
#include "population/choices.h"
#include "population/eigen.h"
#include "support.h"

enum { D = 8, MOST = 64 };

/* Rows of functions and what a run of 8 coordinates may take; published runs take about two thirds.
 */
typedef double (*function)(const double *x);

static double sphere(const double *x)
{
    double sum = 0;
    for (int i = 0; i < D; i++) {
        sum += x[i] * x[i];
    }
    return sum;
}

static double ellipsoid(const double *x)
{
    double sum = 0;
    for (int i = 0; i < D; i++) {
        sum += pow(1e6, i / (D - 1.0)) * x[i] * x[i];
    }
    return sum;
}

/* The ellipsoid, turned: neighbours are mixed by 45 degrees, twice. */
static double turned(const double *x)
{
    double y[D], z[D];
    for (int i = 0; i < D; i += 2) {
        y[i] = (x[i] + x[i + 1]) * sqrt(0.5);
        y[i + 1] = (x[i] - x[i + 1]) * sqrt(0.5);
    }
    for (int i = 0; i < D; i += 2) {
        z[i + 1] = (y[i + 1] + y[(i + 2) % D]) * sqrt(0.5);
        z[(i + 2) % D] = (y[i + 1] - y[(i + 2) % D]) * sqrt(0.5);
    }
    return ellipsoid(z);
}

static double rosenbrock(const double *x)
{
    double sum = 0;
    for (int i = 0; i + 1 < D; i++) {
        sum += 100 * pow(x[i + 1] - x[i] * x[i], 2) + pow(1 - x[i], 2);
    }
    return sum;
}

/* Ranks lambda points; returns the best value. */
static double rank(function f, double (*x)[D], const double **points, size_t count)
{
    double values[MOST];
    for (size_t i = 0; i < count; i++) {
        double value = f(x[i]);
        size_t at = i;
        for (; at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
            points[at] = points[at - 1];
        }
        values[at] = value;
        points[at] = x[i];
    }
    return values[0];
}

/* Evaluations until f < 1e-8. */
static int evaluations(function f, bool diagonal, bool adapt_rate, uint64_t seed, int limit)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, seed);
    double mean[D], x[MOST][D], best = INFINITY;
    const double *points[MOST];
    int spent = 0;
    for (int i = 0; i < D; i++) {
        mean[i] = 4 * collet_uniform(&rng) - 2;
    }
    cma *s = cma_create(&(cma_setup){
        .d = D, .diagonal = diagonal, .adapt_rate = adapt_rate, .mean = mean, .sigma = 1});
    ck_assert_ptr_nonnull(s);
    while (best > 1e-8 && spent < limit) {
        for (uint32_t i = 0; i < s->lambda; i++) {
            cma_sample(s, &rng, x[i]);
        }
        best = rank(f, x, points, s->lambda);
        ck_assert_int_eq(cma_update(s, points, s->lambda), COLLET_OK);
        spent += (int)s->lambda;
    }
    cma_destroy(s);
    return spent;
}

static const struct {
    const char *name;
    function f;
    bool diagonal, adapt_rate;
    int most;
} runs[] = {
    {"sphere", sphere, false, false, 1500},     {"ellipsoid", ellipsoid, false, false, 4500},
    {"turned", turned, false, false, 4500},     {"rosenbrock", rosenbrock, false, false, 7000},
    {"diagonal", ellipsoid, true, false, 2700}, {"adapted", sphere, false, true, 12000},
    {"adapted", turned, false, true, 30000},
};
enum { RUNS = sizeof runs / sizeof runs[0] };

START_TEST(it_converges_as_fast_as_published)
{
    int hits = 0;
    for (uint64_t seed = 0; seed < 3; seed++) {
        int spent =
            evaluations(runs[_i].f, runs[_i].diagonal, runs[_i].adapt_rate, seed, runs[_i].most);
        hits += spent < runs[_i].most;
    }
    ck_assert_msg(hits >= 2, "%s: %d of 3", runs[_i].name, hits);
}
END_TEST

START_TEST(weights_and_rates_are_those_of_the_tutorial)
{
    double mean[10] = {0};
    cma *s = cma_create(&(cma_setup){.d = 10, .mean = mean, .sigma = 1});
    double good = 0;
    ck_assert_uint_eq(s->lambda, 10);
    for (uint32_t i = 0; i < 10; i++) {
        good += s->weights[i] > 0 ? s->weights[i] : 0;
    }
    ck_assert_double_eq_tol(good, 1, 1e-12);
    ck_assert_double_eq_tol(s->weights[0], 0.4562726469, 1e-8);
    ck_assert_double_eq_tol(s->rates.mu_eff, 3.1672992814, 1e-8);
    ck_assert_double_eq_tol(s->rates.c1, 2 / (11.3 * 11.3 + 3.1672992814), 1e-10);
    ck_assert_double_eq_tol(s->rates.c_sigma, 5.1672992814 / 18.1672992814, 1e-10);
    ck_assert(s->rates.c1 + s->rates.c_mu < 1);
    cma_destroy(s);
}
END_TEST

/* Negative weights: their sum and the last one, as the Python package cmaes 0.9.1 has them. The
 * tutorial's second bound (51) holds for 3 coordinates and fewer, its first (50) beyond. */
static const struct {
    uint32_t d, lambda;
    double sum, last, c_mu;
} negative[] = {
    {2, 6, -2.2073236548, -1.1559817782, 0.057859085072},
    {3, 7, -2.2584475245, -1.0636566970, 0.051243087014},
    {5, 8, -2.2390187074, -0.9134980955, 0.038169160704},
    {10, 10, -1.7583412769, -0.5862218288, 0.020154282761},
    {40, 15, -1.3745180013, -0.3155046218, 0.003122500711},
};
enum { NEGATIVE = sizeof negative / sizeof negative[0] };

START_TEST(negative_weights_are_those_of_the_reference)
{
    double mean[40] = {0}, sum = 0;
    cma *s = cma_create(&(cma_setup){.d = negative[_i].d, .mean = mean, .sigma = 1});
    ck_assert_uint_eq(s->lambda, negative[_i].lambda);
    for (uint32_t i = 0; i < s->lambda; i++) {
        sum += s->weights[i] < 0 ? s->weights[i] : 0;
    }
    ck_assert_double_eq_tol(sum, negative[_i].sum, 1e-9);
    ck_assert_double_eq_tol(s->weights[s->lambda - 1], negative[_i].last, 1e-9);
    ck_assert_double_eq_tol(s->rates.c_mu, negative[_i].c_mu, 1e-11);
    cma_destroy(s);
}
END_TEST

/* C v = root^2 v for every pair, unit and orthogonal vectors, condition up to 1e12. */
START_TEST(eigenvectors_are_those_of_the_matrix)
{
    enum { N = 13 };
    double c[N * N] = {0}, v[N * N], roots[N];
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 5);
    for (int k = 0; k < 2 * N; k++) {
        double u[N], weight = pow(10, -12.0 * k / (2 * N));
        for (int i = 0; i < N; i++) {
            u[i] = collet_normal(&rng);
        }
        for (int i = 0; i < N * N; i++) {
            c[i] += weight * u[i / N] * u[i % N];
        }
    }
    population_eigen(N, c, v, roots);
    for (int k = 0; k < N; k++) {
        for (int j = 0; j < N; j++) {
            double product = 0, square = 0;
            for (int i = 0; i < N; i++) {
                product += v[k * N + i] * v[j * N + i];
                square += c[j * N + i] * v[k * N + i];
            }
            ck_assert_double_eq_tol(product, k == j, 1e-12);
            ck_assert_double_eq_tol(square, roots[k] * roots[k] * v[k * N + j], 1e-11);
        }
    }
}
END_TEST

/* A mirrored distribution gives mirrored points. */
START_TEST(a_mirror_changes_nothing_but_the_side)
{
    double mean[D] = {0}, x[MOST][D], a[D], b[D];
    const double *points[MOST];
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 2);
    cma *s = cma_create(&(cma_setup){.d = D, .mean = mean, .sigma = 1});
    for (int g = 0; g < 20; g++) {
        for (uint32_t i = 0; i < s->lambda; i++) {
            cma_sample(s, &rng, x[i]);
        }
        (void)rank(turned, x, points, s->lambda);
        (void)cma_update(s, points, s->lambda);
    }
    rng = test_rng(&stream, 3);
    cma_sample(s, &rng, a);
    cma_mirror(s, 2, 1.0);
    rng = test_rng(&stream, 3);
    cma_sample(s, &rng, b);
    for (int i = 0; i < D; i++) {
        ck_assert_double_eq_tol(b[i], i == 2 ? 2 - a[i] : a[i], 1e-12);
    }
    cma_destroy(s);
}
END_TEST

static double leaving(const cma *s, double bound)
{
    double deviation = s->sigma * s->scale[0] * sqrt(s->c[0]);
    return 0.5 * erfc(fabs(bound - s->mean[0]) / deviation * sqrt(0.5));
}

START_TEST(a_margin_keeps_a_cell_open_on_both_sides)
{
    const double alpha = 0.05;
    double mean[1] = {0.42};
    cma *s = cma_create(&(cma_setup){.d = 1, .mean = mean, .sigma = 1e-4});
    cma_margin(s, 0, 0.4, 0.6, alpha);
    ck_assert(leaving(s, 0.4) > 0.99 * alpha / 2 && leaving(s, 0.6) > 0.99 * alpha / 2);
    ck_assert(s->mean[0] > 0.4 && s->mean[0] < 0.6);
    double m = s->mean[0], scale = s->scale[0];
    s->sigma *= 50; /* wide enough already: left alone */
    cma_margin(s, 0, 0.4, 0.6, alpha);
    ck_assert(s->mean[0] == m && s->scale[0] == scale);
    s->sigma /= 50;
    cma_margin(s, 0, -(double)INFINITY, 0.9, alpha);
    ck_assert_double_eq_tol(leaving(s, 0.9), alpha, 1e-6);
    ck_assert_double_eq_tol(cma_normal_tail(0.025), 1.959963984540054, 1e-9);
    cma_destroy(s);
}
END_TEST

START_TEST(an_injected_point_is_drawn_in_but_not_turned)
{
    double mean[D] = {0}, x[D];
    cma *s = cma_create(&(cma_setup){.d = D, .mean = mean, .sigma = 0.5});
    for (int i = 0; i < D; i++) {
        x[i] = i == 0 ? 100 : 50;
    }
    cma_inject(s, x);
    ck_assert_double_eq_tol(sqrt(sphere(x)), 0.5 * (sqrt(D) + 2.0 * D / (D + 2)), 1e-9);
    ck_assert_double_eq_tol(x[0], 2 * x[3], 1e-9);
    cma_destroy(s);
}
END_TEST

enum { COUNT = 3, LAMBDA = 10 };

/* Lists points by how many of their values are not the best ones. */
static void sort_by_distance(double (*x)[COUNT], const double *best, const double **points)
{
    for (int wrong = 0, taken = 0; wrong <= COUNT; wrong++) {
        for (int i = 0; i < LAMBDA; i++) {
            int distance = (x[i][0] != best[0]) + (x[i][1] != best[1]) + (x[i][2] != best[2]);
            if (distance == wrong) {
                points[taken++] = x[i];
            }
        }
    }
}

/* The best value of each category ends up likely; the others stay possible. */
START_TEST(choices_move_to_the_better_values)
{
    static const uint32_t sizes[COUNT] = {2, 5, 4};
    static const double best[COUNT] = {1, 3, 0}, weights[5] = {0.45, 0.27, 0.16, 0.08, 0.04};
    choices s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 9);
    ck_assert_int_eq(choices_init(&s, sizes, COUNT), COLLET_OK);
    for (int g = 0; g < 60; g++) {
        double x[LAMBDA][COUNT];
        const double *points[LAMBDA];
        for (int i = 0; i < LAMBDA; i++) {
            choices_sample(&s, &rng, x[i]);
        }
        sort_by_distance(x, best, points);
        choices_update(&s, points, weights, 5);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < sizes[i]; k++) {
            double q = s.q[s.starts[i] + k];
            sum += q;
            ck_assert(q > 0.01);
            ck_assert_msg(k != (uint32_t)best[i] || q > 0.7, "%u, %u: %g", i, k, q);
        }
        ck_assert_double_eq_tol(sum, 1, 1e-9);
    }
    choices_finish(&s);
}
END_TEST

TEST_MAIN_LOOPS("cma", {it_converges_as_fast_as_published, RUNS},
                {weights_and_rates_are_those_of_the_tutorial, 1},
                {negative_weights_are_those_of_the_reference, NEGATIVE},
                {eigenvectors_are_those_of_the_matrix, 1},
                {a_mirror_changes_nothing_but_the_side, 1},
                {a_margin_keeps_a_cell_open_on_both_sides, 1},
                {an_injected_point_is_drawn_in_but_not_turned, 1},
                {choices_move_to_the_better_values, 1})

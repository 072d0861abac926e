/* The Gaussian process against a textbook's formulas, computed the plain way. */
#include "gp/acquire.h"
#include "gp/factor.h"
#include "gp/lbfgs.h"
#include "gp/vector.h"

#include "support.h"

#include <math.h>
#include <string.h>

/* Two numbers, a category, a number and a category that are active with the category's first
 * choice, whole numbers in the logarithm, a constant. */
static const double first_choice[2] = {0, 0};
static const collet_condition when_first = {2, 1, first_choice};
static const char *const names[] = {"a", "b", "c"};
static const collet_dim dims[] = {
    {.name = "r", .low = -5, .high = 5, .type = COLLET_DIM_REAL},
    {.name = "s", .low = 0, .high = 1, .step = 0.25, .type = COLLET_DIM_REAL},
    {.name = "c", .high = 2, .type = COLLET_DIM_CATEGORY, .category_count = 3, .categories = names},
    {.name = "child",
     .low = 1e-3,
     .high = 1,
     .type = COLLET_DIM_REAL,
     .flags = COLLET_DIM_LOG,
     .condition_count = 1,
     .conditions = &when_first},
    {.name = "name",
     .high = 1,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 2,
     .condition_count = 1,
     .conditions = &when_first,
     .categories = names},
    {.name = "n", .low = 1, .high = 100, .type = COLLET_DIM_INT, .flags = COLLET_DIM_LOG},
    {.name = "one", .low = 3, .high = 3, .type = COLLET_DIM_INT},
};
enum { DIMS = 7, THETAS = 6, COLUMNS = 7, P = THETAS + 2, N = 75, ROOM = 96 };

static const collet_space abi_space = {.struct_size = COLLET_SIZE(collet_space),
                                       .dim_count = DIMS,
                                       .dim_size = COLLET_SIZE(collet_dim),
                                       .condition_size = COLLET_SIZE(collet_condition),
                                       .objective_count = 1,
                                       .parallel = 1,
                                       .dims = dims};

/* N points of the space, and an outcome of each. */
typedef struct data {
    search_space space;
    gp_layout layout;
    double u[N][DIMS], y[N], x[COLUMNS * ROOM];
    gp_row rows[N];
    double p[P];
} data;

static data *make(void)
{
    data *d = calloc(1, sizeof *d);
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1);
    ck_assert_int_eq(search_space_init(&d->space, &abi_space), 0);
    ck_assert_int_eq(gp_layout_init(&d->layout, &d->space), 0);
    ck_assert_uint_eq(d->layout.thetas, THETAS);
    ck_assert_uint_eq(d->layout.columns, COLUMNS);
    for (int i = 0; i < N; i++) {
        double x[DIMS];
        search_draw(&d->space, &rng, x);
        gp_coordinates(&d->layout, x, d->u[i]);
        gp_encode(&d->layout, d->u[i], d->x + i, ROOM);
        d->y[i] = sin(x[0]) + (isnan(x[3]) ? 0.3 : x[3]) + 0.1 * x[2] + 0.1 * collet_normal(&rng);
        d->rows[i] = (gp_row){(uint64_t)i + 7, d->u[i]};
    }
    for (int k = 0; k < P; k++) {
        d->p[k] = 0.3 * collet_normal(&rng) + (k == THETAS + 1 ? -4 : 0.5);
    }
    return d;
}

static void discard(data *d)
{
    gp_layout_finish(&d->layout);
    search_space_finish(&d->space);
    free(d);
}

/* The kernel, from its definition. */
static double kernel(const data *d, const double *a, const double *b)
{
    double q = 0;
    for (int t = 0; t < THETAS; t++) {
        bool here = !isnan(a[t]), there = !isnan(b[t]);
        double square = here != there      ? 1
                        : !here            ? 0
                        : t == 2 || t == 4 ? (a[t] != b[t])
                        : t == 3           ? 2 - 2 * cos(a[t] - b[t])
                                           : (a[t] - b[t]) * (a[t] - b[t]);
        q += exp(d->p[t]) * square;
    }
    return exp(d->p[THETAS]) * (1 + sqrt(5 * q) + 5 * q / 3) * exp(-sqrt(5 * q));
}

/* Solves a[n][n] x = b by elimination with pivots, in long double; returns log |det a|. */
static long double solve(int n, long double *a, long double *b)
{
    long double log_det = 0;
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++) {
            pivot = fabsl(a[i * n + k]) > fabsl(a[pivot * n + k]) ? i : pivot;
        }
        for (int j = 0; j < n; j++) {
            long double t = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = t;
        }
        long double t = b[k];
        b[k] = b[pivot];
        b[pivot] = t;
        log_det += logl(fabsl(a[k * n + k]));
        for (int i = 0; i < n; i++) {
            long double f = i == k ? 0 : a[i * n + k] / a[k * n + k];
            for (int j = k; f != 0 && j < n; j++) {
                a[i * n + j] -= f * a[k * n + j];
            }
            b[i] -= f * b[k];
        }
    }
    for (int k = 0; k < n; k++) {
        b[k] /= a[k * n + k];
    }
    return log_det;
}

/* K + noise of the first n points, and what solving with it gives for b. */
static long double solve_with(const data *d, int n, const double *right, long double *b)
{
    long double *a = calloc((size_t)n * (size_t)n, sizeof *a);
    for (int i = 0; i < n; i++) {
        b[i] = right[i];
        for (int j = 0; j < n; j++) {
            a[i * n + j] = kernel(d, d->u[i], d->u[j]) + (i == j ? exp(d->p[THETAS + 1]) : 0);
        }
    }
    long double log_det = solve(n, a, b);
    free(a);
    return log_det;
}

START_TEST(a_factor_that_grew_equals_to_the_bit_one_made_at_once)
{
    enum { LD = ROOM };
    data *d = make();
    double *k = calloc(N * LD, sizeof *k), *at_once = calloc(N * LD, sizeof *k);
    for (int i = 0; i < N; i++) {
        for (int j = i; j < N; j++) {
            k[i * LD + j] = kernel(d, d->u[i], d->u[j]) + (i == j ? 0.01 : 0);
        }
    }
    memcpy(at_once, k, N * LD * sizeof *k);
    ck_assert(gp_factor_extend(0, N, at_once, LD));
    static const size_t steps[] = {1, 2, 9, 32, 33, 50, 66, 74, N};
    for (size_t s = 0, known = 0; s < sizeof steps / sizeof steps[0]; known = steps[s++]) {
        ck_assert(gp_factor_extend(known, steps[s], k, LD));
    }
    for (int i = 0; i < N; i++) {
        for (int j = i; j < N; j++) {
            double sum = 0;
            ck_assert(k[i * LD + j] == at_once[i * LD + j]);
            for (int r = 0; r <= i; r++) {
                sum += k[r * LD + i] * k[r * LD + j];
            }
            ck_assert_double_eq_tol(sum, kernel(d, d->u[i], d->u[j]) + (i == j ? 0.01 : 0), 1e-13);
        }
    }
    k[3 * LD + 3] = -1;
    ck_assert(!gp_factor_extend(3, 5, k, LD));
    free(k);
    free(at_once);
    discard(d);
}
END_TEST

static void fit_of(gp_fit *fit, data *d, int n)
{
    ck_assert_int_eq(gp_fit_init(fit, &d->layout, N), 0);
    fit->n = (size_t)n;
    fit->x = d->x;
    fit->stride = ROOM;
    fit->y = d->y;
}

START_TEST(the_slope_of_the_fit_is_that_of_finite_differences)
{
    data *d = make();
    gp_fit fit;
    fit_of(&fit, d, 70);
    double g[P], unused[P], p[P];
    (void)gp_fit_loss(&fit, d->p, g);
    for (int k = 0; k < P; k++) {
        const double h = 1e-5;
        memcpy(p, d->p, sizeof p);
        p[k] = d->p[k] + h;
        double up = gp_fit_loss(&fit, p, unused);
        p[k] = d->p[k] - h;
        double down = gp_fit_loss(&fit, p, unused);
        ck_assert_double_eq_tol(g[k], (up - down) / (2 * h), 1e-6 * fmax(1, fabs(g[k])));
    }
    gp_fit_finish(&fit);
    discard(d);
}
END_TEST

START_TEST(differences_of_the_loss_are_those_of_the_textbooks_likelihood)
{
    data *d = make(), *e = make();
    gp_fit fit;
    fit_of(&fit, d, 40);
    double g[P], right[2];
    e->p[1] += 0.4; /* another length, where both have the same prior's derivative apart */
    e->p[THETAS + 1] += 1;
    const data *of[2] = {d, e};
    for (int k = 0; k < 2; k++) {
        long double a[N], square = 0, log_det = solve_with(of[k], 40, d->y, a);
        for (int i = 0; i < 40; i++) {
            square += a[i] * d->y[i];
        }
        right[k] = (double)(square + log_det) / 2;
    }
    double prior[2];
    for (int k = 0; k < 2; k++) {
        prior[k] = gp_fit_prior(&fit, of[k]->p, NULL);
    }
    double found = gp_fit_loss(&fit, e->p, g) - gp_fit_loss(&fit, d->p, g);
    ck_assert_double_eq_tol(found, right[1] - right[0] + prior[1] - prior[0], 1e-9);
    gp_fit_finish(&fit);
    discard(d);
    discard(e);
}
END_TEST

START_TEST(a_fit_ends_where_no_slope_is_left)
{
    data *d = make();
    gp_fit fit;
    fit_of(&fit, d, N);
    double p[P], g[P];
    gp_fit_default(&fit, 0, p);
    double before = gp_fit_loss(&fit, p, g), after = gp_fit_run(&fit, p);
    ck_assert(after < before);
    (void)gp_fit_loss(&fit, p, g);
    for (int k = 0; k < P; k++) {
        ck_assert_double_eq_tol(g[k], 0, 0.3);
    }
    gp_fit_finish(&fit);
    discard(d);
}
END_TEST

/* The first N - 3 points are measured, the others under way. */
START_TEST(the_posterior_is_the_textbooks)
{
    enum { MEASURED = N - 3 };
    data *d = make();
    gp_model model;
    gp_model_init(&model, &d->layout);
    ck_assert_int_eq(gp_model_update(&model, d->p, d->rows, N, MEASURED, d->y), 0);
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 2);
    for (int t = 0; t < 20; t++) {
        double x[DIMS], u[DIMS], k[N], z[COLUMNS], mean, variance, many[2];
        search_draw(&d->space, &rng, x);
        gp_coordinates(&d->layout, x, u);
        long double a[N], v[N], right_mean = 0, right_variance = exp(d->p[THETAS]);
        for (int i = 0; i < N; i++) {
            k[i] = kernel(d, u, d->u[i]);
        }
        (void)solve_with(d, MEASURED, d->y, a);
        (void)solve_with(d, N, k, v);
        for (int i = 0; i < N; i++) {
            right_mean += i < MEASURED ? a[i] * k[i] : 0;
            right_variance -= v[i] * k[i];
        }
        gp_encode(&d->layout, u, z, 1);
        gp_model_at(&model, z, &mean, &variance, NULL, NULL);
        ck_assert_double_eq_tol(mean, (double)right_mean, 1e-10);
        ck_assert_double_eq_tol(variance, (double)right_variance, 1e-10);
        gp_model_many(&model, 1, z, 1, &many[0], &many[1]);
        ck_assert_double_eq_tol(many[0], mean, 1e-12);
        ck_assert_double_eq_tol(many[1], variance, 1e-12);
    }
    double mean, variance, z[COLUMNS];
    gp_encode(&d->layout, d->u[4], z, 1);
    gp_model_at(&model, z, &mean, &variance, NULL, NULL);
    ck_assert_double_eq_tol(gp_model_fitted(&model, 4, d->y[4]), mean, 1e-11);
    gp_model_finish(&model);
    discard(d);
}
END_TEST

START_TEST(a_model_that_grew_predicts_the_same_bits)
{
    data *d = make();
    gp_model grown, fresh;
    gp_model_init(&grown, &d->layout);
    gp_model_init(&fresh, &d->layout);
    for (size_t n = 60; n <= N; n += 5) {
        ck_assert_int_eq(gp_model_update(&grown, d->p, d->rows, n, n - 2, d->y), 0);
    }
    ck_assert_uint_eq(grown.kept, N - 5);
    gp_row other = {1000, d->u[0]}; /* another trial ends in between: rows behind it move */
    gp_row rows[N];
    memcpy(rows, d->rows, sizeof rows);
    rows[30] = other;
    ck_assert_int_eq(gp_model_update(&grown, d->p, rows, N, N, d->y), 0);
    ck_assert_uint_eq(grown.kept, 30);
    ck_assert_int_eq(gp_model_update(&fresh, d->p, rows, N, N, d->y), 0);
    for (int i = 0; i < N; i++) {
        double z[COLUMNS], mean[2], variance[2];
        gp_encode(&d->layout, d->u[i], z, 1);
        gp_model_at(&grown, z, &mean[0], &variance[0], NULL, NULL);
        gp_model_at(&fresh, z, &mean[1], &variance[1], NULL, NULL);
        ck_assert(mean[0] == mean[1] && variance[0] == variance[1]);
    }
    gp_model_finish(&grown);
    gp_model_finish(&fresh);
    discard(d);
}
END_TEST

/* With a constraint: both terms have a slope. */
START_TEST(the_slope_of_the_acquisition_is_that_of_finite_differences)
{
    data *d = make();
    gp_model models[2];
    double limit = 0.2;
    for (int k = 0; k < 2; k++) {
        gp_model_init(&models[k], &d->layout);
        d->p[0] += k;
        ck_assert_int_eq(gp_model_update(&models[k], d->p, d->rows, 20, 18, d->y + k), 0);
    }
    const gp_acquisition a = {
        .models = models, .goals = 1, .constraints = 1, .improve = true, .best = -1, .most = &limit};
    for (int i = 20; i < 60; i++) {
        double z[COLUMNS], dz[COLUMNS], u[DIMS];
        gp_encode(&d->layout, d->u[i], z, 1);
        (void)gp_acquisition_at(&a, z, dz);
        for (uint32_t t = 0; t < THETAS; t++) {
            uint32_t dim = d->layout.dim_of[t];
            if (d->space.axes[dim].category || isnan(d->u[i][dim])) {
                continue;
            }
            const double h = 1e-6;
            double slope = gp_encode_slope(&d->layout, t, z, dz), at[2], moved[COLUMNS];
            for (int side = 0; side < 2; side++) {
                memcpy(u, d->u[i], sizeof u);
                u[dim] += side == 0 ? -h : h;
                gp_encode(&d->layout, u, moved, 1);
                at[side] = gp_acquisition_at(&a, moved, NULL);
            }
            ck_assert_double_eq_tol(slope, (at[1] - at[0]) / (2 * h), 1e-5 * fmax(1, fabs(slope)));
        }
    }
    gp_model_finish(&models[0]);
    gp_model_finish(&models[1]);
    discard(d);
}
END_TEST

/* Rosenbrock's valley; the minimum (1, 1) lies outside of the second box. */
static double valley(void *self, const double *x, double *g)
{
    (void)self;
    double a = x[1] - x[0] * x[0], b = 1 - x[0];
    g[0] = -400 * x[0] * a - 2 * b;
    g[1] = 200 * a;
    return 100 * a * a + b * b;
}

START_TEST(minimisation_ends_at_the_minimum_or_at_the_bound)
{
    static const double low[2] = {-2, -2}, wide[2] = {2, 2}, narrow[2] = {0.5, 2};
    double work[64], x[2] = {-1.2, 1};
    ck_assert_uint_le(gp_lbfgs_work(2), 64);
    gp_problem problem = {2, valley, NULL, low, wide, 1e-9, 0, 200};
    ck_assert_double_le(gp_lbfgs(&problem, x, work), 1e-16);
    ck_assert_double_eq_tol(x[0], 1, 1e-7);
    x[0] = -1.2;
    x[1] = 1;
    problem.high = narrow;
    ck_assert_double_eq_tol(gp_lbfgs(&problem, x, work), 0.25, 1e-10);
    ck_assert(x[0] == 0.5);
    ck_assert_double_eq_tol(x[1], 0.25, 1e-7);
}
END_TEST

TEST_MAIN("Gaussian process", a_factor_that_grew_equals_to_the_bit_one_made_at_once,
          the_slope_of_the_fit_is_that_of_finite_differences,
          differences_of_the_loss_are_those_of_the_textbooks_likelihood,
          a_fit_ends_where_no_slope_is_left, the_posterior_is_the_textbooks,
          a_model_that_grew_predicts_the_same_bits,
          the_slope_of_the_acquisition_is_that_of_finite_differences,
          minimisation_ends_at_the_minimum_or_at_the_bound)

/*
 * functions - test functions of optimisation with a known minimum, to try and compare samplers.
 *
 * Definition: the parameters of [params], in the order of the file, are the coordinates x of
 *
 *     function         n    f(z)                                                   minimum at z
 *     sphere           any  sum z_i^2                                              0   0
 *     ellipsoid        any  sum 10^(6 (i-1)/(n-1)) z_i^2                           0   0
 *     rastrigin        any  10 n + sum (z_i^2 - 10 cos 2 pi z_i)                   0   0
 *     ackley           any  20 + e - 20 exp(-0.2 sqrt(mean z_i^2))
 *                           - exp(mean cos 2 pi z_i)                               0   0
 *     griewank         any  1 + sum z_i^2 / 4000 - prod cos(z_i / sqrt i)          0   0
 *     rosenbrock       > 1  sum 100 (z_(i+1) - z_i^2)^2 + (1 - z_i)^2              0   1
 *     levy             any  w = 1 + (z - 1) / 4; sin^2(pi w_1) + sum_(i<n) (w_i - 1)^2
 *                           (1 + 10 sin^2(pi w_i + 1)) + (w_n - 1)^2 (1 + sin^2(2 pi w_n))
 *                                                                                  0   1
 *     styblinski_tang  any  sum (z_i^4 - 16 z_i^2 + 5 z_i) / 2         -39.166165704 n   -2.903534
 *     branin           2    x in [-5, 10], [0, 15]       0.397887358   (pi, 2.275) and two others
 *     camel            2    six humps                   -1.031628453   (0.0898, -0.7126) and its
 *                                                                      mirror image
 *     hartmann3        3    x in [0, 1]^3               -3.862782148
 *     hartmann6        6    x in [0, 1]^6               -3.322368011
 *
 * Metric: value, to be minimised.
 *
 * Options:
 *     function  which of them                                                  sphere
 *     instance  0: as above; else a number that shifts and rotates it               0
 *     rotate    an instance is rotated, so that no coordinate stands alone         on
 *     noise     standard deviation of normal noise that is added                    0
 *
 *     [study]
 *     minimize = value
 *
 *     [objective]
 *     use      = functions
 *     function = rastrigin
 *     instance = 3
 *
 *     [params]
 *     x1 = real(-5, 5)
 *     x2 = real(-5, 5)
 *
 * How it works: instance k > 0 is f(R (x - s) + z*), where z* is the minimum from the table, s is
 * uniform in the inner half of the cube in which the function is usually searched, and R an
 * orthogonal matrix: normal numbers, orthonormalised row by row. Its minimum is at x = s. The last
 * four functions have a domain of their own and no instances. A parameter may be real, int, a
 * constant, or a choice of numbers.
 *
 * Hansen, Auger, Ros, Mersmann, Tusar, Brockhoff: COCO: A Platform for Comparing Continuous
 * Optimizers. Optimization Methods and Software 36 (2021), for shift and rotation.
 * Jamil, Yang: A Literature Survey of Benchmark Functions. IJMMNO 4 (2013), for the definitions.
 */
#include <collet/helpers.h>
#include <collet/objective.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

typedef struct functions_config {
    int64_t instance;
    double noise;
    int32_t function, rotate;
} functions_config;

static const collet_option options[] = {
    COLLET_OPT_ENUM(functions_config, function, "sphere",
                    "sphere|ellipsoid|rastrigin|ackley|griewank|rosenbrock|levy|styblinski_tang|"
                    "branin|camel|hartmann3|hartmann6",
                    COLLET_FIXED, "which function"),
    COLLET_OPT_INT(functions_config, instance, "0", 0, 4294967295.0, NULL, COLLET_FIXED,
                   "0: as in the books; else a number that shifts and rotates it"),
    COLLET_OPT_BOOL(functions_config, rotate, "on", COLLET_FIXED,
                    "an instance is rotated, so that no coordinate stands alone"),
    COLLET_OPT_REAL(functions_config, noise, "0", 0, 1e300, NULL, COLLET_FIXED,
                    "standard deviation of normal noise that is added"),
};

/* ---- The functions, of z[n] ----------------------------------------------------------------- */

static double square(double v)
{
    return v * v;
}

static double sphere(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(z[i]);
    }
    return sum;
}

static double ellipsoid(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += pow(10, n > 1 ? 6.0 * i / (n - 1) : 0) * square(z[i]);
    }
    return sum;
}

static double rastrigin(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(z[i]) + 10 * (1 - cos(2 * PI * z[i]));
    }
    return sum;
}

static double ackley(const double *z, uint32_t n)
{
    double cosines = 0;
    for (uint32_t i = 0; i < n; i++) {
        cosines += cos(2 * PI * z[i]);
    }
    return 20 * -expm1(-0.2 * sqrt(sphere(z, n) / n)) + exp(1) - exp(cosines / n);
}

static double griewank(const double *z, uint32_t n)
{
    double product = 1;
    for (uint32_t i = 0; i < n; i++) {
        product *= cos(z[i] / sqrt(i + 1.0));
    }
    return sphere(z, n) / 4000 + (1 - product);
}

static double rosenbrock(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i + 1 < n; i++) {
        sum += 100 * square(z[i + 1] - square(z[i])) + square(1 - z[i]);
    }
    return sum;
}

static double levy(const double *z, uint32_t n)
{
    double first = 1 + (z[0] - 1) / 4, last = 1 + (z[n - 1] - 1) / 4;
    double sum = square(sin(PI * first)) + square(last - 1) * (1 + square(sin(2 * PI * last)));
    for (uint32_t i = 0; i + 1 < n; i++) {
        double w = 1 + (z[i] - 1) / 4;
        sum += square(w - 1) * (1 + 10 * square(sin(PI * w + 1)));
    }
    return sum;
}

static double styblinski_tang(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(square(z[i])) - 16 * square(z[i]) + 5 * z[i];
    }
    return sum / 2;
}

static double branin(const double *z, uint32_t n)
{
    (void)n;
    double parabola = z[1] - 5.1 / (4 * PI * PI) * square(z[0]) + 5 / PI * z[0] - 6;
    return square(parabola) + 10 * (1 - 1 / (8 * PI)) * cos(z[0]) + 10;
}

static double camel(const double *z, uint32_t n)
{
    (void)n;
    double a = square(z[0]), b = square(z[1]);
    return (4 - 2.1 * a + a * a / 3) * a + z[0] * z[1] + (4 * b - 4) * b;
}

/* -sum_i alpha_i exp(-sum_j A_ij (z_j - P_ij)^2), A and P [4][n] */
static double hartmann(const double *A, const double *P, const double *z, uint32_t n)
{
    static const double alpha[4] = {1.0, 1.2, 3.0, 3.2};
    double sum = 0;
    for (uint32_t i = 0; i < 4; i++) {
        double inner = 0;
        for (uint32_t j = 0; j < n; j++) {
            inner += A[i * n + j] * square(z[j] - P[i * n + j]);
        }
        sum -= alpha[i] * exp(-inner);
    }
    return sum;
}

static double hartmann3(const double *z, uint32_t n)
{
    static const double A[12] = {3, 10, 30, 0.1, 10, 35, 3, 10, 30, 0.1, 10, 35};
    static const double P[12] = {0.3689, 0.1170, 0.2673, 0.4699,  0.4387, 0.7470,
                                 0.1091, 0.8732, 0.5547, 0.03815, 0.5743, 0.8828};
    return hartmann(A, P, z, n);
}

static double hartmann6(const double *z, uint32_t n)
{
    static const double A[24] = {10, 3,   17,  3.5, 1.7, 8, 0.05, 10, 17,   0.1, 8,   14,
                                 3,  3.5, 1.7, 10,  17,  8, 17,   8,  0.05, 10,  0.1, 14};
    static const double P[24] = {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886, 0.2329, 0.4135,
                                 0.8307, 0.3736, 0.1004, 0.9991, 0.2348, 0.1451, 0.3522, 0.2883,
                                 0.3047, 0.6650, 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381};
    return hartmann(A, P, z, n);
}

/* In the order of the option's choices. */
typedef struct function {
    const char *name;
    double (*f)(const double *z, uint32_t n);
    uint32_t least, most; /* coordinates; most 0: any number */
    double half;          /* usual search: -half to half in every coordinate; 0: no instances */
    double minimum;       /* z*, in every coordinate; where there are instances */
} function;

static const function functions[] = {
    {"sphere", sphere, 1, 0, 5.12, 0},
    {"ellipsoid", ellipsoid, 1, 0, 5, 0},
    {"rastrigin", rastrigin, 1, 0, 5.12, 0},
    {"ackley", ackley, 1, 0, 32.768, 0},
    {"griewank", griewank, 1, 0, 600, 0},
    {"rosenbrock", rosenbrock, 2, 0, 5, 1},
    {"levy", levy, 1, 0, 10, 1},
    {"styblinski_tang", styblinski_tang, 1, 0, 5, -2.9035340277711770951},
    {"branin", branin, 2, 2, 0, 0},
    {"camel", camel, 2, 2, 0, 0},
    {"hartmann3", hartmann3, 3, 3, 0, 0},
    {"hartmann6", hartmann6, 6, 6, 0, 0},
};

/* ---- Instances ------------------------------------------------------------------------------ */

typedef struct problem {
    const functions_config *config;
    const function *function;
    const collet_space *space;
    uint32_t n;
    double *x, *z; /* [n] */
    double *shift; /* [n] */
    double *R;     /* [n][n] by rows; NULL: not rotated */
} problem;

/* Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014). */
static uint64_t next_word(uint64_t *state)
{
    uint64_t w = *state += 0x9e3779b97f4a7c15u;
    w = (w ^ (w >> 30)) * 0xbf58476d1ce4e5b9u;
    w = (w ^ (w >> 27)) * 0x94d049bb133111ebu;
    return w ^ (w >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(next_word(state) >> 11) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double u = 1 - uniform(state), v = uniform(state);
    return sqrt(-2 * log(u)) * cos(2 * PI * v);
}

static double dot(const double *a, const double *b, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Gram and Schmidt, each row twice: once leaves rounding errors that matter for large n. */
static void orthonormalise(double *R, uint32_t n)
{
    for (size_t row = 0; row < n; row++) {
        double *r = R + row * n;
        for (size_t k = 0; k < 2 * row; k++) {
            const double *other = R + k % row * n;
            double along = dot(r, other, n);
            for (uint32_t i = 0; i < n; i++) {
                r[i] -= along * other[i];
            }
        }
        double length = sqrt(dot(r, r, n));
        for (uint32_t i = 0; i < n; i++) {
            r[i] /= length;
        }
    }
}

static void draw_instance(problem *p)
{
    uint64_t state = (uint64_t)p->config->instance;
    for (uint32_t i = 0; i < p->n; i++) {
        p->shift[i] = (uniform(&state) - 0.5) * p->function->half;
    }
    for (size_t i = 0; p->R != NULL && i < (size_t)p->n * p->n; i++) {
        p->R[i] = normal(&state);
    }
    if (p->R != NULL) {
        orthonormalise(p->R, p->n);
    }
}

/* z = R (x - s) + z* */
static void transform(const problem *p)
{
    uint32_t n = p->n;
    for (uint32_t i = 0; i < n; i++) {
        p->x[i] -= p->shift[i];
    }
    for (size_t i = 0; i < n; i++) {
        double along = p->R != NULL ? dot(p->R + i * n, p->x, n) : p->x[i];
        p->z[i] = along + p->function->minimum;
    }
}

/* ---- The objective -------------------------------------------------------------------------- */

static void destroy(void *self)
{
    problem *p = self;
    if (p != NULL) {
        free(p->x);
        free(p->z);
        free(p->shift);
        free(p->R);
        free(p);
    }
}

/* Is the dimension a coordinate: always there, and a number? */
static collet_status check_dim(const collet_host *host, const collet_dim *dim)
{
    if (dim->condition_count > 0) {
        return collet_fail(host, COLLET_E_INVALID,
                           "\"%s\" has a condition, but every coordinate is always needed",
                           dim->name);
    }
    for (uint32_t i = 0; i < dim->category_count; i++) {
        char *end;
        (void)strtod(dim->categories[i], &end);
        if (end == dim->categories[i] || *end != '\0') {
            return collet_fail(host, COLLET_E_INVALID, "\"%s\" is \"%s\", which is not a number",
                               dim->name, dim->categories[i]);
        }
    }
    return COLLET_OK;
}

static collet_status check(const collet_host *host, const functions_config *c,
                           const collet_space *space)
{
    const function *f = &functions[c->function];
    uint32_t n = space->dim_count;
    if (n < f->least || (f->most > 0 && n > f->most)) {
        return collet_fail(host, COLLET_E_INVALID,
                           "%s has %s%u coordinate%s, but [params] has %u parameter%s", f->name,
                           f->most > 0 ? "" : "at least ", f->least, f->least == 1 ? "" : "s", n,
                           n == 1 ? "" : "s");
    }
    if (c->instance > 0 && f->half == 0) {
        return collet_fail(host, COLLET_E_INVALID,
                           "%s has a domain of its own and no instances; leave instance out",
                           f->name);
    }
    for (uint32_t i = 0; i < n; i++) {
        collet_status status = check_dim(host, collet_dim_at(space, i));
        if (status != COLLET_OK) {
            return status;
        }
    }
    return COLLET_OK;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    const functions_config *c = config;
    collet_status status = check(host, c, space);
    if (status != COLLET_OK) {
        return status;
    }
    problem *p = calloc(1, sizeof *p);
    size_t n = space->dim_count;
    bool rotate = c->instance > 0 && c->rotate;
    if (p != NULL) {
        *p = (problem){.config = c,
                       .function = &functions[c->function],
                       .space = space,
                       .n = space->dim_count,
                       .x = calloc(n, sizeof *p->x),
                       .z = calloc(n, sizeof *p->z),
                       .shift = calloc(n, sizeof *p->shift),
                       .R = rotate ? calloc(n * n, sizeof *p->R) : NULL};
    }
    if (p == NULL || p->x == NULL || p->z == NULL || p->shift == NULL || (rotate && p->R == NULL)) {
        destroy(p);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory for %zu coordinates", n);
    }
    if (c->instance > 0) {
        draw_instance(p);
    }
    *self = p;
    return COLLET_OK;
}

static const collet_metrics *metrics(void *self)
{
    static const char *const names[] = {"value"};
    static const collet_metrics one = {COLLET_SIZE(collet_metrics), COLLET_COUNT(names), names};
    (void)self;
    return &one;
}

static collet_status evaluate(void *self, const collet_rng *rng, const collet_point *point,
                              double *values)
{
    const problem *p = self;
    for (uint32_t i = 0; i < p->n; i++) {
        /* The index of a category says nothing: its text is the number. */
        bool category = collet_dim_at(p->space, i)->type == COLLET_DIM_CATEGORY;
        p->x[i] = category ? strtod(point->text[i], NULL) : point->x[i];
    }
    if (p->config->instance > 0) {
        transform(p);
    }
    values[0] = p->function->f(p->config->instance > 0 ? p->z : p->x, p->n);
    if (p->config->noise > 0) {
        values[0] += p->config->noise * collet_normal(rng);
    }
    return COLLET_OK;
}

static const collet_objective vtable = {
    .struct_size = COLLET_SIZE(collet_objective),
    .create = create,
    .destroy = destroy,
    .metrics = metrics,
    .evaluate = evaluate,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_OBJECTIVE,
                                 "functions",
                                 "1.0.0",
                                 "test functions with a known minimum: sphere, branin, ...",
                                 "doi.org/10.1080/10556788.2020.1808977",
                                 &vtable,
                                 COLLET_OPTIONS(options, functions_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "functions",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

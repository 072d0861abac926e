/*
 * functions - test functions of optimisation with a known minimum, to try and compare samplers.
 *
 * Definition. The parameters of [params], in the order of the file, are the coordinates x of
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
 *     schwefel         any  418.9828873 n - sum z_i sin sqrt |z_i|, with walls at +-500
 *                                                                                  0   420.9687
 *     step             any  sum floor(z_i + 1/2)^2                                 0   [-1/2, 1/2)
 *     weierstrass      any  sum_i sum_(k<=20) 2^-k (cos(2 pi 3^k (z_i + 1/2)) - cos(pi 3^k))
 *                                                                                  0   0
 *     gallagher        any  (10 - highest of 21 peaks)^2                           0   0
 *     branin           2    x in [-5, 10], [0, 15]       0.397887358   (pi, 2.275) and two others
 *     camel            2    six humps                   -1.031628453   (0.0898, -0.7126) and its
 *                                                                      mirror image
 *     hartmann3        3    x in [0, 1]^3               -3.862782148
 *     hartmann6        6    x in [0, 1]^6               -3.322368011
 *
 * Two values f1 and f2, both to be minimised, of n > 1 coordinates in [0, 1] (zdt4: all but the
 * first in [-5, 5]):
 *
 *     zdt1, zdt2, zdt3, zdt4, zdt6      the front has all coordinates but the first at 0
 *     dtlz2                             the quarter of a circle; there at 1/2
 *
 * Surfaces of named parameters, whole numbers, categories and conditions among them:
 *
 *     network   lr, layers, units, dropout, batch, activation (relu, tanh, sigmoid), optimizer
 * (adam, sgd), momentum when optimizer == sgd       0.045 at sgd, relu, 3 layers of 128, dropout
 * 0.1, batch 64, momentum 0.9, lr 10^-1.5 learners  kind (tree, svm, net); depth, leaf when kind ==
 * tree; kernel (linear, rbf), C when kind
 *               == svm; gamma when kernel == rbf; units, lr when kind == net
 *                                                          0.06 at svm, rbf, C 10, gamma 0.01
 *     pairs     any number of whole numbers from 0 to levels - 1: for each pair a table of random
 *               numbers, drawn anew for each instance      0 at one hidden point
 *
 * Metrics: value, to be minimised; with regret = on also regret, what its value without noise is
 * above the minimum. Of the second group f1 and f2.
 *
 * Options:
 *     function    which of them                                                 sphere
 *     instance    0: as above; else a number that shifts and rotates it              0
 *     rotate      an instance is rotated, so that no coordinate stands alone        on
 *     levels      pairs: whole numbers that a parameter can take                     4
 *     regret      give the metric regret beside value                              off
 *     noise       size of normal noise                                               0
 *     noise_type  added: noise N(0, 1) is added; multiplied: what is above the   added
 *                 minimum is multiplied by exp(noise N(0, 1))
 *     failures    share of evaluations that fail                                     0
 *     delay       seconds that an evaluation takes                                   0
 *     steps       points of a learning curve that falls to the value; 0: none        0
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
 * orthogonal matrix: normal numbers, orthonormalised row by row. Its minimum is at x = s. The cube
 * goes to 600 for griewank, 500 schwefel, 32.768 ackley, 10 levy, 0.5 weierstrass, 5.12 sphere,
 * rastrigin and step, 5 the others, to both sides: narrower ranges may leave the minimum out.
 * Functions with a domain of their own have no instances. A coordinate may be real, int, a
 * constant, or a choice of numbers. Around the function lie, from the inside, noise, the curve with
 * its delay, and failures; what is random in them is drawn from the trial's stream, so a trial that
 * is run again comes to the same. The curve begins above the value by up to 1.5 (1 + |value|), by a
 * factor drawn for each trial, so that curves cross as those of real learners do.
 *
 * Hansen, Auger, Ros, Mersmann, Tusar, Brockhoff: COCO: A Platform for Comparing Continuous
 * Optimizers. Optimization Methods and Software 36 (2021), for instances and noise. The
 * definitions' papers are named in plugins/common/problems.
 */
#include "problems/instance.h"
#include "problems/mixed.h"
#include "problems/multi.h"
#include "problems/real.h"

#include <collet/helpers.h>
#include <collet/objective.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct functions_config {
    int64_t instance, levels, steps;
    double noise, failures, delay;
    int32_t function, rotate, regret, noise_type;
} functions_config;

/* In the order of the tables: real, with two values, mixed, pairs. */
#define FUNCTIONS                                                                                  \
    "sphere|ellipsoid|rastrigin|ackley|griewank|rosenbrock|levy|styblinski_tang|branin|camel|"     \
    "hartmann3|hartmann6|schwefel|step|weierstrass|gallagher|zdt1|zdt2|zdt3|zdt4|zdt6|dtlz2|"      \
    "network|learners|pairs"

enum { ADDED, MULTIPLIED };

static const collet_option options[] = {
    COLLET_OPT_ENUM(functions_config, function, "sphere", FUNCTIONS, COLLET_FIXED,
                    "which function"),
    COLLET_OPT_INT(functions_config, instance, "0", 0, 4294967295.0, NULL, COLLET_FIXED,
                   "0: as in the books; else a number that shifts and rotates it"),
    COLLET_OPT_BOOL(functions_config, rotate, "on", COLLET_FIXED,
                    "an instance is rotated, so that no coordinate stands alone"),
    COLLET_OPT_INT(functions_config, levels, "4", 2, 1e6, NULL, COLLET_FIXED,
                   "pairs: whole numbers, from 0, that a parameter can take"),
    COLLET_OPT_BOOL(functions_config, regret, "off", COLLET_FIXED,
                    "give the metric regret: what the value without noise is above the minimum"),
    COLLET_OPT_REAL(functions_config, noise, "0", 0, 1e300, NULL, COLLET_FIXED,
                    "size of normal noise"),
    COLLET_OPT_ENUM(functions_config, noise_type, "added", "added|multiplied", COLLET_FIXED,
                    "noise N is added; or what is above the minimum is multiplied by exp(noise N)"),
    COLLET_OPT_REAL(functions_config, failures, "0", 0, 1, NULL, COLLET_FIXED,
                    "share of evaluations that fail"),
    COLLET_OPT_REAL(functions_config, delay, "0", 0, 1e6, NULL, COLLET_FIXED,
                    "seconds that an evaluation takes"),
    COLLET_OPT_INT(functions_config, steps, "0", 0, 100000, NULL, COLLET_FIXED,
                   "points of a learning curve that falls to the value; 0: none"),
};

/* One of these is not NULL; where all are, it is pairs. */
typedef struct problem {
    const collet_host *host;
    const functions_config *config;
    const collet_space *space;
    const real_problem *real;
    const multi_problem *multi;
    const mixed_problem *mixed;
    const char *name;
    instance instance; /* n 0: as in the books */
    uint32_t n;
    double *x, *z; /* [n], or as many as mixed has */
    double minimum;
} problem;

/* ---- Does the space fit? -------------------------------------------------------------------- */

/* Is the dimension a coordinate from low to high: always there, and a number? */
static collet_status check_dim(const problem *p, const collet_dim *dim, double low, double high)
{
    if (dim->condition_count > 0) {
        return collet_fail(p->host, COLLET_E_INVALID,
                           "\"%s\" has a condition, but every coordinate is always needed",
                           dim->name);
    }
    bool inside = dim->category_count > 0 || (dim->low >= low && dim->high <= high);
    for (uint32_t i = 0; i < dim->category_count; i++) {
        char *end;
        double number = strtod(dim->categories[i], &end);
        if (end == dim->categories[i] || *end != '\0') {
            return collet_fail(p->host, COLLET_E_INVALID, "\"%s\" is \"%s\", which is not a number",
                               dim->name, dim->categories[i]);
        }
        inside = inside && number >= low && number <= high;
    }
    return inside ? COLLET_OK
                  : collet_fail(p->host, COLLET_E_INVALID, "\"%s\": %s takes numbers from %g to %g",
                                dim->name, p->name, low, high);
}

static collet_status check_count(const problem *p, uint32_t least, uint32_t most)
{
    return p->n >= least && (most == 0 || p->n <= most)
               ? COLLET_OK
               : collet_fail(p->host, COLLET_E_INVALID,
                             "%s has %s%u coordinate%s, but [params] has %u parameter%s", p->name,
                             most > 0 ? "" : "at least ", least, least == 1 ? "" : "s", p->n,
                             p->n == 1 ? "" : "s");
}

/* Whole numbers alone are levels. */
static collet_status check_level(const problem *p, const collet_dim *dim)
{
    bool whole = dim->type == COLLET_DIM_INT;
    for (uint32_t i = 0; i < dim->category_count; i++) {
        double number = strtod(dim->categories[i], NULL);
        whole = (i == 0 || whole) && number == floor(number);
    }
    return whole ? COLLET_OK
                 : collet_fail(p->host, COLLET_E_INVALID,
                               "\"%s\": %s takes whole numbers, int(0, %d)", dim->name, p->name,
                               (int)p->config->levels - 1);
}

static collet_status check_coordinates(const problem *p)
{
    collet_status status = check_count(p,
                                       p->real != NULL    ? p->real->least
                                       : p->multi != NULL ? 2
                                                          : 1,
                                       p->real != NULL ? p->real->most : 0);
    bool pairs = p->real == NULL && p->multi == NULL;
    for (uint32_t i = 0; i < p->n && status == COLLET_OK; i++) {
        const collet_dim *dim = collet_dim_at(p->space, i);
        double low = pairs ? 0 : p->multi == NULL ? (double)-INFINITY : i == 0 ? 0 : p->multi->low;
        double high = pairs              ? (double)(p->config->levels - 1)
                      : p->multi == NULL ? (double)INFINITY
                      : i == 0           ? 1
                                         : p->multi->high;
        status = check_dim(p, dim, low, high);
        status = status == COLLET_OK && pairs ? check_level(p, dim) : status;
    }
    return status;
}

static collet_status check(const problem *p)
{
    bool plain = p->multi != NULL || p->mixed != NULL || (p->real != NULL && p->real->half == 0);
    if (p->config->instance > 0 && plain) {
        return collet_fail(p->host, COLLET_E_INVALID,
                           "instance: %s has a domain of its own and no instances; leave it out",
                           p->name);
    }
    if (p->config->regret && p->multi != NULL) {
        return collet_fail(p->host, COLLET_E_INVALID,
                           "regret: %s has two values and no single minimum; leave it out",
                           p->name);
    }
    return p->mixed != NULL ? mixed_check(p->mixed, p->host, p->space) : check_coordinates(p);
}

/* ---- Making it ------------------------------------------------------------------------------ */

static void destroy(void *self)
{
    problem *p = self;
    if (p != NULL) {
        free(p->x);
        free(p->z);
        instance_finish(&p->instance);
        free(p);
    }
}

/* The chosen function, by the order of the tables. */
static void choose(problem *p)
{
    uint32_t at = (uint32_t)p->config->function, real = 0, multi = 0;
    while (real_problem_at(real) != NULL) {
        real++;
    }
    while (multi_problem_at(multi) != NULL) {
        multi++;
    }
    p->real = real_problem_at(at);
    p->multi = at >= real ? multi_problem_at(at - real) : NULL;
    p->mixed = at >= real + multi ? mixed_problem_at(at - real - multi) : NULL;
    p->name = p->real != NULL    ? p->real->name
              : p->multi != NULL ? p->multi->name
              : p->mixed != NULL ? p->mixed->name
                                 : "pairs";
    p->minimum = p->real != NULL    ? p->real->minimum + p->n * p->real->minimum_each
                 : p->mixed != NULL ? p->mixed->minimum
                                    : 0;
}

static bool allocate(problem *p)
{
    size_t n = p->mixed != NULL ? p->mixed->count : p->n;
    p->x = calloc(n + 1, sizeof *p->x);
    p->z = calloc(n + 1, sizeof *p->z);
    bool moved = p->real != NULL && p->config->instance > 0;
    return p->x != NULL && p->z != NULL &&
           (!moved || instance_draw(&p->instance, (uint64_t)p->config->instance, p->n,
                                    p->real->half, p->config->rotate != 0));
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    problem *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *p = (problem){.host = host, .config = config, .space = space, .n = space->dim_count};
    choose(p);
    collet_status status = check(p);
    if (status == COLLET_OK && !allocate(p)) {
        status = collet_fail(host, COLLET_E_NOMEM, "out of memory for %u coordinates", p->n);
    }
    if (status != COLLET_OK) {
        destroy(p);
        return status;
    }
    *self = p;
    return COLLET_OK;
}

static const collet_metrics *metrics(void *self)
{
    static const char *const one[] = {"value", "regret"}, *const two[] = {"f1", "f2"};
    static const collet_metrics value = {COLLET_SIZE(collet_metrics), 1, one};
    static const collet_metrics regret = {COLLET_SIZE(collet_metrics), 2, one};
    static const collet_metrics both = {COLLET_SIZE(collet_metrics), 2, two};
    const problem *p = self;
    return p->multi != NULL ? &both : p->config->regret ? &regret : &value;
}

/* ---- Evaluating it -------------------------------------------------------------------------- */

static void read_coordinates(const problem *p, const collet_point *point)
{
    for (uint32_t i = 0; i < p->n; i++) {
        /* The index of a category says nothing: its text is the number. */
        bool category = collet_dim_at(p->space, i)->type == COLLET_DIM_CATEGORY;
        p->x[i] = category ? strtod(point->text[i], NULL) : point->x[i];
    }
}

/* The function itself: one value, or two. */
static collet_status compute(const problem *p, const collet_point *point, double *values)
{
    if (p->mixed != NULL) {
        collet_status status = mixed_read(p->mixed, p->host, p->space, point, p->x);
        values[0] = status == COLLET_OK ? p->mixed->f(p->x) : 0;
        return status;
    }
    read_coordinates(p, point);
    if (p->multi != NULL) {
        p->multi->f(p->x, p->n, values);
    } else if (p->real == NULL) {
        values[0] =
            mixed_pairs(p->x, p->n, (uint32_t)p->config->levels, (uint64_t)p->config->instance);
    } else if (p->instance.n > 0) {
        instance_apply(&p->instance, p->x, p->real->place, p->z);
        values[0] = p->real->f(p->z, p->n);
    } else {
        values[0] = p->real->f(p->x, p->n);
    }
    return COLLET_OK;
}

static void add_noise(const problem *p, const collet_rng *rng, double *value)
{
    double noise = p->config->noise > 0 ? p->config->noise * collet_normal(rng) : 0;
    if (p->config->noise_type == MULTIPLIED) {
        *value = p->minimum + (*value - p->minimum) * exp(noise);
    } else {
        *value += noise;
    }
}

/* Sleeps; COLLET_E_CANCELLED where the trial is to end. */
static collet_status wait(const problem *p, double seconds)
{
    static const double slice = 0.05;
    while (seconds > 0) {
        double now = seconds < slice ? seconds : slice;
        const struct timespec time = {0, (long)(now * 1e9)};
        (void)nanosleep(&time, NULL);
        seconds -= now;
        if (p->host->cancelled(p->host->ctx) != 0) {
            return COLLET_E_CANCELLED;
        }
    }
    return COLLET_OK;
}

/* The learning curve of count values, which fall to what they are. Told to stop, they are those of
 * the step. */
static collet_status learn(const problem *p, const collet_rng *rng, const char *const *names,
                           double *values, uint32_t count)
{
    int64_t steps = p->config->steps;
    double slow = 0.5 + collet_uniform(rng);
    for (int64_t s = 1; s <= steps; s++) {
        double shown[2], left = slow * ((double)steps / (double)s - 1) / (double)steps;
        for (uint32_t i = 0; i < count; i++) {
            shown[i] = values[i] + left * (1 + fabs(values[i]));
        }
        collet_status status = wait(p, p->config->delay / (double)steps);
        status = status == COLLET_OK
                     ? p->host->report(p->host->ctx, (uint64_t)s, names, shown, count)
                     : status;
        if (status != COLLET_OK) {
            memcpy(values, shown, count * sizeof *values);
            return status < 0 ? status : COLLET_OK;
        }
    }
    return COLLET_OK;
}

static collet_status evaluate(void *self, const collet_rng *rng, const collet_point *point,
                              double *values)
{
    const problem *p = self;
    const functions_config *c = p->config;
    uint32_t count = p->multi != NULL ? 2 : 1; /* without the regret */
    if (c->failures > 0 && collet_uniform(rng) < c->failures) {
        return collet_fail(p->host, COLLET_E_NUMERIC, "one of the failures that were asked for");
    }
    collet_status status = compute(p, point, values);
    if (status == COLLET_OK && c->regret) {
        values[1] = fmax(0, values[0] - p->minimum);
    }
    for (uint32_t i = 0; i < count && c->noise > 0; i++) {
        add_noise(p, rng, &values[i]);
    }
    if (status != COLLET_OK || c->steps == 0) {
        return status == COLLET_OK ? wait(p, c->delay) : status;
    }
    return learn(p, rng, metrics(self)->names, values, count);
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
                                 "1.1.0",
                                 "test functions with a known minimum: sphere, zdt1, ...",
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
                                     "1.1.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

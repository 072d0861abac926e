#include "problems.h"

#include "practice.h"
#include "svm_digits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* ---- Instances ------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Number k of an instance, in [0, 1). */
double bench_draw(uint64_t instance, uint64_t k)
{
    return (double)(mix(mix(instance + 1) ^ (k * 0x2545f4914f6cdd1du)) >> 11) * 0x1p-53;
}

static double draw(uint64_t instance, uint64_t k)
{
    return bench_draw(instance, k);
}

/* Where the minimum lies in dimension k: up to `most` from the middle. */
static double shift(uint64_t instance, size_t k, double most)
{
    return most * (2 * draw(instance, k) - 1);
}

/* Two standard normal numbers would be more than is needed; one will do. */
static double normal(uint64_t instance, uint64_t k)
{
    return sqrt(-2 * log(1 - draw(instance, 2 * k))) * cos(2 * PI * draw(instance, 2 * k + 1));
}

/* ---- Continuous ----------------------------------------------------------------------------- */

static double sphere(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - shift(instance, i, 3);
        sum += d * d;
    }
    return sum;
}

static double ellipsoid(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - shift(instance, i, 3);
        sum += pow(1e4, (double)i / (double)(n - 1)) * d * d;
    }
    return sum;
}

static double rosenbrock(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double a = x[i] - shift(instance, i, 1), b = x[i + 1] - shift(instance, i + 1, 1);
        sum += 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a);
    }
    return sum;
}

static double ackley(const double *x, size_t n, uint64_t instance)
{
    double squares = 0, waves = 0, count = (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - shift(instance, i, 15);
        squares += d * d;
        waves += cos(2 * PI * d);
    }
    return 20 - 20 * exp(-0.2 * sqrt(squares / count)) + exp(1) - exp(waves / count);
}

static double rastrigin(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - shift(instance, i, 3);
        sum += d * d + 10 - 10 * cos(2 * PI * d);
    }
    return sum;
}

static double levy(const double *x, size_t n, uint64_t instance)
{
    double w0 = 1 + (x[0] - shift(instance, 0, 4) - 1) / 4, sum = pow(sin(PI * w0), 2), w = w0;
    for (size_t i = 0; i + 1 < n; i++) {
        sum += (w - 1) * (w - 1) * (1 + 10 * pow(sin(PI * w + 1), 2));
        w = 1 + (x[i + 1] - shift(instance, i + 1, 4) - 1) / 4;
    }
    return sum + (w - 1) * (w - 1) * (1 + pow(sin(2 * PI * w), 2));
}

static double styblinski(const double *x, size_t n, uint64_t instance)
{
    double sum = 39.16616570377142 * (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - shift(instance, i, 1.5);
        sum += (d * d * d * d - 16 * d * d + 5 * d) / 2;
    }
    return sum;
}

static double hartmann(const double *x, size_t n, uint64_t instance)
{
    static const double alpha[4] = {1, 1.2, 3, 3.2};
    static const double a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                   {0.05, 10, 17, 0.1, 8, 14},
                                   {3, 3.5, 1.7, 10, 17, 8},
                                   {17, 8, 0.05, 10, 0.1, 14}};
    static const double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                   {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                   {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                   {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
    double sum = 3.32236801141551;
    for (size_t i = 0; i < 4; i++) {
        double exponent = 0;
        for (size_t k = 0; k < n; k++) {
            double d = x[k] - shift(instance, k, 0.1) - p[i][k];
            exponent += a[i][k] * d * d;
        }
        sum -= alpha[i] * exp(-exponent);
    }
    return sum;
}

/* Reflections of an instance turn the axes: H = I - 2 v v', for three v. */
static double rotated(const double *x, size_t n, uint64_t instance)
{
    double y[32], v[32];
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] - shift(instance, i, 3);
    }
    for (uint64_t r = 0; r < 3; r++) {
        double norm = 0, along = 0;
        for (size_t i = 0; i < n; i++) {
            v[i] = normal(instance, 100 + r * n + i);
            norm += v[i] * v[i];
            along += v[i] * y[i];
        }
        for (size_t i = 0; i < n; i++) {
            y[i] -= 2 * along / norm * v[i];
        }
    }
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += pow(1e6, (double)i / (double)(n - 1)) * y[i] * y[i];
    }
    return sum;
}

static double schwefel(const double *x, size_t n, uint64_t instance)
{
    double sum = 418.9828872724338 * (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = draw(instance, i) < 0.5 ? x[i] : -x[i]; /* mirrored: it cannot be shifted */
        sum -= d * sin(sqrt(fabs(d)));
    }
    return sum;
}

static double griewank(const double *x, size_t n, uint64_t instance)
{
    double sum = 0, product = 1;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - shift(instance, i, 300);
        sum += d * d / 4000;
        product *= cos(d / sqrt((double)i + 1));
    }
    return sum - product + 1;
}

/* The noise is a function of the point, so that both sides see the same. */
static double noisy(const double *x, size_t n, uint64_t instance)
{
    uint64_t bits, hash = instance;
    for (size_t i = 0; i < n; i++) {
        memcpy(&bits, &x[i], sizeof bits);
        hash = mix(hash ^ bits);
    }
    return sphere(x, n, instance) * (1 + 0.1 * normal(hash, 0)) + 0.5 * fabs(normal(hash, 1));
}

static double plateau(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += floor(fabs(x[i] - shift(instance, i, 3)) + 0.5);
    }
    return sum;
}

/* Rates and penalties: what counts is the logarithm, and two of the six hardly count at all. */
static double logscale(const double *x, size_t n, uint64_t instance)
{
    static const double weights[6] = {1, 0.5, 0.25, 0.1, 0.001, 0.0001};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = log10(x[i]) + 3 - shift(instance, i, 2);
        sum += weights[i] * d * d;
    }
    return sum + 0.3 * fabs(log10(x[0]) - log10(x[1]) - shift(instance, 7, 1));
}

/* ---- Mixed ---------------------------------------------------------------------------------- */

static double integers(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - floor(20 * draw(instance, i));
        sum += d * d;
    }
    return sum;
}

/* Categories with a cost each and one for each pair of neighbours. */
static double pairs(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += draw(instance, i * 5 + (size_t)x[i]);
        if (i + 1 < n) {
            sum += 1.5 * draw(instance, 1000 + (i * 5 + (size_t)x[i]) * 5 + (size_t)x[i + 1]);
        }
    }
    return sum;
}

/* Like the error of a network: rate, decay, units, layers, dropout, activation, batch. */
static double network(const double *x, size_t n, uint64_t instance)
{
    double best_rate = -2.5 + shift(instance, 0, 1) - 0.15 * (x[3] - 2) + 0.3 * (x[6] - 1);
    double rate = log10(x[0]) - best_rate, decay = log10(x[1]) + 4 - shift(instance, 1, 1);
    double units = log2(x[2]) - 7 - shift(instance, 2, 1),
           layers = x[3] - 2 - floor(2 * draw(instance, 3));
    double wide = units > 0 ? units : 0, dropout = x[4] - 0.1 * wide - 0.2 * draw(instance, 4);
    (void)n;
    return 0.05 * rate * rate + 0.01 * decay * decay + 0.015 * units * units +
           0.01 * layers * layers + 0.3 * dropout * dropout +
           0.04 * draw(instance, 10 + (uint64_t)x[5]) + 0.02 * draw(instance, 20 + (uint64_t)x[6]) +
           (rate > 1 ? 0.3 : 0);
}

/* Three choices among twenty, whose hidden order nobody has told, and two numbers. */
static double twenty(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    (void)n;
    for (uint64_t i = 0; i < 3; i++) {
        sum += draw(instance, i * 20 + (uint64_t)x[i]);
    }
    double a = x[3] - draw(instance, 100), b = x[4] - draw(instance, 101 + (uint64_t)x[0]);
    return sum + 4 * a * a + 2 * b * b;
}

static double counts(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = log(x[i]) - (1 + 5 * draw(instance, i));
        sum += d * d * (1 + (double)i) + (fmod(x[i], 8) == 0 ? 0 : 0.2);
    }
    return sum;
}

static double svm(const double *x, size_t n, uint64_t instance)
{
    (void)n;
    return svm_digits[instance % 3][(size_t)x[0]][(size_t)x[1]][(size_t)x[2]] / 900.0;
}

/* Take or leave ten things: what they are worth, and what is too heavy. */
static double knapsack(const double *x, size_t n, uint64_t instance)
{
    double worth = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        worth += x[i] * draw(instance, i);
        weight += x[i] * (0.2 + draw(instance, 50 + i));
    }
    double much = weight - 0.35 * (double)n;
    return (double)n - worth + (much > 0 ? 5 * much : 0);
}

/* ---- Conditional ---------------------------------------------------------------------------- */

/* A kind, and numbers of each: only those of the kind that was drawn count. */
static double kinds(const double *x, size_t n, uint64_t instance)
{
    size_t kind = (size_t)x[0];
    double sum = 0.5 * draw(instance, kind);
    for (size_t i = 1 + 2 * kind; i < 3 + 2 * kind && i < n; i++) {
        double d = x[i] - shift(instance, 10 + i, 3);
        sum += 0.2 * d * d;
    }
    double common = x[n - 1] - shift(instance, 9, 3);
    return sum + 0.1 * common * common;
}

/* Two levels: a family, within it a member, and the member's number. */
static double tree(const double *x, size_t n, uint64_t instance)
{
    bool left = x[0] == 0;
    size_t member = (size_t)(left ? x[1] : x[2]);
    const double *own = x + 3 + (left ? 0 : 2) + member;
    double d = *own - draw(instance, 20 + (left ? 0u : 2u) + member);
    double common = x[n - 1] - draw(instance, 30 + (left ? 0u : 1u));
    return 0.4 * draw(instance, (left ? 0u : 2u) + member) + 3 * d * d + common * common;
}

/* Layers of a network, each with its own width: later ones are there only where there are so many.
 */
static double layers(const double *x, size_t n, uint64_t instance)
{
    double sum = 0.3 * fabs(x[0] - 1 - floor(4 * draw(instance, 0)));
    for (size_t i = 1; i < n && (double)i <= x[0]; i++) {
        double d = log2(x[i]) - (4 + 4 * draw(instance, i));
        sum += 0.1 * d * d;
    }
    return sum;
}

/* ---- The table ------------------------------------------------------------------------------ */

#define TWENTY "choice(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)"

static const bench_problem problems[] = {
    {"sphere10", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 10, "real(-5, 5)"}}, sphere},
    {"ellipsoid5", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 5, "real(-5, 5)"}}, ellipsoid},
    {"rosenbrock5", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 5, "real(-5, 5)"}}, rosenbrock},
    {"rosenbrock10", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 10, "real(-5, 5)"}}, rosenbrock},
    {"ackley10", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 10, "real(-30, 30)"}}, ackley},
    {"rastrigin5", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 5, "real(-5.12, 5.12)"}}, rastrigin},
    {"levy5", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 5, "real(-10, 10)"}}, levy},
    {"styblinski10", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 10, "real(-5, 5)"}}, styblinski},
    {"hartmann6", BENCH_CONTINUOUS, BENCH_LISTED, {{"x", 6, "real(0, 1)"}}, hartmann},
    {"int10", BENCH_MIXED, BENCH_LISTED, {{"n", 10, "int(0, 19)"}}, integers},
    {"pairs8x5", BENCH_MIXED, BENCH_LISTED, {{"c", 8, "choice(a, b, c, d, e)"}}, pairs},
    {"network",
     BENCH_MIXED,
     BENCH_LISTED,
     {{"rate", 0, "real(1e-5, 1, log)"},
      {"decay", 0, "real(1e-7, 1e-1, log)"},
      {"units", 0, "int(8, 1024, log)"},
      {"layers", 0, "int(1, 5)"},
      {"dropout", 0, "real(0, 0.8)"},
      {"activation", 0, "choice(relu, tanh, gelu, elu)"},
      {"batch", 0, "choice(small, medium, large)"}},
     network},
    {"kinds",
     BENCH_CONDITIONAL,
     BENCH_LISTED,
     {{"kind", 0, "choice(a, b, c)"},
      {"a", 2, "real(-5, 5) when kind == a"},
      {"b", 2, "real(-5, 5) when kind == b"},
      {"c", 2, "real(-5, 5) when kind == c"},
      {"common", 0, "real(-5, 5)"}},
     kinds},
    {"rotated10", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 10, "real(-5, 5)"}}, rotated},
    {"schwefel5", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 5, "real(-500, 500)"}}, schwefel},
    {"griewank10", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 10, "real(-600, 600)"}}, griewank},
    {"sphere20", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 20, "real(-5, 5)"}}, sphere},
    {"noisy6", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 6, "real(-5, 5)"}}, noisy},
    {"plateau8", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 8, "real(-5, 5)"}}, plateau},
    {"logscale6", BENCH_CONTINUOUS, BENCH_HELD_OUT, {{"x", 6, "real(1e-6, 1, log)"}}, logscale},
    {"twenty", BENCH_MIXED, BENCH_HELD_OUT, {{"c", 3, TWENTY}, {"x", 2, "real(0, 1)"}}, twenty},
    {"counts8", BENCH_MIXED, BENCH_HELD_OUT, {{"n", 8, "int(1, 512, log)"}}, counts},
    {"svm_digits",
     BENCH_MIXED,
     BENCH_HELD_OUT,
     {{"kernel", 0, "choice(rbf, poly, sigmoid)"},
      {"cost", 0, "int(0, 9)"},
      {"gamma", 0, "int(0, 11)"}},
     svm},
    {"knapsack10", BENCH_MIXED, BENCH_HELD_OUT, {{"take", 10, "int(0, 1)"}}, knapsack},
    {"tree",
     BENCH_CONDITIONAL,
     BENCH_HELD_OUT,
     {{"family", 0, "choice(left, right)"},
      {"left", 0, "choice(a, b) when family == left"},
      {"right", 0, "choice(a, b) when family == right"},
      {"la", 0, "real(0, 1) when left == a"},
      {"lb", 0, "real(0, 1) when left == b"},
      {"ra", 0, "real(0, 1) when right == a"},
      {"rb", 0, "real(0, 1) when right == b"},
      {"common", 0, "real(0, 1)"}},
     tree},
    {"layers",
     BENCH_CONDITIONAL,
     BENCH_HELD_OUT,
     {{"layers", 0, "int(1, 5)"},
      {"units1", 0, "int(8, 512, log)"},
      {"units2", 0, "int(8, 512, log) when layers >= 2"},
      {"units3", 0, "int(8, 512, log) when layers >= 3"},
      {"units4", 0, "int(8, 512, log) when layers >= 4"},
      {"units5", 0, "int(8, 512, log) when layers >= 5"}},
     layers},
    {"shifted",
     BENCH_MIXED,
     BENCH_PRACTICE,
     {{"kind", 0, "choice(a, b, c, d)"}, {"x", 3, "real(0, 1)"}, {"n", 3, "int(0, 10)"}},
     practice_shifted},
    {"valley6", BENCH_MIXED, BENCH_PRACTICE, {{"n", 6, "int(0, 63)"}}, practice_valley},
    {"rugged12", BENCH_MIXED, BENCH_PRACTICE, {{"c", 12, "choice(a, b, c)"}}, practice_rugged},
    {"clauses20", BENCH_MIXED, BENCH_PRACTICE, {{"on", 20, "int(0, 1)"}}, practice_clauses},
    {"boosted",
     BENCH_MIXED,
     BENCH_PRACTICE,
     {{"trees", 0, "int(10, 1000, log)"},
      {"rate", 0, "real(1e-3, 1, log)"},
      {"depth", 0, "int(1, 12)"},
      {"leaf", 0, "int(1, 64, log)"},
      {"share", 0, "real(0.1, 1, step=0.1)"},
      {"loss", 0, "choice(a, b, c)"}},
     practice_boosted},
    {"forest",
     BENCH_MIXED,
     BENCH_PRACTICE,
     {{"criterion", 0, "choice(gini, entropy)"},
      {"depth", 0, "int(1, 10)"},
      {"leaf", 0, "int(0, 4)"},
      {"features", 0, "int(0, 3)"}},
     practice_forest},
    {"models",
     BENCH_CONDITIONAL,
     BENCH_PRACTICE,
     {{"model", 0, "choice(neighbours, tree, logistic, forest)"},
      {"weights", 0, "choice(uniform, distance) when model == neighbours"},
      {"power", 0, "int(1, 3) when model == neighbours"},
      {"k", 0, "int(1, 20) when model == neighbours"},
      {"tree_criterion", 0, "choice(gini, entropy) when model == tree"},
      {"tree_depth", 0, "int(1, 12) when model == tree"},
      {"tree_leaf", 0, "int(1, 8) when model == tree"},
      {"penalty", 0, "choice(l1, l2) when model == logistic"},
      {"cost", 0, "int(0, 13) when model == logistic"},
      {"criterion", 0, "choice(gini, entropy) when model == forest"},
      {"depth", 0, "int(1, 10) when model == forest"},
      {"leaf", 0, "int(0, 4) when model == forest"},
      {"features", 0, "int(0, 3) when model == forest"}},
     practice_models},
    {"optimizer",
     BENCH_CONDITIONAL,
     BENCH_PRACTICE,
     {{"use", 0, "choice(sgd, momentum, adam)"},
      {"schedule", 0, "choice(none, steps, cosine)"},
      {"rate", 0, "real(1e-5, 1, log)"},
      {"beta1", 0, "real(0, 0.999) when use != sgd"},
      {"beta2", 0, "real(0.9, 0.9999) when use == adam"},
      {"steps", 0, "int(1, 10) when schedule == steps"},
      {"factor", 0, "real(0, 1) when schedule == steps"}},
     practice_optimizer},
    {"branches",
     BENCH_CONDITIONAL,
     BENCH_PRACTICE,
     {{"kind", 0, "choice(a, b, c, d, e)"},
      {"a", 0, "real(0, 1) when kind == a"},
      {"b", 2, "real(0, 1) when kind == b"},
      {"c", 2, "real(0, 1) when kind == c"},
      {"d", 3, "real(0, 1) when kind == d"},
      {"e", 0, "real(0, 1) when kind == e"}},
     practice_branches},
    {"pipeline",
     BENCH_CONDITIONAL,
     BENCH_PRACTICE,
     {{"scale", 0, "choice(none, a, b)"},
      {"sa", 0, "real(0, 1) when scale == a"},
      {"sb", 0, "real(0, 1) when scale == b"},
      {"select", 0, "choice(none, a, b)"},
      {"la", 0, "real(0, 1) when select == a"},
      {"lb", 0, "real(0, 1) when select == b"},
      {"fit", 0, "choice(none, a, b)"},
      {"fa", 0, "real(0, 1) when fit == a"},
      {"fb", 0, "real(0, 1) when fit == b"}},
     practice_pipeline},
    {"nested",
     BENCH_CONDITIONAL,
     BENCH_PRACTICE,
     {{"method", 0, "choice(a, b, c)"},
      {"ma", 0, "choice(p, q) when method == a"},
      {"mb", 0, "choice(p, q) when method == b"},
      {"mc", 0, "choice(p, q) when method == c"},
      {"ap", 2, "real(0, 1) when ma == p"},
      {"aq", 2, "real(0, 1) when ma == q"},
      {"bp", 2, "real(0, 1) when mb == p"},
      {"bq", 2, "real(0, 1) when mb == q"},
      {"cp", 2, "real(0, 1) when mc == p"},
      {"cq", 2, "real(0, 1) when mc == q"}},
     practice_nested},
    {"solvers",
     BENCH_CONDITIONAL,
     BENCH_PRACTICE,
     {{"kind", 0, "choice(none, few, many)"},
      {"shared", 0, "real(0, 1)"},
      {"f", 2, "real(0, 1) when kind == few"},
      {"m", 5, "real(0, 1) when kind == many"}},
     practice_solvers},
    {"training",
     BENCH_MIXED,
     BENCH_PRACTICE,
     {{"rate", 0, "real(1e-5, 1, log)"},
      {"decay", 0, "real(1e-7, 1e-1, log)"},
      {"out", 0, "real(0, 0.6)"},
      {"layers", 0, "int(1, 6)"},
      {"units", 0, "int(8, 512, log)"},
      {"activation", 0, "choice(a, b, c, d)"},
      {"optimizer", 0, "choice(sgd, adam, lion)"}},
     practice_training},
    {"codes",
     BENCH_MIXED,
     BENCH_PRACTICE,
     {{"c", 4, "choice(a, b, c, d, e, f)"}, {"x", 4, "real(0, 1)"}},
     practice_codes},
    {"buffers",
     BENCH_MIXED,
     BENCH_PRACTICE,
     {{"n", 4, "int(1, 4096, log)"}, {"policy", 0, "choice(a, b, c, d)"}, {"huge", 0, "int(0, 1)"}},
     practice_buffers},
    {"michalewicz8",
     BENCH_CONTINUOUS,
     BENCH_PRACTICE,
     {{"x", 8, "real(0, 3.14159)"}},
     practice_michalewicz},
    {"hills4", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 4, "real(0, 1)"}}, practice_hills},
    {"ridge8", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 8, "real(-5, 5)"}}, practice_ridge},
    {"cigar30", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 30, "real(-5, 5)"}}, practice_cigar},
    {"zakharov6", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 6, "real(-5, 5)"}}, practice_zakharov},
    {"few12", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 12, "real(-5, 5)"}}, practice_few},
    {"curves15", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 15, "real(0, 1)"}}, practice_curves},
    {"rates5", BENCH_CONTINUOUS, BENCH_PRACTICE, {{"x", 5, "real(1e-6, 1, log)"}}, practice_rates},
};

const bench_problem *bench_problem_at(size_t i)
{
    return i < sizeof problems / sizeof problems[0] ? &problems[i] : NULL;
}

const bench_problem *bench_problem_find(const char *name)
{
    const bench_problem *p;
    for (size_t i = 0; (p = bench_problem_at(i)) != NULL; i++) {
        if (strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return NULL;
}

void bench_problem_text(const bench_problem *problem, const char *sampler, uint64_t seed,
                        int trials, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size,
                                "[study]\nminimize = value\ntrials = %d\nseed = %llu\n[sampler]\n"
                                "use = %s\n[params]\n",
                                trials, (unsigned long long)seed, sampler);
    for (const bench_block *b = problem->blocks; b->name != NULL && n < size; b++) {
        for (int i = 1; i <= (b->count > 0 ? b->count : 1) && n < size; i++) {
            char number[16] = "";
            if (b->count > 0) {
                (void)snprintf(number, sizeof number, "%d", i);
            }
            n += (size_t)snprintf(text + n, size - n, "%s%s = %s\n", b->name, number, b->range);
        }
    }
}

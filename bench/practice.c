/* Problems to practise on: samplers may be compared, and decided about, on these. */
#include "practice.h"

#include "grids.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* ---- Mixed ---------------------------------------------------------------------------------- */

/* A category that says where the minimum of all numbers lies, and waves. */
double practice_shifted(const double *x, size_t n, uint64_t instance)
{
    uint64_t kind = (uint64_t)x[0];
    double sum = bench_draw(instance, kind);
    for (size_t i = 1; i < n; i++) {
        double scale = i < 4 ? 1 : 10; /* the last ones are whole numbers */
        double d = x[i] / scale - bench_draw(instance, 100 + 20 * kind + i);
        sum += 4 * d * d + 0.3 * (1 - cos(6 * PI * d));
    }
    return sum;
}

/* Whole numbers, each of which is best a little above the square of the one before it. */
double practice_valley(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double a = x[i] / 16 - 2 * bench_draw(instance, i);
        double b = x[i + 1] / 16 - 2 * bench_draw(instance, i + 1);
        sum += 10 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a);
    }
    return sum;
}

/* Kauffman's N-K: what a category is worth depends on its two neighbours. */
double practice_rugged(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = i;
        for (size_t k = 0; k < 3; k++) {
            key = key * 3 + (uint64_t)x[(i + k) % n];
        }
        sum += bench_draw(instance, key);
    }
    return sum;
}

/* Clauses of three switches each, with weights: those that are not met cost. */
double practice_clauses(const double *x, size_t n, uint64_t instance)
{
    double sum = 0;
    for (uint64_t c = 0; c < 4 * n; c++) {
        bool met = false;
        for (uint64_t k = 0; k < 3; k++) {
            double which = bench_draw(instance, 10 * c + k) * (double)n;
            met |= (x[(size_t)which] > 0.5) == (bench_draw(instance, 10 * c + 5 + k) < 0.5);
        }
        sum += met ? 0 : bench_draw(instance, 10 * c + 9);
    }
    return sum;
}

/* The noise is a function of the point, so that all see the same. */
static double noise(const double *x, size_t n, uint64_t instance)
{
    uint64_t key = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 0;
        if (!isnan(x[i])) {
            memcpy(&bits, &x[i], sizeof bits);
        }
        key = (key ^ bits) * 0x9e3779b97f4a7c15u;
        key ^= key >> 29;
    }
    return bench_draw(instance, key) + bench_draw(instance, key + 1) - 1;
}

/* Rate, decay, smoothing, depth, leaves, loss of trees that are boosted; the error is noisy. */
double practice_boosted(const double *x, size_t n, uint64_t instance)
{
    double trees = log2(x[0]), rate = log10(x[1]), ideal = 0.6 - 0.3 * trees;
    double depth = x[2] - 3 - floor(4 * bench_draw(instance, 0));
    double leaf = log2(x[3]) - 5 * bench_draw(instance, 1), share = x[4] - bench_draw(instance, 2);
    double under = fmax(0, ideal - rate), over = fmax(0, rate - ideal);
    return 0.1 + 0.05 * under * under + 0.15 * over * over + 0.004 * depth * depth +
           0.003 * leaf * leaf * (depth > 0 ? 2 : 1) + 0.05 * share * share +
           0.03 * bench_draw(instance, 10 + (uint64_t)x[5]) + 0.01 * noise(x, n, instance);
}

double practice_forest(const double *x, size_t n, uint64_t instance)
{
    (void)n;
    return grid_forest[instance % 3][(size_t)x[0]][(size_t)x[1] - 1][(size_t)x[2]][(size_t)x[3]];
}

/* Rate, decay, share left out, layers, units, activation, optimizer; the best rate depends on the
 * last two and the size. */
double practice_training(const double *x, size_t n, uint64_t instance)
{
    uint64_t activation = (uint64_t)x[5], optimizer = (uint64_t)x[6];
    double size = x[3] * log2(x[4]) / 20, rate = log10(x[0]), decay = log10(x[1]);
    double ideal = -1 - 1.5 * bench_draw(instance, 10 + optimizer) - size;
    double over = fmax(0, rate - ideal), under = fmax(0, ideal - rate);
    double wanted = 1 + bench_draw(instance, 1) + 0.5 * (double)(activation % 2);
    double spare = fmax(0, size - wanted), leave = x[2] - 0.4 * fmin(1, spare);
    return 0.2 * over * over + 0.08 * under * under + 0.1 * fabs(size - wanted) +
           0.3 * leave * leave + 0.01 * fabs(decay + 3 + 3 * bench_draw(instance, 2)) +
           0.08 * bench_draw(instance, 20 + 5 * optimizer + activation) +
           0.01 * noise(x, n, instance);
}

/* Each name of a category stands for a place on a plane that nobody is told of. */
double practice_codes(const double *x, size_t n, uint64_t instance)
{
    double at[2] = {0, 0}, sum = 0;
    for (size_t i = 0; i < 4; i++) {
        for (uint64_t axis = 0; axis < 2; axis++) {
            at[axis] += 2 * bench_draw(instance, 100 * i + 10 * (uint64_t)x[i] + axis) - 1;
        }
    }
    for (size_t i = 4; i < n; i++) {
        double d = x[i] - bench_draw(instance, 500 + i) - 0.2 * at[i % 2];
        sum += 2 * d * d;
    }
    return sum + fabs(at[0] - 2 * bench_draw(instance, 600) + 1) + at[1] * at[1];
}

/* Sizes of buffers and a policy: time falls with size until a cliff that depends on the others. */
double practice_buffers(const double *x, size_t n, uint64_t instance)
{
    double used = 0, time = 0.3 * bench_draw(instance, 50 + (uint64_t)x[4]);
    (void)n;
    for (size_t i = 0; i < 4; i++) {
        double size = log2(x[i]);
        time +=
            (0.5 + bench_draw(instance, i)) * exp(-size / (2 + 4 * bench_draw(instance, 10 + i)));
        used += x[i] * (0.5 + bench_draw(instance, 20 + i));
    }
    double room = 1000 + 3000 * bench_draw(instance, 30) + (x[5] > 0 ? 500 : 0);
    return time + (used > room ? 0.3 + 0.2 * log(used / room) : 0) + 0.05 * x[5];
}

/* ---- Conditional ---------------------------------------------------------------------------- */

/* Which model, and its own settings: table after table. */
double practice_models(const double *x, size_t n, uint64_t instance)
{
    const size_t d = instance % 3;
    (void)n;
    return x[0] == 0   ? grid_neighbours[d][(size_t)x[1]][(size_t)x[2] - 1][(size_t)x[3] - 1]
           : x[0] == 1 ? grid_tree[d][(size_t)x[4]][(size_t)x[5] - 1][(size_t)x[6] - 1]
           : x[0] == 2
               ? grid_logistic[d][(size_t)x[7]][(size_t)x[8]]
               : grid_forest[d][(size_t)x[9]][(size_t)x[10] - 1][(size_t)x[11]][(size_t)x[12]];
}

/* An optimizer with settings of its own, and a schedule with or without: rates, all of them. */
double practice_optimizer(const double *x, size_t n, uint64_t instance)
{
    uint64_t kind = (uint64_t)x[0], schedule = (uint64_t)x[1];
    double rate = log10(x[2]) + 1 + 1.5 * (double)kind + bench_draw(instance, 0);
    double sum = 0.3 * rate * rate + 0.3 * bench_draw(instance, 1 + kind) +
                 0.2 * bench_draw(instance, 11 + schedule);
    if (kind > 0) {
        double d = log10(1 - x[3]) + 0.3 + 2 * bench_draw(instance, 20 + kind);
        sum += 0.2 * d * d;
    }
    if (kind == 2) {
        double d = log10(1 - x[4]) + 1 + 2 * bench_draw(instance, 30);
        sum += 0.05 * d * d;
    }
    if (schedule == 1) {
        double steps = x[5] - 1 - floor(10 * bench_draw(instance, 40));
        double factor = x[6] - bench_draw(instance, 41);
        sum += 0.005 * steps * steps + 0.3 * factor * factor;
    }
    return sum + 0.01 * noise(x, n, instance);
}

/* Five branches of one to three numbers; the best one is little better, and narrow. */
double practice_branches(const double *x, size_t n, uint64_t instance)
{
    static const size_t first[6] = {1, 2, 4, 6, 9, 10};
    size_t kind = (size_t)x[0];
    double sum = 0.4 * bench_draw(instance, kind), steep = 1 + 4 * bench_draw(instance, 10 + kind);
    (void)n;
    for (size_t i = first[kind]; i < first[kind + 1]; i++) {
        double d = x[i] - bench_draw(instance, 20 + i);
        sum += steep * d * d;
    }
    return sum;
}

/* Three stages, each of which may be left out; what one does moves the next one's best setting. */
double practice_pipeline(const double *x, size_t n, uint64_t instance)
{
    double sum = 0, moved = 0;
    (void)n;
    for (uint64_t stage = 0; stage < 3; stage++) {
        const double *own = x + 3 * stage;
        uint64_t kind = (uint64_t)own[0];
        sum += 0.3 * bench_draw(instance, 10 * stage + kind);
        if (kind > 0) {
            double d = own[kind] - 0.8 * bench_draw(instance, 100 + 10 * stage + kind) - moved;
            sum += 2 * d * d;
            moved = 0.2 * own[kind];
        } else {
            moved = 0;
        }
    }
    return sum;
}

/* A method, its mode, and two numbers of each mode; methods differ less than modes. */
double practice_nested(const double *x, size_t n, uint64_t instance)
{
    uint64_t method = (uint64_t)x[0];
    uint64_t mode = 2 * method + (uint64_t)x[1 + method];
    double sum = 0.1 * bench_draw(instance, method) + 0.4 * bench_draw(instance, 10 + mode);
    (void)n;
    for (uint64_t i = 0; i < 2; i++) {
        double d = x[4 + 2 * mode + i] - bench_draw(instance, 20 + 10 * mode + i);
        sum += (1 + 2 * (double)i) * d * d + 0.1 * (1 - cos(4 * PI * d));
    }
    return sum;
}

/* Solvers of which one has no parameters, one a few easy ones and one many; a shared number. */
double practice_solvers(const double *x, size_t n, uint64_t instance)
{
    size_t kind = (size_t)x[0];
    double shared = x[1] - bench_draw(instance, 0);
    double sum = shared * shared + 0.3 * bench_draw(instance, 1 + kind);
    size_t first = kind == 1 ? 2 : 4, end = kind == 1 ? 4 : kind == 2 ? n : first;
    sum += kind == 0 ? 0.2 : 0;
    for (size_t i = first; i < end; i++) {
        double d = x[i] - bench_draw(instance, 20 + i);
        sum += (kind == 2 ? 0.8 : 2) * d * d;
    }
    return sum;
}

/*
 * Samplers with several goals on test functions: what bench/fronts runs.
 *
 *     bench_fronts --list                             problems: name, practice or not, dimensions,
 *                                                     goals, things required, volume of the front
 *     bench_fronts SAMPLER PROBLEM SEED TRIALS STOPS  the hypervolume after each of STOPS (50,100)
 *                                                     trials, then milliseconds of an ask and a
 * tell bench_fronts --evaluate PROBLEM                 "x ..." a line in, of the unit cube; out the
 *                                                     goals, what is required (<= 0 is met) and the
 *                                                     hypervolume of all so far
 *
 * All goals are minimised. A sampler may have options: nsga2:population=20.
 */
#include "math/hypervolume.h"
#include "problems/multi.h"

#include <collet/study.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_DIMS = 30, MOST_GOALS = 4, MOST_TRIALS = 10000, FRONT_POINTS = 1000 };

static const double PI = 3.14159265358979323846;

/* ---- Problems -------------------------------------------------------------------------------- */

typedef struct problem {
    const char *name;
    bool practice; /* samplers may be tuned to it */
    uint32_t dims, goals, demands;
    double rest; /* of the coordinates but the first, on the front; NAN: not known */
    double reference[MOST_GOALS];
    /* f[goals], then g[demands], which are met up to 0, at x of the unit cube */
    void (*value)(const double *x, uint32_t n, double *f);
} problem;

static void by_name(const char *name, const double *x, uint32_t n, double *f)
{
    const multi_problem *p = multi_problem_at(0);
    for (uint32_t i = 1; strcmp(p->name, name) != 0; i++) {
        p = multi_problem_at(i);
    }
    p->f(x, n, f);
}

static void zdt1(const double *x, uint32_t n, double *f)
{
    by_name("zdt1", x, n, f);
}

static void zdt2(const double *x, uint32_t n, double *f)
{
    by_name("zdt2", x, n, f);
}

static void zdt3(const double *x, uint32_t n, double *f)
{
    by_name("zdt3", x, n, f);
}

static void dtlz2(const double *x, uint32_t n, double *f)
{
    by_name("dtlz2", x, n, f);
}

/* DTLZ2 with more goals. */
static void sphere(const double *x, uint32_t n, uint32_t goals, double *f)
{
    double g = 1;
    for (uint32_t i = goals - 1; i < n; i++) {
        g += (x[i] - 0.5) * (x[i] - 0.5);
    }
    for (uint32_t k = 0; k < goals; k++) {
        f[k] = g;
        for (uint32_t i = 0; i + k + 1 < goals; i++) {
            f[k] *= cos(x[i] * PI / 2);
        }
        f[k] *= k > 0 ? sin(x[goals - 1 - k] * PI / 2) : 1;
    }
}

static void dtlz2_3(const double *x, uint32_t n, double *f)
{
    sphere(x, n, 3, f);
}

static void dtlz2_4(const double *x, uint32_t n, double *f)
{
    sphere(x, n, 4, f);
}

/* DTLZ2 of which only what lies near the ends or the middle of the front is allowed (C2-DTLZ2:
 * Jain, Deb 2014). */
static void c2_dtlz2(const double *x, uint32_t n, double *f)
{
    const double radius = 0.2;
    sphere(x, n, 2, f);
    double least = (double)INFINITY, middle = 0;
    for (uint32_t k = 0; k < 2; k++) {
        double other = f[1 - k];
        least = fmin(least, (f[k] - 1) * (f[k] - 1) + other * other - radius * radius);
        middle += (f[k] - sqrt(0.5)) * (f[k] - sqrt(0.5));
    }
    f[2] = fmin(least, middle - radius * radius);
}

/* Fonseca, Fleming (1995). */
static void fonseca(const double *x, uint32_t n, double *f)
{
    double sum[2] = {0, 0};
    for (uint32_t i = 0; i < n; i++) {
        double at = 8 * x[i] - 4, c = 1 / sqrt(n);
        sum[0] += (at - c) * (at - c);
        sum[1] += (at + c) * (at + c);
    }
    f[0] = 1 - exp(-sum[0]);
    f[1] = 1 - exp(-sum[1]);
}

/* Kursawe (1991). */
static void kursawe(const double *x, uint32_t n, double *f)
{
    f[0] = f[1] = 0;
    for (uint32_t i = 0; i < n; i++) {
        double at = 10 * x[i] - 5, next = i + 1 < n ? 10 * x[i + 1] - 5 : 0;
        f[0] -= i + 1 < n ? 10 * exp(-0.2 * sqrt(at * at + next * next)) : 0;
        f[1] += pow(fabs(at), 0.8) + 5 * sin(at * at * at);
    }
}

/* Poloni et al. (2000). */
static void poloni(const double *x, uint32_t n, double *f)
{
    double a = 2 * PI * (x[0] - 0.5), b = 2 * PI * (x[1] - 0.5);
    double a1 = 0.5 * sin(1) - 2 * cos(1) + sin(2) - 1.5 * cos(2);
    double a2 = 1.5 * sin(1) - cos(1) + 2 * sin(2) - 0.5 * cos(2);
    double b1 = 0.5 * sin(a) - 2 * cos(a) + sin(b) - 1.5 * cos(b);
    double b2 = 1.5 * sin(a) - cos(a) + 2 * sin(b) - 0.5 * cos(b);
    (void)n;
    f[0] = 1 + (a1 - b1) * (a1 - b1) + (a2 - b2) * (a2 - b2);
    f[1] = (a + 3) * (a + 3) + (b + 1) * (b + 1);
}

/* Viennet (1996), three goals. */
static void viennet(const double *x, uint32_t n, double *f)
{
    double a = 6 * x[0] - 3, b = 6 * x[1] - 3, square = a * a + b * b;
    (void)n;
    f[0] = 0.5 * square + sin(square);
    f[1] = (3 * a - 2 * b + 4) * (3 * a - 2 * b + 4) / 8 + (a - b + 1) * (a - b + 1) / 27 + 15;
    f[2] = 1 / (square + 1) - 1.1 * exp(-square);
}

/* Binh, Korn (1997), with what it requires. */
static void binh(const double *x, uint32_t n, double *f)
{
    double a = 5 * x[0], b = 3 * x[1];
    (void)n;
    f[0] = 4 * a * a + 4 * b * b;
    f[1] = (a - 5) * (a - 5) + (b - 5) * (b - 5);
    f[2] = (a - 5) * (a - 5) + b * b - 25;
    f[3] = 7.7 - (a - 8) * (a - 8) - (b + 3) * (b + 3);
}

static const problem problems[] = {
    {"zdt1", false, 30, 2, 0, 0, {1.1, 6}, zdt1},
    {"zdt2", false, 30, 2, 0, 0, {1.1, 7}, zdt2},
    {"zdt3", false, 30, 2, 0, 0, {1.1, 6}, zdt3},
    {"dtlz2", false, 11, 2, 0, 0.5, {2, 2}, dtlz2},
    {"dtlz2-3", false, 12, 3, 0, (double)NAN, {2, 2, 2}, dtlz2_3},
    {"c2-dtlz2", false, 11, 2, 1, (double)NAN, {2, 2}, c2_dtlz2},
    {"fonseca", true, 4, 2, 0, (double)NAN, {1, 1}, fonseca},
    {"kursawe", true, 5, 2, 0, (double)NAN, {-15, 10}, kursawe},
    {"poloni", true, 2, 2, 0, (double)NAN, {30, 30}, poloni},
    {"viennet", true, 2, 3, 0, (double)NAN, {9, 60, 0.2}, viennet},
    {"binh", true, 2, 2, 2, (double)NAN, {140, 50}, binh},
    {"dtlz2-4", true, 8, 4, 0, (double)NAN, {2, 2, 2, 2}, dtlz2_4},
};
enum { PROBLEMS = sizeof problems / sizeof problems[0] };

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_fronts: %s: %s\n", what, why);
    exit(1);
}

static const problem *find(const char *name)
{
    for (size_t i = 0; i < PROBLEMS; i++) {
        if (strcmp(problems[i].name, name) == 0) {
            return &problems[i];
        }
    }
    die(name, "there is no such problem; --list names them");
    return NULL;
}

/* ---- What a search has found ------------------------------------------------------------------
 */

typedef struct found {
    const problem *p;
    size_t count;
    double points[MOST_TRIALS * MOST_GOALS];
} found;

/* Takes what came of a trial. */
static void take(found *f, const double *values)
{
    bool met = true;
    for (uint32_t k = 0; k < f->p->demands; k++) {
        met = met && values[f->p->goals + k] <= 0;
    }
    if (met && f->count < MOST_TRIALS) {
        memcpy(f->points + f->count++ * f->p->goals, values, f->p->goals * sizeof *values);
    }
}

static double volume(const found *f)
{
    const size_t numbers = f->count * f->p->goals;
    double *copy = calloc(numbers + 1, sizeof *copy);
    if (copy == NULL) {
        die("volume", "out of memory");
    }
    memcpy(copy, f->points, numbers * sizeof *copy);
    double sum = clt_hypervolume(copy, f->count, f->p->goals, f->p->reference);
    free(copy);
    return sum;
}

/* The volume of the whole front where it is a curve with a known end. */
static double whole(const problem *p)
{
    static found front;
    double x[MOST_DIMS], values[MOST_GOALS + 2];
    front = (found){.p = p};
    for (int i = 0; i <= FRONT_POINTS; i++) {
        x[0] = i / (double)FRONT_POINTS;
        for (uint32_t k = 1; k < p->dims; k++) {
            x[k] = p->rest;
        }
        p->value(x, p->dims, values);
        take(&front, values);
    }
    return isnan(p->rest) ? (double)NAN : volume(&front);
}

static int list(void)
{
    for (size_t i = 0; i < PROBLEMS; i++) {
        const problem *p = &problems[i];
        (void)printf("%s %s %u %u %u %.6g\n", p->name, p->practice ? "practice" : "held-out",
                     p->dims, p->goals, p->demands, whole(p));
    }
    return 0;
}

/* ---- Searching --------------------------------------------------------------------------------
 */

static collet_study *make_study(const problem *p, const char *sampler, const char *seed, int trials)
{
    char text[4096], use[256];
    const collet_study_options given = {.struct_size = COLLET_SIZE(collet_study_options),
                                        .plugin_path = PLUGINS};
    collet_study *study;
    (void)snprintf(use, sizeof use, "%s", sampler);
    for (char *at = use; (at = strchr(at, ':')) != NULL;) {
        *at = '\n'; /* options are lines behind the name */
    }
    size_t n = (size_t)snprintf(text, sizeof text,
                                "[study]\nminimize = f1, f2%s%s\n%s%s%s\ntrials = %d\nseed = %s\n"
                                "[sampler]\nuse = %s\n[params]\n",
                                p->goals > 2 ? ", f3" : "", p->goals > 3 ? ", f4" : "",
                                p->demands > 0 ? "require = " : "", p->demands > 0 ? "g1 <= 0" : "",
                                p->demands > 1 ? ", g2 <= 0" : "", trials, seed, use);
    for (uint32_t i = 1; i <= p->dims; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "x%u = real(0, 1)\n", i);
    }
    if (collet_study_from_text(text, &given, &study) != COLLET_STUDY_OK) {
        die(p->name, collet_study_error(study));
    }
    return study;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int search(const char *sampler, const problem *p, const char *seed, int trials,
                  const char *stops)
{
    static found all;
    all = (found){.p = p};
    collet_study *study = make_study(p, sampler, seed, trials);
    double values[MOST_GOALS + 2], spent = 0;
    for (int t = 1; t <= trials; t++) {
        uint64_t id;
        double begin = seconds();
        if (collet_study_ask(study, &id) != COLLET_STUDY_OK) {
            die(sampler, collet_study_error(study));
        }
        spent += seconds() - begin;
        p->value(collet_study_point(study, id), p->dims, values);
        take(&all, values);
        begin = seconds();
        if (collet_study_tell(study, id, COLLET_STUDY_COMPLETE, values, p->goals + p->demands) !=
            COLLET_STUDY_OK) {
            die(sampler, collet_study_error(study));
        }
        spent += seconds() - begin;
        char *end;
        if (strtol(stops, &end, 10) == t) {
            (void)printf("%.10g ", volume(&all));
            stops = end + (*end == ',');
        }
    }
    (void)printf("%.4g\n", spent * 1000 / trials);
    collet_study_destroy(study);
    return 0;
}

static int evaluate(const problem *p)
{
    static found all;
    char line[4096];
    all = (found){.p = p};
    while (fgets(line, sizeof line, stdin) != NULL) {
        double x[MOST_DIMS], values[MOST_GOALS + 2];
        char *at = line;
        for (uint32_t i = 0; i < p->dims; i++) {
            x[i] = strtod(at, &at);
        }
        p->value(x, p->dims, values);
        take(&all, values);
        for (uint32_t k = 0; k < p->goals + p->demands; k++) {
            (void)printf("%.17g ", values[k]);
        }
        (void)printf("%.10g\n", volume(&all));
        (void)fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list();
    }
    if (argc == 3 && strcmp(argv[1], "--evaluate") == 0) {
        return evaluate(find(argv[2]));
    }
    if (argc == 6 && atoi(argv[4]) > 0 && atoi(argv[4]) <= MOST_TRIALS) {
        return search(argv[1], find(argv[2]), argv[3], atoi(argv[4]), argv[5]);
    }
    die("usage", "SAMPLER PROBLEM SEED TRIALS STOPS, --list or --evaluate PROBLEM");
}

/*
 * One run of the sampler cmaes on a function: what bench/cmaes runs.
 *
 *     bench_cmaes FUNCTION D INSTANCE SEED BUDGET [RESTARTS]
 *         the evaluations that it took to get below 10^1, 10^-1, 10^-3 and 10^-8 (0: never), and
 *         the best value in the end
 *     bench_cmaes --evaluate FUNCTION D INSTANCE
 *         D numbers a line in, the value out, for another optimizer
 *     bench_cmaes --half FUNCTION
 *         half the width of the cube
 *
 * Coordinates lie in the cube in which a function is usually searched, and instances have their
 * minimum in: it goes to 5 to both sides, or as below. The smallest value of each function is 0.
 */
#include "unit.h"

#include <collet/objective.h>
#include <collet/sampler.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TARGETS = 4 };
static const double targets[TARGETS] = {1e1, 1e-1, 1e-3, 1e-8};

static double half_of(const char *function)
{
    static const struct {
        const char *function;
        double half;
    } others[] = {{"griewank", 600}, {"ackley", 32.768}, {"levy", 10}, {"weierstrass", 0.5}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(function, others[i].function) == 0) {
            return others[i].half;
        }
    }
    return 5;
}

typedef struct problem {
    bench_unit unit;
    const collet_objective *objective;
    collet_dim *dims; /* [d] */
    collet_space space;
    void *self;
    uint64_t evaluated;
} problem;

static collet_rng stream(clt_rng *rng, uint64_t seed, uint64_t number)
{
    clt_rng_init(rng, seed, "sampler", number);
    return clt_rng_view(rng);
}

static void must(collet_status status, const char *what)
{
    if (status < 0) {
        (void)fprintf(stderr, "bench_cmaes: %s: status %d\n", what, (int)status);
        exit(1);
    }
}

static void open_problem(problem *p, clt_registry *registry, char **args)
{
    uint32_t d = (uint32_t)strtoul(args[1], NULL, 10);
    bench_load(registry, "objective", "functions", &p->unit);
    bench_set(&p->unit, "function", args[0]);
    bench_set(&p->unit, "instance", args[2]);
    p->objective = p->unit.unit->vtable;
    p->dims = calloc(d + 1, sizeof *p->dims);
    for (uint32_t i = 0; p->dims != NULL && i < d; i++) {
        p->dims[i] = (collet_dim){.name = "x",
                                  .low = -half_of(args[0]),
                                  .high = half_of(args[0]),
                                  .type = COLLET_DIM_REAL};
    }
    p->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = d,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 1,
                              .parallel = 1,
                              .dims = p->dims};
    must(p->dims == NULL ? COLLET_E_NOMEM : COLLET_OK, args[0]);
    must(p->objective->create(clt_host_table(&p->unit.host), p->unit.config, &p->space, &p->self),
         args[0]);
}

static void close_problem(problem *p)
{
    p->objective->destroy(p->self);
    free(p->dims);
    free(p->unit.config);
}

static double evaluate(problem *p, const double *x)
{
    double value = 0;
    clt_rng rng;
    collet_rng noise = stream(&rng, 0, 0);
    const collet_point point = {
        .struct_size = COLLET_SIZE(collet_point), .attempt = 1, .number = p->evaluated++, .x = x};
    must(p->objective->evaluate(p->self, &noise, &point, &value), "evaluate");
    return value;
}

static void serve(problem *p)
{
    double *x = calloc(p->space.dim_count + 1, sizeof *x);
    for (uint32_t i = 0; x != NULL && scanf("%lf", &x[i]) == 1;) {
        if (++i == p->space.dim_count) {
            (void)printf("%.17g\n", evaluate(p, x));
            (void)fflush(stdout);
            i = 0;
        }
    }
    free(x);
}

static double run_trial(problem *p, const collet_sampler *sampler, void *self, uint64_t seed,
                        uint64_t number, double *x)
{
    clt_rng rng;
    collet_rng table = stream(&rng, seed, number);
    must(sampler->ask(self, &table, number, x), "ask");
    double value = evaluate(p, x);
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_COMPLETE,
                                .number = number,
                                .x = x,
                                .values = &value};
    must(sampler->tell(self, &trial), "tell");
    return value;
}

static void run(problem *p, clt_registry *registry, uint64_t seed, uint64_t budget,
                const char *restarts)
{
    bench_unit unit;
    void *self;
    double best = INFINITY, *x = calloc(p->space.dim_count + 1, sizeof *x);
    uint64_t hits[TARGETS] = {0};
    bench_load(registry, "sampler", "cmaes", &unit);
    bench_set(&unit, "restarts", restarts);
    const collet_sampler *sampler = unit.unit->vtable;
    p->space.seed = seed;
    must(x == NULL ? COLLET_E_NOMEM : COLLET_OK, "run");
    must(sampler->create(clt_host_table(&unit.host), unit.config, &p->space, &self), "cmaes");
    for (uint64_t n = 0; n < budget && best > targets[TARGETS - 1]; n++) {
        best = fmin(best, run_trial(p, sampler, self, seed, n, x));
        for (int t = 0; t < TARGETS; t++) {
            hits[t] = hits[t] == 0 && best <= targets[t] ? n + 1 : hits[t];
        }
    }
    for (int t = 0; t < TARGETS; t++) {
        (void)printf("%llu ", (unsigned long long)hits[t]);
    }
    (void)printf("%.6g\n", best);
    sampler->destroy(self);
    free(unit.config);
    free(x);
}

int main(int argc, char **argv)
{
    problem p = {0};
    bool evaluates = argc == 5 && strcmp(argv[1], "--evaluate") == 0;
    if (argc == 3 && strcmp(argv[1], "--half") == 0) {
        (void)printf("%.17g\n", half_of(argv[2]));
        return 0;
    }
    if (!evaluates && argc != 6 && argc != 7) {
        (void)fprintf(stderr, "bench_cmaes: FUNCTION D INSTANCE SEED BUDGET [RESTARTS]\n");
        return 64;
    }
    clt_registry *registry = bench_registry();
    open_problem(&p, registry, argv + 1 + evaluates);
    if (evaluates) {
        serve(&p);
    } else {
        run(&p, registry, strtoull(argv[4], NULL, 10), strtoull(argv[5], NULL, 10),
            argc == 7 ? argv[6] : "off");
    }
    close_problem(&p);
    clt_registry_destroy(registry);
    return 0;
}

/*
 * Samplers on problems: what bench/samplers runs.
 *
 *     bench_samplers [--samplers a,b] [--problems x,y | --problems all] [--seeds N] [--first N]
 *                    [--trials N] [--jobs N] [--with FILE] [--raw FILE] [--json]
 *     bench_samplers --list              problems, with their groups
 *     bench_samplers --describe PROBLEM  its space, for another optimizer
 *     bench_samplers --evaluate          "PROBLEM INSTANCE x ..." a line in, the value out
 *
 * A sampler may have options: tpe:prior=2:gamma=0.1. Problems are also `listed`,
 * `held-out` or `practice`.
 *
 * Each seed, from --first on (0), is another instance of each problem, the same for every sampler.
 * Results of others come
 * from the file of --with, a line each as --raw writes them: SAMPLER PROBLEM SEED and the best
 * value after 25, 50, 100 and 200 trials.
 */
#include "problems.h"
#include "ranks.h"

#include <collet/study.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOPS = 4, MOST_SAMPLERS = 32, MOST_RESULTS = 200000 };
static const int stops[STOPS] = {25, 50, 100, 200};

typedef struct result {
    char sampler[48], problem[24];
    unsigned seed;
    double best[STOPS];
} result;

typedef struct options {
    char samplers[512];
    const char *problems, *with, *raw;
    int seeds, first, trials, jobs;
    bool json;
} options;

typedef struct results {
    result *rows;
    size_t count;
    const char *samplers[MOST_SAMPLERS]; /* in the order of their appearance */
    size_t sampler_count;
    int trials;
} results;

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_samplers: %s: %s\n", what, why);
    exit(1);
}

static bool in_list(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, n) == 0 && (at[n] == ',' || at[n] == '\0')) {
            return true;
        }
    }
    return false;
}

static const char *const sets[BENCH_SETS] = {"listed", "held-out", "practice"};

static bool is_wanted(const options *o, const bench_problem *p)
{
    return strcmp(o->problems, "all") == 0 || in_list(o->problems, p->name) ||
           strcmp(o->problems, sets[p->set]) == 0;
}

/* ---- One search ----------------------------------------------------------------------------- */

static collet_study *make_study(const bench_problem *p, const char *sampler, uint64_t seed,
                                int trials)
{
    char text[8192], use[256];
    collet_study *study;
    const collet_study_options given = {.struct_size = COLLET_SIZE(collet_study_options),
                                        .plugin_path = PLUGINS};
    (void)snprintf(use, sizeof use, "%s", sampler);
    for (char *at = use; (at = strchr(at, ':')) != NULL;) {
        *at = '\n'; /* options are lines behind the name */
    }
    bench_problem_text(p, use, seed, trials, text, sizeof text);
    if (collet_study_from_text(text, &given, &study) != COLLET_STUDY_OK) {
        die(p->name, collet_study_error(study));
    }
    return study;
}

static void search(const bench_problem *p, const char *sampler, unsigned seed, int trials,
                   result *out)
{
    collet_study *study = make_study(p, sampler, seed, trials);
    double best = (double)INFINITY;
    uint64_t id;
    int32_t status = COLLET_STUDY_OK;
    *out = (result){.seed = seed};
    (void)snprintf(out->sampler, sizeof out->sampler, "%s", sampler);
    (void)snprintf(out->problem, sizeof out->problem, "%s", p->name);
    for (int t = 1; t <= trials; t++) {
        if (status == COLLET_STUDY_OK &&
            (status = collet_study_ask(study, &id)) == COLLET_STUDY_OK) {
            double value =
                p->value(collet_study_point(study, id), collet_study_dim_count(study), seed);
            best = value < best ? value : best;
            status = collet_study_tell(study, id, COLLET_STUDY_COMPLETE, &value, 1);
        }
        if (status != COLLET_STUDY_OK && status != COLLET_STUDY_DONE) {
            die(sampler, collet_study_error(study));
        }
        for (int s = 0; s < STOPS; s++) {
            out->best[s] = t <= stops[s] ? best : out->best[s];
        }
    }
    collet_study_destroy(study);
}

static void write_result(const result *r, FILE *out)
{
    (void)fprintf(out, "%s %s %u", r->sampler, r->problem, r->seed);
    for (int s = 0; s < STOPS; s++) {
        (void)fprintf(out, " %.17g", r->best[s]);
    }
    (void)fprintf(out, "\n");
}

/* Share `job` of all searches; each result is one line, written whole. */
static void work(const options *o, int job, FILE *out)
{
    char list[sizeof o->samplers], *rest = list;
    const bench_problem *p;
    int turn = 0;
    memcpy(list, o->samplers, sizeof list);
    for (const char *sampler; (sampler = strsep(&rest, ",")) != NULL;) {
        for (size_t i = 0; (p = bench_problem_at(i)) != NULL; i++) {
            for (int seed = 0; seed < o->seeds && is_wanted(o, p); seed++) {
                result r;
                if (turn++ % o->jobs == job && sampler[0] != '\0') {
                    search(p, sampler, (unsigned)(o->first + seed), o->trials, &r);
                    write_result(&r, out);
                    (void)fflush(out);
                }
            }
        }
    }
}

/* ---- All of them ---------------------------------------------------------------------------- */

static size_t sampler_index(results *all, const char *name)
{
    size_t i = 0;
    while (i < all->sampler_count && strcmp(all->samplers[i], name) != 0) {
        i++;
    }
    if (i == all->sampler_count && i < MOST_SAMPLERS) {
        all->samplers[all->sampler_count++] = name;
    }
    return i;
}

static void read_results(results *all, const options *o, FILE *in)
{
    result r;
    while (all->count < MOST_RESULTS &&
           fscanf(in, "%47s %23s %u %lf %lf %lf %lf", r.sampler, r.problem, &r.seed, &r.best[0],
                  &r.best[1], &r.best[2], &r.best[3]) == 7) {
        const bench_problem *p = bench_problem_find(r.problem);
        if (p != NULL && is_wanted(o, p) && (int)r.seed >= o->first &&
            (int)r.seed < o->first + o->seeds) {
            all->rows[all->count] = r;
            (void)sampler_index(all, all->rows[all->count++].sampler);
        }
    }
}

static void run_all(results *all, const options *o)
{
    int ends[2], failed = 0;
    if (pipe(ends) != 0) {
        die("pipe", "cannot be made");
    }
    for (int job = 0; job < o->jobs; job++) {
        if (fork() == 0) {
            FILE *out = fdopen(ends[1], "w");
            close(ends[0]);
            work(o, job, out);
            exit(fclose(out) != 0);
        }
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    read_results(all, o, in);
    (void)fclose(in);
    for (int status; wait(&status) > 0;) {
        failed += status != 0;
    }
    if (failed > 0) {
        die("run", "a process has failed");
    }
}

static const result *find(const results *all, const char *sampler, const char *problem, int seed)
{
    for (size_t i = 0; i < all->count; i++) {
        const result *r = &all->rows[i];
        if ((int)r->seed == seed && strcmp(r->sampler, sampler) == 0 &&
            strcmp(r->problem, problem) == 0) {
            return r;
        }
    }
    return NULL;
}

/* ---- What is printed ------------------------------------------------------------------------ */

static double median_of(const results *all, const options *o, const char *sampler,
                        const char *problem, int stop)
{
    double values[1024];
    size_t n = 0;
    for (int seed = 0; seed < o->seeds && n < 1024; seed++) {
        const result *r = find(all, sampler, problem, o->first + seed);
        if (r != NULL) {
            values[n++] = r->best[stop];
        }
    }
    return bench_median(values, n);
}

static void print_medians(const results *all, const options *o)
{
    const bench_problem *p;
    for (size_t i = 0; (p = bench_problem_at(i)) != NULL; i++) {
        if (!is_wanted(o, p)) {
            continue;
        }
        (void)printf("\n%s (%s): median of the best value after %d, %d, %d, %d trials\n", p->name,
                     sets[p->set], stops[0], stops[1], stops[2], stops[3]);
        for (size_t s = 0; s < all->sampler_count; s++) {
            (void)printf("  %-28s", all->samplers[s]);
            for (int stop = 0; stop < STOPS; stop++) {
                (void)printf(" %11.5g", median_of(all, o, all->samplers[s], p->name, stop));
            }
            (void)printf("\n");
        }
    }
}

/* The values of all instances of a group that every sampler has: [n * samplers]. */
static double *collect(const results *all, const options *o, int group, bench_set set, int stop,
                       size_t *n)
{
    const bench_problem *p;
    size_t k = all->sampler_count, room = 0;
    for (size_t i = 0; bench_problem_at(i) != NULL; i++) {
        room++;
    }
    double *values = calloc(room * (size_t)o->seeds * k + 1, sizeof *values);
    *n = 0;
    if (values == NULL) {
        die("ranks", "out of memory");
    }
    for (size_t i = 0; (p = bench_problem_at(i)) != NULL; i++) {
        for (int seed = 0; seed < o->seeds && (int)p->group == group && p->set == set; seed++) {
            size_t found = 0;
            for (size_t s = 0; s < k; s++) {
                const result *r = find(all, all->samplers[s], p->name, o->first + seed);
                values[*n * k + s] = r != NULL ? r->best[stop] : 0;
                found += r != NULL;
            }
            *n += found == k;
        }
    }
    return values;
}

/* Regret of a sampler, from 0 for the best of an instance to 1 for the worst, on average. */
static double regret(const double *values, size_t n, size_t k, size_t s)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double low = values[i * k], high = low;
        for (size_t j = 0; j < k; j++) {
            low = fmin(low, values[i * k + j]);
            high = fmax(high, values[i * k + j]);
        }
        sum += high > low ? (values[i * k + s] - low) / (high - low) : 0;
    }
    return sum / (double)n;
}

static void print_group(const results *all, const options *o, int group, bench_set set)
{
    static const char *const names[] = {"continuous", "mixed", "conditional"};
    size_t n, k = all->sampler_count, best = 0, pair = 0;
    double by_stop[STOPS][MOST_SAMPLERS], p[MOST_SAMPLERS], friedman = 1;
    const double *ranks = by_stop[STOPS - 1];
    double *values = NULL;
    for (int stop = 0; stop < STOPS; stop++) {
        free(values);
        values = collect(all, o, group, set, stop, &n);
        friedman = n > 0 ? bench_friedman(values, n, k, by_stop[stop]) : 1;
    }
    if (n > 0) {
        for (size_t s = 0; s < k; s++) {
            best = ranks[s] < ranks[best] ? s : best;
        }
        for (size_t s = 0; s < k; s++) {
            if (s != best) {
                p[pair++] = bench_wilcoxon(values, n, k, best, s);
            }
        }
        bench_holm(p, pair);
        pair = 0;
        (void)printf(o->json
                         ? "{\"group\":\"%s\",\"set\":\"%s\",\"instances\":%zu,\"friedman\":%.3g,"
                           "\"samplers\":["
                         : "\n%s, %s: %zu instances, Friedman p = %.2g\n  %-28s %21s %11s %16s\n",
                     names[group], sets[set], n, friedman, "sampler", "mean rank 50 100 200",
                     "regret 0..1", "p against best");
        for (size_t s = 0; s < k; s++) {
            double against = s == best ? 1 : p[pair++];
            (void)printf(o->json ? "%s{\"sampler\":\"%s\",\"rank_50\":%.4f,\"rank_100\":%.4f,"
                                   "\"rank\":%.4f,\"regret\":%.5f,\"p\":%.3g}"
                                 : "%s  %-28s %7.2f%7.2f%7.2f %11.4f %16.2g\n",
                         o->json && s > 0 ? "," : "", all->samplers[s], by_stop[1][s],
                         by_stop[2][s], ranks[s], regret(values, n, k, s), against);
        }
        (void)printf("%s", o->json ? "]}\n" : "");
    }
    free(values);
}

static void print_all(const results *all, const options *o)
{
    if (!o->json) {
        print_medians(all, o);
    }
    for (int set = 0; set < BENCH_SETS; set++) {
        for (int group = BENCH_CONTINUOUS; group <= BENCH_CONDITIONAL; group++) {
            print_group(all, o, group, (bench_set)set);
        }
    }
}

static void write_raw(const results *all, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        die(path, "cannot be written");
    }
    for (size_t i = 0; i < all->count; i++) {
        write_result(&all->rows[i], out);
    }
    if (fclose(out) != 0) {
        die(path, "cannot be written");
    }
}

/* ---- For other optimizers ------------------------------------------------------------------- */

static int list(void)
{
    static const char *const groups[] = {"continuous", "mixed", "conditional"};
    const bench_problem *p;
    for (size_t i = 0; (p = bench_problem_at(i)) != NULL; i++) {
        (void)printf("%s %s %s\n", p->name, groups[p->group], sets[p->set]);
    }
    return 0;
}

/* A line a dimension: name type low high step log categories, then for each condition its parent
 * and the intervals. */
static int describe(const char *name)
{
    const bench_problem *p = bench_problem_find(name);
    if (p == NULL) {
        die(name, "there is no such problem; --list names them");
    }
    collet_study *study = make_study(p, "random", 0, 1);
    const collet_dim *d;
    for (uint32_t i = 0; (d = collet_study_dim(study, i)) != NULL; i++) {
        (void)printf("%s %u %.17g %.17g %.17g %u %u", d->name, d->type, d->low, d->high, d->step,
                     d->flags & COLLET_DIM_LOG, d->category_count);
        for (uint32_t c = 0; c < d->condition_count; c++) {
            (void)printf(" %u:", d->conditions[c].parent);
            for (uint32_t r = 0; r < 2 * d->conditions[c].range_count; r++) {
                (void)printf("%s%.17g", r > 0 ? "," : "", d->conditions[c].ranges[r]);
            }
        }
        (void)printf("\n");
    }
    collet_study_destroy(study);
    return 0;
}

static int evaluate(void)
{
    char name[24], line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        double x[64];
        size_t n = 0;
        int used, step;
        unsigned instance;
        if (sscanf(line, "%23s %u%n", name, &instance, &used) != 2 ||
            bench_problem_find(name) == NULL) {
            die(line, "not PROBLEM INSTANCE x ...");
        }
        while (n < 64 && sscanf(line + used, "%lf%n", &x[n], &step) == 1) {
            used += step;
            n++;
        }
        (void)printf("%.17g\n", bench_problem_find(name)->value(x, n, instance));
        (void)fflush(stdout);
    }
    return 0;
}

static void read_options(int argc, char **argv, options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *flag = argv[i];
        if (strcmp(flag, "--json") == 0) {
            o->json = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[++i] : NULL;
        if (value == NULL) {
            die(flag, "unknown, or needs a value");
        } else if (strcmp(flag, "--samplers") == 0) {
            (void)snprintf(o->samplers, sizeof o->samplers, "%s", value);
        } else if (strcmp(flag, "--problems") == 0) {
            o->problems = value;
        } else if (strcmp(flag, "--with") == 0) {
            o->with = value;
        } else if (strcmp(flag, "--raw") == 0) {
            o->raw = value;
        } else if (strcmp(flag, "--seeds") == 0 || strcmp(flag, "--trials") == 0 ||
                   strcmp(flag, "--jobs") == 0 || strcmp(flag, "--first") == 0) {
            int number = atoi(value);
            if (number < (flag[2] != 'f') || number > 1000) {
                die(flag, "needs a number from 1 (--first: 0) to 1000");
            }
            *(flag[2] == 's'   ? &o->seeds
              : flag[2] == 'f' ? &o->first
              : flag[2] == 't' ? &o->trials
                               : &o->jobs) = number;
        } else {
            die(flag, "unknown; the head of samplers.c has the list");
        }
    }
}

int main(int argc, char **argv)
{
    options o = {.samplers = "random", .problems = "all", .seeds = 10, .trials = 200, .jobs = 2};
    results all = {.rows = calloc(MOST_RESULTS, sizeof *all.rows)};
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list();
    }
    if (argc == 3 && strcmp(argv[1], "--describe") == 0) {
        return describe(argv[2]);
    }
    if (argc == 2 && strcmp(argv[1], "--evaluate") == 0) {
        return evaluate();
    }
    read_options(argc, argv, &o);
    if (all.rows == NULL) {
        die("results", "out of memory");
    }
    run_all(&all, &o);
    if (o.with != NULL) {
        FILE *in = fopen(o.with, "r");
        if (in == NULL) {
            die(o.with, "cannot be read");
        }
        read_results(&all, &o, in);
        (void)fclose(in);
    }
    if (o.raw != NULL) {
        write_raw(&all, o.raw);
    }
    print_all(&all, &o);
    free(all.rows);
    return 0;
}

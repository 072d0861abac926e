/*
 * nsga2 - breeds a whole front of compromises between several objectives.
 *
 * Definition: a population of trials, ranked by non-domination (rank 0 are those that no other
 * beats in every objective, rank 1 those that then remain, ...), and within a rank by crowding: the
 * more room a trial has to its neighbours, the better. A new trial has two parents, each the better
 * of two drawn at random; their genes are crossed (SBX) and mutated (polynomial). When a trial has
 * ended it joins, and the worst of the population leaves.
 *
 * Options:
 *     population     trials in the population                                         30
 *     crossover      probability that two parents are crossed; else one is copied     1
 *     crossover_eta  index of SBX: the larger, the nearer to the parents              3
 *     mutation       probability that a gene mutates, beside one that always does;
 *                    0: 1 / (d + 1) of d genes                                        0
 *     mutation_eta   index of the mutation: the larger, the smaller                   5
 *
 *     [study]
 *     maximize = accuracy
 *     minimize = seconds
 *
 *     [sampler]
 *     use = nsga2
 *
 * How it works: trials are compared by constrained domination, feasible ones first, infeasible ones
 * by their violation, failed ones last, pruned ones between. Genes are measured from 0 to 1 on
 * their own scale; categories cross as a whole and mutate to any other; an inactive parameter has
 * its gene all the same and hands it down. The start are Sobol points or, if there are, trials told
 * before the first ask. Trials join one by one, so any number of workers is kept busy. No point is
 * proposed twice while others are to be had. With one objective `evolutionary` does better.
 *
 * Deb, Pratap, Agarwal, Meyarivan: A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II.
 * IEEE TEC 6 (2002).
 * Durillo, Nebro, Luna, Alba: On the Effect of the Steady-State Selection Scheme in Multi-Objective
 * Genetic Algorithms. EMO (2009).
 */
#include "population/genome.h"
#include "population/group.h"
#include "search/pareto.h"
#include "search/sobol.h"

typedef struct nsga2_config {
    int64_t population;
    double crossover, crossover_eta, mutation, mutation_eta;
} nsga2_config;

static const collet_option options[] = {
    COLLET_OPT_INT(nsga2_config, population, "30", 4, 10000, NULL, COLLET_FIXED,
                   "trials in the population"),
    COLLET_OPT_REAL(nsga2_config, crossover, "1", 0, 1, NULL, COLLET_FIXED,
                    "probability that two parents are crossed"),
    COLLET_OPT_REAL(nsga2_config, crossover_eta, "3", 0, 1000, NULL, COLLET_FIXED | COLLET_OPEN_MIN,
                    "index of SBX; the larger, the nearer to the parents"),
    COLLET_OPT_REAL(nsga2_config, mutation, "0", 0, 1, NULL, COLLET_FIXED,
                    "probability that a gene mutates; 0: one over the number of genes"),
    COLLET_OPT_REAL(nsga2_config, mutation_eta, "5", 0, 1000, NULL, COLLET_FIXED,
                    "index of the mutation; the larger, the smaller"),
};

/* A trial and its genes. */
typedef struct member {
    uint64_t number;
    const search_trial *trial; /* once it has ended */
    uint32_t rank;
    double crowding;
    double genes[];
} member;

typedef struct nsga2 {
    const nsga2_config *config;
    search_space space;
    search_history history;
    search_seen seen;
    search_sobol sobol;
    uint32_t objectives;
    group open, members;   /* under way; the population, and one more while it is ranked */
    size_t size;           /* of the population */
    uint64_t first, begun; /* points of the start asked for; asks in all */
    /* Scratch of rank_members(), [population + 1] each. */
    const search_trial **trials, **front;
    uint32_t *ranks;
    size_t *order, *places;
    double *crowding;
} nsga2;

static void destroy(void *self)
{
    nsga2 *s = self;
    if (s == NULL) {
        return;
    }
    group_finish(&s->open);
    group_finish(&s->members);
    free(s->trials);
    free(s->front);
    free(s->ranks);
    free(s->order);
    free(s->places);
    free(s->crowding);
    search_sobol_finish(&s->sobol);
    search_history_finish(&s->history);
    search_seen_finish(&s->seen);
    search_space_finish(&s->space);
    free(s);
}

static bool allocate(nsga2 *s, const collet_space *space)
{
    uint64_t seed = COLLET_HAS(space, seed) ? space->seed : 0;
    size_t n = s->size + 1;
    s->trials = calloc(n, sizeof *s->trials);
    s->front = calloc(n, sizeof *s->front);
    s->ranks = calloc(n, sizeof *s->ranks);
    s->order = calloc(n, sizeof *s->order);
    s->places = calloc(n, sizeof *s->places);
    s->crowding = calloc(n, sizeof *s->crowding);
    return search_space_init(&s->space, space) == COLLET_OK &&
           search_sobol_init(&s->sobol, space->dim_count, seed, true) == COLLET_OK &&
           s->trials != NULL && s->front != NULL && s->ranks != NULL && s->order != NULL &&
           s->places != NULL && s->crowding != NULL;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    nsga2 *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->config = config;
    s->size = (size_t)s->config->population;
    s->objectives = space->objective_count;
    search_history_init(&s->history, space);
    if (!allocate(s, space)) {
        destroy(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = s;
    return COLLET_OK;
}

/* ---- The population ------------------------------------------------------------------------- */

static member *at(const nsga2 *s, size_t i)
{
    return s->members.list[i];
}

static int by_number(const void *a, const void *b)
{
    const member *one = *(void *const *)a, *other = *(void *const *)b;
    return (one->number > other->number) - (one->number < other->number);
}

/* Sets the crowding of one rank; false where nobody has it. */
static bool crowd(nsga2 *s, uint32_t rank)
{
    size_t n = 0;
    for (size_t i = 0; i < s->members.count; i++) {
        if (s->ranks[i] == rank) {
            s->front[n] = s->trials[i];
            s->places[n++] = i;
        }
    }
    search_pareto_crowding(s->front, n, s->objectives, s->order, s->crowding);
    for (size_t i = 0; i < n; i++) {
        at(s, s->places[i])->crowding = s->crowding[i];
    }
    return n > 0;
}

static void rank_members(nsga2 *s)
{
    qsort(s->members.list, s->members.count, sizeof(void *), by_number);
    for (size_t i = 0; i < s->members.count; i++) {
        s->trials[i] = at(s, i)->trial;
    }
    search_pareto_rank(s->trials, s->members.count, s->objectives, s->ranks);
    for (size_t i = 0; i < s->members.count; i++) {
        at(s, i)->rank = s->ranks[i];
    }
    for (uint32_t rank = 0; crowd(s, rank); rank++) {
    }
}

/* By rank, then by crowding, then the older one. */
static bool is_better(const member *a, const member *b)
{
    if (a->rank != b->rank) {
        return a->rank < b->rank;
    }
    return a->crowding != b->crowding ? a->crowding > b->crowding : a->number < b->number;
}

static collet_status join(nsga2 *s, member *m)
{
    if (!group_push(&s->members, m)) {
        free(m);
        return COLLET_E_NOMEM;
    }
    rank_members(s);
    if (s->members.count <= s->size) {
        return COLLET_OK;
    }
    size_t worst = 0;
    for (size_t i = 1; i < s->members.count; i++) {
        worst = is_better(at(s, i), at(s, worst)) ? worst : i;
    }
    free(group_pull(&s->members, worst));
    return COLLET_OK;
}

/* ---- Breeding ------------------------------------------------------------------------------- */

static const member *parent(const nsga2 *s, const collet_rng *rng)
{
    const member *a = at(s, collet_below(rng, s->members.count));
    const member *b = at(s, collet_below(rng, s->members.count));
    return is_better(b, a) ? b : a;
}

static void breed(const nsga2 *s, const collet_rng *rng, member *m)
{
    const member *a = parent(s, rng), *b = parent(s, rng);
    uint32_t genes = s->space.numeric + s->space.categories;
    double rate = s->config->mutation > 0 ? s->config->mutation : 1.0 / (genes + 1);
    if (collet_uniform(rng) >= s->config->crossover) {
        b = a;
    }
    genome_cross(&s->space, rng, a->genes, b->genes, s->config->crossover_eta, m->genes);
    genome_mutate(&s->space, rng, rate, s->config->mutation_eta, m->genes);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    nsga2 *s = self;
    member *m = calloc(1, sizeof *m + s->space.dim_count * sizeof(double));
    if (m == NULL || !group_push(&s->open, m)) {
        free(m);
        return COLLET_E_NOMEM;
    }
    m->number = number;
    if (s->begun++ == 0) {
        s->first = s->members.count; /* what was told spares points of the start */
    }
    if (s->first < s->size || s->members.count < 2) {
        genome_start(&s->space, &s->sobol, s->first++, m->genes);
    } else {
        breed(s, rng, m);
    }
    genome_freshen(&s->space, &s->history, &s->seen, rng, m->genes, x);
    collet_status status = search_seen_add(&s->seen, &s->space, x);
    return status < 0 ? status : search_history_open(&s->history, number, x);
}

static member *take_open(nsga2 *s, const search_trial *trial)
{
    member *m = group_take(&s->open, trial->number);
    if (m != NULL) {
        return m;
    }
    m = calloc(1, sizeof *m + s->space.dim_count * sizeof(double));
    if (m != NULL) {
        m->number = trial->number;
        genome_read(&s->space, trial->x, trial->number, m->genes);
    }
    return m;
}

static collet_status tell(void *self, const collet_trial *trial)
{
    nsga2 *s = self;
    const search_trial *news;
    if (search_history_again(&s->history, trial) != NULL) {
        return COLLET_OK; /* it has its place already, and counts there by what it has come to */
    }
    collet_status status = search_seen_add(&s->seen, &s->space, trial->x);
    status = status < 0 ? status : search_history_tell(&s->history, trial, &news);
    if (status < 0 || news == NULL) {
        return status;
    }
    member *m = take_open(s, news);
    if (m == NULL) {
        return COLLET_E_NOMEM;
    }
    m->trial = news;
    return join(s, m);
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_MULTI |
             COLLET_SAMPLER_CONSTRAINT,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "nsga2",
                                 "1.0.0",
                                 "a front of compromises between several goals",
                                 "doi.org/10.1109/4235.996017",
                                 &vtable,
                                 COLLET_OPTIONS(options, nsga2_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "nsga2",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

/*
 * evolutionary - breeds new trials from good ones.
 *
 * Definition: one of two algorithms over a population of trials.
 *
 *     differential  L-SHADE. Each member x in turn gets a rival: v = x + F (p - x) + F (a - b); p
 *                   is one of the best, a any member, b a member or one replaced lately; a gene
 *                   of v is taken with probability CR, the others are those of x. The better of
 *                   the two stays. F and CR follow those that have worked.
 *     genetic       Two parents, each the best of a few drawn at random, are crossed gene by gene,
 *                   and the child is mutated. The population is the best trials so far, or with
 *                   ageing the latest ones, good or not (regularised evolution).
 *
 * Options:
 *     algorithm   differential | genetic                                          differential
 *     population  trials in the population at first; 0: 10 if genetic, else by the number n of
 *                 trials that the study means to run: 2.5 n^0.3, which is 8 for 50 and 40 for
 *                 10,000; 12 where that is not known                                       0
 *     reduction   differential on: the population shrinks to 4 as the study comes to the end that
 *                 was planned when it began; one that is made longer later stays at 4; off:
 *                 without such a plan                                                     on
 *     ageing      genetic: the latest trials are the population, not the best             off
 *     tournament  genetic: a parent is the best of so many                                  4
 *     crossover   genetic: share of children with two parents, the others have one        0.5
 *
 *     [sampler]
 *     use        = evolutionary
 *     population = 30
 *
 * How it works: genes are measured from 0 to 1 on their own scale; categories cross as a whole. An
 * inactive parameter has its gene all the same and hands it down. The first members are Sobol
 * points or, if there are, trials told before the first ask. Members are replaced one by one as
 * trials end, so any number of workers is kept busy. Failed trials rank last, pruned ones behind
 * complete ones, infeasible ones by their violation. No point is proposed twice while others are to
 * be had.
 *
 * Tanabe, Fukunaga: Improving the Search Performance of SHADE Using Linear Population Size
 * Reduction. CEC (2014).
 * Real, Aggarwal, Huang, Le: Regularized Evolution for Image Classifier Architecture Search (2019).
 */
#include "population/genome.h"
#include "population/group.h"
#include "population/shade.h"
#include "search/sobol.h"

enum { ALGORITHM_DIFFERENTIAL, ALGORITHM_GENETIC };
enum { LEAST = 4 };

typedef struct evolutionary_config {
    int64_t population, tournament;
    double crossover;
    int32_t algorithm, reduction, ageing, reserved;
} evolutionary_config;

static const collet_option options[] = {
    COLLET_OPT_ENUM(evolutionary_config, algorithm, "differential", "differential|genetic",
                    COLLET_FIXED, "how trials are bred"),
    COLLET_OPT_INT(evolutionary_config, population, "0", 0, 100000, NULL, COLLET_FIXED,
                   "trials in the population at first; 0: by the trials of the study"),
    COLLET_OPT_BOOL(evolutionary_config, reduction, "on", COLLET_FIXED,
                    "differential: a population that shrinks towards the study's last trial"),
    COLLET_OPT_BOOL(evolutionary_config, ageing, "off", COLLET_FIXED,
                    "genetic: the latest trials are the population, not the best"),
    COLLET_OPT_INT(evolutionary_config, tournament, "4", 1, 1000, NULL, COLLET_FIXED,
                   "genetic: a parent is the best of so many"),
    COLLET_OPT_REAL(evolutionary_config, crossover, "0.5", 0, 1, NULL, COLLET_FIXED,
                    "genetic: share of children with two parents"),
};

/* A trial and its genes. */
typedef struct member {
    uint64_t number;
    const search_trial *trial; /* once it has ended */
    uint64_t parent;           /* number of the member that it challenges */
    double f, cr;              /* with which; 0: it challenges nobody */
    double genes[];
} member;

typedef struct evolutionary {
    const evolutionary_config *config;
    search_space space;
    search_history history;
    search_seen seen;
    search_sobol sobol;
    group open, members, replaced;
    shade shade;
    uint32_t size;         /* of the population at first */
    uint64_t first, begun; /* points of the start asked for; asks in all */
    uint64_t born;         /* trials that have ended */
    uint64_t turn;         /* whose rival is next */
    bool genetic;
} evolutionary;

static void destroy(void *self)
{
    evolutionary *s = self;
    if (s == NULL) {
        return;
    }
    group_finish(&s->open);
    group_finish(&s->members);
    group_finish(&s->replaced);
    search_sobol_finish(&s->sobol);
    search_history_finish(&s->history);
    search_seen_finish(&s->seen);
    search_space_finish(&s->space);
    free(s);
}

static uint32_t usual_size(const evolutionary *s)
{
    double all = (double)s->space.space->trial_budget;
    bool planned = s->config->reduction && all > 0;
    return s->genetic ? 10 : planned ? (uint32_t)(2.5 * pow(all, 0.3) + 0.5) : 12;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    uint64_t seed = COLLET_HAS(space, seed) ? space->seed : 0;
    evolutionary *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->config = config;
    search_history_init(&s->history, space);
    shade_init(&s->shade);
    if (search_space_init(&s->space, space) < 0 ||
        search_sobol_init(&s->sobol, space->dim_count, seed, true) < 0) {
        destroy(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->genetic = s->config->algorithm == ALGORITHM_GENETIC;
    s->size = s->config->population > 0 ? (uint32_t)s->config->population : usual_size(s);
    s->size = s->size < LEAST ? LEAST : s->size;
    *self = s;
    return COLLET_OK;
}

/* ---- The population ------------------------------------------------------------------------- */

/* How many members there should be by now. */
static size_t size_now(const evolutionary *s)
{
    double all = (double)s->space.space->trial_budget, size = s->size;
    if (s->genetic || !s->config->reduction || !(all > 0)) {
        return s->size;
    }
    double done = (double)s->born < all ? (double)s->born / all : 1;
    return (size_t)(size + (LEAST - size) * done + 0.5);
}

static int compare(const member *a, const member *b)
{
    return search_trial_compare(a->trial, b->trial);
}

static size_t worst_of(const evolutionary *s)
{
    size_t worst = 0;
    for (size_t i = 1; i < s->members.count; i++) {
        const member *a = s->members.list[i], *b = s->members.list[worst];
        bool worse = s->genetic && s->config->ageing ? a->number < b->number : compare(a, b) > 0;
        worst = worse ? i : worst;
    }
    return worst;
}

static void trim(evolutionary *s)
{
    while (s->members.count > size_now(s)) {
        free(group_pull(&s->members, worst_of(s)));
    }
}

/* The replaced are as many as the members at most; one by one they are forgotten. */
static void retire(evolutionary *s, member *m)
{
    while (s->replaced.count > 0 && s->replaced.count >= s->members.count) {
        free(group_pull(&s->replaced, (size_t)(search_hash(s->born, 1) % s->replaced.count)));
    }
    if (!group_push(&s->replaced, m)) {
        free(m);
    }
}

static void note_success(evolutionary *s, const member *m, const search_trial *before)
{
    bool both = m->trial->measured && before->measured;
    double gain = both ? before->values[0] - m->trial->values[0] : 0;
    shade_success(&s->shade, m->f, m->cr, gain > 0 && isfinite(gain) ? gain : 1e-300);
}

/* The rival of a member takes its place if it is better; if the member is gone, that of the worst.
 */
static void challenge(evolutionary *s, member *m)
{
    size_t at = group_find(&s->members, m->parent);
    bool there = at < s->members.count;
    at = there ? at : worst_of(s);
    if (compare(m, s->members.list[at]) >= 0) {
        free(m);
        return;
    }
    member *before = s->members.list[at];
    if (there) {
        note_success(s, m, before->trial);
    }
    s->members.list[at] = m;
    retire(s, before);
}

static collet_status admit(evolutionary *s, member *m)
{
    s->born++;
    if (m->f > 0 && s->members.count >= LEAST) {
        challenge(s, m);
    } else if (!group_push(&s->members, m)) {
        free(m);
        return COLLET_E_NOMEM;
    }
    if (s->born % s->size == 0) {
        shade_close(&s->shade);
    }
    trim(s);
    return COLLET_OK;
}

/* ---- Breeding ------------------------------------------------------------------------------- */

static const member *any(const evolutionary *s, const collet_rng *rng)
{
    return s->members.list[collet_below(rng, s->members.count)];
}

/* One of the best tenth, two at least. */
static const member *one_of_the_best(const evolutionary *s, const collet_rng *rng)
{
    size_t n = s->members.count, among = n / 9 > 2 ? n / 9 : 2, rank;
    uint64_t wanted = collet_below(rng, among);
    for (size_t i = 0; i < n; i++) {
        rank = 0;
        for (size_t k = 0; k < n; k++) {
            rank += k != i && compare(s->members.list[k], s->members.list[i]) < 0;
        }
        if (rank == wanted) {
            return s->members.list[i];
        }
    }
    return s->members.list[0];
}

/* A gene of the rival before crossover; one beyond a bound goes half the way to it. */
static double move(const search_axis *axis, const collet_rng *rng, const double at[4], double f)
{
    double x = at[0], v = x + f * (at[1] - x) + f * (at[2] - at[3]), u = collet_uniform(rng);
    if (axis->category) { /* of the best, or of anybody */
        return u < f ? at[1] : at[2];
    }
    return v < 0 ? x / 2 : v > 1 ? (x + 1) / 2 : v;
}

static void breed_rival(evolutionary *s, const collet_rng *rng, member *m)
{
    const member *x = s->members.list[s->turn++ % s->members.count], *a = x, *b = x;
    const member *p = one_of_the_best(s, rng);
    size_t others = s->members.count + s->replaced.count;
    uint64_t sure = collet_below(rng, s->space.dim_count > 0 ? s->space.dim_count : 1);
    while (a == x) {
        a = any(s, rng);
    }
    while (b == x || b == a) {
        size_t k = (size_t)collet_below(rng, others);
        b = k < s->members.count ? s->members.list[k] : s->replaced.list[k - s->members.count];
    }
    shade_draw(&s->shade, rng, &m->f, &m->cr);
    m->parent = x->number;
    for (uint32_t i = 0; i < s->space.dim_count; i++) {
        const double at[4] = {x->genes[i], p->genes[i], a->genes[i], b->genes[i]};
        double v = move(&s->space.axes[i], rng, at, m->f);
        m->genes[i] = collet_uniform(rng) < m->cr || i == sure ? v : x->genes[i];
    }
}

static const member *tournament(const evolutionary *s, const collet_rng *rng)
{
    const member *best = any(s, rng);
    for (int64_t i = 1; i < s->config->tournament; i++) {
        const member *other = any(s, rng);
        best = compare(other, best) < 0 ? other : best;
    }
    return best;
}

static void breed_child(const evolutionary *s, const collet_rng *rng, member *m)
{
    const member *a = tournament(s, rng), *b = tournament(s, rng);
    double rate = 1.0 / (s->space.dim_count + 1);
    if (collet_uniform(rng) >= s->config->crossover) {
        b = a;
    }
    genome_cross(&s->space, rng, a->genes, b->genes, 0, m->genes);
    genome_mutate(&s->space, rng, rate, 5, m->genes);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    evolutionary *s = self;
    member *m = calloc(1, sizeof *m + s->space.dim_count * sizeof(double));
    if (m == NULL || !group_push(&s->open, m)) {
        free(m);
        return COLLET_E_NOMEM;
    }
    m->number = number;
    if (s->begun++ == 0) {
        s->first = s->members.count; /* what was told spares points of the start */
    }
    if (s->first < s->size || s->members.count < LEAST) {
        genome_start(&s->space, &s->sobol, s->first++, m->genes);
    } else if (s->genetic) {
        breed_child(s, rng, m);
    } else {
        breed_rival(s, rng, m);
    }
    genome_freshen(&s->space, &s->history, &s->seen, rng, m->genes, x);
    collet_status status = search_seen_add(&s->seen, &s->space, x);
    return status < 0 ? status : search_history_open(&s->history, number, x);
}

static member *take_open(evolutionary *s, const search_trial *trial)
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
    evolutionary *s = self;
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
    return admit(s, m);
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_CONSTRAINT,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "evolutionary",
                                 "1.0.0",
                                 "breeds trials from good ones: L-SHADE or genetic",
                                 "doi.org/10.1109/CEC.2014.6900380",
                                 &vtable,
                                 COLLET_OPTIONS(options, evolutionary_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "evolutionary",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

/*
 * qmc - points that fill the space more evenly than random ones: a Sobol or Halton sequence.
 *
 * Definition: trial n is point n + skip of a quasi-random sequence, one coordinate a parameter,
 * each taken on its own scale as `random` takes a random number. An inactive parameter is NaN and
 * leaves the others' coordinates as they are.
 *
 * Options:
 *     sequence  sobol | halton. Sobol is the more even one, above all when the number of trials is
 *               a power of two; from the 102nd parameter on it goes on with Halton's coordinates.
 *                                                                                         sobol
 *     scramble  on: randomised by the study's seed. Each single point is then uniform, and another
 *               seed gives another, equally even, set                                     on
 *     skip      points of the sequence that are left out at its beginning                 0
 *
 *     [sampler]
 *     use = qmc
 *
 * Points that [constraints] forbid are left out: trial n is then the n-th that is allowed. Where a
 * thousand in a row are not, the last one is moved to one that is.
 *
 * How it works: a function of the seed and the trial's number alone, so that trial 17 is the same
 * whatever came before it. Only where no parameter is continuous may a point come up that is under
 * way already; a random one that is not takes its place. Any space, any number of objectives. Where
 * to begin: a study of 2^k trials, k at least log2 of twice the number of parameters.
 *
 * Joe, Kuo: Constructing Sobol Sequences with Better Two-Dimensional Projections. SIAM J. Sci.
 * Comput. 30 (2008). Owen: Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences (1995).
 */
#include "search/history.h"
#include "search/sobol.h"

#include <stdlib.h>

enum { SOBOL, HALTON };
enum { TRIES = 100, MOST_FORBIDDEN = 1000 };

typedef struct qmc_config {
    int64_t skip;
    int32_t sequence;
    int32_t scramble;
} qmc_config;

static const collet_option options[] = {
    COLLET_OPT_ENUM(qmc_config, sequence, "sobol", "sobol|halton", COLLET_FIXED,
                    "the sequence; sobol is the more even one"),
    COLLET_OPT_BOOL(qmc_config, scramble, "on", COLLET_FIXED, "randomised by the study's seed"),
    COLLET_OPT_INT(qmc_config, skip, "0", 0, 1000000000, NULL, COLLET_FIXED,
                   "points left out at the beginning of the sequence"),
};

typedef struct qmc {
    const qmc_config *config;
    search_space space;
    search_history history;
    search_sobol points;
    uint64_t number, index; /* with constraints: the next trial, and the point it looks at first */
} qmc;

static void destroy(void *self)
{
    qmc *s = self;
    if (s == NULL) {
        return;
    }
    search_sobol_finish(&s->points);
    search_history_finish(&s->history);
    search_space_finish(&s->space);
    free(s);
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    const qmc_config *c = config;
    uint64_t seed = COLLET_HAS(space, seed) ? space->seed : 0;
    qmc *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->config = c;
    s->index = (uint64_t)c->skip;
    search_history_init(&s->history, space);
    if (search_space_init(&s->space, space) < 0 ||
        search_sobol_init(&s->points, space->dim_count, seed, c->scramble != 0) < 0) {
        destroy(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = s;
    return COLLET_OK;
}

/* Coordinate i of a point of the sequence, or without an index a random one. */
static double coordinate(const qmc *s, uint32_t i, const uint64_t *index, const collet_rng *rng)
{
    if (index == NULL) {
        return collet_uniform(rng);
    }
    return s->config->sequence == HALTON ? search_halton_at(&s->points, i, *index)
                                         : search_sobol_at(&s->points, i, *index);
}

static void place(const qmc *s, const uint64_t *index, const collet_rng *rng, double *x)
{
    const collet_space *space = s->space.space;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        double u = coordinate(s, i, index, rng);
        x[i] = collet_dim_active(space, i, x) ? collet_dim_value(collet_dim_at(space, i), u)
                                              : (double)NAN;
    }
}

static bool allowed(const qmc *s, const double *x)
{
    const collet_space *space = s->space.space;
    return !COLLET_CAN(space, repair) || space->feasible(space->context, x);
}

static void move_into(const qmc *s, const collet_rng *rng, double *x)
{
    const collet_space *space = s->space.space;
    if (!allowed(s, x)) {
        (void)space->repair(space->context, rng, x);
    }
}

/* x = the next point that is allowed; where too many in a row are not, one that is moved. */
static void next_allowed(qmc *s, const collet_rng *rng, double *x)
{
    int left = MOST_FORBIDDEN;
    do {
        place(s, &s->index, rng, x);
        s->index++;
    } while (!allowed(s, x) && left-- > 0);
    move_into(s, rng, x);
    s->number++;
}

/* x = point `number` of the sequence, counting only those that are allowed. */
static void seek(qmc *s, uint64_t number, const collet_rng *rng, double *x)
{
    if (!COLLET_CAN(s->space.space, repair)) {
        s->number = number;
        s->index = number + (uint64_t)s->config->skip;
    } else if (number < s->number) { /* anew, so that it depends on the number alone */
        s->number = 0;
        s->index = (uint64_t)s->config->skip;
    }
    do {
        next_allowed(s, rng, x);
    } while (s->number <= number);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    qmc *s = self;
    seek(s, number, rng, x);
    for (int i = 0; i < TRIES && search_history_pending(&s->history, &s->space, x); i++) {
        place(s, NULL, rng, x);
        move_into(s, rng, x);
    }
    return search_history_open(&s->history, number, x);
}

static collet_status tell(void *self, const collet_trial *trial)
{
    qmc *s = self;
    return search_history_tell(&s->history, trial, NULL);
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_MULTI |
             COLLET_SAMPLER_CONSTRAINT | COLLET_SAMPLER_FROM_HISTORY,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "qmc",
                                 "1.0.0",
                                 "an even filling of the space: Sobol or Halton points",
                                 "doi.org/10.1137/070709359",
                                 &vtable,
                                 COLLET_OPTIONS(options, qmc_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "qmc",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

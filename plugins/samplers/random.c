/*
 * random - draws every parameter independently, evenly on its own scale.
 *
 * Definition: active dimensions are drawn in order, parents first. A real dimension is uniform
 * between its bounds, or uniform in the logarithm where it says log; a stepped or whole one takes
 * each value equally often; a category takes each name equally often. Inactive dimensions are NaN.
 * What [constraints] forbid is drawn again, as a whole; only where that has not helped a thousand
 * times, because next to nothing is allowed, does the host move the last draw to a point that is.
 *
 * Options: none.
 *
 *     [sampler]
 *     use = random
 *
 * How it works: one stream a trial, so trial 17 is the same whatever came before it, and the
 * sampler has nothing to remember: tell() is ignored. Any space, any number of objectives.
 *
 * Bergstra, Bengio: Random Search for Hyper-Parameter Optimization. JMLR 13 (2012).
 */
#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>

enum { DRAWS = 1000 };

typedef struct random_sampler {
    const collet_space *space;
} random_sampler;

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    (void)config;
    random_sampler *s = malloc(sizeof *s);
    if (s == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->space = space;
    *self = s;
    return COLLET_OK;
}

static void destroy(void *self)
{
    free(self);
}

static void draw(const collet_space *space, const collet_rng *rng, double *x)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        /* Drawn also where it is inactive: a later dimension's number does not depend on it. */
        double u = collet_uniform(rng);
        x[i] = collet_dim_active(space, i, x) ? collet_dim_value(collet_dim_at(space, i), u)
                                              : (double)NAN;
    }
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    const collet_space *space = ((const random_sampler *)self)->space;
    (void)number;
    draw(space, rng, x);
    for (int k = 1; k < DRAWS && COLLET_CAN(space, feasible); k++) {
        if (space->feasible(space->context, x)) {
            break;
        }
        draw(space, rng, x);
    }
    return COLLET_OK;
}

static collet_status tell(void *self, const collet_trial *trial)
{
    (void)self;
    (void)trial;
    return COLLET_OK;
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
                                 "random",
                                 "1.0.0",
                                 "every parameter independently, evenly on its own scale",
                                 "doi.org/10.5555/2188385.2188395",
                                 &vtable,
                                 COLLET_NO_OPTIONS};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "random",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

/*
 * halton - a sampler outside of the tree: quasi-random points that fill the space evenly.
 *
 * Definition: dimension i of trial t is the radical inverse of t + 1 in the i-th prime base, taken
 * through the dimension's own scale.
 *
 * Options:
 *     skip  points of the sequence to leave out at its start     0
 *
 *     [sampler]
 *     use = halton
 *
 * Build it with nothing but the headers, and use it:
 *
 *     cc -std=c11 -O2 -fPIC -shared -I path/to/sdk/include halton.c -o halton.so -lm
 *     collet run experiment.ini --plugin-path .
 *
 * Halton: On the efficiency of certain quasi-random sequences of points (1960).
 */
#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>

typedef struct halton_config {
    int64_t skip;
} halton_config;

static const collet_option options[] = {
    COLLET_OPT_INT(halton_config, skip, "0", 0, 1000000, NULL, COLLET_FIXED,
                   "points of the sequence to leave out at its start"),
};

typedef struct halton {
    const collet_space *space;
    const halton_config *config;
} halton;

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    halton *h = malloc(sizeof *h);
    if (h == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    h->space = space;
    h->config = config;
    *self = h;
    return COLLET_OK;
}

static void destroy(void *self)
{
    free(self);
}

static uint64_t next_prime(uint64_t after)
{
    for (uint64_t n = after + 1;; n++) {
        uint64_t divisor = 2;
        while (divisor * divisor <= n && n % divisor != 0) {
            divisor++;
        }
        if (divisor * divisor > n) {
            return n;
        }
    }
}

/* The digits of n in the base, mirrored at the point: in [0, 1). */
static double radical_inverse(uint64_t n, uint64_t base)
{
    double value = 0, place = 1.0 / (double)base;
    for (; n > 0; n /= base, place /= (double)base) {
        value += (double)(n % base) * place;
    }
    return value;
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    const halton *h = self;
    uint64_t prime = 1;
    (void)rng; /* nothing here is random */
    for (uint32_t i = 0; i < h->space->dim_count; i++) {
        prime = next_prime(prime);
        double u = radical_inverse(number + 1 + (uint64_t)h->config->skip, prime);
        x[i] = collet_dim_active(h->space, i, x) ? collet_dim_value(collet_dim_at(h->space, i), u)
                                                 : (double)NAN;
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
                                 "halton",
                                 "1.0.0",
                                 "quasi-random points that fill the space evenly",
                                 "doi.org/10.1007/BF01386213",
                                 &vtable,
                                 COLLET_OPTIONS(options, halton_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     1,
                                     units,
                                     "halton",
                                     "1.0.0",
                                     "you",
                                     "MIT"};
COLLET_PLUGIN(plugin);

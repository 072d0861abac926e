/*
 * spirals - interleaved spirals in the plane, one a class: a small task that needs no file.
 *
 * Definition: row i belongs to class c = i mod classes and lies at radius r and angle
 *     a = 2 pi (turns * r + c / classes),   r uniform in (0, 1)
 * as (r cos a, r sin a), plus normal noise of the given standard deviation in both coordinates.
 *
 * Options:
 *     rows     points in all                    3000
 *     classes  spirals                             3
 *     turns    of each spiral round the origin   1.5
 *     noise    standard deviation               0.02
 *
 *     [data]
 *     use   = spirals
 *     noise = 0.05
 *
 * How it works: the points derive from the study's seed, so a study always sees the same ones.
 *
 * After Lang, Witbrock: Learning to Tell Two Spirals Apart (1988).
 */
#include <collet/dataset.h>
#include <collet/helpers.h>

#include <math.h>
#include <stdlib.h>

typedef struct spirals_config {
    int64_t rows, classes;
    double turns, noise;
} spirals_config;

static const collet_option options[] = {
    COLLET_OPT_INT(spirals_config, rows, "3000", 10, 10000000, NULL, COLLET_FIXED, "points in all"),
    COLLET_OPT_INT(spirals_config, classes, "3", 2, 100, NULL, COLLET_FIXED, "spirals"),
    COLLET_OPT_REAL(spirals_config, turns, "1.5", 0, 100, NULL, COLLET_FIXED,
                    "of each spiral round the origin"),
    COLLET_OPT_REAL(spirals_config, noise, "0.02", 0, 10, NULL, COLLET_FIXED,
                    "standard deviation of the noise"),
};

static const double TWO_PI = 6.283185307179586477;

typedef struct spirals {
    collet_data data;
    float *x;        /* [rows][2] */
    int32_t *labels; /* [rows] */
} spirals;

static const char *const feature_names[] = {"x", "y"};

static void close_data(void *self)
{
    spirals *s = self;
    if (s != NULL) {
        free(s->x);
        free(s->labels);
        free(s);
    }
}

static void draw(spirals *s, const spirals_config *c, const collet_rng *rng)
{
    for (int64_t i = 0; i < c->rows; i++) {
        int64_t label = i % c->classes;
        double r = collet_uniform(rng);
        double a = TWO_PI * (c->turns * r + (double)label / (double)c->classes);
        s->x[2 * i] = (float)(r * cos(a) + c->noise * collet_normal(rng));
        s->x[2 * i + 1] = (float)(r * sin(a) + c->noise * collet_normal(rng));
        s->labels[i] = (int32_t)label;
    }
}

static collet_status open_data(const collet_host *host, const void *config, const collet_rng *rng,
                               void **self, const collet_data **data)
{
    const spirals_config *c = config;
    spirals *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->x = collet_zeros((size_t)c->rows * 2);
        s->labels = calloc((size_t)c->rows, sizeof *s->labels);
    }
    if (s == NULL || s->x == NULL || s->labels == NULL) {
        close_data(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory for %lld points",
                           (long long)c->rows);
    }
    draw(s, c, rng);
    s->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_TABLE,
                            .storage = COLLET_STORE_F32,
                            .classes = (uint32_t)c->classes,
                            .rows = (uint64_t)c->rows,
                            .features = 2,
                            .scale = 1,
                            .x = s->x,
                            .labels = s->labels,
                            .feature_names = feature_names};
    *self = s;
    *data = &s->data;
    return COLLET_OK;
}

static const collet_dataset vtable = {
    .struct_size = COLLET_SIZE(collet_dataset),
    .open = open_data,
    .close = close_data,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_DATASET,
                                 "spirals",
                                 "1.0.0",
                                 "interleaved spirals in the plane, made on the spot",
                                 NULL,
                                 &vtable,
                                 COLLET_OPTIONS(options, spirals_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "spirals",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

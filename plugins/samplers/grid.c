/*
 * grid - every combination, once.
 *
 * Definition: each dimension gets a list of values. A category and a stepped range are taken
 * exactly; any other range is cut into `points` values, evenly on its own scale, both ends
 * included (whole numbers are rounded, and doubles among them dropped). The grid is the product
 * of the lists; where a dimension is inactive it has no value, so no point comes twice.
 *
 * Options:
 *     points  values of a range without a step                    5
 *
 *     [sampler]
 *     use    = grid
 *     points = 4
 *
 * How it works: an odometer. The order is that of the experiment file, with the last parameter
 * turning fastest; then the search is done. What was told is left out, so a study that goes on
 * after a crash asks for exactly what is missing.
 */
#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdbool.h>
#include <stdlib.h>

typedef struct grid_config {
    int64_t points;
} grid_config;

static const collet_option options[] = {
    COLLET_OPT_INT(grid_config, points, "5", 2, 1000000, NULL, COLLET_FIXED,
                   "values of a range without a step"),
};

/* The values of one dimension, rising. */
typedef struct axis {
    const collet_dim *dim;
    double *values; /* NULL: all of a dimension that has steps */
    uint64_t count;
} axis;

typedef struct grid {
    const collet_host *host;
    const collet_space *space;
    uint32_t dim_count;
    axis *axes;       /* [dim_count] */
    uint64_t *digits; /* [dim_count], of the point that comes next */
    double *x;        /* [dim_count], that point */
    bool done, said;
    double *told; /* [told_count][dim_count], points that are not asked for again */
    size_t told_count, told_room;
    size_t *slots; /* [slot_count], a power of two; index + 1 of a told point, 0: free */
    size_t slot_count;
} grid;

static void destroy(void *self)
{
    grid *g = self;
    if (g == NULL) {
        return;
    }
    for (uint32_t i = 0; g->axes != NULL && i < g->dim_count; i++) {
        free(g->axes[i].values);
    }
    free(g->axes);
    free(g->digits);
    free(g->x);
    free(g->told);
    free(g->slots);
    free(g);
}

/* The same as below where no double holds the width. */
static double far_point(double low, double high, double share, bool log_scale)
{
    return log_scale ? exp(log(low) * (1 - share) + log(high) * share)
                     : low * (1 - share) + high * share;
}

/* Value k of n on the dimension's own scale; both ends are exact. */
static double point_of(const collet_dim *dim, uint64_t k, uint64_t n)
{
    double share = (double)k / (double)(n - 1), low = dim->low, high = dim->high;
    bool log_scale = (dim->flags & COLLET_DIM_LOG) != 0;
    double width = log_scale ? high / low : high - low;
    double value = !isfinite(width) ? far_point(low, high, share, log_scale)
                   : log_scale      ? low * pow(width, share)
                                    : low + share * width;
    value = k + 1 == n ? high : value;
    return dim->type == COLLET_DIM_INT ? floor(value + 0.5) : value;
}

/* Lists the values of one dimension. */
static bool make_axis(const collet_dim *dim, uint64_t points, axis *out)
{
    uint64_t exact = collet_dim_count(dim);
    bool stepped = dim->type == COLLET_DIM_CATEGORY || dim->step > 0;
    out->dim = dim;
    if (exact > 0 && (stepped || exact <= points)) {
        out->count = exact;
        return true;
    }
    out->values = malloc(points * sizeof(double));
    for (uint64_t k = 0; out->values != NULL && k < points; k++) {
        double value = point_of(dim, k, points);
        value = value > dim->high ? dim->high : value;
        if (out->count == 0 || value > out->values[out->count - 1]) {
            out->values[out->count++] = value;
        }
    }
    return out->values != NULL;
}

static double value_at(const axis *a, uint64_t k)
{
    return a->values != NULL ? a->values[k] : collet_dim_nth(a->dim, (double)k);
}

/* Sets dimensions from `first` on to their first values. */
static void reset_from(grid *g, uint32_t first)
{
    for (uint32_t i = first; i < g->dim_count; i++) {
        g->digits[i] = 0;
        g->x[i] = collet_dim_active(g->space, i, g->x) ? value_at(&g->axes[i], 0) : (double)NAN;
    }
}

/* Turns the odometer by one. */
static void advance(grid *g)
{
    for (uint32_t i = g->dim_count; i-- > 0;) {
        if (!isnan(g->x[i]) && g->digits[i] + 1 < g->axes[i].count) {
            g->x[i] = value_at(&g->axes[i], ++g->digits[i]);
            reset_from(g, i + 1);
            return;
        }
    }
    g->done = true;
}

/* Points are the same when all their numbers are, and inactive is the same as inactive. */
static bool same(const grid *g, const double *a, const double *b)
{
    for (uint32_t i = 0; i < g->dim_count; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

static size_t hash(const grid *g, const double *x)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < g->dim_count; i++) {
        double value = isnan(x[i]) ? -1.2345e300 : x[i] + 0.0; /* one NaN, one zero */
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        h = (h ^ bits) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return (size_t)h;
}

/* The slot that holds x, or the free one where it belongs. */
static size_t find_slot(const grid *g, const double *x)
{
    size_t at = hash(g, x) & (g->slot_count - 1);
    while (g->slots[at] != 0 && !same(g, g->told + (g->slots[at] - 1) * g->dim_count, x)) {
        at = (at + 1) & (g->slot_count - 1);
    }
    return at;
}

/* Room for one more point, the table at most half full. */
static bool grow(grid *g)
{
    if (g->told_count < g->told_room) {
        return true;
    }
    size_t room = g->told_room > 0 ? g->told_room * 2 : 64;
    double *told = realloc(g->told, room * (g->dim_count + 1) * sizeof *told);
    size_t *slots = calloc(room * 2, sizeof *slots);
    g->told = told != NULL ? told : g->told;
    if (told == NULL || slots == NULL) {
        free(slots);
        return false;
    }
    free(g->slots);
    g->slots = slots;
    g->slot_count = room * 2;
    g->told_room = room;
    for (size_t i = 0; i < g->told_count; i++) {
        g->slots[find_slot(g, g->told + i * g->dim_count)] = i + 1;
    }
    return true;
}

static bool is_told(const grid *g)
{
    return g->slot_count > 0 && g->slots[find_slot(g, g->x)] != 0;
}

/* Do [constraints] forbid the point that comes next? */
static bool is_forbidden(const grid *g)
{
    return COLLET_CAN(g->space, feasible) && !g->space->feasible(g->space->context, g->x);
}

/* Whole numbers that are not tried look as if they were: a grid is taken to be all of them. */
static void say_left_out(const collet_host *host, const axis *a, int64_t points)
{
    char text[320];
    uint64_t all = collet_dim_count(a->dim);
    bool log_scale = (a->dim->flags & COLLET_DIM_LOG) != 0;
    if (a->values == NULL || all <= a->count) {
        return;
    }
    (void)snprintf(text, sizeof text,
                   "%llu of the %llu values of %.100s are tried (points = %lld); %stakes all",
                   (unsigned long long)a->count, (unsigned long long)all, a->dim->name,
                   (long long)points, log_scale ? "a larger points " : "step=1 in its range ");
    host->log(host->ctx, COLLET_LOG_WARN, text);
}

static collet_status make_axes(grid *g, const collet_host *host, const grid_config *config)
{
    for (uint32_t i = 0; i < g->dim_count; i++) {
        const collet_dim *dim = collet_dim_at(g->space, i);
        if (!make_axis(dim, (uint64_t)config->points, &g->axes[i])) {
            return collet_fail(host, COLLET_E_NOMEM, "out of memory for the values of %s",
                               dim->name);
        }
        say_left_out(host, &g->axes[i], config->points);
    }
    return COLLET_OK;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    grid *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    g->host = host;
    g->space = space;
    g->dim_count = space->dim_count;
    g->axes = calloc(g->dim_count + 1u, sizeof *g->axes);
    g->digits = calloc(g->dim_count + 1u, sizeof *g->digits);
    g->x = calloc(g->dim_count + 1u, sizeof *g->x);
    collet_status status = g->axes == NULL || g->digits == NULL || g->x == NULL
                               ? collet_fail(host, COLLET_E_NOMEM, "out of memory")
                               : make_axes(g, host, config);
    if (status < 0) {
        destroy(g);
        return status;
    }
    reset_from(g, 0);
    *self = g;
    return COLLET_OK;
}

/* A grid may miss all that is allowed, as that of a thin region does. */
static void say_empty(grid *g)
{
    if (!g->said && g->told_count == 0 && COLLET_CAN(g->space, feasible)) {
        g->host->log(g->host->ctx, COLLET_LOG_WARN,
                     "none of the grid's points meets the constraints; a step or more points may "
                     "change that");
    }
    g->said = true;
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    grid *g = self;
    (void)rng;
    (void)number;
    while (!g->done && (is_told(g) || is_forbidden(g))) {
        advance(g);
    }
    if (g->done) {
        say_empty(g);
        return COLLET_DONE;
    }
    g->said = true; /* there is a point, so there is nothing to say */
    memcpy(x, g->x, g->dim_count * sizeof *x);
    advance(g);
    return COLLET_OK;
}

static collet_status tell(void *self, const collet_trial *trial)
{
    grid *g = self;
    if (!grow(g)) {
        return COLLET_E_NOMEM;
    }
    size_t slot = find_slot(g, trial->x);
    if (g->slots[slot] == 0) {
        memcpy(g->told + g->told_count * g->dim_count, trial->x, g->dim_count * sizeof *trial->x);
        g->slots[slot] = ++g->told_count;
    }
    return COLLET_OK;
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
                                 "grid",
                                 "1.0.0",
                                 "every combination, once",
                                 NULL,
                                 &vtable,
                                 COLLET_OPTIONS(options, grid_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "grid",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);

#include "gp/acquire.h"

#include "gp/lbfgs.h"
#include "gp/logei.h"
#include "gp/vector.h"

#include <math.h>
#include <stdlib.h>

/* Values of a discrete dimension that are all tried; more, and only some near the point are. */
enum { ALL_VALUES = 16, NEAR_VALUES = 16, SWEEPS = 8, FEW_AXES = 20 };
/* With constraints: candidates that are moved to where they are allowed; the others drop out. And
 * how often a way up is halved. */
enum { MOST_MENDED = 64, RETREATS = 6 };

/* ---- The acquisition ------------------------------------------------------------------------ */

/* log EI, or the logarithm of the probability to be below `limit`, of a normal variable; with what
 * one unit of its mean and of its variance change. */
static double term(bool improve, double limit, double mean, double variance, double *by_mean,
                   double *by_variance)
{
    double sigma = sqrt(variance), z = (limit - mean) / sigma, slope;
    double value =
        improve ? gp_log_improvement(z, &slope) + log(sigma) : gp_log_probability(z, &slope);
    *by_mean = -slope / sigma;
    *by_variance = (-slope * z + (improve ? 1 : 0)) / (2 * variance);
    return value;
}

size_t gp_acquisition_work(const gp_layout *layout, uint32_t goals)
{
    size_t one = 4 + 2 * (size_t)layout->columns, many = 2 * GP_BATCH + 2;
    return (one > many ? one : many) * goals;
}

/* dz += what the mean and the variance of a model change. */
static void add_slopes(uint32_t columns, double by_mean, const double *dmean, double by_variance,
                       const double *dvar, double *dz)
{
    for (uint32_t c = 0; c < columns; c++) {
        dz[c] += by_mean * dmean[c] + by_variance * dvar[c];
    }
}

/* The improvement of several goals at z; its gradient is added to dz. */
static double front_at(const gp_acquisition *a, const double *z, double *dz)
{
    const uint32_t columns = a->models[0].layout->columns, goals = a->goals;
    double *mean = a->work, *variance = mean + goals, *by_mean = variance + goals;
    double *by_variance = by_mean + goals, *slopes = by_variance + goals;
    for (uint32_t k = 0; k < goals; k++) {
        double *dmean = dz == NULL ? NULL : slopes + (size_t)(2 * k) * columns;
        gp_model_at(&a->models[k], z, &mean[k], &variance[k], dmean,
                    dz == NULL ? NULL : dmean + columns);
    }
    double value = gp_front_improvement(a->front, mean, variance, dz == NULL ? NULL : by_mean,
                                        dz == NULL ? NULL : by_variance);
    for (uint32_t k = 0; dz != NULL && k < goals; k++) {
        const double *dmean = slopes + (size_t)(2 * k) * columns;
        add_slopes(columns, by_mean[k], dmean, by_variance[k], dmean + columns, dz);
    }
    return value;
}

/* The same for model k alone: the only goal's, or a constraint's. */
static double model_at(const gp_acquisition *a, uint32_t k, const double *z, double *dz)
{
    const uint32_t columns = a->models[0].layout->columns;
    gp_model *model = &a->models[k];
    double mean, variance, by_mean, by_variance;
    double *dmean = dz == NULL ? NULL : model->slopes, *dvar = model->slopes + columns;
    gp_model_at(model, z, &mean, &variance, dmean, dvar);
    double value = term(k < a->goals, k < a->goals ? a->best : a->most[k - a->goals], mean,
                        variance, &by_mean, &by_variance);
    if (dz != NULL) {
        add_slopes(columns, by_mean, dmean, by_variance, dvar, dz);
    }
    return value;
}

double gp_acquisition_at(const gp_acquisition *a, const double *z, double *dz)
{
    double sum = 0;
    if (dz != NULL) {
        memset(dz, 0, a->models[0].layout->columns * sizeof *dz);
    }
    if (a->improve) {
        sum = a->goals > 1 ? front_at(a, z, dz) : model_at(a, 0, z, dz);
    }
    for (uint32_t k = 0; k < a->constraints; k++) {
        sum += model_at(a, a->goals + k, z, dz);
    }
    return sum;
}

/* The improvement of several goals at `count` <= GP_BATCH points. */
static void front_many(const gp_acquisition *a, size_t count, const double *z, size_t stride,
                       double *out)
{
    const uint32_t goals = a->goals;
    double *mean = a->work, *variance = mean + (size_t)GP_BATCH * goals;
    double *at = variance + (size_t)GP_BATCH * goals;
    for (uint32_t k = 0; k < goals; k++) {
        gp_model_many(&a->models[k], count, z, stride, mean + (size_t)k * GP_BATCH,
                      variance + (size_t)k * GP_BATCH);
    }
    for (size_t j = 0; j < count; j++) {
        for (uint32_t k = 0; k < goals; k++) {
            at[k] = mean[(size_t)k * GP_BATCH + j];
            at[goals + k] = variance[(size_t)k * GP_BATCH + j];
        }
        out[j] = gp_front_improvement(a->front, at, at + goals, NULL, NULL);
    }
}

/* The same at `count` <= GP_BATCH points. */
static void acquisition_many(const gp_acquisition *a, size_t count, const double *z, size_t stride,
                             double *out)
{
    double mean[GP_BATCH], variance[GP_BATCH], by_mean, by_variance;
    memset(out, 0, count * sizeof *out);
    if (a->improve && a->goals > 1) {
        front_many(a, count, z, stride, out);
    }
    for (uint32_t k = a->improve && a->goals == 1 ? 0 : a->goals; k < a->goals + a->constraints;
         k++) {
        double limit = k < a->goals ? a->best : a->most[k - a->goals];
        gp_model_many(&a->models[k], count, z, stride, mean, variance);
        for (size_t j = 0; j < count; j++) {
            out[j] += term(k < a->goals, limit, mean[j], variance[j], &by_mean, &by_variance);
        }
    }
}

/* ---- Points of the search: all coordinates, also those that are inactive ----------------------
 */

static uint32_t dims(const gp_search *s)
{
    return s->space->dim_count;
}

/* The allowed coordinate nearest to u; a category's index stays what it is. */
static double snap(const search_axis *axis, double u)
{
    if (axis->category || axis->count == 0) {
        return u < 0 ? 0 : !axis->category && u > 1 ? 1 : u;
    }
    return search_axis_unit(axis, search_axis_value(axis, u));
}

/* An even draw of one coordinate. */
static double draw(const search_axis *axis, const collet_rng *rng)
{
    double u = collet_uniform(rng);
    return axis->category ? floor(u * (double)axis->count) : snap(axis, u);
}

static double value_of(const search_axis *axis, double u)
{
    return axis->category ? u : search_axis_value(axis, u);
}

/* x from all coordinates: NaN where inactive. */
static void point_of(const gp_search *s, const double *u, double *x)
{
    for (uint32_t i = 0; i < dims(s); i++) {
        x[i] = collet_dim_active(s->space->space, i, x) ? value_of(&s->space->axes[i], u[i])
                                                        : (double)NAN;
    }
}

/* Encodes coordinates, with what is inactive left out. */
static void encode(const gp_search *s, const double *u, double *z, size_t stride)
{
    double *active = s->scratch, *x = active + dims(s);
    const double *from = u;
    if (s->space->conditional > 0) {
        point_of(s, u, x);
        for (uint32_t i = 0; i < dims(s); i++) {
            active[i] = isnan(x[i]) ? (double)NAN : u[i];
        }
        from = active;
    }
    gp_encode(s->layout, from, z, stride);
}

void gp_search_point(const gp_search *s, uint32_t k, double *x)
{
    point_of(s, s->u + (size_t)k * dims(s), x);
}

/* Does the host forbid anything? */
static bool restricted(const gp_search *s)
{
    return COLLET_CAN(s->space->space, repair);
}

/* May a trial be spent on the point of these coordinates? */
static bool allowed(const gp_search *s, const double *u)
{
    double *x = s->scratch + dims(s);
    if (restricted(s)) {
        point_of(s, u, x);
    }
    return search_allowed(s->space, x);
}

/* Moves coordinates to a point that is allowed. */
static void mend(const gp_search *s, const collet_rng *rng, double *u)
{
    double *x = s->scratch + dims(s);
    point_of(s, u, x);
    search_mend(s->space, rng, x);
    for (uint32_t i = 0; i < dims(s); i++) {
        const search_axis *axis = &s->space->axes[i];
        if (!isnan(x[i])) {
            u[i] = axis->category ? x[i] : search_axis_unit(axis, x[i]);
        }
    }
}

/* ---- Candidates ----------------------------------------------------------------------------- */

/* A change of one coordinate around where it is: another category, or a normal step. */
static double disturb(const search_axis *axis, const collet_rng *rng, double u, double width)
{
    if (axis->category) {
        return draw(axis, rng);
    }
    double to = u + width * collet_normal(rng);
    to = to < 0 ? -to : to > 1 ? 2 - to : to;
    to = snap(axis, fmin(fmax(to, 0), 1));
    if (axis->count > 1 && to == u) { /* at least to the neighbour */
        to = snap(axis,
                  fmin(fmax(u + (collet_bits(rng) & 1 ? 1.0 : -1.0) / (double)axis->count, 0), 1));
    }
    return to;
}

/* A few coordinates of an anchor changed; which ones, and how much, is drawn. */
static void disturb_point(const gp_search *s, const collet_rng *rng, const double *anchor,
                          double *u)
{
    const uint32_t n = dims(s), least = (uint32_t)collet_below(rng, n);
    const double share = fmin(1, (1 + 4 * collet_uniform(rng)) / n);
    const double width = exp(-6 * collet_uniform(rng)) / 2;
    for (uint32_t i = 0; i < n; i++) {
        const search_axis *axis = &s->space->axes[i];
        u[i] = isnan(anchor[i]) ? draw(axis, rng) : anchor[i];
        if (i == least || collet_uniform(rng) < share) {
            u[i] = disturb(axis, rng, u[i], width);
        }
    }
}

static void draw_candidates(gp_search *s, const collet_rng *rng, const double *const *anchors,
                            size_t count)
{
    uint32_t mends = 0;
    for (uint32_t k = 0; k < s->candidates; k++) {
        double *u = s->u + (size_t)k * dims(s);
        if (count > 0 && k % 2 == 1) { /* the best most often: geometric */
            size_t which = s->acquisition.goals > 1 ? (size_t)collet_below(rng, count) : 0;
            while (s->acquisition.goals == 1 && which + 1 < count && collet_uniform(rng) < 0.5) {
                which++;
            }
            disturb_point(s, rng, anchors[which], u);
        } else {
            for (uint32_t i = 0; i < dims(s); i++) {
                u[i] = draw(&s->space->axes[i], rng);
            }
        }
        if (restricted(s) && mends < MOST_MENDED && !allowed(s, u)) {
            mend(s, rng, u);
            mends++;
        }
    }
}

/* Scores candidates first .. first + count; what is forbidden is the worst. */
static void score(gp_search *s, uint32_t first, uint32_t count)
{
    double *z = s->scratch + 2 * dims(s);
    for (uint32_t at = first; at < first + count; at += GP_BATCH) {
        uint32_t m = first + count - at < GP_BATCH ? first + count - at : GP_BATCH;
        for (uint32_t j = 0; j < m; j++) {
            encode(s, s->u + (size_t)(at + j) * dims(s), z + j, GP_BATCH);
        }
        acquisition_many(&s->acquisition, m, z, GP_BATCH, s->score + at);
        for (uint32_t j = 0; j < m && restricted(s); j++) {
            bool good = allowed(s, s->u + (size_t)(at + j) * dims(s));
            s->score[at + j] = good ? s->score[at + j] : -(double)INFINITY;
        }
    }
}

static int by_score(const void *a, const void *b, void *score)
{
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const double *of = score;
    return of[i] != of[j] ? (of[i] > of[j] ? -1 : 1) : (i > j) - (i < j);
}

static void sort(gp_search *s)
{
    for (uint32_t k = 0; k < s->candidates; k++) {
        s->order[k] = k;
        s->score[k] = isnan(s->score[k]) ? -(double)INFINITY : s->score[k];
    }
    qsort_r(s->order, s->candidates, sizeof *s->order, by_score, s->score);
}

/* ---- Local search --------------------------------------------------------------------------- */

/* One climb: the candidate's coordinates, those that L-BFGS moves, and an encoded point. */
typedef struct climb {
    const gp_search *s;
    double *u, *z, *dz;
} climb;

static double descend(void *self, const double *at, double *g)
{
    climb *c = self;
    const gp_search *s = c->s;
    for (uint32_t k = 0; k < s->free_count; k++) {
        c->u[s->free[k]] = at[k];
    }
    encode(s, c->u, c->z, 1);
    double value = gp_acquisition_at(&s->acquisition, c->z, c->dz);
    for (uint32_t k = 0, t = 0; k < s->free_count; k++) {
        while (s->layout->dim_of[t] != s->free[k]) {
            t++;
        }
        g[k] = -gp_encode_slope(s->layout, t, c->z, c->dz);
    }
    return -value;
}

/* Which dimensions L-BFGS moves at u: active numbers on which nothing depends. */
static void choose_free(gp_search *s, const double *u)
{
    double *x = s->scratch + dims(s);
    point_of(s, u, x);
    s->free_count = 0;
    for (uint32_t i = 0; i < dims(s); i++) {
        const search_axis *axis = &s->space->axes[i];
        if (!isnan(x[i]) && !axis->category && !s->parent[i] &&
            (axis->count == 0 || axis->count > ALL_VALUES)) {
            s->free[s->free_count++] = i;
        }
    }
}

/* Moves what is continuous, and rounds it. */
static void climb_smoothly(gp_search *s, double *u)
{
    const uint32_t n = dims(s), columns = s->layout->columns;
    choose_free(s, u);
    if (s->free_count == 0) {
        return;
    }
    double *z = s->scratch + 2 * n, *at = z + (size_t)GP_BATCH * columns;
    double *low = at + n, *high = low + n, *work = high + n;
    climb c = {s, u, z, z + columns};
    for (uint32_t k = 0; k < s->free_count; k++) {
        at[k] = u[s->free[k]];
        low[k] = 0;
        high[k] = 1;
    }
    const gp_problem problem = {.n = s->free_count,
                                .f = descend,
                                .self = &c,
                                .low = low,
                                .high = high,
                                .gradient = 1e-3,
                                .decrease = 1e-5,
                                .evaluations = 60};
    (void)gp_lbfgs(&problem, at, work);
    for (uint32_t k = 0; k < s->free_count; k++) {
        u[s->free[k]] = snap(&s->space->axes[s->free[k]], at[k]);
    }
}

/* Where the way up has led out of what is allowed: back towards where it began. */
static void retreat(const gp_search *s, const double *from, double *u)
{
    for (int k = 0; k < RETREATS && !allowed(s, u); k++) {
        for (uint32_t j = 0; j < s->free_count; j++) {
            uint32_t i = s->free[j];
            u[i] = snap(&s->space->axes[i], (u[i] + from[i]) / 2);
        }
    }
}

/* The values to try on an axis: all of them where they are few; else neighbours at distances 1, 2,
 * 4, ... to both sides, or of a continuous axis an even cut. Returns how many. */
static uint32_t values_to_try(const search_axis *axis, double u, double *values)
{
    uint32_t count = 0;
    if (axis->category || (axis->count > 0 && axis->count <= ALL_VALUES)) {
        for (uint64_t k = 0; k < axis->count && count < GP_BATCH; k++) {
            values[count++] =
                axis->category ? (double)k : search_axis_unit(axis, search_axis_nth(axis, k));
        }
        return count;
    }
    for (uint32_t k = 0; k < NEAR_VALUES; k++) {
        if (axis->count == 0) {
            values[count++] = (k + 0.5) / NEAR_VALUES;
        } else {
            double value = search_axis_value(axis, u), step = collet_dim_step(axis->dim);
            double to = value + (k % 2 == 0 ? step : -step) * (double)(1u << (k / 2));
            if (to >= axis->dim->low && to <= axis->dim->high) {
                values[count++] = search_axis_unit(axis, to);
            }
        }
    }
    return count;
}

/* Tries the values of dimension i; true where one was better than *best. */
static bool climb_axis(gp_search *s, uint32_t i, double *u, double *best)
{
    double values[GP_BATCH], scores[GP_BATCH], *z = s->scratch + 2 * dims(s);
    const double before = u[i];
    uint32_t count = values_to_try(&s->space->axes[i], before, values), top = 0;
    for (uint32_t k = 0; k < count; k++) {
        u[i] = values[k];
        encode(s, u, z + k, GP_BATCH);
    }
    acquisition_many(&s->acquisition, count, z, GP_BATCH, scores);
    for (uint32_t k = 0; k < count && restricted(s); k++) {
        u[i] = values[k];
        scores[k] = allowed(s, u) ? scores[k] : -(double)INFINITY;
    }
    for (uint32_t k = 1; k < count; k++) {
        top = scores[k] > scores[top] ? k : top;
    }
    bool better = count > 0 && scores[top] > *best + 1e-9 && values[top] != before;
    u[i] = better ? values[top] : before;
    *best = better ? scores[top] : *best;
    return better;
}

/* Is dimension i to be searched value by value at u? */
static bool stepwise(const gp_search *s, uint32_t i, const double *x)
{
    const search_axis *axis = &s->space->axes[i];
    return axis->count != 1 && !isnan(x[i]) && (axis->count > 0 || s->parent[i]);
}

/* With many dimensions a climb is dear, and its end no better known: fewer starts and sweeps, each
 * of which tries a share of the axes only. */
static bool is_wide(const gp_search *s)
{
    return s->layout->thetas > FEW_AXES;
}

static uint32_t starts(const gp_search *s)
{
    return is_wide(s) ? GP_STARTS / 4 : GP_STARTS;
}

/* Is it axis i's turn, in this sweep from candidate k? */
static bool has_turn(const gp_search *s, uint32_t i, uint32_t k, uint32_t sweep)
{
    return (i + k + sweep) % (1 + s->layout->thetas / (FEW_AXES + 1)) == 0;
}

/* Climbs from candidate k until nothing moves. */
static void climb_candidate(gp_search *s, uint32_t k)
{
    double *u = s->u + (size_t)k * dims(s), *x = s->scratch + dims(s);
    double *kept = s->scratch_kept;
    for (uint32_t sweep = 0; sweep < (is_wide(s) ? 2 : SWEEPS); sweep++) {
        double before = s->score[k];
        bool moved = false;
        memcpy(kept, u, dims(s) * sizeof *u);
        climb_smoothly(s, u);
        retreat(s, kept, u);
        score(s, k, 1);
        if (!(s->score[k] > before)) { /* also where rounding lost what was won */
            memcpy(u, kept, dims(s) * sizeof *u);
            s->score[k] = before;
        }
        for (uint32_t i = 0; i < dims(s); i++) {
            point_of(s, u, x);
            moved |=
                has_turn(s, i, k, sweep) && stepwise(s, i, x) && climb_axis(s, i, u, &s->score[k]);
        }
        if (!moved) {
            break;
        }
    }
}

/* The starts: the best candidate, then others with a probability that falls with their score. They
 * are moved to the first places of order. */
static void choose_starts(gp_search *s, const collet_rng *rng)
{
    for (uint32_t k = 1; k < starts(s); k++) {
        double top = s->score[s->order[0]], sum = 0;
        for (uint32_t j = k; j < s->candidates; j++) {
            sum += exp(s->score[s->order[j]] - top);
        }
        double at = collet_uniform(rng) * sum;
        uint32_t j = k;
        for (; j + 1 < s->candidates; j++) {
            at -= exp(s->score[s->order[j]] - top);
            if (at < 0) {
                break;
            }
        }
        uint32_t chosen = s->order[j];
        memmove(s->order + k + 1, s->order + k, (j - k) * sizeof *s->order);
        s->order[k] = chosen;
    }
}

void gp_search_run(gp_search *s, const collet_rng *rng, const double *const *anchors, size_t count)
{
    draw_candidates(s, rng, anchors, count);
    if (count > 0) { /* the best point itself: its neighbourhood is always climbed */
        for (uint32_t i = 0; i < dims(s); i++) {
            s->u[i] = isnan(anchors[0][i]) ? s->u[i] : anchors[0][i];
        }
    }
    score(s, 0, s->candidates);
    sort(s);
    choose_starts(s, rng);
    for (uint32_t k = 0; k < starts(s); k++) {
        climb_candidate(s, s->order[k]);
    }
    if (count > 0) {
        climb_candidate(s, 0);
    }
    sort(s);
}

/* ---- Making --------------------------------------------------------------------------------- */

collet_status gp_search_init(gp_search *s, const gp_layout *layout, uint32_t candidates)
{
    const search_space *space = layout->space;
    const size_t n = space->dim_count + 1u;
    *s = (gp_search){.layout = layout, .space = space, .candidates = candidates};
    size_t scratch = 2 * n + (size_t)GP_BATCH * (layout->columns + 1) + 3 * n + gp_lbfgs_work(n);
    s->parent = calloc(n, sizeof *s->parent);
    s->u = calloc(n * s->candidates, sizeof(double));
    s->score = calloc(s->candidates, sizeof(double));
    s->order = calloc(s->candidates, sizeof *s->order);
    s->scratch = calloc(scratch + n, sizeof(double));
    s->free = calloc(n, sizeof *s->free);
    if (s->parent == NULL || s->u == NULL || s->score == NULL || s->order == NULL ||
        s->scratch == NULL || s->free == NULL) {
        gp_search_finish(s);
        return COLLET_E_NOMEM;
    }
    s->scratch_kept = s->scratch + scratch;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const collet_dim *dim = space->axes[i].dim;
        for (uint32_t k = 0; k < dim->condition_count; k++) {
            s->parent[collet_condition_at(space->space, dim, k)->parent] = true;
        }
    }
    return COLLET_OK;
}

void gp_search_finish(gp_search *s)
{
    free(s->parent);
    free(s->u);
    free(s->score);
    free(s->order);
    free(s->scratch);
    free(s->free);
    *s = (gp_search){0};
}

#include "gp/front.h"

#include "gp/logei.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A sum of products below this may have lost digits to underflow: it is made of logarithms then. */
static const double TINY = 1e-200;
/* A side that makes its gain less than this share of what there is below it counts for nothing. */
static const double SHORT = 1e-12;
/* How far behind the worst of the front the reference lies, in parts of its extent; at least one
 * unit, else the ends of a front of few points would be worth nothing. */
static const double MARGIN = 0.3;
static const double ROOT_HALF = 0.707106781186547524401, ROOT_2PI = 2.50662827463100050242;

/* How many points of a front count with 2, 3 and more goals. */
enum { MOST_OF_TWO = 200, MOST_OF_THREE = 100, MOST_OF_MORE = 50 };

static size_t most_points(uint32_t goals)
{
    return goals <= 2 ? MOST_OF_TWO : goals == 3 ? MOST_OF_THREE : MOST_OF_MORE;
}

collet_status gp_front_init(gp_front *f, uint32_t goals)
{
    const size_t room = most_points(goals), levels = goals * (room + 2);
    const size_t ends = (size_t)(GP_MOST_BOXES + goals) * goals;
    *f = (gp_front){.goals = goals, .room = room};
    f->reference = calloc(goals + 4 * levels + GP_MOST_BOXES + 2 * goals, sizeof(double));
    f->sides = calloc(goals, sizeof *f->sides);
    f->low = calloc(2 * ends + room * goals, sizeof *f->low);
    if (f->reference == NULL || f->low == NULL || f->sides == NULL) {
        gp_front_finish(f);
        return COLLET_E_NOMEM;
    }
    f->levels = f->reference + goals;
    f->gain = f->levels + levels;
    f->inside = f->gain + levels;
    f->density = f->inside + levels;
    f->share = f->density + levels;
    f->extent = f->share + GP_MOST_BOXES + goals;
    f->high = f->low + ends;
    f->place = f->high + ends;
    return COLLET_OK;
}

void gp_front_finish(gp_front *f)
{
    free(f->reference);
    free(f->low);
    free(f->sides);
    *f = (gp_front){0};
}

/* ---- The front ------------------------------------------------------------------------------- */

static void swap(double *a, double *b, uint32_t goals)
{
    for (uint32_t k = 0; k < goals; k++) {
        double value = a[k];
        a[k] = b[k];
        b[k] = value;
    }
}

/* Does a make b needless? Of equal ones the first stays. */
static bool covers(const double *a, const double *b, uint32_t goals)
{
    uint32_t k = 0;
    while (k < goals && a[k] <= b[k]) {
        k++;
    }
    return k == goals;
}

/* Moves the front to the beginning; returns how many it has. */
static size_t find_front(double *values, size_t n, uint32_t goals)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const double *new = values + i *goals;
        size_t k = 0;
        while (k < kept && !covers(values + k * goals, new, goals)) {
            k++;
        }
        if (k < kept) {
            continue;
        }
        swap(values + i * goals, values + kept * goals, goals);
        for (k = 0; k < kept;) { /* what the new one, at `kept`, covers: behind it */
            if (covers(values + kept * goals, values + k * goals, goals)) {
                kept--;
                swap(values + k * goals, values + kept * goals, goals);
                swap(values + kept * goals, values + (kept + 1) * goals, goals);
            } else {
                k++;
            }
        }
        kept++;
    }
    return kept;
}

/* The squared distance of two points in parts of the front's extent. */
static double distance(const gp_front *f, const double *a, const double *b)
{
    double sum = 0;
    for (uint32_t k = 0; k < f->goals; k++) {
        double d = f->extent[k] > 0 ? (a[k] - b[k]) / f->extent[k] : 0;
        sum += d * d;
    }
    return sum;
}

/* Moves the best of each goal, then `most` in all that lie as far apart as they may, to the
 * beginning. distances[n] is scratch. */
static void spread(const gp_front *f, double *values, size_t n, size_t most, double *distances)
{
    const uint32_t goals = f->goals;
    for (size_t i = 0; i < n; i++) {
        distances[i] = (double)INFINITY;
    }
    for (size_t taken = 0; taken < most && taken < n; taken++) {
        size_t next = taken;
        for (size_t i = taken + 1; i < n; i++) {
            bool better = taken < goals ? values[i * goals + taken] < values[next * goals + taken]
                                        : distances[i] > distances[next];
            next = better ? i : next;
        }
        swap(values + taken * goals, values + next * goals, goals);
        distances[next] = distances[taken];
        for (size_t i = taken + 1; i < n; i++) {
            distances[i] =
                fmin(distances[i], distance(f, values + taken * goals, values + i * goals));
        }
    }
}

/* ---- Boxes ----------------------------------------------------------------------------------- */

static double *levels_of(const gp_front *f, double *table, uint32_t goal)
{
    return table + (size_t)goal * (f->room + 2);
}

/* Levels of all goals, and the points' places among them, by insertion. */
static void set_levels(gp_front *f, const double *values, size_t n)
{
    const uint32_t goals = f->goals;
    for (uint32_t k = 0; k < goals; k++) {
        double *level = levels_of(f, f->levels, k);
        level[0] = -(double)INFINITY;
        for (size_t i = 0; i < n; i++) {
            uint32_t at = (uint32_t)i + 1;
            for (; at > 1 && level[at - 1] > values[i * goals + k]; at--) {
                level[at] = level[at - 1];
            }
            level[at] = values[i * goals + k];
            for (size_t j = 0; j < i; j++) {
                f->place[j * goals + k] += f->place[j * goals + k] >= at;
            }
            f->place[i * goals + k] = at;
        }
        level[n + 1] = f->reference[k];
    }
    f->points = n;
}

/* Takes what the point dominates off box b, which ends. What is left are up to as many boxes as
 * there are goals, at the end of the list; the last goal is cut first, so that points that come by
 * it find few open boxes. */
static void cut(gp_front *f, size_t b, const uint32_t *point)
{
    const uint32_t goals = f->goals;
    const size_t bytes = goals * sizeof *point;
    uint32_t *low = f->low + b * goals, *high = f->high + b * goals;
    for (uint32_t k = goals; k-- > 0;) {
        if (low[k] < point[k]) {
            uint32_t *piece = f->high + f->boxes * goals;
            memcpy(f->low + f->boxes++ * goals, low, bytes);
            memcpy(piece, high, bytes);
            piece[k] = point[k];
            low[k] = point[k];
        }
    }
    f->boxes--;
    memmove(low, f->low + f->boxes * goals, bytes);
    memmove(high, f->high + f->boxes * goals, bytes);
}

static bool lies_in(const gp_front *f, const uint32_t *point, size_t b)
{
    uint32_t k = 0;
    while (k < f->goals && point[k] < f->high[b * f->goals + k]) {
        k++;
    }
    return k == f->goals;
}

/* False where there are too many. */
static bool make_boxes(gp_front *f)
{
    const uint32_t goals = f->goals;
    for (uint32_t k = 0; k < goals; k++) {
        f->low[k] = 0;
        f->high[k] = (uint32_t)f->points + 1;
    }
    f->boxes = 1;
    for (uint32_t turn = 1; turn <= f->points; turn++) { /* by the last goal */
        const uint32_t *point = f->place;
        while (point[goals - 1] != turn) {
            point += goals;
        }
        for (size_t b = f->boxes; b-- > 0;) {
            if (f->boxes > GP_MOST_BOXES) {
                return false;
            }
            if (lies_in(f, point, b)) {
                cut(f, b, point);
            }
        }
    }
    return true;
}

size_t gp_front_make(gp_front *f, double *values, size_t n, double *work)
{
    const uint32_t goals = f->goals;
    size_t kept = find_front(values, n, goals), points = kept < f->room ? kept : f->room;
    for (uint32_t k = 0; k < goals; k++) {
        double least = (double)INFINITY, most = -(double)INFINITY;
        for (size_t i = 0; i < kept; i++) {
            least = fmin(least, values[i * goals + k]);
            most = fmax(most, values[i * goals + k]);
        }
        f->extent[k] = most - least;
        f->reference[k] = kept > 0 ? most + fmax(MARGIN * f->extent[k], 1) : -1;
    }
    if (points < kept) {
        spread(f, values, kept, points, work);
    }
    for (;; points /= 2) {
        set_levels(f, values, points);
        if (make_boxes(f)) {
            return kept;
        }
        spread(f, values, kept, points / 2, work);
    }
}

/* ---- The improvement --------------------------------------------------------------------------
 */

static void set_gains(gp_front *f, const double *mean, const double *variance)
{
    for (uint32_t k = 0; k < f->goals; k++) {
        const double *level = levels_of(f, f->levels, k), sigma = sqrt(variance[k]);
        double *gain = levels_of(f, f->gain, k), *inside = levels_of(f, f->inside, k);
        double *density = levels_of(f, f->density, k);
        gain[0] = inside[0] = density[0] = 0;
        for (size_t j = 1; j <= f->points + 1; j++) {
            double z = (level[j] - mean[k]) / sigma;
            density[j] = exp(-z * z / 2) / ROOT_2PI;
            inside[j] = erfc(-z * ROOT_HALF) / 2;
            gain[j] = fmax(sigma * (density[j] + z * inside[j]), 0);
        }
    }
}

/* What box b gains in each goal, in f->sides; returns the product. */
static double plain_sides(gp_front *f, size_t b, const double *variance)
{
    double product = 1;
    for (uint32_t k = 0; k < f->goals; k++) {
        const size_t row = k * (f->room + 2), low = row + f->low[b * f->goals + k],
                     high = row + f->high[b * f->goals + k];
        f->sides[k] =
            (gp_side){fmax(f->gain[high] - f->gain[low], 0), f->inside[low] - f->inside[high],
                      (f->density[high] - f->density[low]) / (2 * sqrt(variance[k]))};
        product *= f->sides[k].gain;
    }
    return product;
}

/* Adds the derivatives of the product of the sides. */
static void add_slopes(const gp_front *f, double *by_mean, double *by_variance)
{
    for (uint32_t k = 0; k < f->goals; k++) {
        double rest = 1;
        for (uint32_t j = 0; j < f->goals; j++) {
            rest *= j == k ? 1 : f->sides[j].gain;
        }
        by_mean[k] += rest * f->sides[k].by_mean;
        by_variance[k] += rest * f->sides[k].by_variance;
    }
}

/* The improvement itself, and its derivatives. */
static double plain(gp_front *f, const double *mean, const double *variance, double *by_mean,
                    double *by_variance)
{
    double sum = 0;
    set_gains(f, mean, variance);
    for (size_t b = 0; b < f->boxes; b++) {
        sum += plain_sides(f, b, variance);
        if (by_mean != NULL) {
            add_slopes(f, by_mean, by_variance);
        }
    }
    return sum;
}

/* The same tables, in logarithms: gain, and as `inside` and `density` its derivatives. */
static void set_logarithms(gp_front *f, const double *mean, const double *variance)
{
    for (uint32_t k = 0; k < f->goals; k++) {
        const double *level = levels_of(f, f->levels, k), sigma = sqrt(variance[k]);
        double *gain = levels_of(f, f->gain, k), *by_mean = levels_of(f, f->inside, k);
        double *by_variance = levels_of(f, f->density, k), slope;
        gain[0] = -(double)INFINITY;
        by_mean[0] = by_variance[0] = 0;
        for (size_t j = 1; j <= f->points + 1; j++) {
            double z = (level[j] - mean[k]) / sigma;
            gain[j] = gp_log_improvement(z, &slope) + log(sigma);
            by_mean[j] = -slope / sigma;
            by_variance[j] = (1 - slope * z) / (2 * variance[k]);
        }
    }
}

/* What box b gains, as logarithms; returns their sum. -INFINITY where a side has no length. */
static double log_sides(gp_front *f, size_t b)
{
    double sum = 0;
    for (uint32_t k = 0; k < f->goals; k++) {
        const size_t row = k * (f->room + 2), low = row + f->low[b * f->goals + k],
                     high = row + f->high[b * f->goals + k];
        double ratio = exp(f->gain[low] - f->gain[high]), rest = 1 - ratio;
        if (!(rest > SHORT)) {
            return -(double)INFINITY;
        }
        f->sides[k] = (gp_side){f->gain[high] + log1p(-ratio),
                                (f->inside[high] - ratio * f->inside[low]) / rest,
                                (f->density[high] - ratio * f->density[low]) / rest};
        sum += f->sides[k].gain;
    }
    return sum;
}

/* The logarithm of the sum of all boxes' exponentials. */
static double logarithmic(gp_front *f, const double *mean, const double *variance, double *by_mean,
                          double *by_variance)
{
    double most = -(double)INFINITY, sum = 0;
    set_logarithms(f, mean, variance);
    for (size_t b = 0; b < f->boxes; b++) {
        f->share[b] = log_sides(f, b);
        most = fmax(most, f->share[b]);
    }
    for (size_t b = 0; b < f->boxes; b++) {
        sum += exp(f->share[b] - most);
    }
    for (size_t b = 0; by_mean != NULL && b < f->boxes; b++) {
        double weight = exp(f->share[b] - most) / sum;
        if (weight > 0 && isfinite(log_sides(f, b))) {
            for (uint32_t k = 0; k < f->goals; k++) {
                by_mean[k] += weight * f->sides[k].by_mean;
                by_variance[k] += weight * f->sides[k].by_variance;
            }
        }
    }
    return most + log(sum);
}

static void clear(const gp_front *f, double *by_mean, double *by_variance)
{
    for (uint32_t k = 0; by_mean != NULL && k < f->goals; k++) {
        by_mean[k] = by_variance[k] = 0;
    }
}

double gp_front_improvement(gp_front *f, const double *mean, const double *variance,
                            double *by_mean, double *by_variance)
{
    clear(f, by_mean, by_variance);
    double sum = plain(f, mean, variance, by_mean, by_variance);
    if (!(sum > TINY)) {
        clear(f, by_mean, by_variance);
        return logarithmic(f, mean, variance, by_mean, by_variance);
    }
    for (uint32_t k = 0; by_mean != NULL && k < f->goals; k++) {
        by_mean[k] /= sum;
        by_variance[k] /= sum;
    }
    return log(sum);
}

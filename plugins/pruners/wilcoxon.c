/*
 * wilcoxon - stops a trial that is significantly worse than the best one, fold by fold.
 *
 * Definition: d_i is the trial's value at step i less the best complete trial's at the same step.
 * The trial is stopped when the one-sided signed-rank test rejects, at the level p, that the d_i
 * lie about 0, in favour of their being greater (worse); but never while its mean over those steps
 * is the better one.
 *
 * W is the sum of the ranks of |d_i| over the positive d_i; zeros share their ranks between both
 * sides. Up to 50 differences without zeros and ties its distribution is exact, else normal with
 * the correction for ties.
 *
 * Options:
 *     p         level of the test                                              0.1
 *     startup   steps of a trial before it may be stopped                      2
 *
 *     [pruner]
 *     use = wilcoxon
 *
 * How it works: for steps that are instances of one problem, not a curve: the folds of a
 * cross-validation, data sets, seeds. The best trial is the complete one with the least value; with
 * several objectives, one is compared with the trial that is best in the first, by the first.
 *
 * Wilcoxon: Individual Comparisons by Ranking Methods. Biometrics Bulletin 1 (1945).
 */
#include "prune/prune.h"

typedef struct wilcoxon_config {
    double p;
    int64_t startup;
} wilcoxon_config;

static const collet_option options[] = {
    COLLET_OPT_REAL(wilcoxon_config, p, "0.1", 0, 1, NULL, COLLET_FIXED, "level of the test"),
    COLLET_OPT_INT(wilcoxon_config, startup, "2", 0, 1000000, NULL, COLLET_FIXED,
                   "steps of a trial before it may be stopped"),
};

/* Greatest number of differences for which the distribution is worked out. */
enum { EXACT = 50, SUMS = EXACT * (EXACT + 1) / 2 + 1 };

static double mean_of(const collet_curve *curve, uint32_t m)
{
    double sum = 0;
    for (uint32_t i = 0; i < curve->point_count; i++) {
        sum += curve->values[(size_t)i * m];
    }
    return curve->point_count > 0 ? sum / curve->point_count : (double)NAN;
}

static const collet_curve *best_of(const collet_curves *peers, uint32_t m)
{
    const collet_curve *best = NULL;
    for (uint64_t i = 0; i < peers->count; i++) {
        const collet_curve *peer = peers->curves[i];
        double mean = mean_of(peer, m);
        if (peer->state == COLLET_CURVE_COMPLETE && !isnan(mean) &&
            (best == NULL || mean < mean_of(best, m))) {
            best = peer;
        }
    }
    return best;
}

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/* What the test needs to know of d[n], sorted by size. */
typedef struct ranks {
    double plus, zero; /* sums of ranks */
    double ties;       /* sum of t^3 - t over the stretches of equal size t */
} ranks;

static ranks rank(const double *d, size_t n)
{
    ranks r = {0};
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && fabs(d[end]) == fabs(d[i]); end++) {
        }
        double mean_rank = (double)(i + 1 + end) / 2, t = (double)(end - i);
        r.ties += t * t * t - t;
        for (size_t k = i; k < end; k++) {
            r.plus += d[k] > 0 ? mean_rank : 0;
            r.zero += d[k] == 0 ? mean_rank : 0;
        }
    }
    return r;
}

/* P(W >= w) where each rank 1 ... n counts or not, with even chances. */
static double exact_tail(size_t n, double w)
{
    double ways[SUMS] = {1};
    for (size_t rank_ = 1; rank_ <= n; rank_++) {
        for (size_t sum = n * (n + 1) / 2; sum >= rank_; sum--) {
            ways[sum] = (ways[sum] + ways[sum - rank_]) / 2;
        }
        for (size_t sum = 0; sum < rank_; sum++) {
            ways[sum] /= 2;
        }
    }
    double p = 0;
    for (size_t sum = (size_t)w; sum <= n * (n + 1) / 2; sum++) {
        p += ways[sum];
    }
    return p;
}

/* The p-value of d[n] > 0, one-sided. Sorts d. */
static double signed_rank(double *d, size_t n)
{
    qsort(d, n, sizeof *d, by_size);
    ranks r = rank(d, n);
    if (n <= EXACT && r.zero == 0 && r.ties == 0) {
        return exact_tail(n, r.plus);
    }
    double k = (double)n, w = r.plus + r.zero / 2;
    double variance = (k * (k + 1) * (2 * k + 1) - r.ties / 2) / 24;
    return variance > 0 ? erfc((w - k * (k + 1) / 4) / sqrt(2 * variance)) / 2 : 1.0;
}

/* d[at most points of own]: the differences; *worse: their mean is positive. */
static size_t differences(const collet_curve *own, const collet_curve *best, uint32_t m, double *d,
                          bool *worse)
{
    size_t n = 0;
    double sum = 0;
    for (uint32_t i = 0; i < own->point_count; i++) {
        const double *other = prune_at(best, m, own->steps[i]);
        double value = own->values[(size_t)i * m];
        if (other != NULL && !isnan(value) && !isnan(other[0])) {
            d[n] = value - other[0];
            sum += d[n++];
        }
    }
    *worse = sum > 0;
    return n;
}

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    const prune_state *s = self;
    const wilcoxon_config *c = s->config;
    const collet_curve *best = best_of(peers, s->m);
    out->action = COLLET_PRUNE_CONTINUE;
    if (best == NULL || own->point_count == 0) {
        return COLLET_OK;
    }
    if (prune_has_nan(own->values + (size_t)(own->point_count - 1) * s->m, s->m)) {
        out->action = COLLET_PRUNE_STOP;
        return COLLET_OK;
    }
    double *d = malloc(own->point_count * sizeof *d);
    if (d == NULL) {
        return prune_no_memory(s);
    }
    bool worse;
    size_t n = differences(own, best, s->m, d, &worse);
    if (n > 0 && n >= (size_t)c->startup && worse && signed_rank(d, n) < c->p) {
        out->action = COLLET_PRUNE_STOP;
    }
    free(d);
    return COLLET_OK;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = prune_create,
                                     .destroy = prune_destroy,
                                     .decide = decide};

PRUNE_PLUGIN("wilcoxon", "stops what is significantly worse than the best",
             "doi.org/10.2307/3001968", vtable, COLLET_OPTIONS(options, wilcoxon_config));

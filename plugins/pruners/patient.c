/*
 * patient - stops a trial that has not become better for a while.
 *
 * Definition: with p the patience, a trial of more than p + 1 points is stopped when the best of
 * its last p + 1 values is worse by more than min_delta than the best of those before them. With
 * rule = median it must also be worse than the median of its peers (see the unit median) to be
 * stopped.
 *
 * With several objectives it is stopped only when that is so for each of them.
 *
 * Options:
 *     patience   points without a better one that are tolerated                3
 *     min_delta  how much worse the last values must be, at least              0
 *     rule       none | median: what else must speak for the end               none
 *     startup, warmup, interval, peers: as of median, for rule = median
 *
 *     [pruner]
 *     use      = patient
 *     patience = 4
 *     rule     = median
 *
 * How it works: the curve of the trial alone decides, so it works from the first trial on. It
 * differs from early stopping ([training] patience), which ends a trial as complete with its best
 * value: here the trial counts as pruned.
 *
 * Prechelt: Early Stopping - But When? 1998; the combination with another rule is Optuna's
 * PatientPruner.
 */
#include "prune/percentile.h"

enum { RULE_NONE, RULE_MEDIAN };

typedef struct patient_config {
    int64_t patience;
    double min_delta;
    int32_t rule, reserved;
    int64_t startup, warmup, interval, peers;
} patient_config;

static const collet_option options[] = {
    COLLET_OPT_INT(patient_config, patience, "3", 0, 1000000, NULL, COLLET_FIXED,
                   "points without a better one that are tolerated"),
    COLLET_OPT_REAL(patient_config, min_delta, "0", 0, INFINITY, NULL, COLLET_FIXED,
                    "how much worse the last values must be, at least"),
    COLLET_OPT_ENUM(patient_config, rule, "none", "none|median", COLLET_FIXED,
                    "what else must speak for the end"),
    PRUNE_PERCENTILE_OPTIONS(patient_config),
};

/* Is the last stretch of the curve worse than what came before, in objective k? */
static bool is_stuck(const collet_curve *own, uint32_t m, uint32_t k, const patient_config *c)
{
    double before = (double)NAN, after = (double)NAN;
    uint64_t last = (uint64_t)c->patience + 1;
    for (uint32_t i = 0; i < own->point_count; i++) {
        double value = own->values[(size_t)i * m + k];
        if (i + last < own->point_count) {
            before = fmin(before, value);
        } else {
            after = fmin(after, value);
        }
    }
    return before + c->min_delta < after; /* NaN: no */
}

static bool has_lost_patience(const collet_curve *own, uint32_t m, const patient_config *c)
{
    if (own->point_count <= (uint64_t)c->patience + 1) {
        return false;
    }
    for (uint32_t k = 0; k < m; k++) {
        if (!is_stuck(own, m, k, c)) {
            return false;
        }
    }
    return true;
}

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    prune_state *s = self;
    const patient_config *c = s->config;
    const prune_percentile median = {c->startup, c->warmup, c->interval, c->peers};
    collet_status status = COLLET_OK;
    bool stop = has_lost_patience(own, s->m, c);
    if (stop && c->rule == RULE_MEDIAN) {
        status = prune_by_percentile(s, &median, 50, own, peers, &stop);
    }
    out->action = stop ? COLLET_PRUNE_STOP : COLLET_PRUNE_CONTINUE;
    return status;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = prune_create,
                                     .destroy = prune_destroy,
                                     .decide = decide};

PRUNE_PLUGIN("patient", "stops what has not become better for a while",
             "doi.org/10.1007/3-540-49430-8_3", vtable, COLLET_OPTIONS(options, patient_config));

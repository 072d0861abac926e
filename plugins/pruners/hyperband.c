/*
 * hyperband - successive halving in brackets of different lengths.
 *
 * Definition: R is the resource of a full trial, s_max = floor(log_eta(R / min_resource)). For s =
 * s_max, ..., 1, 0 a bracket takes n = ceil((s_max + 1) / (s + 1) eta^s) new trials. Its rung i
 * stands at the resource R eta^(i - s), i = 0 ... s - 1. When all trials of a rung have come there
 * (or failed), the best floor(n_i / eta) go on to the next one, n_(i+1) = floor(n_i / eta); behind
 * the last rung they run to their end. After the bracket of s = 0, whose trials are never stopped,
 * the next round begins.
 *
 * Trials wait at a rung as paused ones, on their checkpoints; meanwhile the next bracket begins.
 * Where a trial cannot be paused (a black box without checkpoints) it is stopped or goes on as
 * soon as it comes to a rung, by the rule of asha within its bracket.
 *
 * With several objectives, best means: dominated by the fewest of those on the rung.
 *
 * Options:
 *     min_resource  resource of the first rung of the first bracket (epochs)   1
 *     eta           one in eta goes on from each rung                          3
 *     max_resource  R, of what does not say it by itself, such as a program    [training] epochs
 *
 *     [pruner]
 *     use = hyperband
 *
 * How it works: the bracket of a trial follows from its number. A bracket that the study's number
 * of trials cuts short closes with what it has. The sampler learns the value at which a paused
 * trial stands, and later that of its end.
 *
 * Li et al.: Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization. JMLR 18
 * (2018), algorithm 1.
 */
#include "prune/halving.h"

#include <inttypes.h>

typedef struct hyperband_config {
    int64_t min_resource, eta, max_resource;
} hyperband_config;

static const collet_option options[] = {
    COLLET_OPT_INT(hyperband_config, min_resource, "1", 1, 1000000000, NULL, COLLET_FIXED,
                   "resource of the first rung of the first bracket, in what trials report"),
    COLLET_OPT_INT(hyperband_config, eta, "3", 2, 1000, NULL, COLLET_FIXED,
                   "one in eta goes on from each rung"),
    COLLET_OPT_INT(hyperband_config, max_resource, "0", 0, 1e12, NULL, COLLET_FIXED,
                   "resource of a full trial, in what trials report; 0: [training] epochs"),
};

/* A bracket: its trials are first, first + 1, ..., first + n - 1. */
typedef struct bracket {
    uint32_t s;
    uint64_t first, n;
    prune_rungs rungs;
} bracket;

/* The resource of a full trial. */
static uint64_t full(const prune_state *s)
{
    const hyperband_config *c = s->config;
    return c->max_resource > 0 ? (uint64_t)c->max_resource : s->resource->max_step;
}

static uint32_t largest_s(const prune_state *s)
{
    const hyperband_config *c = s->config;
    uint32_t s_max = 0;
    for (uint64_t r = full(s) / (uint64_t)c->eta; r >= (uint64_t)c->min_resource;
         r /= (uint64_t)c->eta) {
        s_max++;
    }
    return s_max;
}

/* n of the bracket of s: ceil((s_max + 1) / (s + 1) eta^s). */
static uint64_t size_of(uint64_t eta, uint32_t s_max, uint32_t s)
{
    uint64_t n = s_max + 1;
    for (uint32_t i = 0; i < s; i++) {
        n *= eta;
    }
    return (n + s) / (s + 1);
}

/* Trials of one round of brackets. */
static uint64_t round_size(uint64_t eta, uint32_t s_max)
{
    uint64_t n = 0;
    for (uint32_t s = 0; s <= s_max; s++) {
        n += size_of(eta, s_max, s);
    }
    return n;
}

static bracket bracket_of(const prune_state *state, uint32_t number)
{
    const hyperband_config *c = state->config;
    uint64_t eta = (uint64_t)c->eta, R = full(state);
    uint64_t budget = state->resource->trial_budget;
    uint32_t s_max = largest_s(state);
    bracket b = {.s = s_max, .first = number / (s_max + 1) * round_size(eta, s_max)};
    for (uint32_t i = 0; i < number % (s_max + 1); i++) {
        b.first += size_of(eta, s_max, b.s--);
    }
    b.n = size_of(eta, s_max, b.s);
    b.n = budget > b.first && budget - b.first < b.n ? budget - b.first : b.n;
    b.rungs = (prune_rungs){.eta = eta, .bracket = number, .count = b.s};
    for (uint32_t i = b.s; i-- > 0;) {
        R /= eta;
        b.rungs.steps[i] = R;
    }
    return b;
}

static uint32_t bracket_number(const prune_state *s, uint64_t trial)
{
    const hyperband_config *c = s->config;
    uint32_t s_max = largest_s(s), in_round = s_max;
    uint64_t size = round_size((uint64_t)c->eta, s_max), left = trial % size;
    while (left >= size_of((uint64_t)c->eta, s_max, in_round)) {
        left -= size_of((uint64_t)c->eta, s_max, in_round--);
    }
    return (uint32_t)(trial / size) * (s_max + 1) + s_max - in_round;
}

static collet_status create(const collet_host *host, const void *config,
                            const collet_resource *resource, void **self)
{
    const hyperband_config *c = config;
    if (resource->max_step == 0 && c->max_resource == 0) {
        return collet_fail(host, COLLET_E_INVALID,
                           "hyperband must know the resource of a full trial: what is trained has "
                           "[training] epochs, a black box none, so write max_resource = STEPS; "
                           "asha does without");
    }
    if (resource->max_step > 0 && (uint64_t)c->max_resource > resource->max_step) {
        return collet_fail(host, COLLET_E_INVALID,
                           "max_resource: a full trial has %" PRIu64 " epochs, less than %" PRId64,
                           resource->max_step, c->max_resource);
    }
    return prune_create(host, config, resource, self);
}

static collet_status begin(void *self, uint64_t number, const collet_curves *peers,
                           collet_decision *out)
{
    (void)peers;
    out->bracket = bracket_number(self, number);
    bracket b = bracket_of(self, out->bracket);
    out->next_step = prune_rung_step(&b.rungs, 0);
    return COLLET_OK;
}

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    prune_state *s = self;
    bracket b = bracket_of(s, own->bracket);
    uint32_t reached = prune_rungs_reached(&b.rungs, own);
    if (!prune_can_pause(s->resource)) {
        return prune_halve(s, &b.rungs, own, peers, out);
    }
    out->action = COLLET_PRUNE_CONTINUE;
    out->next_step = prune_rung_step(&b.rungs, reached);
    if (reached > 0 && prune_last_step(own) == b.rungs.steps[reached - 1]) {
        const double *values = prune_at(own, s->m, b.rungs.steps[reached - 1]);
        out->action = prune_has_nan(values, s->m) ? COLLET_PRUNE_STOP : COLLET_PRUNE_PAUSE;
    }
    return COLLET_OK;
}

/* Trials of the bracket that are past rung k, on it, or will never get there. */
static uint64_t settled(const bracket *b, uint32_t k, const collet_curves *peers)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < peers->count; i++) {
        const collet_curve *curve = peers->curves[i];
        uint32_t reached = prune_rungs_reached(&b->rungs, curve);
        bool over = curve->state == COLLET_CURVE_FAILED || curve->state == COLLET_CURVE_PRUNED ||
                    curve->state == COLLET_CURVE_COMPLETE;
        bool left_below = curve->state == COLLET_CURVE_PAUSED && reached > 0 && reached <= k;
        count += curve->bracket == b->rungs.bracket && (over || reached > k || left_below);
    }
    return count;
}

/* How many go on from rung k: floor(n / eta^(k + 1)). */
static uint64_t kept(const bracket *b, uint32_t k)
{
    uint64_t n = b->n;
    for (uint32_t i = 0; i <= k; i++) {
        n /= b->rungs.eta;
    }
    return n;
}

/* The best paused trial that is due on rung k of the bracket, or NULL. Rungs below are complete. */
static collet_status due(prune_state *s, const bracket *b, uint32_t k, const collet_curves *peers,
                         const collet_curve **found)
{
    *found = NULL;
    if (prune_rung_collect(s, &b->rungs, k, peers) != COLLET_OK) {
        return COLLET_E_NOMEM;
    }
    *found = prune_rung_due(s, &b->rungs, k, kept(b, k));
    return COLLET_OK;
}

/* The lowest rung of the bracket that has somebody to send on. */
static collet_status promote_in(prune_state *s, const bracket *b, const collet_curves *peers,
                                collet_decision *out)
{
    for (uint32_t k = 0; k < b->rungs.count; k++) {
        const collet_curve *found;
        if (settled(b, k, peers) < b->n) {
            return COLLET_DONE; /* some have yet to come here */
        }
        if (due(s, b, k, peers, &found) != COLLET_OK) {
            return COLLET_E_NOMEM;
        }
        if (found != NULL) {
            out->number = found->number;
            out->next_step = prune_rung_step(&b->rungs, k + 1);
            return COLLET_OK;
        }
    }
    return COLLET_DONE;
}

static collet_status promote(void *self, const collet_curves *peers, collet_decision *out)
{
    prune_state *s = self;
    uint32_t brackets = 0;
    for (uint64_t i = 0; i < peers->count; i++) {
        uint32_t number = bracket_number(s, peers->curves[i]->number);
        brackets = number >= brackets ? number + 1 : brackets;
    }
    for (uint32_t number = 0; number < brackets; number++) {
        bracket b = bracket_of(s, number);
        collet_status status = promote_in(s, &b, peers, out);
        if (status != COLLET_DONE) {
            return status;
        }
    }
    return COLLET_DONE;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = create,
                                     .destroy = prune_destroy,
                                     .decide = decide,
                                     .begin = begin,
                                     .promote = promote};

PRUNE_PLUGIN("hyperband", "successive halving in brackets of different lengths",
             "jmlr.org/papers/v18/16-558.html", vtable, COLLET_OPTIONS(options, hyperband_config));

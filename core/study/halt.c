#include "study/halt.h"

#include "study/demand.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void clt_halt_finish(clt_halt *h)
{
    for (size_t i = 0; i < h->best.count; i++) {
        free(h->best.items[i]);
    }
    CLT_VEC_FINISH(&h->best);
}

/* ---- The best, or the front ----------------------------------------------------------------- */

/* Is a at least as good as b in every goal? */
static bool covers(const clt_halt *h, const double *a, const double *b)
{
    size_t g = 0;
    while (g < h->plan->goal_count && a[g] <= b[g]) {
        g++;
    }
    return g == h->plan->goal_count;
}

/* Takes what is new on the front; *better says whether it was. With one goal that is the best. */
static bool add(clt_halt *h, const double *values, bool *better)
{
    *better = true;
    for (size_t i = 0; i < h->best.count && *better; i++) {
        *better = !covers(h, h->best.items[i], values);
    }
    if (!*better) {
        return true;
    }
    for (size_t i = h->best.count; i > 0; i--) {
        if (covers(h, values, h->best.items[i - 1])) {
            free(h->best.items[i - 1]);
            h->best.items[i - 1] = h->best.items[--h->best.count];
        }
    }
    double *copy = calloc(h->plan->goal_count, sizeof *copy);
    if (copy == NULL || !CLT_PUSH(&h->best, copy)) {
        free(copy);
        return false;
    }
    for (size_t g = 0; g < h->plan->goal_count; g++) {
        copy[g] = values[g];
    }
    return true;
}

/* ---- What is told --------------------------------------------------------------------------- */

static bool meets_target(const clt_halt *h, const clt_trial_row *trial)
{
    const clt_plan *plan = h->plan;
    bool meets = plan->target != NULL;
    for (size_t g = 0; g < plan->goal_count && meets; g++) {
        meets = plan->goals[g].maximize ? trial->values[g] >= plan->target[g]
                                        : trial->values[g] <= plan->target[g];
    }
    return meets;
}

/* Can it be the best, or on the front? */
static bool is_measured(const clt_halt *h, const clt_trial_row *trial)
{
    const clt_plan *plan = h->plan;
    const clt_study_row study = {.goals = plan->goals,
                                 .goal_count = plan->goal_count,
                                 .demands = plan->demands,
                                 .demand_count = plan->demand_count};
    return clt_trial_counts(&study, trial);
}

bool clt_halt_tell(clt_halt *h, const clt_trial_row *trial)
{
    double values[CLT_MOST_GOALS];
    bool better = false;
    if (trial->state == CLT_TRIAL_PAUSED) { /* its end is to come */
        return true;
    }
    bool counts = trial->twin == 0 || h->plan->study.duplicates != CLT_DUPLICATES_RESAMPLE;
    if (is_measured(h, trial)) {
        for (size_t g = 0; g < h->plan->goal_count; g++) {
            values[g] = h->plan->goals[g].maximize ? -trial->values[g] : trial->values[g];
        }
        if (!add(h, values, &better)) {
            return false;
        }
        if (!h->reached && meets_target(h, trial)) {
            h->reached = true;
            h->reached_number = trial->number;
            memcpy(h->reached_values, trial->values, h->plan->goal_count * sizeof *trial->values);
        }
    }
    h->since = better ? 0 : h->since + counts;
    h->best_number = better ? trial->number : h->best_number;
    return true;
}

/* ---- The rules ------------------------------------------------------------------------------ */

bool clt_halt_before_ask(clt_halt *h)
{
    const clt_study_options *o = &h->plan->study;
    if (h->by == CLT_HALT_NONE && h->reached) {
        h->by = CLT_HALT_TARGET;
    } else if (h->by == CLT_HALT_NONE && o->no_improvement > 0 && h->best.count > 0 &&
               h->since >= (uint64_t)o->no_improvement) {
        h->by = CLT_HALT_NO_IMPROVEMENT;
    }
    return h->by != CLT_HALT_NONE;
}

bool clt_halt_after_ask(clt_halt *h, uint64_t number, double expected)
{
    if (h->by == CLT_HALT_NONE && expected < h->plan->study.expected_improvement) {
        h->by = CLT_HALT_EXPECTED;
        h->number = number;
        h->expected = expected;
    }
    return h->by != CLT_HALT_NONE;
}

/* ---- What is said --------------------------------------------------------------------------- */

const char *clt_halt_name(clt_halt_rule rule)
{
    static const char *const names[] = {"", "target", "no_improvement", "expected_improvement"};
    return names[rule];
}

static void add_values(const clt_halt *h, const double *values, const double *target, clt_str *out)
{
    for (size_t g = 0; g < h->plan->goal_count; g++) {
        clt_str_addf(out, "%s%s %.6g", g > 0 ? ", " : "", h->plan->goals[g].metric, values[g]);
        clt_str_addf(out, " (%s %.6g)", h->plan->goals[g].maximize ? "at least" : "at most",
                     target[g]);
    }
}

/* "trial 13, 0.912" or "trial 13, the last of 5 on the front" */
static void add_best(const clt_halt *h, clt_str *out)
{
    clt_str_addf(out, "trial %" PRIu64, h->best_number);
    if (h->plan->goal_count == 1) {
        double value = h->best.items[0][0];
        clt_str_addf(out, ", %.6g", h->plan->goals[0].maximize ? -value : value);
    } else {
        clt_str_addf(out, ", the last that was new on the front, which has %zu", h->best.count);
    }
}

void clt_halt_text(const clt_halt *h, clt_str *out)
{
    switch (h->by) {
    case CLT_HALT_TARGET:
        clt_str_addf(out, "trial %" PRIu64 ", ", h->reached_number);
        add_values(h, h->reached_values, h->plan->target, out);
        break;
    case CLT_HALT_NO_IMPROVEMENT:
        clt_str_addf(out, "%" PRIu64 " trial%s since ", h->since, h->since == 1 ? "" : "s");
        add_best(h, out);
        break;
    case CLT_HALT_EXPECTED:
        clt_str_addf(out, "of trial %" PRIu64 " the sampler expected %.3g, less than %.6g",
                     h->number, h->expected, h->plan->study.expected_improvement);
        if (h->best.count > 0) {
            clt_str_add(out, "; best ");
            add_best(h, out);
        }
        break;
    default:
        break;
    }
}

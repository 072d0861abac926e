/**
 * @file study/halt.h
 * @brief Rules that end a study: [study] target, no_improvement, expected_improvement.
 *
 * They look at the ends that the sampler was told, in the order in which it was told them, and at
 * what it says of its own proposal. So in fixed order the trials that are run depend neither on the
 * number of workers nor on how long trials take; those under way finish. All of it is had again
 * from the trials of the store: a study goes on where a rule is relaxed, and ends at once where it
 * is not.
 */
#ifndef CLT_STUDY_HALT_H
#define CLT_STUDY_HALT_H

#include "base/vec.h"
#include "study/plan.h"

/** Which rule it was. */
typedef enum clt_halt_rule {
    CLT_HALT_NONE,
    CLT_HALT_TARGET,
    CLT_HALT_NO_IMPROVEMENT,
    CLT_HALT_EXPECTED
} clt_halt_rule;

/** What the rules know. Zero it but for the plan. */
typedef struct clt_halt {
    const clt_plan *plan;
    clt_halt_rule by;       /**< the first that applied; stays */
    CLT_VEC(double *) best; /**< [goal_count] each, less is better: the best, or the front */
    uint64_t best_number;   /**< the last trial that was better, or new on the front */
    uint64_t since;         /**< trials that were told after it */
    bool reached;           /**< the target, by: */
    uint64_t reached_number;
    double reached_values[CLT_MOST_GOALS];
    uint64_t number; /**< CLT_HALT_EXPECTED: the trial that was not run, */
    double expected; /**< and what the sampler expected of it */
} clt_halt;

/** Frees it. */
void clt_halt_finish(clt_halt *halt);

/** A trial has ended, in the study's present ranges. False when memory ran out. */
bool clt_halt_tell(clt_halt *halt, const clt_trial_row *trial);

/** Is the study to end before another trial is asked for? Sets by. */
bool clt_halt_before_ask(clt_halt *halt);

/** Is it to end rather than run what was proposed for trial `number`, of which the sampler expects
 *  to be better than the best by `expected`, NaN where it cannot say? Sets by. */
bool clt_halt_after_ask(clt_halt *halt, uint64_t number, double expected);

/** "no_improvement": the key of the rule. */
const char *clt_halt_name(clt_halt_rule rule);

/** Appends the figures of the rule that ended the study: "20 trials since trial 13, 0.912". */
void clt_halt_text(const clt_halt *halt, clt_str *out);

#endif /* CLT_STUDY_HALT_H */

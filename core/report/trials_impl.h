/**
 * @file report/trials_impl.h
 * @brief What the table, the CSV and the JSON of a study's trials share; nobody else includes it.
 */
#ifndef CLT_REPORT_TRIALS_IMPL_H
#define CLT_REPORT_TRIALS_IMPL_H

#include "base/vec.h"
#include "report/trials.h"

/** Names of all parameters that occur, in the order of their first appearance. */
typedef CLT_VEC(const char *) clt_trial_names;

/** Collects them; false when memory ran out. The texts are the list's. */
bool clt_trial_names_of(const clt_trial_list *list, clt_trial_names *out);

/** A trial's parameter of that name; NULL when it has none. */
const clt_param *clt_trial_param(const clt_trial_row *trial, const char *name);

/** What a trial's resource is called: "steps" or "epochs". */
const char *clt_trial_steps_name(const clt_trial_list *list);

/** Was the study ended by a rule, with no trial since? */
bool clt_trials_have_ended(const clt_trial_list *list);

#endif /* CLT_REPORT_TRIALS_IMPL_H */

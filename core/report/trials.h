/**
 * @file report/trials.h
 * @brief A study's trials as a table, JSON or CSV; which one is best.
 */
#ifndef CLT_REPORT_TRIALS_H
#define CLT_REPORT_TRIALS_H

#include "base/json.h"
#include "study/store.h"

/** A study and all its trials. */
typedef struct clt_trial_list {
    const clt_study_row *study;
    const clt_trial_row *rows;
    size_t count;
    const clt_environment_row *environments; /**< [environment_count], oldest first */
    size_t environment_count;
    const clt_edit *edits; /**< [edit_count], oldest first */
    size_t edit_count;
    size_t width; /**< of the terminal that tables are for; 0: they may be as wide as they are */
} clt_trial_list;

/** Do its trials evaluate an objective, rather than train a model? */
bool clt_study_has_objective(const clt_study_row *study);

/** "complete", "failed", ... */
const char *clt_trial_state_text(clt_trial_state state);

/** The same of a trial, or "dropped". */
const char *clt_trial_word(const clt_trial_row *trial);

/** The best complete trial by the first goal, of those that meet what the study requires; the first
 *  of equals; NULL when there is none. */
const clt_trial_row *clt_best_trial(const clt_trial_list *list);

/** Appends a table, one row a trial: number, state, values, epochs, elapsed seconds, parameters. */
void clt_trials_table(const clt_trial_list *list, clt_str *out);

/** Appends what the study has come to: the best trial and its parameters, or with several goals
 *  the front; or that no complete trial meets what is required; nothing while none is complete. */
void clt_trials_outcome(const clt_trial_list *list, clt_str *out);

/** Appends what ended the study, where it has no more trials since: "ended by no_improvement: 20
 *  trials since trial 13, 0.912". */
void clt_trials_ending(const clt_trial_list *list, clt_str *out);

/** Appends the parameters of a trial, one a line, indented. */
void clt_trial_params(const clt_trial_row *trial, clt_str *out);

/** Appends what somebody has done to a trial by hand, one line each. */
void clt_trial_edits(const clt_trial_list *list, const clt_trial_row *trial, clt_str *out);

/** Appends the environments in which a study was run, one entry a line. */
void clt_environments_text(const clt_trial_list *list, clt_str *out);

/** Appends all trials as CSV (RFC 4180): a head, then one line a trial. */
void clt_trials_csv(const clt_trial_list *list, clt_str *out);

/** Appends a trial as a JSON object. */
void clt_trial_json(const clt_trial_list *list, const clt_trial_row *trial, const char *key,
                    clt_json *json);

/** Appends the study with all its trials as one JSON object. */
void clt_trials_json(const clt_trial_list *list, clt_json *json);

#endif /* CLT_REPORT_TRIALS_H */

/**
 * @file report/optuna.h
 * @brief A study as a journal of Optuna, whose own tools then open it.
 *
 * JournalStorage(JournalFileStorage(FILE)) of Optuna 3.1 and newer reads it: one operation a line,
 * in JSON. Optuna's dates are local time without a zone; its numbers of trials are ours.
 */
#ifndef CLT_REPORT_OPTUNA_H
#define CLT_REPORT_OPTUNA_H

#include "report/trials.h"
#include "study/plan.h"

/** A study to be written. */
typedef struct clt_optuna_report {
    const clt_trial_list *list; /**< with curves */
    const clt_plan *plan;       /**< of the study's text: its ranges */
    const clt_wish *wishes;     /**< [wish_count]; those that wait, or are left out, become WAITING
                                     trials */
    size_t wish_count;
    const char *version; /**< of this program */
} clt_optuna_report;

/** Appends the journal. Curves of the first goal become intermediate values, unless a trial has
 *  folds; a trial that is paused becomes a pruned one, as Optuna knows no other end that may have
 *  them; what else is known of a trial goes into its user attributes, all of which begin with
 *  "collet:". CLT_NO_STORE where a trial has a parameter that the experiment has not. */
clt_status clt_optuna_journal(const clt_optuna_report *report, clt_str *out, clt_error *err);

#endif /* CLT_REPORT_OPTUNA_H */

/**
 * @file report/others.h
 * @brief Metrics beside the goals: what a trial's values were accompanied by.
 *
 * They are read off the curve, which holds all metrics: at the step whose values the trial has,
 * which is the best epoch where that counts, else the last. A trial with folds has them as means of
 * its folds (report/folds.h) and none here.
 */
#ifndef CLT_REPORT_OTHERS_H
#define CLT_REPORT_OTHERS_H

#include "base/vec.h"
#include "report/trials.h"

/** Metrics of a study that are no goals and that it requires nothing of. Zero it. */
typedef struct clt_others {
    CLT_VEC(const char *) names; /**< in the order of their first appearance; the list's */
    bool failed;                 /**< memory ran out */
} clt_others;

/** Those of all trials, whose curves must have been read. */
clt_others clt_others_of(const clt_trial_list *list);

/** Is a metric neither a goal of the study nor one that it requires something of? */
bool clt_others_is(const clt_study_row *study, const char *metric);

/** A trial's points at the step that counts, all metrics; none of one that has no values or has
 * folds.
 */
const clt_point *clt_others_points(const clt_study_row *study, const clt_trial_row *trial,
                                   size_t *count);

/** Of such points the value of the metric; NaN where there is none. */
double clt_others_value(const clt_point *points, size_t count, const char *metric);

/** Frees it. */
void clt_others_finish(clt_others *others);

#endif /* CLT_REPORT_OTHERS_H */

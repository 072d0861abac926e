/**
 * @file study/goals.h
 * @brief Is what the experiment names a metric that there is?
 */
#ifndef CLT_STUDY_GOALS_H
#define CLT_STUDY_GOALS_H

#include "study/plan.h"

/** CLT_OK where `metric`, which the file names under section.key, is one of names[count]; else
 *  CLT_BAD_INPUT with its line, a suggestion and all that there are. */
clt_status clt_goal_check(const clt_plan *plan, const char *section, const char *key,
                          const char *metric, const char *const *names, size_t count,
                          clt_error *err);

/** The same for every goal of the plan, and all that it requires. */
clt_status clt_goals_check(const clt_plan *plan, const char *const *names, size_t count,
                           clt_error *err);

#endif /* CLT_STUDY_GOALS_H */

/**
 * @file report/front.h
 * @brief The Pareto front of a study with several goals: the trials than which no other is at least
 * as good in every goal and better in one. Trials that do not meet what the study requires do not
 * count.
 */
#ifndef CLT_REPORT_FRONT_H
#define CLT_REPORT_FRONT_H

#include "base/vec.h"
#include "report/trials.h"

enum { CLT_FRONT_GOALS = 16 };

/** A trial on the front. */
typedef struct clt_front_member {
    uint64_t number;
    double values[CLT_FRONT_GOALS]; /**< lower is better */
} clt_front_member;

/** The front of the trials that were added. Zero it but for the study, which must outlive it. */
typedef struct clt_front {
    const clt_study_row *study; /**< with at most CLT_FRONT_GOALS goals */
    CLT_VEC(clt_front_member) members;
    bool failed; /**< memory ran out */
} clt_front;

/** Adds a trial; true where it is on the front, at least until others come. Only complete ones
 *  are; of equals all are. */
bool clt_front_add(clt_front *front, const clt_trial_row *trial);

/** The front of a list's trials, which are sorted by number; look at `failed`. */
clt_front clt_front_of(const clt_trial_list *list);

/** Is the trial of that number on it? Of a front that clt_front_of() made. */
bool clt_front_has(const clt_front *front, uint64_t number);

/** What the front dominates. */
typedef struct clt_front_volume {
    bool there;                        /**< false: one goal, or no trial on the front */
    double volume;                     /**< in the goals' own units, multiplied */
    double reference[CLT_FRONT_GOALS]; /**< up to where it counts, own sign */
    bool given;                        /**< by [study] reference; else the worst of each goal among
                                            the complete trials */
} clt_front_volume;

/** The hypervolume of a list's front, exactly (math/hypervolume.h). A goal's worst point adds
 *  nothing where the reference is the worst of each. */
clt_front_volume clt_front_measure(const clt_trial_list *list, clt_front *front);

/** Frees it. */
void clt_front_finish(clt_front *front);

/** Appends the front of a list: a line of how many, a table, best by the first goal first, and its
 *  hypervolume. */
void clt_front_table(const clt_trial_list *list, clt_str *out);

#endif /* CLT_REPORT_FRONT_H */

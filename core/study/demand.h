/**
 * @file study/demand.h
 * @brief What a study requires of a trial's outcome, and whether a trial meets it.
 *
 * [study] require = parameters <= 100000, latency < 0.5
 *
 * A trial that does not meet it is kept, but is never the best one nor on the front. Samplers are
 * told by how much it is missed (collet_trial.constraints).
 */
#ifndef CLT_STUDY_DEMAND_H
#define CLT_STUDY_DEMAND_H

#include "study/store.h"

/** Does the value meet the demand? NaN meets none. */
bool clt_demand_met(const clt_demand *demand, double value);

/** How far the value is beyond the bound, for samplers: positive where the demand is not met, 0 or
 *  less where it is. In parts of the bound (0.2: a fifth beyond), unless that is 0, so that
 * excesses of demands in different units may be added up. */
double clt_demand_excess(const clt_demand *demand, double value);

/** Does a trial with values meet all that its study requires? One without values does not. */
bool clt_trial_meets(const clt_study_row *study, const clt_trial_row *trial);

/** Is the trial complete, with a value of every goal that is a number, and meets what is required?
 *  Only such a one can be the best or on the front. */
bool clt_trial_counts(const clt_study_row *study, const clt_trial_row *trial);

/** Is demand i the first that speaks of its metric, which is no goal either? Then its value stands
 *  nowhere else. */
bool clt_demand_is_new(const clt_study_row *study, size_t i);

/** Appends "parameters <= 100000". */
void clt_demand_text(const clt_demand *demand, clt_str *out);

/** Appends those that the trial does not meet, with commas between: "parameters <= 100000 (it is
 *  120000)". trial NULL: all of them. */
void clt_broken_demands(const clt_study_row *study, const clt_trial_row *trial, clt_str *out);

#endif /* CLT_STUDY_DEMAND_H */

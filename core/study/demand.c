#include "study/demand.h"

#include <math.h>
#include <string.h>

static bool is_upper(const clt_demand *demand)
{
    return demand->relation == CLT_AT_MOST || demand->relation == CLT_BELOW;
}

bool clt_demand_met(const clt_demand *demand, double value)
{
    switch (demand->relation) {
    case CLT_AT_MOST:
        return value <= demand->bound;
    case CLT_BELOW:
        return value < demand->bound;
    case CLT_AT_LEAST:
        return value >= demand->bound;
    case CLT_ABOVE:
        return value > demand->bound;
    }
    return false;
}

double clt_demand_excess(const clt_demand *demand, double value)
{
    double unit = demand->bound != 0 ? fabs(demand->bound) : 1;
    double beyond = is_upper(demand) ? value - demand->bound : demand->bound - value;
    beyond /= unit;
    if (clt_demand_met(demand, value)) {
        return fmin(beyond, 0);
    }
    return fmax(beyond, 0x1p-52); /* a strict bound may be missed by nothing */
}

bool clt_trial_meets(const clt_study_row *study, const clt_trial_row *trial)
{
    bool meets = trial->value_count == study->goal_count + study->demand_count;
    for (size_t i = 0; meets && i < study->demand_count; i++) {
        meets = clt_demand_met(&study->demands[i], trial->values[study->goal_count + i]);
    }
    return meets;
}

bool clt_trial_counts(const clt_study_row *study, const clt_trial_row *trial)
{
    bool counts =
        trial->state == CLT_TRIAL_COMPLETE && !trial->dropped && clt_trial_meets(study, trial);
    for (size_t g = 0; counts && g < study->goal_count; g++) {
        counts = !isnan(trial->values[g]);
    }
    return counts;
}

bool clt_demand_is_new(const clt_study_row *study, size_t i)
{
    const char *metric = study->demands[i].metric;
    bool is_new = true;
    for (size_t g = 0; g < study->goal_count; g++) {
        is_new = is_new && strcmp(study->goals[g].metric, metric) != 0;
    }
    for (size_t k = 0; k < i; k++) {
        is_new = is_new && strcmp(study->demands[k].metric, metric) != 0;
    }
    return is_new;
}

void clt_demand_text(const clt_demand *demand, clt_str *out)
{
    static const char *const signs[] = {"<=", "<", ">=", ">"};
    clt_str_addf(out, "%s %s ", demand->metric, signs[demand->relation]);
    clt_str_add_real(out, demand->bound);
}

void clt_broken_demands(const clt_study_row *study, const clt_trial_row *trial, clt_str *out)
{
    const char *comma = "";
    for (size_t i = 0; i < study->demand_count; i++) {
        double value = trial != NULL ? trial->values[study->goal_count + i] : (double)NAN;
        if (clt_demand_met(&study->demands[i], value)) {
            continue;
        }
        clt_str_add(out, comma);
        clt_demand_text(&study->demands[i], out);
        if (trial != NULL) {
            clt_str_addf(out, " (it is %.6g)", value);
        }
        comma = ", ";
    }
}

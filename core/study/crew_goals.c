#include "study/crew_impl.h"

#include "base/suggest.h"

#include <string.h>

static clt_status no_metric(const clt_crew *crew, const clt_goal *goal, clt_error *err)
{
    const clt_ini *ini = crew->plan->ini;
    const char *key = goal->maximize ? "maximize" : "minimize";
    const clt_entry *entry = clt_ini_find(ini, "study", key);
    clt_suggest suggest = {.read = goal->metric};
    clt_str names = {0};
    char hint[96];
    for (size_t i = 0; i < crew->facts.metric_count; i++) {
        clt_suggest_offer(&suggest, crew->facts.metrics[i]);
        clt_str_addf(&names, "%s%s", i > 0 ? ", " : "", crew->facts.metrics[i]);
    }
    clt_fail(err, CLT_BAD_INPUT, "%s:%d: study.%s: there is no metric \"%s\"%s; there are: %s",
             ini->path, entry != NULL ? entry->line : 0, key, goal->metric,
             clt_suggest_text(&suggest, hint, sizeof hint), clt_str_text(&names));
    clt_str_finish(&names);
    return CLT_BAD_INPUT;
}

clt_status clt_crew_check_goals(const clt_crew *crew, clt_error *err)
{
    for (size_t g = 0; g < crew->plan->goal_count; g++) {
        bool known = false;
        for (size_t i = 0; i < crew->facts.metric_count; i++) {
            known = known || strcmp(crew->facts.metrics[i], crew->plan->goals[g].metric) == 0;
        }
        if (!known) {
            return no_metric(crew, &crew->plan->goals[g], err);
        }
    }
    return CLT_OK;
}

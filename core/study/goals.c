#include "study/goals.h"

#include "base/suggest.h"

#include <string.h>

clt_status clt_goal_check(const clt_plan *plan, const char *section, const char *key,
                          const char *metric, const char *const *names, size_t count,
                          clt_error *err)
{
    clt_suggest suggest = {.read = metric};
    clt_str list = {0};
    char hint[96];
    bool known = false;
    for (size_t i = 0; i < count; i++) {
        known = known || strcmp(names[i], metric) == 0;
        clt_suggest_offer(&suggest, names[i]);
        clt_str_addf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (!known) {
        const clt_entry *entry = clt_ini_find(plan->ini, section, key);
        clt_fail(err, CLT_BAD_INPUT, "%s:%d: %s.%s: there is no metric \"%s\"%s; there are: %s",
                 plan->ini->path, entry != NULL ? entry->line : 0, section, key, metric,
                 clt_suggest_text(&suggest, hint, sizeof hint), clt_str_text(&list));
    }
    clt_str_finish(&list);
    return known ? CLT_OK : CLT_BAD_INPUT;
}

clt_status clt_goals_check(const clt_plan *plan, const char *const *names, size_t count,
                           clt_error *err)
{
    for (size_t g = 0; g < plan->goal_count; g++) {
        const clt_goal *goal = &plan->goals[g];
        if (clt_goal_check(plan, "study", goal->maximize ? "maximize" : "minimize", goal->metric,
                           names, count, err) != CLT_OK) {
            return err->status;
        }
    }
    for (size_t i = 0; i < plan->demand_count; i++) {
        if (clt_goal_check(plan, "study", "require", plan->demands[i].metric, names, count, err) !=
            CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

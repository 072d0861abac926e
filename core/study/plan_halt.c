/* When a study ends: the rules of [study], understood. */
#include "study/plan_build.h"

#include "config/option.h"
#include "config/quote.h"

#include <collet/sampler.h>

#include <math.h>
#include <string.h>

bool clt_plan_is_limit(const clt_entry *e)
{
    static const char *const keys[] = {
        "name", "trials", "time", "target", "no_improvement", "expected_improvement",
    };
    bool limit = false;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        limit = limit || strcmp(e->key, keys[i]) == 0;
    }
    return limit && strcmp(e->section, "study") == 0;
}

static clt_status refuse(clt_plan_build *b, const char *key)
{
    const clt_entry *entry = clt_ini_find(b->plan->ini, "study", key);
    return clt_plan_at(b, entry != NULL ? entry->line : 0, clt_plan_name(b, "study", key));
}

/* "accuracy, loss" */
static void list_goals(const clt_plan *plan, clt_str *out)
{
    for (size_t g = 0; g < plan->goal_count; g++) {
        clt_str_addf(out, "%s%s", g > 0 ? ", " : "", plan->goals[g].metric);
    }
}

static clt_status fail_target(clt_plan_build *b, const char *text)
{
    clt_str goals = {0};
    list_goals(b->plan, &goals);
    clt_fail(b->err, CLT_BAD_INPUT,
             b->plan->goal_count == 1 ? "\"%s\" is not a number; write the value of %s that is "
                                        "good enough"
                                      : "\"%s\" is not a number for each goal; write those of %s, "
                                        "separated by commas",
             text, clt_str_text(&goals));
    clt_str_finish(&goals);
    return refuse(b, "target");
}

/* A number for each goal, separated by commas. */
static clt_status read_target(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    const char *at = plan->study.target;
    double *target = clt_arena_array(&plan->arena, plan->goal_count, sizeof *target);
    if (at[0] == '\0') {
        return CLT_OK;
    }
    if (target == NULL) {
        return clt_fail_memory(b->err);
    }
    for (size_t g = 0; g < plan->goal_count; g++) {
        clt_listed one;
        bool last = g + 1 == plan->goal_count;
        if (clt_list_next(&plan->arena, &at, ",", &one, b->err) != CLT_OK ||
            !clt_number_parse(one.text, &target[g]) || *at != (last ? '\0' : ',')) {
            return fail_target(b, plan->study.target);
        }
        at += !last;
    }
    plan->target = target;
    return CLT_OK;
}

/* Can the sampler say what it expects? One that cannot would never end the study. */
static clt_status check_expected(clt_plan_build *b)
{
    const clt_plan *plan = b->plan;
    const clt_component *component = clt_plan_component(plan, "sampler", NULL);
    const collet_sampler *sampler = component->unit->vtable;
    if (plan->study.expected_improvement == 0) {
        return CLT_OK;
    }
    if (plan->goal_count > 1) {
        clt_fail(b->err, CLT_BAD_INPUT,
                 "there are %zu goals, and an improvement is that of one; with several, "
                 "no_improvement can end the study",
                 plan->goal_count);
    } else if (!COLLET_CAN(sampler, expected_improvement)) {
        clt_fail(b->err, CLT_BAD_INPUT,
                 "sampler \"%s\" cannot say how much it expects to improve; gp and auto can, and "
                 "no_improvement needs no such estimate",
                 component->id);
    } else {
        return CLT_OK;
    }
    return refuse(b, "expected_improvement");
}

clt_status clt_plan_read_halt(clt_plan_build *b)
{
    return read_target(b) == CLT_OK ? check_expected(b) : b->err->status;
}

/**
 * @file study/plan_build.h
 * @brief What the files that make a plan share; nobody else includes it.
 */
#ifndef CLT_STUDY_PLAN_BUILD_H
#define CLT_STUDY_PLAN_BUILD_H

#include "base/vec.h"
#include "study/plan.h"

/** A plan that is being made. */
typedef struct clt_plan_build {
    clt_plan *plan;
    clt_registry *registry;
    clt_error *err;
    CLT_VEC(clt_component) components;
    CLT_VEC(clt_variable) variables;
} clt_plan_build;

/** Adds the unit or units that play a role, with all their options. */
clt_status clt_plan_add_role(clt_plan_build *b, const char *role);

/** Adds a host section whose options may be searched over. */
clt_status clt_plan_add_host(clt_plan_build *b, const char *name);

/** Reads a host section that is no part of the search straight into its struct. */
clt_status clt_plan_read_host(clt_plan_build *b, const char *name, void *config);

/** Says whether trials train or evaluate an objective, and refuses a mixture, and neither. */
clt_status clt_plan_choose(clt_plan_build *b);

/** Adds the parameters of [params], which no table describes. */
clt_status clt_plan_add_params(clt_plan_build *b);

/** Reads the [enqueue] sections, once there is a space. */
clt_status clt_plan_add_wishes(clt_plan_build *b);

/** Is that section a setting to be run: "enqueue", "enqueue.NAME"? */
bool clt_plan_is_wish(const char *section);

/** Reads [study] require into the plan's demands. */
clt_status clt_plan_read_demands(clt_plan_build *b);

/** Reads [study] reference into the plan's goals, which are there already. */
clt_status clt_plan_read_reference(clt_plan_build *b, clt_goal *goals);

/** Reads [run] into the plan's limits. */
clt_status clt_plan_read_run(clt_plan_build *b);

/** Reads the rules of [study] that end a study, once there is a sampler. */
clt_status clt_plan_read_halt(clt_plan_build *b);

/** Is it a line of [study] that says for how long, or the study's name? Such lines may change when
 * a study goes on. */
bool clt_plan_is_limit(const clt_entry *entry);

/** Notes what is allowed and may not be meant, once all else is read. */
clt_status clt_plan_add_notes(clt_plan_build *b);

/** Puts "path:line: name: " before the error's text; returns its status. */
clt_status clt_plan_at(clt_plan_build *b, int line, const char *name);

/** "section.key" and "[section]", from the plan's arena; never NULL. */
const char *clt_plan_name(clt_plan_build *b, const char *section, const char *key);
const char *clt_plan_bracket(clt_plan_build *b, const char *section);

#endif /* CLT_STUDY_PLAN_BUILD_H */

/**
 * @file study/plan.h
 * @brief What an experiment file means: components with their options, and the search space.
 *
 * text -> clt_ini -> plan. A plan is made once a run and only read afterwards.
 */
#ifndef CLT_STUDY_PLAN_H
#define CLT_STUDY_PLAN_H

#include "config/ini.h"
#include "plugin/registry.h"
#include "space/rules.h"
#include "space/space.h"
#include "study/sections.h"
#include "study/store.h"

/** One line of a component's section: which variable sets which option. */
typedef struct clt_setting {
    const collet_option *option;
    uint32_t element; /**< or CLT_ALL_ELEMENTS */
    size_t variable;  /**< index into the plan's variables */
} clt_setting;

/** A unit in its role, or a host section. */
typedef struct clt_component {
    const char *role;        /**< "data", "model", "optimizer", "training"; "objective"; "sampler",
                                "pruner" */
    const char *id;          /**< "mlp"; for a host section its name */
    const collet_unit *unit; /**< NULL for a host section */
    clt_options options;
    size_t config_size;
    size_t use; /**< index of the variable `use`; meaningless for a host section */
    const clt_setting *settings;
    size_t setting_count;
} clt_component;

/** How trials are carried out: [run], understood. Times in seconds, 0: no limit. */
typedef struct clt_limits {
    uint32_t workers; /**< at least 1 */
    uint32_t threads; /**< that each may use: the processors divided among them, at least 1 */
    double trial_time, no_progress, grace, sampler_time;
    uint64_t trial_memory; /**< bytes; 0: no limit */
    uint64_t max_failed;   /**< 0: no limit */
    int64_t retries;       /**< of a trial that failed by its own fault; -1: one, of those that a
                                chance may have ended: crash, memory, no result */
    bool checkpoint;
    bool reuse; /**< a process may run several trials one after another */
    bool free_order;
    uint64_t window; /**< 0: not said */
} clt_limits;

/** The section whose keys are an objective's parameters. */
#define CLT_PARAMS "params"

/** Which sampler a study began with whose identity (below) does not name one: older than the
 *  present default. NULL: it names it. */
const char *clt_plan_unnamed_sampler(const char *identity);

/** The most goals of a study. */
enum { CLT_MOST_GOALS = 16 };

/** The whole experiment. Zero it before clt_plan_make(). */
typedef struct clt_plan {
    const char *unnamed_sampler; /**< where the file names none: of a stored study the above; NULL:
                                      the default */
    clt_arena arena;
    const clt_ini *ini;
    clt_registry *registry; /**< that units came from; not the plan's */
    const char *folder;     /**< absolute, of the experiment file: what relative paths start from */
    clt_study_options study;
    double time_limit;    /**< seconds; 0: none */
    const double *target; /**< [goal_count], a trial that is as good ends the study; NULL: none */
    clt_limits limits;
    bool black_box; /**< a trial evaluates an objective; else it trains a model */
    bool outside;   /**< black_box without an [objective]: whoever asks evaluates, and tells */
    const clt_goal *goals;
    size_t goal_count;
    const clt_demand *demands; /**< what is required of outcomes, beside the goals */
    size_t demand_count;
    const char *const *value_names; /**< [value_count] metrics of the goals, then of the demands:
                                       the values of a trial */
    size_t value_count;
    const clt_component *components;
    size_t component_count;
    clt_variable *variables;
    size_t variable_count;
    clt_space space;
    clt_rules rules;        /**< what a point of the space must meet as well */
    const clt_wish *wishes; /**< [wish_count]: the [enqueue] sections, in their order */
    size_t wish_count;
    clt_error wish_error; /**< why one of them is no point of the space; a study that goes on may
                               have been given other ranges since */
    const char *const *notes; /**< [note_count] "path:line: ...": what may not be meant */
    size_t note_count;
    const char *identity; /**< canonical text of all that a resumed study must share */
} clt_plan;

/** Makes the plan of ini, which must outlive it; units come from the registry. CLT_BAD_INPUT with
 *  "path:line: ..." for what is wrong. Finish it also after a failure. */
clt_status clt_plan_make(clt_plan *plan, const clt_ini *ini, clt_registry *registry,
                         clt_error *err);

/** What the study of an experiment is called: [study] name, or its file without ".ini"; from the
 *  arena, NULL: no memory. */
const char *clt_plan_study_name(const clt_ini *ini, clt_arena *arena);

/** CLT_BAD_INPUT, with the line of [params], where there is no [objective] that a trial could
 *  evaluate. */
clt_status clt_plan_needs_objective(const clt_plan *plan, clt_error *err);

/** What the parts of a trial are called, where it has any: "fold", or "run" where it is repeated.
 */
const char *clt_plan_part_name(const clt_plan *plan);

/** Frees what the plan holds. */
void clt_plan_finish(clt_plan *plan);

/** The most epochs that a training may have; 0 where trials do not train. */
uint64_t clt_plan_epochs(const clt_plan *plan);

/** The component that plays a role at point x (the choice of `use` decides). */
const clt_component *clt_plan_component(const clt_plan *plan, const char *role, const double *x);

/** The component's config struct at point x, from the arena: defaults, then the file's values,
 *  then those of x. x may be NULL when nothing of the component is searched over. */
clt_status clt_plan_configure(const clt_plan *plan, const clt_component *component, const double *x,
                              clt_arena *arena, void **config, clt_error *err);

/** Has variable `index` a value at point x? */
bool clt_plan_is_active(const clt_plan *plan, size_t index, const double *x);

/** The text of variable `index` at point x, from the arena; NULL where it is inactive, or when
 *  memory ran out. */
const char *clt_plan_text(const clt_plan *plan, size_t index, const double *x, clt_arena *arena);

/** Appends the experiment that runs point x alone, with no search: values for ranges, the
 *  inactive left out, paths absolute, the trial's seed written. */
void clt_plan_trial_ini(const clt_plan *plan, const double *x, uint64_t seed, clt_str *out);

/** Compares the identity of a study that is to go on with the plan's. CLT_BAD_INPUT naming the
 *  first difference, with its line in the file. A study that is older than the default sampler goes
 *  on where the plan names the sampler that was it. */
clt_status clt_plan_same(const clt_plan *plan, const char *study, const char *identity,
                         clt_error *err);

#endif /* CLT_STUDY_PLAN_H */

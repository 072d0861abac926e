/**
 * @file study/start.h
 * @brief A study begins, or goes on from where the store says it stands: whoever evaluates the
 * trials, the study loop or a program that asks and tells.
 */
#ifndef CLT_STUDY_START_H
#define CLT_STUDY_START_H

#include "study/ancestry.h"
#include "study/order.h"
#include "study/pruning.h"

/** What it takes. Everything outlives the calls, plan and hooks the study. */
typedef struct clt_start {
    const clt_plan *plan;
    clt_store *store;
    bool fresh;              /**< begin another study where there is one of that name */
    bool accept_changes;     /**< go on also where the data is not what the study has seen */
    const char *environment; /**< of now; see study/environment.h */
    clt_store_opener open;   /**< of the store of an older study to begin with; NULL: none can be */
    clt_host_hooks hooks;    /**< log hears the sampler, and what has changed since */
    clt_prunable prunable;   /**< for the pruner of a study that begins */
} clt_start;

/** Finds the study of the plan's name, which goes on where its identity agrees, and in fixed order
 * where its inputs do (else CLT_BAD_INPUT), or adds it: *study, from the arena. */
clt_status clt_start_find(const clt_start *start, clt_arena *arena, clt_study_row *study,
                          clt_error *err);

/** What a study that begins is refused for, and one that goes on is not: settings that are no
 * points of its space. To be called before anything that takes long. */
clt_status clt_start_check(const clt_plan *plan, clt_store *store, bool fresh, clt_error *err);

/** Opens the sampler and brings it to where the study stands: *past, from the arena; curves: with
 *  its trials' curves. One that does not propose what it did is told all of it instead, which the
 *  log hears. */
clt_status clt_start_order(const clt_start *start, const clt_study_row *study, bool curves,
                           clt_arena *arena, clt_order *order, clt_order_past *past,
                           clt_error *err);

/** Says in one line which settings of the order are left out, and why. */
clt_status clt_start_say_left_out(const clt_start *start, const clt_study_row *study,
                                  const clt_order *order, clt_error *err);

/** The window of a study that begins; 0: free order. */
uint64_t clt_start_window(const clt_limits *limits);

#endif /* CLT_STUDY_START_H */

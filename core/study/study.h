/**
 * @file study/study.h
 * @brief The study loop: ask, launch, store, tell, until there is nothing left to do.
 */
#ifndef CLT_STUDY_STUDY_H
#define CLT_STUDY_STUDY_H

#include "study/ancestry.h"
#include "study/plan.h"
#include "study/watcher.h"

/** Why a run ended. */
typedef enum clt_ending {
    CLT_ENDED_ALL,       /**< as many trials as wanted */
    CLT_ENDED_EXHAUSTED, /**< the sampler has no more */
    CLT_ENDED_RULE,      /**< by one of the rules of study/halt.h: the study's row says which */
    CLT_ENDED_SPACE,     /**< every point was tried, and none is to be twice */
    CLT_ENDED_TIME,      /**< the time is over */
    CLT_ENDED_STOPPED    /**< the watcher wanted to stop */
} clt_ending;

/** What a run needs beside its plan. Everything outlives the run. */
typedef struct clt_study_setup {
    const clt_plan *plan;
    clt_store *store;
    clt_store_opener open;      /**< see study/start.h */
    bool fresh;                 /**< begin another study where there is one of that name */
    bool accept_changes;        /**< see study/start.h */
    const char *checkpoints;    /**< absolute path of the folder for them; it need not exist */
    const char *environment;    /**< of this run; see study/environment.h */
    const char *const *nursery; /**< program and arguments of the nursery; see clt_crew_create() */
    clt_watcher watcher;
} clt_study_setup;

/** Runs the study of a plan, from where the store says it stands.
 *  A study of the plan's name goes on where its identity agrees, else CLT_BAD_INPUT.
 *  *study (from the arena) is what was run, also when the run fails after it was found. */
clt_status clt_study_run(const clt_study_setup *setup, clt_arena *arena, clt_study_row *study,
                         clt_ending *ending, clt_error *err);

#endif /* CLT_STUDY_STUDY_H */

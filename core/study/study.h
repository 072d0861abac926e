/**
 * @file study/study.h
 * @brief The study loop: ask, run, store, tell, until there is nothing left to do.
 */
#ifndef CLT_STUDY_STUDY_H
#define CLT_STUDY_STUDY_H

#include "study/plan.h"
#include "study/watcher.h"

/** Why a run ended. */
typedef enum clt_ending {
    CLT_ENDED_ALL,       /**< as many trials as wanted */
    CLT_ENDED_EXHAUSTED, /**< the sampler has no more */
    CLT_ENDED_TIME,      /**< [study] time is over */
    CLT_ENDED_STOPPED    /**< the watcher wanted to stop */
} clt_ending;

/** Runs the study of a plan, from where the store says it stands, one trial at a time.
 *  A study of the plan's name goes on where its identity agrees, else CLT_BAD_INPUT; with fresh,
 *  a new one begins under the next free name ("fashion-2").
 *  *study (from the arena) is what was run, also when the run fails after it was found.
 *  environment: "key = value" lines that are stored with a study that begins. */
clt_status clt_study_run(const clt_plan *plan, clt_store *store, bool fresh,
                         const char *environment, const clt_watcher *watcher, clt_arena *arena,
                         clt_study_row *study, clt_ending *ending, clt_error *err);

#endif /* CLT_STUDY_STUDY_H */

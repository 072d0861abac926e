/**
 * @file study/child.h
 * @brief An attempt's process: what it does between fork() and its end.
 */
#ifndef CLT_STUDY_CHILD_H
#define CLT_STUDY_CHILD_H

#include "study/plan.h"
#include "study/source.h"
#include "study/wire.h"

#include <sys/types.h>

/** Seconds: an attempt that took less may be followed by another in the same process. The folds of
 * a trial, which have shared one since before they had attempts, by more: a process costs 10 ms
 * where page faults are dear. */
#define CLT_QUICK      0.01
#define CLT_QUICK_FOLD 0.5

/** What an attempt is to do. */
typedef struct clt_child {
    const clt_plan *plan;
    clt_source *source;
    clt_wire *message; /**< CLT_WIRE_START, checked, with its two descriptors; is overwritten */
    pid_t nursery;     /**< which must be alive */
} clt_child;

/** Runs the attempt in a process that was just forked, tells the coordinator, runs others that it
 * is sent while each was quick and left nothing behind, and exits. */
_Noreturn void clt_child_main(const clt_child *child);

#endif /* CLT_STUDY_CHILD_H */

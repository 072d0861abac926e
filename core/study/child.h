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

/** What an attempt is to do. */
typedef struct clt_child {
    const clt_plan *plan;
    clt_source *source;
    const clt_wire *start; /**< CLT_WIRE_START, checked, with its two descriptors */
    pid_t nursery;         /**< which must be alive */
} clt_child;

/** Runs the attempt in a process that was just forked, tells the coordinator and exits. */
_Noreturn void clt_child_main(const clt_child *child);

#endif /* CLT_STUDY_CHILD_H */

/**
 * @file study/crew_impl.h
 * @brief What the files of the crew share; nobody else includes it.
 */
#ifndef CLT_STUDY_CREW_IMPL_H
#define CLT_STUDY_CREW_IMPL_H

#include "base/vec.h"
#include "study/attempt.h"
#include "study/crew.h"
#include "study/wire.h"

#include <sys/types.h>

/** Bytes that are kept of what an attempt prints: the last ones. */
enum { CLT_TAIL_SIZE = 4096 };

/** Most points of one trial's curve. */
enum { CLT_MOST_POINTS = 1000000 };

/** One attempt as the coordinator sees it. */
typedef struct clt_task {
    clt_crew *crew;
    uint64_t ticket, number;
    uint32_t attempt;
    double *x;       /**< [dim_count] */
    int socket, log; /**< -1 once closed */
    pid_t pid;       /**< 0 until the nursery says */
    uint32_t sequence;
    double started, progress; /**< clock */
    double kill_at;           /**< when SIGKILL follows SIGTERM; 0: not asked to end */
    bool killed, stopped;     /**< SIGKILL was sent; it ends because the run does */
    bool has_result;
    clt_failure condemned; /**< why the coordinator ends it, or CLT_FAIL_NONE */
    char why[1100];
    uint64_t epochs, last_step;
    size_t folds; /**< finished ones */
    CLT_VEC(clt_point) curve;
    clt_attempt_result result;
    char tail[CLT_TAIL_SIZE]; /**< a ring of what it printed */
    size_t printed;           /**< bytes in all */
} clt_task;

/** The crew. */
struct clt_crew {
    const clt_plan *plan;
    const char *const *argv;
    int wake, poll;
    clt_crew_hooks hooks;
    clt_crew_facts facts;
    const clt_keep *keep; /**< NULL: no checkpoints */
    clt_arena arena;
    pid_t nursery;
    int control;
    uint32_t sent, received;
    uint64_t next_ticket;
    uint32_t deaths; /**< of nurseries since an attempt last ended as it should */
    bool ready;
    CLT_VEC(clt_task *) tasks;
    clt_error *err; /**< of the call under way */
    clt_wire message;
};

/** Starts the nursery and waits until it is ready. */
clt_status clt_crew_hatch(clt_crew *crew, clt_error *err);

/** Lets the nursery end, or kills it, and reaps it; waitpid()'s status. */
int clt_crew_bury_nursery(clt_crew *crew);

/** Takes what the nursery says. False when it is gone. */
bool clt_crew_hear_nursery(clt_crew *crew);

/** The nursery is gone: all attempts are lost; starts another. */
clt_status clt_crew_rehatch(clt_crew *crew, clt_error *err);

/** Takes what an attempt says and prints, until nothing is there. */
void clt_task_hear(clt_task *task);
void clt_task_read_log(clt_task *task);

/** Ends an attempt by the coordinator's decision; the first reason counts. */
void clt_task_condemn(clt_task *task, clt_failure failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Sends the next signal of the ladder when its time has come. Returns the time at which to look
 *  again. */
double clt_task_enforce(clt_task *task, double now);

/** Tells the outcome by waitpid()'s status (or -1: it was lost) and frees the task. */
void clt_task_end(clt_task *task, int status, uint64_t peak);

/** Frees a task without a word. */
void clt_task_destroy(clt_task *task);

/** Removes the task from the crew's list. */
void clt_crew_forget(clt_crew *crew, const clt_task *task);

#endif /* CLT_STUDY_CREW_IMPL_H */

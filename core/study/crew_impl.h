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

/** A trial, or a fold of one, that a process is to run. */
typedef struct clt_errand {
    uint64_t number, ticket;
    uint32_t fold, attempt; /**< as those of clt_launch */
    uint64_t until;
    double *x; /**< [dim_count] */
} clt_errand;

/** A process of attempts as the coordinator sees it: most run one trial and end. */
typedef struct clt_task {
    clt_crew *crew;
    uint64_t ticket;           /**< of the process: that of its first trial */
    uint32_t worker;           /**< from 0, below [run] workers; no other process has it */
    clt_errand trial;          /**< under way while busy */
    CLT_VEC(clt_errand) ahead; /**< sent to it, to follow */
    bool busy;
    bool share;      /**< it may run more than one */
    bool hot;        /**< it has run a trial and waits for more */
    bool begun;      /**< it said that it has begun the trial */
    double begun_at; /**< clock */
    uint64_t runs;   /**< trials that it has ended */
    uint32_t sent;   /**< messages to it */
    int socket, log; /**< -1 once closed */
    pid_t pid;       /**< 0 until the nursery says */
    uint32_t sequence;
    double started, progress; /**< clock */
    double kill_at;           /**< when SIGKILL follows SIGTERM; 0: not asked to end */
    bool killed, stopped;     /**< SIGKILL was sent; it ends because the run does */
    bool has_result;
    bool pruned; /**< the trial under way is, with what it had reported; the rest is not heard */
    clt_failure condemned; /**< why the coordinator ends it, or CLT_FAIL_NONE */
    char why[1100];
    uint64_t epochs, last_step;
    bool fold_told; /**< the values of its fold came */
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
    uint32_t deaths;  /**< of nurseries since an attempt last ended as it should */
    uint32_t refused; /**< attempts since then for which there was no process */
    bool ready;
    bool no_sharing; /**< no process runs more than one trial */
    CLT_VEC(clt_task *) tasks;
    unsigned char *taken; /**< [workers of the plan]: whether a task has that number */
    clt_error *err;       /**< of the call under way */
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

/** Tells the outcome of the trial under way, whose result says that the process waits for another,
 *  and goes on to the next that was sent. */
void clt_task_turn(clt_task *task);

/** The trial is over; the next that was sent takes its place. */
void clt_task_next(clt_task *task);

/** Tells of the trials that were sent and not begun; nothing more is sent. */
void clt_task_give_back(clt_task *task);

/** Gives back what waits behind a trial that is not quick. Returns when to look again. */
double clt_task_recall(clt_task *task, double now);

/** Nothing more is wanted from it. */
void clt_task_close(clt_task *task);

/** The objective does not repeat itself in one process. */
void clt_crew_distrust(clt_crew *crew);

/** Sends a trial to a nursery (with the descriptors) or to a process that waits. */
bool clt_crew_send_start(clt_task *task, int fd, uint32_t *sequence, const clt_errand *errand,
                         bool share, const int *fds);

/** Frees a task without a word. */
void clt_task_destroy(clt_task *task);

/** Removes the task from the crew's list. */
void clt_crew_forget(clt_crew *crew, const clt_task *task);

#endif /* CLT_STUDY_CREW_IMPL_H */

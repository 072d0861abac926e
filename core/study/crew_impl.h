/**
 * @file study/crew_impl.h
 * @brief What the files of the crew share; nobody else includes it.
 */
#ifndef CLT_STUDY_CREW_IMPL_H
#define CLT_STUDY_CREW_IMPL_H

#include "base/vec.h"
#include "study/attempt.h"
#include "study/crew.h"
#include "study/outbox.h"

#include <sys/resource.h>
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

/** Processes that were asked for and have not been started. */
enum { CLT_MOST_UNSTARTED = 64 };

/** Seconds that a process may take to end after its result. */
#define CLT_LINGER 10

/** Seconds of silence after which a nursery is killed, and another one comes. A machine that is
 * short of memory takes its time over a fork. */
#define CLT_MOST_SILENCE 30

/** Seconds after which the coordinator looks around, whether or not something has happened. */
#define CLT_TICK 0.5

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
    clt_outbox out;  /**< messages to it */
    int socket, log; /**< -1 once closed */
    pid_t pid;       /**< 0 until the nursery says */
    uint32_t sequence;
    bool drained;    /**< what it had said when it was last listened to is heard */
    double launched; /**< clock: when it was sent, or began */
    /** Clock: when it began, and when it last did something, by what it and the nursery say; moved
     *  on by the time that the coordinator did not listen. What the limits are kept by. */
    double started, progress;
    double result_at;     /**< the same of its result */
    double born;          /**< clock: when the process was asked for */
    double seconds;       /**< that the trial took, by its result */
    double kill_at;       /**< when SIGKILL follows SIGTERM; 0: not asked to end */
    bool killed, stopped; /**< SIGKILL was sent; it ends because the run does */
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

/** What was done about a nursery that says nothing. */
typedef enum clt_silence { CLT_SILENCE_NONE, CLT_SILENCE_ASKED, CLT_SILENCE_WOKEN } clt_silence;

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
    clt_outbox out; /**< messages to the nursery */
    uint32_t received;
    double heard; /**< clock: when the nursery last said something */
    clt_silence silence;
    int mute; /**< errno by which no message comes to the nursery, however long it is tried; or 0 */
    double looked;       /**< clock: until when the coordinator listened */
    double absence;      /**< seconds that it was held up from outside */
    size_t most;         /**< processes that there are descriptors for */
    struct rlimit files; /**< of descriptors, as it was found */
    uint64_t next_ticket;
    uint32_t deaths;   /**< of nurseries since an attempt last ended as it should */
    uint32_t refused;  /**< attempts since then for which there was no process */
    uint32_t silent;   /**< nurseries that were killed for their silence, one soon after another */
    double silenced;   /**< clock: when the last of them was */
    double open_until; /**< clock: how long data may be opened; 0: as long as it takes */
    bool ready;
    bool stopping;   /**< nothing begins any more, no nursery either */
    bool told;       /**< of the first nursery, what dataset or objective said while it opened */
    bool no_sharing; /**< no process runs more than one trial */
    CLT_VEC(clt_task *) tasks;
    unsigned char *taken; /**< [workers of the plan]: whether a task has that number */
    clt_error *err;       /**< of the call under way */
    clt_wire message;
};

/** Starts the nursery and waits until it is ready. CLT_INTERRUPTED where crew->wake says so,
 *  CLT_STOPPED at the time crew->open_until. */
clt_status clt_crew_hatch(clt_crew *crew, clt_error *err);

/** Sees to it that the nursery answers: asks it, wakes it where it was stopped, kills it. False
 * when it is gone. */
bool clt_crew_watch(clt_crew *crew);

/** Wakes the nursery where something has stopped it, and says so. */
void clt_crew_wake_nursery(clt_crew *crew);

/** Notes that the coordinator listens now. expected: seconds that it meant to be away; where it was
 *  away for longer, nobody's limit is the less for it. */
void clt_crew_look(clt_crew *crew, double expected, bool held_up);

/** Makes room for the descriptors of as many processes as there may be, for as long as this process
 *  lives. */
void clt_crew_open_files(clt_crew *crew);

/** All attempts are lost; what there is of processes ends. */
void clt_crew_lose_all(clt_crew *crew);

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

/** Sends the next signal of the ladder when its time has come. judge: is it over a limit? Returns
 *  the time at which to look again. */
double clt_task_enforce(clt_task *task, double now, bool judge);

/** It did something at `sent`, or so it says. The time, which is not before the trial began and not
 *  yet to come. */
double clt_task_note(clt_task *task, double sent);

/** Tells the outcome by what the nursery says of the process (status -1: it was lost), which ended
 *  at the time `at`, and frees the task. */
void clt_task_end(clt_task *task, const clt_wire_ended *ended, double at);

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

/** Sends a trial to a nursery (with the descriptors, which it takes over) or to a process that
 *  waits. */
bool clt_crew_send_start(clt_task *task, clt_outbox *out, const clt_errand *errand, bool share,
                         int *fds);

/** Frees a task without a word. */
void clt_task_destroy(clt_task *task);

/** Removes the task from the crew's list. */
void clt_crew_forget(clt_crew *crew, const clt_task *task);

#endif /* CLT_STUDY_CREW_IMPL_H */

#include "study/crew_impl.h"

#include "base/clock.h"
#include "base/process.h"

#include <collet/objective.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool watch(const clt_crew *crew, int fd, void *ptr)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = ptr}};
    return epoll_ctl(crew->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

clt_status clt_crew_create(const clt_plan *plan, const char *const *argv, int wake, double limit,
                           const clt_crew_hooks *hooks, clt_crew **out, clt_error *err)
{
    clt_crew *crew = calloc(1, sizeof *crew);
    *out = NULL;
    if (crew == NULL) {
        return clt_fail_memory(err);
    }
    *crew = (clt_crew){
        .plan = plan, .argv = argv, .wake = wake, .hooks = *hooks, .control = -1, .next_ticket = 1};
    crew->taken = calloc(plan->limits.workers, 1);
    if (crew->taken == NULL) {
        free(crew);
        return clt_fail_memory(err);
    }
    crew->out.fd = -1;
    crew->looked = clt_clock();
    crew->open_until = limit > 0 ? crew->looked + limit : 0;
    clt_crew_open_files(crew);
    crew->poll = epoll_create1(EPOLL_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what a dying nursery leaves comes to us */
    clt_status status = crew->poll < 0 || (wake >= 0 && !watch(crew, wake, &crew->wake))
                            ? clt_fail(err, CLT_IO, "epoll: %s", strerror(errno))
                            : clt_crew_hatch(crew, err);
    if (status != CLT_OK) {
        clt_crew_destroy(crew);
        return status;
    }
    *out = crew;
    return CLT_OK;
}

void clt_crew_destroy(clt_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    while (crew->tasks.count > 0) {
        clt_task *task = crew->tasks.items[0];
        clt_crew_forget(crew, task);
        clt_task_destroy(task);
    }
    clt_crew_lose_all(crew);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    if (crew->poll >= 0) {
        close(crew->poll);
    }
    CLT_VEC_FINISH(&crew->tasks);
    free(crew->taken);
    clt_arena_finish(&crew->arena);
    free(crew);
}

const clt_crew_facts *clt_crew_facts_of(const clt_crew *crew)
{
    return &crew->facts;
}

void clt_crew_use(clt_crew *crew, const clt_keep *keep)
{
    crew->keep = keep;
}

size_t clt_crew_busy(const clt_crew *crew)
{
    size_t busy = 0;
    for (size_t i = 0; i < crew->tasks.count; i++) {
        busy += crew->tasks.items[i]->busy + crew->tasks.items[i]->ahead.count;
    }
    return busy;
}

void clt_crew_forget(clt_crew *crew, const clt_task *task)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        if (crew->tasks.items[i] == task) {
            crew->taken[task->worker] = false;
            crew->tasks.items[i] = crew->tasks.items[--crew->tasks.count];
            return;
        }
    }
}

/* The lowest number that no process under way has: there are no more of them than workers. */
static uint32_t take_worker(clt_crew *crew)
{
    unsigned char *found = memchr(crew->taken, false, crew->plan->limits.workers);
    if (found == NULL) {
        return 0;
    }
    *found = true;
    return (uint32_t)(found - crew->taken);
}

/* A task with its socket and log; theirs[] are the ends for the attempt. NULL: no descriptors. */
static clt_task *make_task(clt_crew *crew, int theirs[2])
{
    clt_task *task = calloc(1, sizeof *task);
    int ends[2], log[2];
    theirs[0] = theirs[1] = -1;
    if (task == NULL) {
        return NULL;
    }
    task->crew = crew;
    task->socket = task->log = task->out.fd = -1;
    task->trial.x = calloc(crew->plan->space.dim_count + 1u, sizeof *task->trial.x);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
        task->socket = task->out.fd = ends[0];
        theirs[0] = ends[1];
    }
    if (pipe2(log, O_CLOEXEC) == 0) {
        task->log = log[0];
        theirs[1] = log[1];
    }
    if (task->trial.x == NULL || task->socket < 0 || task->log < 0) {
        clt_task_destroy(task);
        return NULL;
    }
    (void)fcntl(task->socket, F_SETFL, O_NONBLOCK);
    (void)fcntl(task->log, F_SETFL, O_NONBLOCK);
    return task;
}

static clt_status cannot_start(clt_error *err)
{
    return clt_fail(err, CLT_IO, "a trial cannot be started: %s", strerror(errno));
}

/* May a process run several trials? */
static bool may_share(const clt_crew *crew)
{
    const clt_plan *plan = crew->plan;
    const clt_component *box = plan->black_box ? clt_plan_component(plan, "objective", NULL) : NULL;
    const collet_objective *objective = box != NULL ? box->unit->vtable : NULL;
    bool alone = objective != NULL && (objective->flags & COLLET_OBJECTIVE_ALONE) != 0;
    return plan->limits.reuse && !crew->no_sharing && !alone;
}

clt_status clt_crew_launch(clt_crew *crew, const clt_launch *what, bool share, clt_error *err)
{
    int theirs[2];
    clt_task *task = make_task(crew, theirs);
    clt_status status = CLT_OK;
    if (task == NULL || !CLT_PUSH(&crew->tasks, task)) {
        status = cannot_start(err);
        clt_task_destroy(task);
    } else {
        memcpy(task->trial.x, what->x, crew->plan->space.dim_count * sizeof *what->x);
        task->ticket = task->trial.ticket = crew->next_ticket++;
        task->trial.number = what->number;
        task->trial.fold = what->fold;
        task->trial.attempt = what->attempt;
        task->trial.until = what->until;
        task->busy = true;
        task->born = task->launched = task->started = task->progress = clt_clock();
        task->share = share && may_share(crew);
        task->worker = take_worker(crew);
        bool sent = watch(crew, task->socket, task) && watch(crew, task->log, task) &&
                    clt_crew_send_start(task, &crew->out, &task->trial, task->share, theirs);
        status = sent || crew->out.gone ? CLT_OK /* that it is gone is noticed when waiting */
                                        : cannot_start(err);
    }
    for (size_t i = 0; i < 2; i++) {
        if (theirs[i] >= 0) {
            close(theirs[i]);
        }
    }
    return status;
}

void clt_crew_end_folds(clt_crew *crew, uint64_t number, uint32_t fold)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        clt_task *task = crew->tasks.items[i];
        if (task->trial.number == number && task->trial.fold > fold) {
            task->stopped = true;
        }
    }
}

void clt_crew_prune(clt_crew *crew, uint64_t number)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        clt_task *task = crew->tasks.items[i];
        task->pruned = task->pruned || (task->busy && task->trial.number == number);
    }
}

/* Signals whose time has come; returns when to look again. */
static double enforce(clt_crew *crew, bool judge)
{
    double now = clt_clock(), next = (double)INFINITY;
    (void)clt_outbox_flush(&crew->out);
    for (size_t i = 0; i < crew->tasks.count; i++) {
        double at = clt_task_enforce(crew->tasks.items[i], now, judge);
        next = at < next ? at : next;
    }
    return clt_outbox_waits(&crew->out) && next > now + CLT_OUTBOX_RETRY ? now + CLT_OUTBOX_RETRY
                                                                         : next;
}

static bool is_task(const clt_crew *crew, const void *ptr)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        if (crew->tasks.items[i] == ptr) {
            return true;
        }
    }
    return false;
}

static int milliseconds(double seconds)
{
    return seconds < 0 ? 0 : (int)ceil(seconds * 1000);
}

/* Seconds to wait for something to happen. */
static double patience(clt_crew *crew, double seconds)
{
    double wait = enforce(crew, false) - clt_clock();
    wait = seconds >= 0 && seconds < wait ? seconds : wait;
    return wait < CLT_TICK ? wait : CLT_TICK;
}

/* Takes what was said. False when the nursery is gone. */
static bool hear(clt_crew *crew, const struct epoll_event *events, int count)
{
    bool alive = true;
    /* Attempts first: what they said comes before that they ended. */
    for (int i = 0; i < count; i++) {
        if (is_task(crew, events[i].data.ptr)) {
            clt_task_hear(events[i].data.ptr);
            clt_task_read_log(events[i].data.ptr);
        }
    }
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == &crew->control) {
            alive = clt_crew_hear_nursery(crew);
        }
    }
    return alive;
}

clt_status clt_crew_wait(clt_crew *crew, double seconds, clt_error *err)
{
    enum { MOST = 64 };
    struct epoll_event events[MOST];
    crew->err = err;
    clt_crew_look(crew, 0, false);
    double wait = patience(crew, seconds);
    int count = epoll_wait(crew->poll, events, MOST, milliseconds(wait));
    if (count < 0 && errno != EINTR) {
        return clt_fail(err, CLT_IO, "epoll_wait: %s", strerror(errno));
    }
    clt_crew_look(crew, wait, true);
    bool alive = hear(crew, events, count);
    (void)enforce(crew, true);
    alive = alive && clt_crew_watch(crew);
    return alive || err->status != CLT_OK ? err->status : clt_crew_rehatch(crew, err);
}

double clt_crew_absence(const clt_crew *crew)
{
    return crew->absence;
}

clt_status clt_crew_stop(clt_crew *crew, clt_error *err)
{
    clt_status status = CLT_OK;
    if (crew->wake >= 0) { /* stopping already: no signal makes it faster */
        (void)epoll_ctl(crew->poll, EPOLL_CTL_DEL, crew->wake, NULL);
    }
    crew->stopping = true;
    for (size_t i = 0; i < crew->tasks.count; i++) {
        crew->tasks.items[i]->stopped = true;
    }
    double start = clt_clock() - crew->absence;
    const double most = crew->plan->limits.grace + CLT_STOP_TIME;
    while (crew->tasks.count > 0 && status == CLT_OK) {
        status = clt_crew_wait(crew, 1, err);
        if (clt_clock() - crew->absence - start > most) {
            clt_crew_lose_all(crew);
        }
    }
    return status;
}

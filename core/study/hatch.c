#include "study/crew_impl.h"

#include "base/clock.h"
#include "base/process.h"
#include "study/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Deaths of nurseries, with no attempt ended as it should between them, that end the run. One
 * that was killed from outside says little about the components that it opens, so that it takes
 * more of them; a kernel out of memory kills likewise, so that it takes not too many.
 */
enum { HOPELESS = 5, HOPELESS_KILLED = 20 };

/* Nurseries that were killed for their silence, one soon after another, that end the run. */
enum { HOPELESS_SILENT = 3 };

/* Attempts in a row for which the kernel had no process that end the run: no trial's fault. */
enum { HOPELESS_REFUSED = 5 };

/* In the child, where all signals are held: becomes the nursery. Only calls that are safe after
 * fork(). */
static _Noreturn void become_nursery(const clt_crew *crew, int socket)
{
    clt_process_usual_signals(true);
    setpgid(0, 0); /* Ctrl-C is for the coordinator */
    (void)setrlimit(RLIMIT_NOFILE, &crew->files);
    if (socket == CLT_NURSERY_SOCKET) {
        (void)fcntl(socket, F_SETFD, 0);
    } else {
        (void)dup2(socket, CLT_NURSERY_SOCKET);
    }
    (void)execv("/proc/self/exe", (char *const *)(const void *)crew->argv);
    (void)execvp(crew->argv[0], (char *const *)(const void *)crew->argv);
    _exit(127);
}

static clt_status spawn(clt_crew *crew, clt_error *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return clt_fail(err, CLT_IO, "a socket pair cannot be made: %s", strerror(errno));
    }
    sigset_t all, mask;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask); /* the coordinator's handlers are not for the child */
    crew->nursery = fork();
    if (crew->nursery == 0) {
        become_nursery(crew, ends[1]);
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(ends[1]);
    clt_outbox_finish(&crew->out);
    crew->control = crew->out.fd = ends[0];
    crew->received = 0;
    crew->ready = false;
    crew->silence = CLT_SILENCE_NONE;
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = &crew->control}};
    if (crew->nursery < 0 || epoll_ctl(crew->poll, EPOLL_CTL_ADD, ends[0], &event) != 0) {
        return clt_fail(err, CLT_IO, "no process can be started: %s", strerror(errno));
    }
    return CLT_OK;
}

int clt_crew_bury_nursery(clt_crew *crew)
{
    const double patience = 2, dead_disk = 5;
    int status = 0;
    if (crew->control >= 0) {
        close(crew->control); /* it ends by itself, with its attempts */
        crew->control = crew->out.fd = -1;
    }
    clt_outbox_finish(&crew->out);
    crew->out.gone = true;
    if (crew->nursery > 0 && clt_process_wait(crew->nursery, patience, &status) == 0) {
        (void)kill(crew->nursery, SIGKILL);
        (void)clt_process_wait(crew->nursery, dead_disk, &status);
    }
    crew->nursery = 0;
    return status;
}

/* The names under which the values of each fold are kept; NULL: no memory. */
static const char *const *fold_metrics(clt_crew *crew, const clt_wire_ready *ready,
                                       const char *const *names)
{
    size_t count = ready->folds * ready->metric_count;
    const char **out = clt_arena_array(&crew->arena, count + 1, sizeof *out);
    for (size_t i = 0; out != NULL && i < count; i++) {
        out[i] = clt_arena_printf(&crew->arena, "%s@%zu", names[i % ready->metric_count],
                                  i / ready->metric_count + 1);
        if (out[i] == NULL) {
            return NULL;
        }
    }
    return out;
}

static void hear_ready(clt_crew *crew)
{
    const clt_wire *m = &crew->message;
    clt_wire_ready body;
    size_t at = sizeof body;
    memcpy(&body, m->body, sizeof body);
    const char **names = clt_arena_array(&crew->arena, body.metric_count, sizeof *names);
    bool whole = names != NULL;
    for (size_t i = 0; whole && i < body.metric_count; i++) {
        const char *name = clt_wire_text(m, at, &at);
        names[i] = clt_arena_copy(&crew->arena, name != NULL ? name : "");
        whole = names[i] != NULL;
    }
    if (!whole) {
        (void)clt_fail_memory(crew->err);
        return;
    }
    const char *const *folds = fold_metrics(crew, &body, names);
    if (folds == NULL) {
        (void)clt_fail_memory(crew->err);
        return;
    }
    crew->facts = (clt_crew_facts){.train_rows = body.train_rows,
                                   .validation_rows = body.validation_rows,
                                   .test_rows = body.test_rows,
                                   .metrics = names,
                                   .metric_count = body.metric_count,
                                   .folds = body.folds,
                                   .fold_metrics = folds};
    crew->ready = crew->told = true;
}

static void hear_broken(clt_crew *crew)
{
    int32_t status;
    size_t at = sizeof status;
    memcpy(&status, crew->message.body, sizeof status);
    const char *text = clt_wire_text(&crew->message, at, &at);
    clt_fail(crew->err, (clt_status)status, "%s", text != NULL ? text : "");
}

/* The first of the nurseries tells; another one would say the same. */
static void hear_log(const clt_crew *crew)
{
    int32_t level;
    size_t at = sizeof level;
    memcpy(&level, crew->message.body, sizeof level);
    const char *unit = clt_wire_text(&crew->message, at, &at);
    const char *line = unit != NULL ? clt_wire_text(&crew->message, at, &at) : NULL;
    if (line != NULL && !crew->told) {
        crew->hooks.log(crew->hooks.ctx, unit, level, line);
    }
}

static clt_task *task_of(const clt_crew *crew, uint64_t ticket)
{
    for (size_t i = 0; i < crew->tasks.count; i++) {
        if (crew->tasks.items[i]->ticket == ticket) {
            return crew->tasks.items[i];
        }
    }
    return NULL;
}

static void hear_started(clt_task *task, const clt_wire *m)
{
    clt_wire_started body;
    memcpy(&body, m->body, sizeof body);
    task->pid = (pid_t)body.pid;
    if (task->runs == 0) {
        task->launched = task->started = clt_task_note(task, m->sent);
    }
}

static void hear_ended(clt_task *task, const clt_wire *m)
{
    clt_wire_ended body;
    memcpy(&body, m->body, sizeof body);
    clt_crew *crew = task->crew;
    bool refused = body.status == -1;
    crew->deaths = 0;
    crew->refused = refused ? crew->refused + 1 : 0;
    if (crew->refused >= HOPELESS_REFUSED) {
        (void)clt_fail(crew->err, CLT_IO, "no process can be started for a trial: %s",
                       strerror(body.error));
    }
    clt_task_end(task, &body, clt_task_note(task, m->sent));
}

static void dispatch(clt_crew *crew)
{
    const clt_wire *m = &crew->message;
    clt_task *task = task_of(crew, m->ticket);
    if (m->type == CLT_WIRE_READY && m->length > sizeof(clt_wire_ready)) {
        hear_ready(crew);
    } else if (m->type == CLT_WIRE_BROKEN && m->length > sizeof(int32_t)) {
        hear_broken(crew);
    } else if (m->type == CLT_WIRE_LOG && m->length > sizeof(int32_t)) {
        hear_log(crew);
    } else if (m->type == CLT_WIRE_STARTED && m->length == sizeof(clt_wire_started) && task) {
        hear_started(task, m);
    } else if (m->type == CLT_WIRE_ENDED && m->length == sizeof(clt_wire_ended) && task) {
        hear_ended(task, m);
    }
}

bool clt_crew_hear_nursery(clt_crew *crew)
{
    for (;;) {
        clt_wire_got got = clt_wire_receive_now(crew->control, &crew->received, &crew->message);
        if (got == CLT_WIRE_NOTHING) {
            return true;
        }
        if (got != CLT_WIRE_GOT) {
            return false;
        }
        crew->heard = clt_clock();
        crew->silence = CLT_SILENCE_NONE;
        clt_wire_drop_descriptors(&crew->message);
        dispatch(crew);
    }
}

/* Why a nursery went before it was ready. */
static clt_status explain(clt_crew *crew, int status, clt_error *err)
{
    char name[32];
    if (err->status != CLT_OK) {
        return err->status; /* it said so itself */
    }
    const char *opens = crew->plan->black_box ? "the objective" : "plugins and data";
    const char *section = crew->plan->black_box ? "objective" : "data";
    if (WIFSIGNALED(status)) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "%s: the process that opens %s crashed (%s); look at [%s]",
                        crew->plan->ini->path, opens,
                        clt_signal_text(WTERMSIG(status), name, sizeof name), section);
    }
    return clt_fail(err, CLT_PLUGIN_FAILED,
                    "%s: the process that opens %s ended (exit status %d); look at [%s]",
                    crew->plan->ini->path, opens, WEXITSTATUS(status), section);
}

static bool was_killed(int status)
{
    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM);
}

/* Why it is no longer waited for; CLT_OK: it is. */
static clt_status check_patience(clt_crew *crew, const struct epoll_event *event, clt_error *err)
{
    const char *path = crew->plan->ini->path;
    const char *what = crew->plan->black_box ? "the objective" : "data";
    char time[64];
    if (event != NULL && event->data.ptr == &crew->wake) {
        return clt_fail(err, CLT_INTERRUPTED,
                        "%s: stopped while %s was opened; run it again to go on", path, what);
    }
    if (crew->open_until > 0 && clt_clock() >= crew->open_until) {
        return clt_fail(err, CLT_STOPPED,
                        "%s: the time is over ([run] time, %s) while %s was opened", path,
                        clt_duration_text(crew->plan->time_limit, time, sizeof time), what);
    }
    clt_crew_wake_nursery(crew); /* something may have stopped it */
    return CLT_OK;
}

/* Starts a nursery and waits until it is ready. *status: how it ended where it ended instead. */
static clt_status start_once(clt_crew *crew, int *status, clt_error *err)
{
    if (spawn(crew, err) != CLT_OK) {
        return err->status;
    }
    crew->err = err;
    bool alive = true;
    while (alive && !crew->ready && err->status == CLT_OK) {
        struct epoll_event event;
        int n = epoll_wait(crew->poll, &event, 1, (int)(CLT_TICK * 1000));
        if (n < 0 && errno != EINTR) {
            return clt_fail(err, CLT_IO, "epoll_wait: %s", strerror(errno));
        }
        clt_crew_look(crew, CLT_TICK, true);
        if (n == 1 && event.data.ptr == &crew->control) {
            alive = clt_crew_hear_nursery(crew);
        } else if (check_patience(crew, n == 1 ? &event : NULL, err) != CLT_OK) {
            return err->status;
        }
    }
    if (crew->ready && alive) {
        return CLT_OK;
    }
    *status = clt_crew_bury_nursery(crew);
    return explain(crew, *status, err);
}

clt_status clt_crew_hatch(clt_crew *crew, clt_error *err)
{
    int status = 0;
    while (start_once(crew, &status, err) != CLT_OK) {
        bool given_up = err->status == CLT_INTERRUPTED || err->status == CLT_STOPPED;
        if (given_up || !was_killed(status) || ++crew->deaths >= HOPELESS_KILLED) {
            return err->status;
        }
        *err = (clt_error){0};
        status = 0;
    }
    return CLT_OK;
}

clt_status clt_crew_rehatch(clt_crew *crew, clt_error *err)
{
    int status = clt_crew_bury_nursery(crew);
    clt_crew_lose_all(crew);
    if (crew->stopping) {
        return CLT_OK;
    }
    if (crew->mute != 0) {
        return clt_fail(err, CLT_IO,
                        "messages to the process that starts trials cannot be sent: %s",
                        strerror(crew->mute));
    }
    if (crew->silent >= HOPELESS_SILENT) {
        return clt_fail(
            err, CLT_IO,
            "the process that starts trials did not answer, %u times soon after one another",
            crew->silent);
    }
    if (++crew->deaths >= (was_killed(status) ? (uint32_t)HOPELESS_KILLED : (uint32_t)HOPELESS)) {
        char name[32];
        return clt_fail(
            err, CLT_PLUGIN_FAILED,
            "the process that starts trials ended %u times in a row (last: %s)", crew->deaths,
            WIFSIGNALED(status) ? clt_signal_text(WTERMSIG(status), name, sizeof name) : "exit");
    }
    return clt_crew_hatch(crew, err);
}

#include "study/nursery.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/vec.h"
#include "study/child.h"
#include "study/outbox.h"
#include "study/ration.h"
#include "study/suits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct nestling {
    uint64_t ticket;
    pid_t pid;
    uint32_t worker;
    uint64_t limit; /* of the memory of all its processes; 0: none */
    uint64_t used;  /* by which they were over it, and killed; 0: they were not */
} nestling;

/* An attempt that has ended. */
typedef struct buried {
    uint64_t ticket;
    clt_wire_ended body;
} buried;

typedef struct nursery {
    const clt_plan *plan;
    clt_source source;
    int control, children; /* socket; signalfd of SIGCHLD */
    clt_outbox out;
    uint32_t received;
    uint64_t memory; /* that every attempt begins with */
    clt_ration ration;
    double next_look; /* at what they have; clock */
    bool limited;     /* one that had a limit was started */
    bool mute;        /* it could not say something: of no use any more */
    bool open;        /* the data is: the socket is not for whoever is forked from here */
    CLT_VEC(nestling) nest;
    CLT_VEC(buried) dead; /* not told of yet */
    clt_wire message;
} nursery;

static void say(nursery *n, clt_wire_type type, uint64_t ticket, const void *body, size_t length)
{
    const clt_wire_part part = {body, length};
    n->mute = !clt_outbox_send(&n->out, type, ticket, &part, 1, NULL) || n->mute;
}

/* What a dataset or objective has to say while it is opened. */
static void on_log(void *ctx, const char *unit, int32_t level, const char *line)
{
    nursery *n = ctx;
    clt_wire_part parts[] = {
        {&level, sizeof level}, {unit, strlen(unit) + 1}, {line, strlen(line) + 1}};
    if (!n->open && !n->mute) {
        n->mute = !clt_wire_send(n->control, CLT_WIRE_LOG, 0, n->out.sequence++, parts, 3, NULL);
    }
}

static void say_broken(int control, uint32_t sent, const clt_error *err)
{
    int32_t status = (int32_t)err->status;
    clt_wire_part parts[] = {{&status, sizeof status}, {err->text, strlen(err->text) + 1}};
    (void)clt_wire_send(control, CLT_WIRE_BROKEN, 0, sent, parts, 2, NULL);
}

void clt_nursery_broken(int control, const clt_error *err)
{
    say_broken(control, 0, err);
}

/* How many parts a trial has that are run by themselves: folds, or the only part there is, each as
 * often as it is repeated; 0: a trial is run as one. */
static uint64_t count_parts(const nursery *n)
{
    const clt_division *division = &n->source.division;
    uint64_t folds = division->how.folds > 0 ? division->count : 0;
    uint64_t repeats = (uint64_t)n->plan->study.repeats;
    return repeats > 1 ? repeats * (folds > 0 ? folds : 1) : folds;
}

static bool say_ready(nursery *n)
{
    size_t count;
    const char *const *metrics = clt_source_metrics(&n->source, &count);
    const clt_division *division = &n->source.division;
    clt_wire_ready body = {.train_rows = n->source.split.train_count,
                           .validation_rows = n->source.split.validation_count,
                           .test_rows = division->test_count,
                           .metric_count = count,
                           .folds = count_parts(n)};
    clt_str names = {0};
    for (size_t i = 0; i < count; i++) {
        clt_str_add_bytes(&names, metrics[i], strlen(metrics[i]) + 1);
    }
    clt_wire_part parts[] = {{&body, sizeof body}, {clt_str_text(&names), names.length}};
    bool sent = !names.failed && clt_outbox_send(&n->out, CLT_WIRE_READY, 0, parts, 2, NULL);
    clt_str_finish(&names);
    return sent;
}

static bool is_nestling(const void *ctx, pid_t pid)
{
    const nursery *n = ctx;
    for (size_t i = 0; i < n->nest.count; i++) {
        if (n->nest.items[i].pid == pid) {
            return true;
        }
    }
    return false;
}

/* Forks the attempt of n->message. */
static void start(nursery *n)
{
    clt_wire *m = &n->message;
    clt_child child = {n->plan, &n->source, m, getpid()};
    clt_wire_start body;
    memcpy(&body, m->body, sizeof body);
    bool whole = m->length > sizeof body + n->plan->space.dim_count * sizeof(double) &&
                 m->fds[0] >= 0 && m->fds[1] >= 0;
    n->limited = n->limited || body.memory > 0;
    bool room = CLT_PUSH(&n->nest, ((nestling){m->ticket, 0, body.worker, body.memory, 0}));
    errno = room ? errno : ENOMEM;
    pid_t pid = whole && room ? fork() : -1;
    if (pid == 0) {
        close(n->control);
        close(n->children);
        clt_child_main(&child);
    }
    n->nest.count -= room && pid < 0;
    if (pid < 0) { /* no process to be had: as if it had ended at once */
        clt_wire_ended ended = {.status = -1, .error = errno};
        say(n, CLT_WIRE_ENDED, m->ticket, &ended, sizeof ended);
        return;
    }
    setpgid(pid, pid);
    n->nest.items[n->nest.count - 1].pid = pid;
    clt_wire_started started = {pid};
    say(n, CLT_WIRE_STARTED, m->ticket, &started, sizeof started);
}

static void send_signal(const nursery *n)
{
    clt_wire_kill body;
    memcpy(&body, n->message.body, sizeof body);
    for (size_t i = 0; i < n->nest.count; i++) {
        if (n->nest.items[i].ticket == n->message.ticket) {
            clt_process_kill_group(n->nest.items[i].pid, body.signal);
        }
    }
}

/* One message of the coordinator; false when it is gone. */
static bool listen(nursery *n)
{
    clt_wire_got got = clt_wire_receive(n->control, &n->received, &n->message);
    if (got == CLT_WIRE_NOTHING) {
        return true;
    }
    if (got != CLT_WIRE_GOT) {
        return false;
    }
    if (n->message.type == CLT_WIRE_START && n->message.length >= sizeof(clt_wire_start)) {
        start(n);
    } else if (n->message.type == CLT_WIRE_KILL && n->message.length == sizeof(clt_wire_kill)) {
        send_signal(n);
    } else if (n->message.type == CLT_WIRE_PING) {
        say(n, CLT_WIRE_PONG, 0, NULL, 0);
    }
    clt_wire_drop_descriptors(&n->message);
    return true;
}

/* An attempt has ended: its group goes, and it is noted. */
static void bury(nursery *n, size_t i, int status, const struct rusage *usage)
{
    nestling gone = n->nest.items[i];
    (void)kill(-gone.pid, SIGKILL);
    n->nest.items[i] = n->nest.items[--n->nest.count];
    uint64_t peak = (uint64_t)usage->ru_maxrss * 1024;
    uint64_t mine = peak > n->memory ? peak - n->memory : 0;
    const buried one = {
        gone.ticket,
        {.status = status, .peak_bytes = gone.used > 0 ? gone.used : mine, .over = gone.used > 0}};
    n->mute = !CLT_PUSH(&n->dead, one) || n->mute; /* nobody would learn of it */
}

/* Children that are no attempt: what attempts have started and left; false: no memory. */
static bool find_strays(const nursery *n, clt_family *strays)
{
    clt_family children = {0};
    bool room = clt_family_children(&children);
    for (size_t i = 0; i < children.count && children.count > n->nest.count && room; i++) {
        room = is_nestling(n, children.items[i]) || CLT_PUSH(strays, children.items[i]);
    }
    CLT_VEC_FINISH(&children);
    return room;
}

/* A fork that has started no program may be there to tidy up after what it comes from (that of
 * `command` removes a file): it has a moment to see that its parent is gone. */
static void wait_for_forks(const clt_family *strays)
{
    double patience = 0.1;
    for (size_t i = 0; i < strays->count && patience > 0; i++) {
        if (clt_family_is_fork(strays->items[i])) {
            double start = clt_clock();
            (void)clt_process_wait(strays->items[i], patience, NULL);
            patience -= clt_clock() - start;
        }
    }
}

/* What they left behind goes, then the coordinator learns of them. */
static void tell_of_dead(nursery *n)
{
    clt_family strays = {0};
    if (n->dead.count > 0 && (!find_strays(n, &strays) || strays.count > 0)) {
        wait_for_forks(&strays);
        (void)clt_process_sweep(is_nestling, n, n->nest.count);
    }
    CLT_VEC_FINISH(&strays);
    for (size_t i = 0; i < n->dead.count; i++) {
        const buried *one = &n->dead.items[i];
        say(n, CLT_WIRE_ENDED, one->ticket, &one->body, sizeof one->body);
    }
    n->dead.count = 0;
}

static void reap(nursery *n)
{
    struct signalfd_siginfo info;
    struct rusage usage;
    int status;
    pid_t pid;
    while (read(n->children, &info, sizeof info) > 0) {
    }
    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        for (size_t i = 0; i < n->nest.count; i++) {
            if (n->nest.items[i].pid == pid) {
                bury(n, i, status, &usage);
                break;
            }
        }
    }
    tell_of_dead(n);
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* Is the attempt what a process comes from whose parents have ended? */
static bool comes_from(const nursery *n, pid_t stray, const nestling *attempt)
{
    char worker[32];
    if (getpgid(stray) == attempt->pid) {
        return true;
    }
    return clt_family_variable(stray, "COLLET_WORKER", worker)
               ? strtoul(worker, NULL, 10) == attempt->worker
               : n->nest.count == 1;
}

/* The attempt's processes, with those that it has started and left; false: no memory. */
static bool find_family(const nursery *n, const nestling *attempt, const clt_family *strays,
                        clt_family *family)
{
    bool room = clt_family_add(family, attempt->pid);
    for (size_t i = 0; i < strays->count && room; i++) {
        if (comes_from(n, strays->items[i], attempt)) {
            room = clt_family_add(family, strays->items[i]);
        }
    }
    return room;
}

static void look_at(const nursery *n, nestling *attempt, const clt_family *strays)
{
    clt_family family = {0};
    if (find_family(n, attempt, strays, &family)) {
        uint64_t used = clt_ration_used(&n->ration, &family, attempt->limit);
        if (used > attempt->limit) {
            attempt->used = used;
            clt_family_kill_programs(&family, attempt->pid); /* its forks go when it is reaped */
            clt_process_kill_group(attempt->pid, SIGKILL);
        }
    }
    CLT_VEC_FINISH(&family);
}

/* Looks at those that have a limit, if it is time to; that takes a twentieth of the time at most.
 * Returns whether there are any. */
static bool look(nursery *n)
{
    const double now = clt_clock();
    clt_family strays = {0};
    bool any = false, due = now >= n->next_look && n->nest.count > 0 && n->limited;
    bool found = due && find_strays(n, &strays);
    n->ration.attempts = n->nest.count;
    for (size_t i = 0; i < n->nest.count; i++) {
        nestling *attempt = &n->nest.items[i];
        bool open = attempt->limit > 0 && attempt->used == 0;
        any = any || open;
        if (open && found) {
            look_at(n, attempt, &strays);
        }
    }
    if (due) {
        double rest = 20 * (clt_clock() - now);
        n->next_look = now + (rest > CLT_RATION_EVERY ? rest : CLT_RATION_EVERY);
    }
    CLT_VEC_FINISH(&strays);
    return any;
}

static void serve(nursery *n)
{
    bool connected = true;
    while (connected && !n->mute) {
        struct pollfd fds[] = {{n->control, POLLIN, 0}, {n->children, POLLIN, 0}};
        n->mute = n->mute || !clt_outbox_flush(&n->out);
        int wait = look(n) ? (int)(CLT_RATION_EVERY * 1000) : -1;
        wait = clt_outbox_waits(&n->out) ? (int)(CLT_OUTBOX_RETRY * 1000) : wait;
        if (poll(fds, 2, wait) < 0 && errno != EINTR) {
            break;
        }
        if ((fds[1].revents & POLLIN) != 0) {
            reap(n);
        }
        if (fds[0].revents != 0) {
            connected = listen(n);
        }
    }
    n->nest.count = 0; /* nobody is kept */
    (void)clt_process_sweep(is_nestling, n, 0);
}

static clt_status set_up_signals(nursery *n, clt_error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    n->children = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return n->children >= 0 ? CLT_OK : clt_fail(err, CLT_IO, "signalfd: %s", strerror(errno));
}

clt_status clt_nursery_serve(const clt_plan *plan, int control, clt_error *err)
{
    nursery *n = calloc(1, sizeof *n);
    if (n == NULL) {
        (void)clt_fail_memory(err);
        clt_nursery_broken(control, err);
        return err->status;
    }
    n->plan = plan;
    n->control = n->out.fd = control;
    n->children = -1;
    const clt_host_hooks hooks = {.ctx = n, .log = on_log};
    clt_status status = clt_source_open(&n->source, plan, &hooks, err);
    status = status == CLT_OK ? clt_suits_check(&n->source, err) : status;
    n->open = true;
    status = status == CLT_OK ? set_up_signals(n, err) : status;
    if (status != CLT_OK) {
        say_broken(control, n->out.sequence, err);
    } else {
        n->memory = clt_process_memory(getpid());
        n->ration.base = clt_usage_quick(getpid());
        if (say_ready(n)) {
            serve(n);
        }
        close(n->children);
    }
    clt_source_close(&n->source);
    CLT_VEC_FINISH(&n->nest);
    CLT_VEC_FINISH(&n->dead);
    clt_outbox_finish(&n->out);
    free(n);
    return status;
}

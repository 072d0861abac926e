#include "study/child.h"

#include "base/clock.h"
#include "base/process.h"
#include "study/attempt.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Signs of life between epochs, at most. */
static const double ALIVE_EVERY = 0.1;

typedef struct teller {
    int fd;
    uint64_t ticket;
    uint32_t sequence;
    double start, alive;
} teller;

/* Without a coordinator nobody wants the result. */
static void send_or_die(teller *t, clt_wire_type type, const clt_wire_part *parts, size_t count)
{
    if (!clt_wire_send(t->fd, type, t->ticket, t->sequence++, parts, count, NULL)) {
        _exit(1);
    }
}

static void on_begun(void *ctx, uint64_t epochs)
{
    clt_wire_epoch body = {.epochs = epochs};
    send_or_die(ctx, CLT_WIRE_BEGUN, &(clt_wire_part){&body, sizeof body}, 1);
}

static void on_epoch(void *ctx, uint64_t epoch, uint64_t epochs, const double *values, size_t count)
{
    teller *t = ctx;
    clt_wire_epoch body = {epoch, epochs, count};
    clt_wire_part parts[] = {{&body, sizeof body}, {values, count * sizeof *values}};
    t->alive = clt_clock();
    send_or_die(t, CLT_WIRE_EPOCH, parts, 2);
}

static void on_fold(void *ctx, uint64_t fold, const double *values, size_t count)
{
    clt_wire_epoch body = {.epoch = fold, .metric_count = count};
    clt_wire_part parts[] = {{&body, sizeof body}, {values, count * sizeof *values}};
    send_or_die(ctx, CLT_WIRE_FOLD, parts, 2);
}

static void on_alive(void *ctx)
{
    teller *t = ctx;
    double now = clt_clock();
    if (now - t->alive >= ALIVE_EVERY) {
        t->alive = now;
        send_or_die(t, CLT_WIRE_ALIVE, NULL, 0);
    }
}

static void on_log(void *ctx, const char *unit, int32_t level, const char *line)
{
    clt_wire_part parts[] = {
        {&level, sizeof level}, {unit, strlen(unit) + 1}, {line, strlen(line) + 1}};
    send_or_die(ctx, CLT_WIRE_LOG, parts, 3);
}

/* A group of its own, so that it ends with all that it starts; and no life without the nursery. */
static void stand_alone(pid_t nursery)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != nursery) {
        _exit(1);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    for (int i = 1; i < NSIG; i++) {
        (void)signal(i, SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void limit_memory(uint64_t bytes)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    if (bytes > 0) {
        rlim_t most = (rlim_t)(clt_process_data_size() + bytes);
        struct rlimit data = {most, most};
        (void)setrlimit(RLIMIT_DATA, &data);
    }
}

/* What it prints goes to the coordinator's log; there is nothing to read. */
static void redirect(int log)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    close(nothing);
    close(log);
}

static void send_result(teller *t, const clt_attempt_result *r)
{
    bool failed = r->failure != CLT_FAIL_NONE;
    clt_wire_result body = {.state = failed ? CLT_TRIAL_FAILED : CLT_TRIAL_COMPLETE,
                            .failure = (uint32_t)r->failure,
                            .last_step = r->last_step,
                            .value_count = r->value_count,
                            .seconds = clt_clock() - t->start};
    clt_wire_part parts[] = {{&body, sizeof body},
                             {r->values, r->value_count * sizeof *r->values},
                             {r->why, strlen(r->why) + 1}};
    send_or_die(t, CLT_WIRE_RESULT, parts, 3);
}

_Noreturn void clt_child_main(const clt_child *child)
{
    clt_wire_start start;
    memcpy(&start, child->start->body, sizeof start);
    const double *x = (const double *)(const void *)(child->start->body + sizeof start);
    stand_alone(child->nursery);
    redirect(child->start->fds[1]);
    limit_memory(start.memory);
    teller t = {.fd = child->start->fds[0], .ticket = child->start->ticket, .start = clt_clock()};
    size_t at = sizeof start + start.dim_count * sizeof *x;
    clt_slots slots = {.path = clt_wire_text(child->start, at, &at),
                       .fingerprint = start.fingerprint,
                       .attempt = start.attempt};
    bool kept = slots.path != NULL && slots.path[0] != '\0';
    clt_attempt_listener listener = {&t, on_begun, on_epoch, on_fold, on_alive, on_log};
    clt_attempt_result result;
    clt_attempt_run(child->plan, child->source, start.number, x, kept ? &slots : NULL, &listener,
                    &result);
    send_result(&t, &result);
    _exit(0);
}

#include "study/child.h"

#include "base/clock.h"
#include "base/process.h"
#include "study/attempt.h"
#include "study/tidy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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
    double start, alive; /* clock: of the trial; when it last said that it gets on */
    double seconds;      /* that the trial took */
} teller;

/* More than that, and a process that has run a trial does not run another. Bytes. */
static const uint64_t MOST_GROWTH = 16 << 20;

/* A process that runs trials. */
typedef struct runner {
    const clt_child *child;
    teller teller;
    uint32_t received; /* messages that came after the first */
    uint64_t trials;   /* that it has run */
    bool share;
    clt_tidy tidy;
} runner;

/* Says it, and waits where there is no room: the coordinator is slow to listen, or stopped.
 * *waited: it did. Without a coordinator nobody wants the result. */
static void send_or_die(teller *t, clt_wire_type type, const clt_wire_part *parts, size_t count,
                        bool *waited)
{
    clt_wire_said said =
        clt_wire_send_now(t->fd, type, t->ticket, t->sequence, clt_clock(), parts, count, NULL);
    *waited = said == CLT_WIRE_LATER;
    if (said == CLT_WIRE_GONE ||
        (*waited && !clt_wire_send(t->fd, type, t->ticket, t->sequence, parts, count, NULL))) {
        _exit(1);
    }
    t->sequence++;
}

/* Says it in the course of a trial. The time that it waited to say it, it could do nothing: it says
 * so at once when it goes on. */
static void tell(teller *t, clt_wire_type type, const clt_wire_part *parts, size_t count)
{
    bool waited;
    send_or_die(t, type, parts, count, &waited);
    if (waited) {
        t->alive = clt_clock();
        send_or_die(t, CLT_WIRE_ALIVE, NULL, 0, &waited);
    }
}

static void on_begun(void *ctx, uint64_t epochs)
{
    clt_wire_epoch body = {.epochs = epochs};
    tell(ctx, CLT_WIRE_BEGUN, &(clt_wire_part){&body, sizeof body}, 1);
}

static void on_epoch(void *ctx, uint64_t epoch, uint64_t epochs, const double *values, size_t count,
                     uint64_t present)
{
    teller *t = ctx;
    clt_wire_epoch body = {epoch, epochs, count, present};
    clt_wire_part parts[] = {{&body, sizeof body}, {values, count * sizeof *values}};
    t->alive = clt_clock();
    tell(t, CLT_WIRE_EPOCH, parts, 2);
}

static void on_fold(void *ctx, uint64_t fold, const double *values, size_t count)
{
    clt_wire_epoch body = {.epoch = fold, .metric_count = count, .present = UINT64_MAX};
    clt_wire_part parts[] = {{&body, sizeof body}, {values, count * sizeof *values}};
    tell(ctx, CLT_WIRE_FOLD, parts, 2);
}

static void on_alive(void *ctx)
{
    teller *t = ctx;
    double now = clt_clock();
    if (now - t->alive >= ALIVE_EVERY) {
        t->alive = now;
        tell(t, CLT_WIRE_ALIVE, NULL, 0);
    }
}

static void on_log(void *ctx, const char *unit, int32_t level, const char *line)
{
    clt_wire_part parts[] = {
        {&level, sizeof level}, {unit, strlen(unit) + 1}, {line, strlen(line) + 1}};
    tell(ctx, CLT_WIRE_LOG, parts, 3);
}

/* A group of its own, so that it ends with all that it starts; and no life without the nursery. */
static void stand_alone(pid_t nursery)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != nursery) {
        _exit(1);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    clt_process_usual_signals(false);
}

/* Told by the environment, which programs that it starts inherit. */
static void tell_worker(const clt_child *child, uint32_t worker)
{
    char number[16], threads[16];
    (void)snprintf(number, sizeof number, "%u", worker);
    (void)snprintf(threads, sizeof threads, "%u", child->plan->limits.threads);
    if (setenv("COLLET_WORKER", number, 1) != 0 || setenv("COLLET_THREADS", threads, 1) != 0) {
        _exit(1);
    }
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
    (void)close(STDIN_FILENO); /* the user's, whatever comes of the next line */
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    close(nothing);
    close(log);
}

static void send_result(teller *t, const clt_attempt_result *r, clt_wire_next next)
{
    bool failed = r->failure != CLT_FAIL_NONE;
    clt_wire_result body = {.state = failed      ? CLT_TRIAL_FAILED
                                     : r->paused ? CLT_TRIAL_PAUSED
                                                 : CLT_TRIAL_COMPLETE,
                            .failure = (uint32_t)r->failure,
                            .last_step = r->last_step,
                            .value_count = r->value_count,
                            .seconds = t->seconds,
                            .next = next};
    clt_wire_part parts[] = {{&body, sizeof body},
                             {r->values, r->value_count * sizeof *r->values},
                             {r->why, strlen(r->why) + 1}};
    bool waited;
    send_or_die(t, CLT_WIRE_RESULT, parts, 3, &waited);
}

/* ---- One trial after another ---------------------------------------------------------------- */

static void ignore_begun(void *ctx, uint64_t epochs)
{
    (void)ctx;
    (void)epochs;
}

static void ignore_epoch(void *ctx, uint64_t epoch, uint64_t epochs, const double *values,
                         size_t count, uint64_t present)
{
    (void)ctx;
    (void)epoch;
    (void)epochs;
    (void)values;
    (void)count;
    (void)present;
}

static void ignore_fold(void *ctx, uint64_t fold, const double *values, size_t count)
{
    (void)ctx;
    (void)fold;
    (void)values;
    (void)count;
}

static void ignore_alive(void *ctx)
{
    (void)ctx;
}

static void ignore_log(void *ctx, const char *unit, int32_t level, const char *line)
{
    (void)ctx;
    (void)unit;
    (void)level;
    (void)line;
}

/* Evaluated once more in the same process, does it give the same bits? An objective that counts its
 * calls, or reads a clock, does not. */
static bool comes_again(const clt_attempt_task *task, const clt_attempt_result *first)
{
    const clt_attempt_listener nobody = {NULL,        ignore_begun, ignore_epoch,
                                         ignore_fold, ignore_alive, ignore_log};
    clt_attempt_result again;
    clt_attempt_run(task, &nobody, &again);
    return again.failure == first->failure && again.last_step == first->last_step &&
           memcmp(again.values, first->values, sizeof again.values) == 0;
}

/* What happens after a trial: another one, where this one was quick and left nothing behind. */
static clt_wire_next what_next(const runner *r, const clt_attempt_task *task,
                               const clt_attempt_result *result)
{
    bool fold = task->fold > 0;
    bool quick = r->teller.seconds < (fold ? CLT_QUICK_FOLD : CLT_QUICK);
    bool failed = result->failure != CLT_FAIL_NONE;
    if (!r->share || !quick || failed || !clt_tidy_check(&r->tidy)) {
        return CLT_WIRE_EXIT;
    }
    if ((!fold || task->plan->black_box) && r->trials == 0 && !comes_again(task, result)) {
        return CLT_WIRE_DIFFERS;
    }
    return CLT_WIRE_WAIT;
}

static clt_wire_start start_of(const clt_wire *m)
{
    clt_wire_start start;
    memcpy(&start, m->body, sizeof start);
    return start;
}

/* Runs the trial of the message at hand; is there to be another? */
static bool run_one(runner *r)
{
    const clt_wire *m = r->child->message;
    clt_wire_start start = start_of(m);
    const double *x = (const double *)(const void *)(m->body + sizeof start);
    clt_attempt_listener listener = {&r->teller, on_begun, on_epoch, on_fold, on_alive, on_log};
    size_t at = sizeof start + start.dim_count * sizeof *x;
    clt_slots slots = {.path = clt_wire_text(m, at, &at),
                       .fingerprint = start.fingerprint,
                       .attempt = start.attempt};
    bool kept = slots.path != NULL && slots.path[0] != '\0';
    clt_attempt_task task = {.plan = r->child->plan,
                             .source = r->child->source,
                             .number = start.number,
                             .fold = start.fold,
                             .attempt = start.attempt,
                             .until = start.until,
                             .sparse = start.sparse != 0,
                             .x = x,
                             .slots = kept ? &slots : NULL};
    clt_attempt_result result;
    r->teller.ticket = m->ticket;
    r->teller.start = clt_clock();
    clt_attempt_run(&task, &listener, &result);
    r->teller.seconds = clt_clock() - r->teller.start;
    clt_wire_next next = what_next(r, &task, &result);
    send_result(&r->teller, &result, next);
    r->trials++;
    return next == CLT_WIRE_WAIT;
}

/* Waits for the next trial; false when the coordinator wants no more. */
static bool wait_for_another(runner *r)
{
    clt_wire *m = r->child->message;
    clt_wire_got got;
    do {
        got = clt_wire_receive(r->teller.fd, &r->received, m);
    } while (got == CLT_WIRE_NOTHING);
    return got == CLT_WIRE_GOT && m->type == CLT_WIRE_START &&
           m->length > sizeof(clt_wire_start) + r->child->plan->space.dim_count * sizeof(double);
}

_Noreturn void clt_child_main(const clt_child *child)
{
    clt_wire_start start = start_of(child->message);
    int log = child->message->fds[1];
    stand_alone(child->nursery);
    redirect(log);
    tell_worker(child, start.worker);
    limit_memory(start.memory);
    runner r = {
        .child = child, .teller = {.fd = child->message->fds[0]}, .share = start.share != 0};
    if (r.share) {
        bool tight = start.memory > 0 && start.memory / 4 < MOST_GROWTH;
        clt_tidy_init(&r.tidy, tight ? start.memory / 4 : MOST_GROWTH);
    }
    while (run_one(&r) && wait_for_another(&r)) {
    }
    _exit(0);
}

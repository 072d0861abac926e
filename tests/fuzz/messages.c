/* What an attempt's process sends to the coordinator, and prints: the first byte is of flags, then
 * each message is a byte for its type, one for its length and its body; type 255 is sent as it is,
 * without a head. However it goes, there is one outcome, and it makes sense. */
#include "fuzz.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "study/crew_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char experiment[] =
    "[study]\nminimize = value\nrequire = size <= 3\n[objective]\nuse = functions\n[params]\n"
    "x = real(0, 1)\n[sampler]\nuse = random\n";

enum { FOLDS = 1, SHARE = 2, STOPPED = 4, PAUSES = 8, METRICS = 3 };
static const char *const metrics[METRICS] = {"value", "size", "other"};
static const char *const fold_metrics[2 * METRICS] = {"value@1", "size@1", "other@1",
                                                      "value@2", "size@2", "other@2"};

/* What was told. */
typedef struct told {
    unsigned ended;
    uint64_t last_step;
} told;

static bool is_utf8(const char *text)
{
    return clt_utf8_valid(text, strlen(text)) == strlen(text);
}

static void begun(void *ctx, const clt_trial_row *trial, uint64_t epochs)
{
    (void)ctx;
    (void)trial;
    (void)epochs;
}

static void epoch(void *ctx, const clt_trial_row *trial, uint64_t step, uint64_t epochs,
                  const double *values)
{
    told *t = ctx;
    (void)trial;
    (void)epochs;
    (void)values;
    fuzz_require(step >= t->last_step, "steps rise");
    t->last_step = step;
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    (void)ctx;
    (void)level;
    fuzz_require(is_utf8(unit) && is_utf8(line), "a line of the log is UTF-8");
}

static void ended(void *ctx, const clt_trial_row *trial, const double *x, clt_verdict verdict)
{
    told *t = ctx;
    bool failed = trial->state == CLT_TRIAL_FAILED;
    (void)x;
    (void)verdict;
    t->ended++;
    t->last_step = 0;
    fuzz_require(failed == (trial->failure != CLT_FAIL_NONE), "what failed has a class");
    fuzz_require(failed == (trial->why != NULL), "what failed has a reason, and nothing else has");
    fuzz_require(trial->why == NULL || is_utf8(trial->why), "a reason is UTF-8");
    fuzz_require(trial->log == NULL || is_utf8(trial->log), "the last lines are UTF-8");
    fuzz_require(trial->value_count == (failed ? 0U : 2U), "what ended well has all values");
    for (size_t i = 1; i < trial->curve_count; i++) {
        fuzz_require(trial->curve[i - 1].step <= trial->curve[i].step, "a curve's steps rise");
    }
}

static void not_run(void *ctx, uint64_t number)
{
    (void)ctx;
    (void)number;
}

static const clt_plan *plan_of(void)
{
    static clt_plan plan;
    static clt_arena arena;
    static clt_ini ini;
    clt_error err = {0};
    if (plan.ini == NULL) {
        fuzz_require(clt_ini_parse(&arena, "x.ini", experiment, &ini, &err) == CLT_OK, err.text);
        fuzz_require(clt_plan_make(&plan, &ini, fuzz_registry(), &err) == CLT_OK, err.text);
    }
    return &plan;
}

static clt_task *make_task(clt_crew *crew, uint8_t flags, int socket, int log)
{
    clt_task *task = calloc(1, sizeof *task);
    fuzz_require(task != NULL && CLT_PUSH(&crew->tasks, task), "there is memory for a task");
    task->crew = crew;
    task->ticket = task->trial.ticket = 7;
    task->trial.attempt = 1;
    task->trial.fold = (flags & FOLDS) != 0 ? 1 : 0;
    task->trial.until = (flags & PAUSES) != 0 ? 3 : 0;
    task->trial.x = calloc(1, sizeof(double));
    task->share = (flags & SHARE) != 0;
    task->stopped = (flags & STOPPED) != 0;
    task->busy = true;
    task->socket = task->out.fd = socket;
    task->log = log;
    return task;
}

static void send_all(int fd, const uint8_t *data, size_t size)
{
    uint32_t sequence = 0;
    while (size >= 2) {
        uint8_t type = data[0];
        size_t n = data[1] < size - 2 ? data[1] : size - 2;
        if (type == 255) {
            (void)send(fd, data + 2, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            const clt_wire_part part = {data + 2, n};
            (void)clt_wire_send(fd, type, 7, sequence++, &part, 1, NULL);
        }
        data += 2 + n;
        size -= 2 + n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2], log[2];
    unsigned char taken[1] = {0};
    told t = {0};
    clt_error err = {0};
    uint8_t flags = size > 0 ? data[0] : 0;
    clt_crew *crew = calloc(1, sizeof *crew);
    fuzz_require(crew != NULL, "there is memory for a crew");
    fuzz_require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0 &&
                     pipe(log) == 0,
                 "there are sockets");
    crew->plan = plan_of();
    crew->taken = taken;
    crew->err = &err;
    crew->wake = crew->poll = crew->control = -1;
    crew->hooks = (clt_crew_hooks){&t, begun, epoch, log_line, ended, not_run};
    crew->facts = (clt_crew_facts){.metrics = metrics,
                                   .metric_count = METRICS,
                                   .fold_metrics = fold_metrics,
                                   .folds = (flags & FOLDS) != 0 ? 2 : 0};
    clt_task *task = make_task(crew, flags, ends[0], log[0]);
    send_all(ends[1], data + (size > 0), size - (size > 0));
    (void)!write(log[1], data, size < 4096 ? size : 4096);
    close(ends[1]);
    close(log[1]);
    clt_task_hear(task);
    const clt_wire_ended how = {.status = (flags & 16) != 0 ? 11 : 0, .peak_bytes = 1 << 20};
    clt_task_end(task, &how, clt_clock());
    fuzz_require(t.ended == 1, "there is one outcome");
    fuzz_require(crew->tasks.count == 0 && err.status == CLT_OK, "nothing is left of it");
    CLT_VEC_FINISH(&crew->tasks);
    free(crew);
    return 0;
}

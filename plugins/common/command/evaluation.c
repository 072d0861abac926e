#include "command/evaluation.h"

#include "command/lines.h"
#include "command/outcome.h"

#include <collet/helpers.h>

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_METRICS = 64, QUOTED = 200, LOOK_EVERY_MS = 50 };

/* The last line of a source. */
typedef struct last_line {
    command_kind kind;
    bool cut, no_memory; /* not all of it is there */
    command_outcome outcome;
    double values[MOST_METRICS];
    char text[QUOTED + 1];
} last_line;

typedef struct evaluation {
    const collet_host *host;
    const command_wanted *wanted;
    command_child child;
    command_lines out, err, file;
    last_line out_last, file_last;
    char err_last[QUOTED + 1];
    double reported[MOST_METRICS]; /* as of the last report */
    uint64_t reported_present;
    collet_status status; /* below 0: it failed before its end; COLLET_STOP: told to stop */
    double kill_at;       /* on the clock; 0: not asked to end */
    int signals, death;   /* signalfd of SIGTERM; what the parent's death is to send, or 0 */
    pid_t parent;
    bool terminated;
    sigset_t mask; /* as it was */
} evaluation;

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The start of a line, to be quoted, cut behind a whole character; the host sees to it that it can
 * be shown. */
static void quote(char out[QUOTED + 1], const char *line)
{
    size_t n = strnlen(line, QUOTED), whole = n;
    while (n == QUOTED && n - whole < 3 && ((unsigned char)line[whole] & 0xc0) == 0x80) {
        whole--;
    }
    memcpy(out, line, whole);
    out[whole] = '\0';
}

/* SIGTERM now, SIGKILL after the grace. */
static void ask_to_end(evaluation *e)
{
    if (e->kill_at == 0) {
        command_signal(&e->child, SIGTERM);
        e->kill_at = now() + e->wanted->grace;
    }
}

/* The trial has failed: nobody waits for what the program still does. */
static void give_up(evaluation *e, collet_status status)
{
    if (e->status >= 0) {
        e->status = status;
        command_signal(&e->child, SIGKILL);
    }
}

/* ---- What it prints ------------------------------------------------------------------------- */

static void report(evaluation *e, const last_line *l)
{
    const char *names[MOST_METRICS];
    double values[MOST_METRICS], step = l->outcome.step;
    uint32_t count = 0;
    if (e->status != COLLET_OK) { /* of no interest any more */
        return;
    }
    if (!(step >= 0 && step < 0x1p53 && step == floor(step))) {
        give_up(e, collet_fail(e->host, COLLET_E_INVALID,
                               "a step is a whole number from 0 on, but it printed %s", l->text));
        return;
    }
    for (uint32_t i = 0; i < e->wanted->count; i++) {
        if ((l->outcome.present >> i & 1) != 0) {
            names[count] = e->wanted->names[i];
            e->reported[i] = values[count++] = l->values[i];
        }
    }
    if (count == 0) { /* it speaks of other things */
        return;
    }
    e->reported_present |= l->outcome.present;
    collet_status status = e->host->report(e->host->ctx, (uint64_t)step, names, values, count);
    if (status < 0) {
        give_up(e, status);
    } else if (status == COLLET_STOP) {
        e->status = COLLET_STOP;
        ask_to_end(e);
    }
}

static void take_result(void *ctx, command_lines *from, const char *line)
{
    evaluation *e = ctx;
    last_line *l = from == &e->file ? &e->file_last : &e->out_last;
    l->outcome.values = l->values;
    l->cut = from->cut;
    l->no_memory = from->no_memory;
    l->kind = command_outcome_read(line, e->wanted->names, e->wanted->count, &l->outcome);
    quote(l->text, line);
    if (l->kind == COMMAND_OBJECT && l->outcome.has_step) {
        report(e, l);
    }
}

static void take_error(void *ctx, command_lines *from, const char *line)
{
    evaluation *e = ctx;
    (void)from;
    quote(e->err_last, line);
}

/* ---- Waiting for its end -------------------------------------------------------------------- */

static void hear_signals(evaluation *e)
{
    struct signalfd_siginfo info;
    while (read(e->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        e->terminated = true;
        command_signal(&e->child, getppid() == e->parent ? SIGTERM : SIGKILL);
    }
}

/* Reads what is there. Output is the sign of life that [run] no_progress waits for, so the host is
 * asked then, and not every 100 ms whether or not the program does anything. */
static void read_all(evaluation *e, struct pollfd *out, struct pollfd *err)
{
    uint64_t before = e->out.count + e->err.count + e->file.count;
    out->fd = out->fd >= 0 && command_lines_pump(&e->out) ? out->fd : -1;
    err->fd = err->fd >= 0 && command_lines_pump(&e->err) ? err->fd : -1;
    (void)command_lines_pump(&e->file);
    if (e->out.count + e->err.count + e->file.count > before &&
        e->host->cancelled(e->host->ctx) != 0 && e->status == COLLET_OK) {
        e->status = COLLET_E_CANCELLED;
        ask_to_end(e);
    }
}

/* Returns its status once it has ended and all that it printed is read. */
static int follow(evaluation *e)
{
    struct pollfd fds[] = {{e->child.pidfd, POLLIN, 0},
                           {e->signals, POLLIN, 0},
                           {e->child.out, POLLIN, 0},
                           {e->child.err, POLLIN, 0}};
    while ((fds[0].revents & POLLIN) == 0) {
        if (poll(fds, 4, LOOK_EVERY_MS) < 0 && errno != EINTR) {
            give_up(e, collet_fail(e->host, COLLET_E_IO, "poll: %s", strerror(errno)));
            break;
        }
        hear_signals(e);
        read_all(e, &fds[2], &fds[3]);
        if (e->kill_at > 0 && now() >= e->kill_at) {
            command_signal(&e->child, SIGKILL);
        }
    }
    int status = command_reap(&e->child);
    read_all(e, &fds[2], &fds[3]);
    command_lines_end(&e->out);
    command_lines_end(&e->err);
    command_lines_end(&e->file);
    return status;
}

/* ---- What came of it ------------------------------------------------------------------------ */

static collet_status fail_ended(const evaluation *e, int status)
{
    const char *words = e->err_last;
    const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
    char how[64];
    if (WIFSIGNALED(status)) {
        (void)snprintf(how, sizeof how, "a signal ended it: %s%s", name != NULL ? "SIG" : "",
                       name != NULL ? name : "of unknown name");
    } else {
        (void)snprintf(how, sizeof how, "it ended with exit code %d", WEXITSTATUS(status));
    }
    return words[0] != '\0'
               ? collet_fail(e->host, COLLET_E_IO, "%s; its last words: %s", how, words)
               : collet_fail(e->host, COLLET_E_IO, "%s, without a word", how);
}

static collet_status take_number(const evaluation *e, const last_line *l, double *values)
{
    const command_wanted *w = e->wanted;
    if (w->count > 1) {
        return collet_fail(e->host, COLLET_E_IO,
                           "it printed a number alone, %s, but there are %u metrics; print JSON "
                           "such as {\"%s\": 0.5, \"%s\": 0.5}",
                           l->text, w->count, w->names[0], w->names[1]);
    }
    values[0] = l->outcome.number;
    return COLLET_OK;
}

static collet_status fail_cut(const evaluation *e, const last_line *l)
{
    return l->no_memory
               ? collet_fail(e->host, COLLET_E_NOMEM,
                             "the memory of the trial ends within the last line of its output: %s",
                             l->text)
               : collet_fail(e->host, COLLET_E_IO,
                             "the last line of its output is longer than %d MiB: %s",
                             COMMAND_LONGEST_LINE >> 20, l->text);
}

/* The last line, and for what it lacks the last report. */
static collet_status take_object(const evaluation *e, const last_line *l, double *values)
{
    const command_wanted *w = e->wanted;
    bool object = l->kind == COMMAND_OBJECT;
    for (uint32_t i = 0; i < w->count; i++) {
        bool said = object && (l->outcome.present >> i & 1) != 0;
        values[i] = said ? l->values[i] : e->reported[i];
        if (!said && (w->goals & ~e->reported_present) >> i & 1) {
            return object
                       ? collet_fail(e->host, COLLET_E_IO,
                                     "the last line of its output has no number \"%s\": %s",
                                     w->names[i], l->text)
                       : collet_fail(e->host, COLLET_E_IO,
                                     "the last line of its output is neither a number nor a JSON "
                                     "object such as {\"%s\": 0.5}: %s",
                                     w->names[i], l->text);
        }
    }
    return COLLET_OK;
}

static collet_status conclude(const evaluation *e, int status, double *values)
{
    const last_line *l = e->file.count > 0 ? &e->file_last : &e->out_last;
    if (e->status < 0) {
        return e->status;
    }
    if (e->status == COLLET_STOP) { /* however it ended: what it had reported counts */
        memcpy(values, e->reported, e->wanted->count * sizeof *values);
        return COLLET_OK;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return fail_ended(e, status);
    }
    if (e->file.count + e->out.count == 0) {
        return collet_fail(e->host, COLLET_E_IO,
                           "it printed nothing; its last line is to be a number, or a JSON object "
                           "such as {\"%s\": 0.5}",
                           e->wanted->names[0]);
    }
    if (l->cut) {
        return fail_cut(e, l);
    }
    return l->kind == COMMAND_NUMBER ? take_number(e, l, values) : take_object(e, l, values);
}

/* ---- One evaluation ------------------------------------------------------------------------- */

/* From here on SIGTERM, and the parent's death, come by e->signals. */
static void hold_signals(evaluation *e)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    e->parent = getppid();
    sigprocmask(SIG_BLOCK, &term, &e->mask);
    e->signals = signalfd(-1, &term, SFD_NONBLOCK | SFD_CLOEXEC);
    if (prctl(PR_GET_PDEATHSIG, &e->death) == 0 && e->death != 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
}

/* A signal that has come ends this process now, as if it had not been held. */
static void release_signals(evaluation *e)
{
    if (e->death != 0) {
        prctl(PR_SET_PDEATHSIG, e->death);
    }
    if (e->signals >= 0) {
        close(e->signals);
    }
    if (e->terminated) {
        (void)signal(SIGTERM, SIG_DFL);
        (void)raise(SIGTERM);
    }
    sigprocmask(SIG_SETMASK, &e->mask, NULL);
}

static evaluation *make_evaluation(const collet_host *host, const command_wanted *wanted)
{
    evaluation *e = calloc(1, sizeof *e);
    if (e != NULL) {
        e->host = host;
        e->wanted = wanted;
        for (uint32_t i = 0; i < MOST_METRICS; i++) {
            e->reported[i] = (double)NAN;
        }
    }
    return e;
}

/* Of what goes wrong a few words are quoted; a result is wanted whole. */
static void listen_to(evaluation *e, command_lines *l, int fd, int echo)
{
    bool errors = l == &e->err;
    *l = (command_lines){.fd = fd,
                         .echo = echo,
                         .most = errors ? QUOTED + 4 : COMMAND_LONGEST_LINE,
                         .ctx = e,
                         .take = errors ? take_error : take_result,
                         .is_file = l == &e->file};
}

static void free_evaluation(evaluation *e)
{
    command_lines_finish(&e->out);
    command_lines_finish(&e->err);
    command_lines_finish(&e->file);
    free(e);
}

collet_status command_evaluate(const collet_host *host, const command_call *call,
                               const command_wanted *wanted, int metrics, double *values)
{
    evaluation *e = make_evaluation(host, wanted);
    if (e == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    hold_signals(e);
    collet_status status = command_start(&e->child, host, call);
    if (status == COLLET_OK) {
        listen_to(e, &e->out, e->child.out, STDOUT_FILENO);
        listen_to(e, &e->err, e->child.err, STDERR_FILENO);
        listen_to(e, &e->file, metrics, -1);
        status = conclude(e, follow(e), values);
        command_close(&e->child);
    }
    if (e->terminated && call->file != NULL) {
        (void)unlink(call->file); /* this process is about to end */
    }
    release_signals(e);
    free_evaluation(e);
    return status;
}

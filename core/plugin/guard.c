#include "plugin/guard.h"

#include "base/clock.h"
#include "base/error.h"
#include "plugin/surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { STACK_SIZE = 65536 };

/* What a handler needs: a signal finds no other way to it. */
static struct {
    const char *volatile unit;
    const char *volatile call;
    volatile uint64_t number;
    volatile double deadline; /* clock: when the call has lasted too long; infinite: never */
    volatile double due;      /* clock: when the timer that is set ends; infinite: none is set */
    bool set_up;
    int told[2];                  /* a pipe: signals that are to stop the program */
    volatile sig_atomic_t stops;  /* SIGINTs so far, two of any other */
    volatile sig_atomic_t gentle; /* none but SIGINTs */
    volatile double urgent_since; /* clock: when it was told to stop now; infinite: it was not */
    volatile double end_by;       /* clock: when it is ended; infinite: never */
    double patience;              /* seconds */
    clt_surroundings surroundings;
    _Alignas(64) char stack[STACK_SIZE]; /* ASan wants it aligned */
} guard;

static void put(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

static void put_number(uint64_t number)
{
    char digits[24], *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(at);
}

/* Async-signal-safe all the way, which what AddressSanitizer puts before the last call is not. */
__attribute__((no_sanitize("address"))) static _Noreturn void tell_and_end(const char *what,
                                                                           const char *signal)
{
    put("collet: ");
    put(guard.unit);
    put(": ");
    put(guard.call);
    if (guard.number != UINT64_MAX) {
        put(" (trial ");
        put_number(guard.number);
        put(")");
    }
    put(": ");
    put(what);
    put(signal);
    put("; no finished trial is lost, run it again to go on\n");
    _exit(CLT_PLUGIN_FAILED);
}

/* One timer serves many calls: one that is back in time leaves it ticking. */
static void set_alarm(double deadline)
{
    deadline = deadline < guard.end_by ? deadline : guard.end_by;
    double left = deadline - clt_clock(), seconds = left > 0.001 ? left : 0.001; /* 0 were none */
    guard.due = deadline;
    struct itimerval timer = {.it_value.tv_sec = (time_t)seconds};
    timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

/* The program was told to stop and does not. */
__attribute__((no_sanitize("address"))) static _Noreturn void end_now(void)
{
    put("collet: it does not come to an end by itself, so it is ended; no finished trial that was "
        "told of is lost, run it again to go on\n");
    _exit(guard.gentle ? CLT_INTERRUPTED : CLT_STOPPED);
}

__attribute__((no_sanitize("address"))) static void on_signal(int signal)
{
    const char *name = sigabbrev_np(signal);
    if (signal == SIGALRM && clt_clock() >= guard.end_by) {
        end_now();
    }
    if (signal == SIGALRM && (guard.unit == NULL || isinf(guard.deadline))) {
        guard.due = (double)INFINITY; /* the call for which it was set came back in time */
        if (!isinf(guard.end_by)) {
            set_alarm(guard.end_by);
        }
        return;
    }
    if (guard.unit == NULL) { /* not a plugin's doing: as if there were no handler */
        struct sigaction usual = {.sa_handler = SIG_DFL};
        (void)sigaction(signal, &usual, NULL);
        (void)raise(signal);
        return;
    }
    if (signal == SIGALRM && clt_clock() >= guard.deadline) {
        tell_and_end("it does not come back", "");
    }
    if (signal == SIGALRM) { /* set for an earlier call */
        set_alarm(guard.deadline);
        return;
    }
    tell_and_end("it crashed, SIG", name != NULL ? name : "?");
}

/* SIGINT, SIGTERM, SIGHUP. */
__attribute__((no_sanitize("address"))) static void on_stop(int signal)
{
    const int saved = errno;
    const double now = clt_clock();
    const char byte = (char)signal;
    if (now - guard.urgent_since >= 1) { /* less is one who is in a hurry, or a group's signal */
        end_now();
    }
    guard.gentle = guard.gentle && signal == SIGINT;
    guard.stops += signal == SIGINT ? 1 : 2;
    if (guard.stops >= 2 && isinf(guard.urgent_since)) {
        guard.urgent_since = now;
        guard.end_by = now + guard.patience;
        set_alarm(guard.end_by);
    }
    (void)!write(guard.told[1], &byte, 1);
    errno = saved;
}

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { STOP_SIGNALS = sizeof stop_signals / sizeof stop_signals[0] };

/* Whoever started the program and ignores a signal has a reason. One that is merely held is let
 * through: that is a starter that forgot to. */
static void take_signal(int signal)
{
    struct sigaction was, action = {.sa_handler = on_stop, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigfillset(&action.sa_mask);
    if (sigaction(signal, NULL, &was) == 0 && was.sa_handler != SIG_IGN) {
        (void)sigaction(signal, &action, NULL);
    }
}

int clt_guard_take_signals(void)
{
    if (!guard.set_up || (guard.told[0] <= 0 && pipe2(guard.told, O_CLOEXEC | O_NONBLOCK) != 0)) {
        return -1;
    }
    for (int i = 0; i < STOP_SIGNALS; i++) {
        take_signal(stop_signals[i]);
    }
    return guard.told[0];
}

void clt_guard_set_patience(double seconds)
{
    guard.patience = seconds;
}

void clt_guard_give_signals_back(void)
{
    for (int i = 0; i < STOP_SIGNALS && guard.stops == 0; i++) {
        struct sigaction was;
        if (sigaction(stop_signals[i], NULL, &was) == 0 && was.sa_handler == on_stop) {
            (void)signal(stop_signals[i], SIG_DFL);
        }
    }
}

static void on_exit_call(void)
{
    if (guard.unit != NULL) {
        tell_and_end("it called exit()", "");
    }
}

void clt_guard_set_up(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGALRM};
    if (guard.set_up) {
        return;
    }
    guard.set_up = true;
    guard.gentle = true;
    guard.patience = 10;
    guard.due = guard.end_by = guard.urgent_since = (double)INFINITY;
    stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof guard.stack};
    (void)sigaltstack(&stack, NULL); /* its own stack may be what ran out */
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) {
        struct sigaction action = {.sa_handler = on_signal,
                                   .sa_flags = SA_ONSTACK | SA_NODEFER | SA_RESTART};
        sigemptyset(&action.sa_mask);
        (void)sigaction(fatal[i], &action, NULL);
    }
    (void)atexit(on_exit_call);
}

void clt_guard_note(void)
{
    if (guard.set_up) {
        clt_surroundings_note(&guard.surroundings);
    }
}

void clt_guard_enter(const char *unit, const char *call, uint64_t number, double seconds)
{
    if (!guard.set_up) {
        return;
    }
    guard.call = call;
    guard.number = number;
    guard.deadline = seconds > 0 ? clt_clock() + seconds : (double)INFINITY;
    guard.unit = unit;
    if (guard.deadline < guard.due) {
        set_alarm(guard.deadline);
    }
}

const char *clt_guard_leave(void)
{
    bool closed;
    if (!guard.set_up) {
        return NULL;
    }
    const char *changed = clt_surroundings_restore(&guard.surroundings, &closed);
    if (closed) {
        tell_and_end("it closed descriptors that are not its own", "");
    }
    guard.unit = NULL;
    return changed;
}

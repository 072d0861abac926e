#include "plugin/guard.h"

#include "base/clock.h"
#include "base/error.h"

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
    volatile double deadline;      /* clock: when the call has lasted too long */
    volatile sig_atomic_t ticking; /* the timer is set; it may be from an earlier call */
    bool set_up;
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

/* Async-signal-safe all the way. */
static _Noreturn void tell_and_end(const char *what, const char *signal)
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

static void set_alarm(double seconds)
{
    seconds = seconds > 0.001 ? seconds : 0.001; /* 0 would be none */
    struct itimerval timer = {.it_value.tv_sec = (time_t)seconds};
    timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_signal(int signal)
{
    const char *name = sigabbrev_np(signal);
    if (guard.unit == NULL && signal == SIGALRM) { /* the call came back in time */
        guard.ticking = 0;
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
        set_alarm(guard.deadline - clt_clock());
        return;
    }
    tell_and_end("it crashed, SIG", name != NULL ? name : "?");
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

void clt_guard_enter(const char *unit, const char *call, uint64_t number, double seconds)
{
    guard.call = call;
    guard.number = number;
    guard.deadline = clt_clock() + seconds;
    guard.unit = unit;
    if (seconds > 0 &&
        !guard.ticking) { /* one timer serves many calls: each that is in time leaves it ticking */
        guard.ticking = 1;
        set_alarm(seconds);
    }
}

void clt_guard_leave(void)
{
    guard.unit = NULL;
}

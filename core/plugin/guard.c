#include "plugin/guard.h"

#include "base/clock.h"
#include "base/error.h"
#include "plugin/surroundings.h"

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
    double left = deadline - clt_clock(), seconds = left > 0.001 ? left : 0.001; /* 0 were none */
    guard.due = deadline;
    struct itimerval timer = {.it_value.tv_sec = (time_t)seconds};
    timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

__attribute__((no_sanitize("address"))) static void on_signal(int signal)
{
    const char *name = sigabbrev_np(signal);
    if (signal == SIGALRM && (guard.unit == NULL || isinf(guard.deadline))) {
        guard.due = (double)INFINITY; /* the call for which it was set came back in time */
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
    guard.due = (double)INFINITY;
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

/*
 * Milliseconds from fork() to the end of an empty attempt, reaped, in a process that holds the data
 * of the experiment as a nursery does: sockets, pipe, fork, what a child sets up, exit, wait.
 *
 *     bench_fork_cost EXPERIMENT.ini [ROUNDS]       prints: least median
 */
#include "base/clock.h"
#include "base/process.h"
#include "config/ini.h"
#include "plugin/registry.h"
#include "study/source.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(clt_status status, const clt_error *err)
{
    if (status != CLT_OK) {
        (void)fprintf(stderr, "%s\n", err->text);
        exit(1);
    }
}

static double one_attempt(void)
{
    int ends[2], log[2], status;
    double start = clt_clock();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 ||
        pipe2(log, O_CLOEXEC) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int i = 1; i < NSIG; i++) {
            (void)signal(i, SIG_DFL);
        }
        (void)clt_process_data_size();
        _exit(send(ends[1], "result", 6, 0) != 6);
    }
    bool good = waitpid(pid, &status, 0) == pid && status == 0;
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(log[i]);
    }
    return good ? clt_clock() - start : -1;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(int rounds)
{
    double *times = calloc((size_t)rounds, sizeof *times);
    for (int i = 0; times != NULL && i < rounds; i++) {
        times[i] = one_attempt() * 1e3;
    }
    if (times != NULL) {
        qsort(times, (size_t)rounds, sizeof *times, rising);
        (void)printf("%.3f %.3f\n", times[0], times[rounds / 2]);
    }
    free(times);
}

int main(int argc, char **argv)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_ini ini = {0};
    clt_search search = {0};
    clt_registry *registry = NULL;
    clt_plan plan = {0};
    clt_source source = {0};
    if (argc < 2) {
        return 64;
    }
    int rounds = argc > 2 ? atoi(argv[2]) : 200;
    check(clt_ini_read(&arena, argv[1], &ini, &err), &err);
    check(clt_search_add(&search, PLUGINS, NULL, "bench", &err), &err);
    check(clt_registry_create(&search, &registry, &err), &err);
    check(clt_plan_make(&plan, &ini, registry, &err), &err);
    check(clt_source_open(&source, &plan, NULL, &err), &err);
    measure(rounds > 0 ? rounds : 1);
    clt_source_close(&source);
    clt_plan_finish(&plan);
    clt_registry_destroy(registry);
    clt_arena_finish(&arena);
    return 0;
}

#include "base/process.h"

#include "base/clock.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t read_small(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* Parent of a process, from /proc/PID/stat: its name may hold anything, so look behind the last
 * parenthesis. */
pid_t clt_process_parent(pid_t pid)
{
    char path[64], text[512];
    int parent = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    (void)read_small(path, text, sizeof text);
    const char *end = strrchr(text, ')');
    return end != NULL && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

typedef CLT_VEC(pid_t) pid_list;

/* Where the kernel does not list children: look at every process. */
static void search_children(pid_list *pids)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && clt_process_parent(pid) == getpid() && !CLT_PUSH(pids, pid)) {
            break;
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
}

/* Children of this process, zombies included: numbers with a blank behind each, of which the file
 * may have thousands. Without memory those that there is room for. */
static void list_children(pid_list *pids)
{
    char path[64], text[4096];
    pid_t pid = 0;
    ssize_t n;
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        search_children(pids);
        return;
    }
    while ((n = read(fd, text, sizeof text)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            bool digit = text[i] >= '0' && text[i] <= '9';
            if (!digit && pid > 0) {
                (void)CLT_PUSH(pids, pid);
            }
            pid = digit ? pid * 10 + (text[i] - '0') : 0;
        }
    }
    close(fd);
}

static uint64_t status_kilobytes(const char *path, const char *key)
{
    char text[4096];
    unsigned long long value = 0;
    (void)read_small(path, text, sizeof text);
    const char *at = strstr(text, key);
    return at != NULL && sscanf(at + strlen(key), " %llu", &value) == 1 ? value * 1024 : 0;
}

uint64_t clt_process_memory(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    return status_kilobytes(path, "\nRssAnon:");
}

uint64_t clt_process_data_size(void)
{
    return status_kilobytes("/proc/self/status", "\nVmData:");
}

void clt_process_kill_group(pid_t leader, int signal)
{
    (void)kill(-leader, signal);
    (void)kill(leader, signal); /* it may have left its group */
}

int clt_process_wait(pid_t pid, double seconds, int *status)
{
    int ignored;
    pid_t found;
    double start = clt_clock();
    status = status != NULL ? status : &ignored;
    *status = 0;
    while ((found = waitpid(pid, status, WNOHANG)) == 0 || (found < 0 && errno == EINTR)) {
        if (clt_clock() - start >= seconds) {
            return 0;
        }
        (void)usleep(200);
    }
    return found == pid ? 1 : -1;
}

ssize_t clt_process_read(int fd, void *out, size_t size, double *patience)
{
    enum { SLICE_MS = 50 };
    for (;;) {
        struct pollfd ready = {fd, POLLIN, 0};
        int count = poll(&ready, 1, SLICE_MS);
        ssize_t n = count > 0 ? read(fd, out, size) : -1;
        if (n >= 0 || (count > 0 && errno != EINTR && errno != EAGAIN)) {
            return n;
        }
        if (count < 0 && errno != EINTR) { /* ENOMEM, which may pass */
            (void)usleep(SLICE_MS * 1000);
            count = 0;
        }
        *patience -= count == 0 ? SLICE_MS * 1e-3 : 0; /* however long it was stopped meanwhile */
        if (*patience <= 0) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
}

/* Kills those that keep does not claim; how many are gone. */
static size_t kill_all(const pid_list *pids, bool (*keep)(const void *ctx, pid_t pid),
                       const void *ctx)
{
    const double patience =
        2; /* a process that waits for a dead disk is not killed until it comes */
    size_t gone = 0;
    for (size_t i = 0; i < pids->count; i++) {
        if (!keep(ctx, pids->items[i])) {
            clt_process_kill_group(pids->items[i], SIGKILL);
            gone += clt_process_wait(pids->items[i], patience, NULL) == 1;
        }
    }
    return gone;
}

size_t clt_process_sweep(bool (*keep)(const void *ctx, pid_t pid), const void *ctx, size_t kept)
{
    pid_list pids = {0};
    size_t swept = 0, found;
    do {
        pids.count = 0;
        list_children(&pids);
        found = kept > 0 && pids.count <= kept ? 0 : kill_all(&pids, keep, ctx);
        swept += found;
    } while (found > 0);
    CLT_VEC_FINISH(&pids);
    return swept;
}

static bool stays_ignored(int signal, bool supervisor)
{
    bool theirs = signal == SIGINT || signal == SIGTERM || signal == SIGXFSZ;
    return signal == SIGHUP || (supervisor && theirs);
}

void clt_process_usual_signals(bool supervisor)
{
    sigset_t none;
    for (int i = 1; i < NSIG; i++) {
        struct sigaction now;
        bool ignored = sigaction(i, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
        if (!ignored || !stays_ignored(i, supervisor)) {
            (void)signal(i, SIG_DFL);
        }
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

const char *clt_signal_text(int signal, char *buffer, size_t size)
{
    const char *name = signal > 0 ? sigabbrev_np(signal) : NULL;
    if (name != NULL) {
        (void)snprintf(buffer, size, "SIG%s", name);
    } else {
        (void)snprintf(buffer, size, "signal %d", signal);
    }
    return buffer;
}

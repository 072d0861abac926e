#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
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
static pid_t parent_of(pid_t pid)
{
    char path[64], text[512];
    int parent = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    (void)read_small(path, text, sizeof text);
    const char *end = strrchr(text, ')');
    return end != NULL && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* Where the kernel does not list children: look at every process. */
static size_t search_children(pid_t *pids, size_t most)
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    while (proc != NULL && count < most && (entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && parent_of(pid) == getpid()) {
            pids[count++] = pid;
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    return count;
}

size_t clt_process_children(pid_t *pids, size_t most)
{
    char path[64], text[8192];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    if (access(path, R_OK) != 0) {
        return search_children(pids, most);
    }
    (void)read_small(path, text, sizeof text);
    char *at = text, *end;
    for (long pid; count < most && (pid = strtol(at, &end, 10)) > 0 && *end != '\0'; at = end) {
        pids[count++] = (pid_t)pid;
    }
    return count;
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

size_t clt_process_sweep(bool (*keep)(const void *ctx, pid_t pid), const void *ctx)
{
    enum { MOST = 256 };
    pid_t pids[MOST];
    size_t swept = 0, found;
    do {
        found = 0;
        size_t count = clt_process_children(pids, MOST);
        for (size_t i = 0; i < count; i++) {
            if (!keep(ctx, pids[i])) {
                clt_process_kill_group(pids[i], SIGKILL);
                found += waitpid(pids[i], NULL, 0) == pids[i];
            }
        }
        swept += found;
    } while (found > 0);
    return swept;
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

#include "base/family.h"

#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The start of a file of /proc, closed by a NUL; returns its length. */
static size_t read_start(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t n;
    while (fd >= 0 && used + 1 < size && (n = read(fd, out + used, size - 1 - used)) > 0) {
        used += (size_t)n;
    }
    if (fd >= 0) {
        close(fd);
    }
    out[used] = '\0';
    return used;
}

/* ---- Who ------------------------------------------------------------------------------------ */

/* Appends the children that one thread has started. *known: the kernel lists them. */
static bool add_children_of_thread(clt_family *family, pid_t pid, const char *thread, bool *known)
{
    char path[64], line[32];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)pid, thread);
    FILE *file = fopen(path, "re");
    bool room = true;
    int child;
    *known = *known || file != NULL;
    while (file != NULL && room && fscanf(file, "%31s", line) == 1) {
        child = atoi(line);
        room = child <= 0 || CLT_PUSH(family, (pid_t)child);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return room;
}

static bool add_children(clt_family *family, pid_t pid, bool *known)
{
    char path[64];
    bool room = true;
    const struct dirent *thread;
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    while (threads != NULL && room && (thread = readdir(threads)) != NULL) {
        if (thread->d_name[0] != '.') {
            room = add_children_of_thread(family, pid, thread->d_name, known);
        }
    }
    if (threads != NULL) {
        (void)closedir(threads);
    }
    return room;
}

static bool has(const clt_family *family, size_t from, pid_t pid)
{
    bool found = false;
    for (size_t i = from; i < family->count && !found; i++) {
        found = family->items[i] == pid;
    }
    return found;
}

/* Where the kernel does not list children: those of anybody who is in already, by all processes. */
static bool search(clt_family *family, size_t from)
{
    bool more = true, room = true;
    while (more && room) {
        more = false;
        DIR *all = opendir("/proc");
        const struct dirent *one;
        while (all != NULL && room && (one = readdir(all)) != NULL) {
            pid_t pid = (pid_t)strtol(one->d_name, NULL, 10);
            if (pid > 0 && !has(family, from, pid) && has(family, from, clt_process_parent(pid))) {
                room = CLT_PUSH(family, pid);
                more = true;
            }
        }
        if (all != NULL) {
            (void)closedir(all);
        }
    }
    return room;
}

bool clt_family_add(clt_family *family, pid_t root)
{
    size_t from = family->count;
    bool known = false, room = CLT_PUSH(family, root);
    for (size_t i = from; i < family->count && room; i++) {
        room = add_children(family, family->items[i], &known);
    }
    return room && (known || search(family, from));
}

bool clt_family_children(clt_family *family)
{
    bool known = false, room = add_children(family, getpid(), &known);
    DIR *all = known ? NULL : opendir("/proc");
    const struct dirent *one;
    while (all != NULL && room && (one = readdir(all)) != NULL) {
        pid_t pid = (pid_t)strtol(one->d_name, NULL, 10);
        room = pid <= 0 || clt_process_parent(pid) != getpid() || CLT_PUSH(family, pid);
    }
    if (all != NULL) {
        (void)closedir(all);
    }
    return room;
}

/* The kernel places what it hands to a program at random, and forks keep it. */
bool clt_family_is_fork(pid_t pid)
{
    char own[1024], other[1024];
    size_t n = read_start(getpid(), "auxv", own, sizeof own);
    return n > 0 && read_start(pid, "auxv", other, sizeof other) == n && memcmp(own, other, n) == 0;
}

void clt_family_kill_programs(const clt_family *family, pid_t root)
{
    for (size_t i = 0; i < family->count; i++) {
        pid_t pid = family->items[i];
        if (pid == root || !clt_family_is_fork(pid)) {
            (void)kill(pid, SIGKILL);
        }
    }
}

bool clt_family_variable(pid_t pid, const char *name, char value[32])
{
    char path[64], *text = NULL;
    size_t room = 0, n = strlen(name);
    bool found = false;
    (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && getdelim(&text, &room, '\0', file) > 0) {
        found = strncmp(text, name, n) == 0 && text[n] == '=';
    }
    if (found) {
        (void)snprintf(value, 32, "%s", text + n + 1);
    }
    free(text);
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

/* ---- How much ------------------------------------------------------------------------------- */

static uint64_t bytes_of(const char *text, const char *key)
{
    unsigned long long value = 0;
    const char *at = strstr(text, key);
    return at != NULL && sscanf(at + strlen(key), " %llu", &value) == 1 ? value * 1024 : 0;
}

clt_usage clt_usage_quick(pid_t pid)
{
    char text[4096];
    (void)read_start(pid, "status", text, sizeof text);
    return (clt_usage){bytes_of(text, "\nRssAnon:") + bytes_of(text, "\nVmSwap:"),
                       bytes_of(text, "\nRssShmem:")};
}

clt_usage clt_usage_exact(pid_t pid)
{
    char text[4096];
    (void)read_start(pid, "smaps_rollup", text, sizeof text);
    if (strstr(text, "\nPss_Anon:") == NULL) {
        return clt_usage_quick(pid);
    }
    return (clt_usage){bytes_of(text, "\nPss_Anon:") + bytes_of(text, "\nSwapPss:"),
                       bytes_of(text, "\nPss_Shmem:")};
}

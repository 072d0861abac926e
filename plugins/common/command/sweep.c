#include "command/sweep.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Rounds that find something; one that finds nothing is the last. */
enum { MOST_ROUNDS = 1000 };

/* A process that has ended, or is another user's, carries nothing. */
static bool carries(pid_t pid, const char *entry)
{
    char path[32], *text = NULL;
    size_t room = 0;
    bool found = false;
    (void)snprintf(path, sizeof path, "/proc/%ld/environ", (long)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && getdelim(&text, &room, '\0', file) > 0) {
        found = strcmp(text, entry) == 0;
    }
    free(text);
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

/* False: there were none. */
static bool sweep_once(const char *entry)
{
    DIR *all = opendir("/proc");
    const struct dirent *one;
    bool any = false;
    while (all != NULL && (one = readdir(all)) != NULL) {
        pid_t pid = (pid_t)strtol(one->d_name, NULL, 10); /* 0 for what is no process */
        if (pid > 0 && pid != getpid() && carries(pid, entry)) {
            any = kill(pid, SIGKILL) == 0 || any;
        }
    }
    if (all != NULL) {
        (void)closedir(all);
    }
    return any;
}

void command_sweep(const char *entry)
{
    for (int i = 0; i < MOST_ROUNDS && sweep_once(entry); i++) {
        (void)usleep(1000); /* those that were killed end */
    }
}

/**
 * @file command/launch.h
 * @brief Starts a program as the leader of a process group, and ends the whole group.
 */
#ifndef COMMAND_LAUNCH_H
#define COMMAND_LAUNCH_H

#include <collet/plugin.h>

#include <sys/types.h>

/** What is to be started. */
typedef struct command_call {
    const char *path;   /**< of the program's file, absolute or from the folder */
    char *const *argv;  /**< closed by NULL */
    char *const *envp;  /**< closed by NULL */
    const char *folder; /**< to work in */
    const char *mark;   /**< the entry of envp that no other program has; NULL: there is none */
    const char *file;   /**< to be removed where this process is killed; NULL: none */
} command_call;

/** A program that runs. */
typedef struct command_child {
    pid_t pid;    /**< also of its group */
    pid_t guard;  /**< ends all that it has started should this process be killed */
    int lifeline; /**< whose closing tells the guard that this process has ended */
    int pidfd;    /**< readable once it has ended */
    int out, err; /**< read ends of its standard output and error; they do not block */
} command_child;

/** The file that a program's name means: the name itself where it holds a slash, else the first
 *  that can be run in the folders of PATH. In memory to free(); NULL where there is none, with the
 *  reason in errno. folder: where relative names start. */
char *command_find(const char *name, const char *folder);

/** Starts it: standard input is empty, all signals as at first. When the calling process ends, also
 *  by SIGKILL, its group is killed and whatever carries its mark; see command/sweep.h; and its file
 * is removed. COLLET_E_IO, with set_error(), where it cannot be started. */
collet_status command_start(command_child *child, const collet_host *host,
                            const command_call *call);

/** Sends a signal to its group. Harmless after its end, until command_reap(). */
void command_signal(const command_child *child, int signal);

/** Kills what is left of the group, waits for the program and gives its status, as wait() does.
 *  The pipes stay open: what it had printed can still be read. */
int command_reap(command_child *child);

/** Closes the descriptors. */
void command_close(command_child *child);

#endif /* COMMAND_LAUNCH_H */

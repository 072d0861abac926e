/**
 * @file base/process.h
 * @brief Processes: who is whose child, how much memory one has, ending whole groups.
 */
#ifndef CLT_BASE_PROCESS_H
#define CLT_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The parent of a process; 0 where there is none to be found. */
pid_t clt_process_parent(pid_t pid);

/** Resident memory that belongs to a process alone (neither files nor shared), in bytes; 0 where it
 *  cannot be read. */
uint64_t clt_process_memory(pid_t pid);

/** Address space of this process that counts against RLIMIT_DATA, in bytes; 0 where unknown. */
uint64_t clt_process_data_size(void);

/** Sends a signal to a child and to the group that it leads. */
void clt_process_kill_group(pid_t leader, int signal);

/** Waits for a child to end, at most `seconds`: 1 when it has, 0 when it has not, -1 where there is
 * no such child. *status as waitpid() gives it, else 0; NULL: of no interest. */
int clt_process_wait(pid_t pid, double seconds, int *status);

/** read(), which waits for at most *patience seconds, and takes from them what it waited: -1 with
 *  ETIMEDOUT once they are over. Only time in which this process ran is counted. */
ssize_t clt_process_read(int fd, void *out, size_t size, double *patience);

/** Kills and reaps every child that `keep` does not claim, and theirs as they come to us; this
 *  process must be a subreaper. kept: how many it claims, where as many children as that need no
 *  look; 0: look at each. One that the kernel does not let go is left after some seconds. Returns
 *  how many were reaped. */
size_t clt_process_sweep(bool (*keep)(const void *ctx, pid_t pid), const void *ctx, size_t kept);

/** Signals as a program expects to find them: none is held, and each means what it usually means,
 * but for SIGHUP where it is ignored: nohup is for all that is started. supervisor: SIGINT and
 * SIGTERM stay ignored as well, and SIGXFSZ. Safe after fork(). */
void clt_process_usual_signals(bool supervisor);

/** "SIGSEGV" for 11; "signal 63" where it has no name, into buffer. */
const char *clt_signal_text(int signal, char *buffer, size_t size);

#endif /* CLT_BASE_PROCESS_H */

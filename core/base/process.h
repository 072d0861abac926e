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

/** Children of this process, zombies included, at most `most` of them, into pids. Read from /proc.
 */
size_t clt_process_children(pid_t *pids, size_t most);

/** Resident memory that belongs to a process alone (neither files nor shared), in bytes; 0 where it
 *  cannot be read. */
uint64_t clt_process_memory(pid_t pid);

/** Address space of this process that counts against RLIMIT_DATA, in bytes; 0 where unknown. */
uint64_t clt_process_data_size(void);

/** Sends a signal to a child and to the group that it leads. */
void clt_process_kill_group(pid_t leader, int signal);

/** Kills and reaps every child that `keep` does not claim, and theirs as they come to us; this
 *  process must be a subreaper. Returns how many. */
size_t clt_process_sweep(bool (*keep)(const void *ctx, pid_t pid), const void *ctx);

/** "SIGSEGV" for 11; "signal 63" where it has no name, into buffer. */
const char *clt_signal_text(int signal, char *buffer, size_t size);

#endif /* CLT_BASE_PROCESS_H */

/**
 * @file base/family.h
 * @brief A process with all that descend from it, and the memory that they have together.
 */
#ifndef CLT_BASE_FAMILY_H
#define CLT_BASE_FAMILY_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Processes. Zero it to start empty. */
typedef CLT_VEC(pid_t) clt_family;

/** Appends a process and its descendants as /proc has them. One whose parent has ended is not among
 *  them: it is the child of whoever is the subreaper. False when memory ran out. */
bool clt_family_add(clt_family *family, pid_t root);

/** Appends the children of this process, and not theirs. False when memory ran out. */
bool clt_family_children(clt_family *family);

/** Kills every one of them but forks of this process, as clt_family_is_fork() has them; root dies
 *  in any case. */
void clt_family_kill_programs(const clt_family *family, pid_t root);

/** Was the process forked from this one, or from one that was, and has it started no program? */
bool clt_family_is_fork(pid_t pid);

/** The value of a variable in the environment that a process was started with, up to 31 characters
 *  of it, in value; false where there is none, or where it may not be read. */
bool clt_family_variable(pid_t pid, const char *name, char value[32]);

/** Memory of one process, in bytes. */
typedef struct clt_usage {
    uint64_t own; /**< anonymous, resident or swapped out; what it shares with forks is in each */
    uint64_t shared; /**< mapped shared memory, whole in each that maps it */
} clt_usage;

/** What it has, cheaply. */
clt_usage clt_usage_quick(pid_t pid);

/** The same with each page divided among the processes that have it, so that sums count it once.
 *  Costs about a millisecond per 100 MB. As clt_usage_quick() where it may not be read. */
clt_usage clt_usage_exact(pid_t pid);

#endif /* CLT_BASE_FAMILY_H */

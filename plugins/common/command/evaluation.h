/**
 * @file command/evaluation.h
 * @brief One program from its start to its end: what it prints becomes reports and metrics.
 */
#ifndef COMMAND_EVALUATION_H
#define COMMAND_EVALUATION_H

#include "command/launch.h"

#include <collet/plugin.h>

#include <stdbool.h>

/** What the program is to give. */
typedef struct command_wanted {
    const char *const *names; /**< [count] metrics */
    uint32_t count;           /**< 1 to 64 */
    uint64_t goals;           /**< bit i: a result without names[i] is none */
    double grace;             /**< seconds from SIGTERM to SIGKILL when a report says to stop */
} command_wanted;

/** Runs the program to its end and reads values[count of metrics], NaN for those it does not give,
 *  from its standard output, or from the file `metrics` where it wrote to that.
 *
 *  While it runs, SIGTERM to this process goes to the program's group instead; when that has ended,
 *  this process ends by the signal as it would have at once. The death of the parent, where this
 *  process is to die with it, kills the group first. */
collet_status command_evaluate(const collet_host *host, const command_call *call,
                               const command_wanted *wanted, int metrics, double *values);

#endif /* COMMAND_EVALUATION_H */

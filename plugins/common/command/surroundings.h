/**
 * @file command/surroundings.h
 * @brief What a program finds around it: variables of the environment, and files without a name.
 *
 * The files live in memory and are reached by /proc/PID/fd/N while this process is there: whatever
 * ends it, nothing is left to clean up.
 */
#ifndef COMMAND_SURROUNDINGS_H
#define COMMAND_SURROUNDINGS_H

#include <collet/objective.h>

/** A program's surroundings. */
typedef struct command_surroundings {
    char **envp;         /**< closed by NULL */
    const char *mark;    /**< the one of them that says which attempt it is, as no other does */
    int params, metrics; /**< files: the point as JSON; what the program writes */
} command_surroundings;

/** "COLLET_PARAM_MODEL_LR" for "model.lr", to free(). NULL: no memory. */
char *command_variable(const char *name);

/** Makes them of the point and the seed: this process' own variables and COLLET_TRIAL,
 *  COLLET_ATTEMPT, COLLET_SEED, COLLET_PARAMS, COLLET_METRICS and one for each active parameter,
 *  variables[dim_count]. Finish it also after a failure. */
collet_status command_surroundings_make(command_surroundings *s, const collet_host *host,
                                        const collet_space *space, const collet_point *point,
                                        const char *seed, char *const *variables);

/** Frees and closes. */
void command_surroundings_finish(command_surroundings *s);

#endif /* COMMAND_SURROUNDINGS_H */

/**
 * @file command/surroundings.h
 * @brief What a program finds around it: variables of the environment, and files without a name.
 *
 * What the program writes lives in memory and is reached by /proc/PID/fd/N while this process is
 * there: whatever ends it, nothing is left to clean up. The point is a file in TMPDIR, or /tmp,
 * which a program can read that runs as another user; it is removed with the trial. Where none can
 * be made it is in memory as well.
 */
#ifndef COMMAND_SURROUNDINGS_H
#define COMMAND_SURROUNDINGS_H

#include <collet/objective.h>

/** A program's surroundings. */
typedef struct command_surroundings {
    char **envp;         /**< closed by NULL */
    const char *mark;    /**< the one of them that says which attempt it is, as no other does */
    int params, metrics; /**< files: the point as JSON; what the program writes */
    char *file;          /**< path of that of the point; NULL: it is in memory */
} command_surroundings;

/** "COLLET_PARAM_MODEL_LR" for "model.lr", to free(). NULL: no memory. */
char *command_variable(const char *name);

/** What they are made of. */
typedef struct command_setting {
    const collet_space *space;
    const collet_point *point;
    const char *seed;
    char *const *variables; /**< [dim_count], of the parameters */
    char *const *entries;   /**< "NAME=value", closed by NULL, in place of this process' own */
} command_setting;

/** Makes them: this process' own variables, the entries, COLLET_TRIAL, COLLET_ATTEMPT, COLLET_SEED,
 *  COLLET_PARAMS, COLLET_METRICS and one for each active parameter. Finish it also after a failure.
 */
collet_status command_surroundings_make(command_surroundings *s, const collet_host *host,
                                        const command_setting *of);

/** Frees and closes. */
void command_surroundings_finish(command_surroundings *s);

#endif /* COMMAND_SURROUNDINGS_H */

/**
 * @file command/environment.h
 * @brief Variables of the environment that the experiment sets for a program, and those that tell
 * libraries how many threads it may use.
 */
#ifndef COMMAND_ENVIRONMENT_H
#define COMMAND_ENVIRONMENT_H

#include "command/words.h"

/** One variable; its value is a single word, left out while a parameter in it is inactive. */
typedef struct command_set {
    const char *name;
    command_line value;
} command_set;

/** All of them. Zero it before command_environment_read(). */
typedef struct command_environment {
    command_set *sets;
    size_t count;
    char *memory;
} command_environment;

/** Reads lines "NAME=value", placeholders in the values. COLLET_E_INVALID, with set_error()
 *  beginning "env.NAME: ", for a name or a value that is none. */
collet_status command_environment_read(command_environment *environment, const collet_host *host,
                                       const char *lines);

/** Frees it. */
void command_environment_finish(command_environment *environment);

/** The entries "NAME=value", closed by NULL, with texts[place] for each name; free them with
 *  command_entries_free(). NULL when memory ran out. threads above 0 are told by the variables that
 *  OpenMP, OpenBLAS, MKL, BLIS and numexpr look at, but for those that the experiment sets; and,
 *  with `unless_set`, for those that the user has set for this process. */
char **command_environment_fill(const command_environment *environment, const char *const *texts,
                                int64_t threads, bool unless_set);

/** Is a variable of that name among the entries? name may go on with "=value". */
bool command_entries_have(char *const *entries, const char *name);

/** Frees entries; NULL is fine. */
void command_entries_free(char **entries);

#endif /* COMMAND_ENVIRONMENT_H */

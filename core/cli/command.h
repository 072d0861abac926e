/**
 * @file cli/command.h
 * @brief What a command is: one small file, one row in the table of main.c, one table of flags.
 */
#ifndef CLT_CLI_COMMAND_H
#define CLT_CLI_COMMAND_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum { CLT_MOST_WORDS = 256 };

/** All flags of all commands; each command's table says which of them it takes. */
typedef struct clt_args {
    const char *program;               /**< as it was called: "collet", "build/release/collet" */
    const char *words[CLT_MOST_WORDS]; /**< what is not a flag */
    int word_count;
    clt_str plugin_path; /**< all --plugin-path, joined by ':' */
    const char *store;
    const char *trial;
    const char *output;
    const char *rows;
    const char *journal, *into, *study, *goals;
    const char *copy, *remove, *rename, *to, *why;
    bool accept_changes, all, csv, delete, drop, environment, fail, failed, fresh, help, ini, json,
        list, quiet, restore, retry, trust, verbose, verify;
} clt_args;

/** One flag. argument NULL: it takes none and sets a bool. */
typedef struct clt_flag {
    const char *name; /**< "--store" */
    char letter;      /**< 'v' for -v, or 0 */
    const char *argument;
    const char *doc;
    size_t offset; /**< of the field in clt_args */
} clt_flag;

/** One command. */
typedef struct clt_command {
    const char *name;
    const char *words;     /**< "FILE", "[STUDY]" */
    const char *summary;   /**< one line */
    const char *more;      /**< a paragraph for --help, or "" */
    int least, most;       /**< words that it takes */
    const clt_flag *flags; /**< ends with a row of NULL */
    clt_status (*run)(const clt_args *args, clt_error *err);
} clt_command;

/** Rows that several commands share. */
#define CLT_FLAG_JSON(doc)                                                                         \
    {                                                                                              \
        "--json", 0, NULL, doc, offsetof(clt_args, json)                                           \
    }
#define CLT_FLAG_PLUGIN_PATH                                                                       \
    {"--plugin-path", 0, "FOLDER", "look for plugins there first; may be repeated",                \
     offsetof(clt_args, plugin_path)},                                                             \
    {                                                                                              \
        "--trust", 0, NULL,                                                                        \
            "load plugins that others can change as well; see collet help plugins",                \
            offsetof(clt_args, trust)                                                              \
    }
#define CLT_FLAG_STORE(doc)                                                                        \
    {                                                                                              \
        "--store", 0, "FILE", doc, offsetof(clt_args, store)                                       \
    }
#define CLT_FLAG_END                                                                               \
    {                                                                                              \
        NULL, 0, NULL, NULL, 0                                                                     \
    }

/** Command i in alphabetical order, or NULL past the end. */
const clt_command *clt_command_at(size_t i);

/** The command of that name, or NULL. */
const clt_command *clt_command_find(const char *name);

/** Reads argv[argc] (without program and command) by the command's flags; `--` ends flags.
 *  CLT_USAGE with "did you mean". */
clt_status clt_args_parse(const clt_command *command, int argc, char **argv, clt_args *args,
                          clt_error *err);

/** Prints a command's help to standard output. */
void clt_command_help(const clt_command *command);

extern const clt_command clt_command_ask_tell, clt_command_enqueue, clt_command_export,
    clt_command_help_, clt_command_import, clt_command_plugins, clt_command_predict,
    clt_command_refit, clt_command_replay, clt_command_run, clt_command_show, clt_command_store,
    clt_command_study, clt_command_trial;

#endif /* CLT_CLI_COMMAND_H */

/**
 * @file cli/session.h
 * @brief What commands have in common: an experiment with its plugins, a store, printing.
 */
#ifndef CLT_CLI_SESSION_H
#define CLT_CLI_SESSION_H

#include "cli/command.h"
#include "cli/print.h"
#include "plugin/blas.h"
#include "report/trials.h"
#include "store/sqlite.h"
#include "study/plan.h"

/** An experiment, read and understood. Zero it before use. */
typedef struct clt_session {
    clt_arena arena;
    bool no_blas_probe; /**< the environment is set up already */
    bool foreign;       /**< the text is of a file that anybody may have made: it does not say where
                             plugins are */
    clt_blas blas;
    clt_ini ini;
    clt_registry *registry;
    clt_plan plan;
} clt_session;

/** Sets BLAS up and makes the registry: the search path of the arguments and, where ini holds a
 *  [plugins] section, of that. trusted: ini came from the user's own store. */
clt_status clt_session_plugins(clt_session *session, const clt_args *args, clt_error *err);

/** Reads the experiment file at path and makes its plan. *store: the path of the store that is to
 *  have its study, which says what is pinned (study/pin.h), unless --new. */
clt_status clt_session_read(clt_session *session, const char *path, const clt_args *args,
                            const char **store, clt_error *err);

/** The same for an experiment's text as a store holds it. */
clt_status clt_session_parse(clt_session *session, const char *path, const char *text,
                             const clt_args *args, clt_error *err);

/** Where this program runs, once the plan is made; see study/environment.h. NULL when memory ran
 *  out. */
const char *clt_session_environment(clt_session *session);

/** Frees it. */
void clt_session_finish(clt_session *session);

/** A study of a store with its trials, read whole. */
typedef struct clt_opened {
    clt_arena arena;
    clt_store *store;
    const char *path;
    clt_study_row study;
    clt_trial_list list;
} clt_opened;

/** Opens the store of the arguments ("collet.db" unless --store) for reading. */
clt_status clt_open_store(clt_opened *opened, const clt_args *args, clt_error *err);

/** The same to write; a store that is not there is not made. */
clt_status clt_open_to_change(clt_opened *opened, const clt_args *args, clt_error *err);

/** Reads the study of that name with its trials; curves of an objective in any case. CLT_BAD_INPUT
 * with "did you mean". */
clt_status clt_open_study(clt_opened *opened, const char *name, bool with_curves, clt_error *err);

/** For whoever shows trials: those under way become INTERRUPTED, unless the study is run now. */
void clt_mark_interrupted(clt_opened *opened, bool is_run);

/** The trial of --trial; of the command named in messages. CLT_USAGE where there is none. */
clt_status clt_find_trial(const clt_opened *opened, const clt_args *args, const char *command,
                          const clt_trial_row **trial, clt_error *err);

/** Makes the plan of an opened study's stored text. Its file may have moved along with the store.
 */
clt_status clt_session_stored(clt_session *session, clt_opened *opened, const clt_args *args,
                              clt_error *err);

/** Opens the store at path to write, for that command with that experiment file. Where a run has
 * it, the line says how to run beside that, in a store of its own. */
clt_status clt_open_to_run(const char *command, const char *file, const char *path,
                           clt_store **store, clt_error *err);

/** What is to be done where the reason is that another run has the store, or "": a text for the end
 *  of the line, from the arena; NULL when memory ran out. */
const char *clt_run_beside(const char *command, const char *file, const char *reason,
                           clt_arena *arena);

/** Frees it. */
void clt_opened_finish(clt_opened *opened);

#endif /* CLT_CLI_SESSION_H */

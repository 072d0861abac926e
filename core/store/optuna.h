/**
 * @file store/optuna.h
 * @brief Studies of Optuna, from its SQLite files (RDBStorage of 3.0 and newer) and its journals.
 *
 * First the file as it is, then a study of it as one of ours: a study of history, for show, export
 * and warm start. Nothing that a file says is believed unchecked.
 */
#ifndef CLT_STORE_OPTUNA_H
#define CLT_STORE_OPTUNA_H

#include "base/vec.h"
#include "study/store.h"

/** Optuna's states of a trial, by its numbers. */
typedef enum clt_optuna_state {
    CLT_OPTUNA_RUNNING = 0,
    CLT_OPTUNA_COMPLETE = 1,
    CLT_OPTUNA_PRUNED = 2,
    CLT_OPTUNA_FAIL = 3,
    CLT_OPTUNA_WAITING = 4
} clt_optuna_state;

/** One parameter of a trial. */
typedef struct clt_optuna_param {
    const char *name;
    double value;             /**< a number; of a category the index */
    const char *distribution; /**< JSON */
} clt_optuna_param;

/** What a trial reported at a step. */
typedef struct clt_optuna_step {
    int64_t step;
    double value;
} clt_optuna_step;

/** One trial. */
typedef struct clt_optuna_trial {
    clt_optuna_state state;
    int64_t started_ms, ended_ms; /**< 0: not known */
    double *values;               /**< [goal_count]; NULL: none */
    const char *why;              /**< what a study of ours said of its failure; or NULL */
    CLT_VEC(clt_optuna_param) params;
    CLT_VEC(clt_optuna_step) steps; /**< rising, once the file is read */
} clt_optuna_trial;

/** One study; one that was deleted has no name. */
typedef struct clt_optuna_study {
    const char *name;
    bool *maximize; /**< [goal_count] */
    size_t goal_count;
    const char **metrics; /**< [goal_count]; NULL: it does not name them */
    bool has_attributes;  /**< of users, which are not ours */
    CLT_VEC(clt_optuna_trial *) trials;
} clt_optuna_study;

/** A file. Zero it before clt_optuna_read(). */
typedef struct clt_optuna_file {
    clt_arena arena;
    const char *kind; /**< "SQLite", "journal" */
    bool torn;        /**< its last line was cut off; it is left out, as Optuna does */
    CLT_VEC(clt_optuna_study *) studies;
} clt_optuna_file;

/** Reads a file. CLT_BAD_INPUT with one line where it is damaged, or neither of both. Finish it
 *  also after a failure. */
clt_status clt_optuna_read(const char *path, clt_optuna_file *file, clt_error *err);

/** Frees what the file holds. */
void clt_optuna_finish(clt_optuna_file *file);

/** A study as one of ours. */
typedef struct clt_optuna_import {
    clt_study_row study;
    clt_trial_row *trials;
    size_t count;
    clt_str notes; /**< a line for each thing that could not be carried over; to be finished */
} clt_optuna_import;

/** Turns a study into one of ours, in the arena. into: its name; goals: names of its metrics,
 *  separated by commas, or NULL. CLT_BAD_INPUT where it cannot be one at all. */
clt_status clt_optuna_convert(const clt_optuna_file *file, const clt_optuna_study *study,
                              const char *path, const char *into, const char *goals,
                              clt_arena *arena, clt_optuna_import *out, clt_error *err);

/** Writes it, all or nothing. */
clt_status clt_optuna_store(clt_optuna_import *import, clt_store *store, clt_error *err);

/* ---- For the files that read alone ---------------------------------------------------------- */

clt_status clt_optuna_read_journal(const char *path, clt_optuna_file *file, clt_error *err);
clt_status clt_optuna_read_sqlite(const char *path, clt_optuna_file *file, clt_error *err);

/** A new study, or trial of it, at the end; NULL when memory ran out. */
clt_optuna_study *clt_optuna_add_study(clt_optuna_file *file, const char *name, size_t goals);
clt_optuna_trial *clt_optuna_add_trial(clt_optuna_file *file, clt_optuna_study *study);

/** Sets what was reported at a step, again or for the first time; false when memory ran out. */
bool clt_optuna_set_step(clt_optuna_trial *trial, int64_t step, double value);

/** "2026-11-25T18:00:30.749988", or with a blank, as local time; 0 where it is none. */
int64_t clt_optuna_date(const char *text);

#endif /* CLT_STORE_OPTUNA_H */

/**
 * @file api/study_impl.h
 * @brief What the files behind collet/study.h share; nobody else includes it.
 */
#ifndef CLT_API_STUDY_IMPL_H
#define CLT_API_STUDY_IMPL_H

#include "base/vec.h"
#include "plugin/blas.h"
#include "study/journal.h"
#include "study/order.h"
#include "study/pruning.h"

#include <collet/study.h>

#include <locale.h>

/** One trial of a study. */
typedef struct clt_held {
    double *numbers;   /**< the point [dim_count], then the values [value_count of the plan] */
    uint32_t reported; /**< values of the last report */
    CLT_VEC(clt_point) curve;
    uint64_t last_step;
    double since; /**< clock: when it was asked for */
    uint32_t state;
    uint32_t attempt;
} clt_held;

/** A study. */
struct collet_study {
    clt_error err;
    locale_t plain; /**< "C": numbers have a point, whatever the program's locale says */
    clt_arena arena;
    clt_ini ini;
    clt_registry *registry;
    clt_plan plan;
    clt_order order;
    clt_pruning pruning;      /**< trials cannot be paused: what it would pause is to be stopped */
    CLT_VEC(clt_held) trials; /**< number i is at i */
    clt_arena points;         /**< of their numbers */
    double *spare;            /**< numbers of no trial yet; NULL: none */
    const clt_variable **params;
    uint32_t param_count;
    uint64_t best;      /**< UINT64_MAX: none */
    bool ready, broken; /**< it was made; its sampler has failed since */
    bool asked;         /**< spare holds the next trial, which the store could not take yet */
    clt_store *store;   /**< NULL: in memory only */
    clt_study_row row;  /**< of the store */
    clt_journal journal;
    clt_str text; /**< that collet_study_text() gave */
    void (*log)(void *ctx, int32_t level, const char *line);
    void *log_ctx;
};

/** The trial of that id; NULL, with the error set, where there is none. */
clt_held *clt_study_trial(collet_study *study, uint64_t id);

/** Its values. */
double *clt_study_values(const collet_study *study, const clt_held *trial);

/** Numbers for one more trial, that nothing else uses; NULL when memory ran out. */
double *clt_study_spare(collet_study *study);

/** Tells the log a line about a unit. */
void clt_study_log(void *study, const char *unit, int32_t level, const char *line);

/** collet_study_from_text() or, where text is NULL, collet_study_from_file(), for a program that
 *  knows which BLAS its plugins get. */
clt_status clt_study_make(const char *path, const char *text, const collet_study_options *options,
                          const clt_blas *blas, collet_study **study);

/** Opens the store, and begins the study there or takes it up, open trials included. */
clt_status clt_study_take_up(collet_study *study, const char *path, bool fresh,
                             const clt_blas *blas);

/** Does the experiment say what becomes of a point that is proposed again? */
bool clt_study_has_twins(const collet_study *study);

/** Makes durable that a trial has begun at x, or has ended. Does nothing in memory. */
clt_status clt_study_store_begin(collet_study *study, uint64_t number, uint64_t twin,
                                 const double *x);
clt_status clt_study_store_end(collet_study *study, const clt_trial_row *row);

/** Does a trial with values meet what is required? */
bool clt_study_meets(const collet_study *study, const clt_held *trial);

/** Is the trial the best so far? Then it is noted. */
void clt_study_note_best(collet_study *study, uint64_t id);

/** Makes the list of parameters. */
clt_status clt_study_list_params(collet_study *study);

#endif /* CLT_API_STUDY_IMPL_H */

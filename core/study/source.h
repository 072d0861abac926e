/**
 * @file study/source.h
 * @brief What all trials of a study share, opened once: the data, checked and divided, or the
 * objective.
 */
#ifndef CLT_STUDY_SOURCE_H
#define CLT_STUDY_SOURCE_H

#include "data/division.h"
#include "plugin/host.h"
#include "study/box.h"
#include "study/plan.h"
#include "train/metrics.h"

#include <collet/dataset.h>

/** An open dataset or objective. Zero it before clt_source_open(); it must not move while open. */
typedef struct clt_source {
    const clt_plan *plan;
    clt_host host;
    const collet_dataset *dataset;
    void *self;
    const collet_data *data;
    clt_division division; /**< with the test part, that no trial sees */
    clt_split split;       /**< of the part that was entered last */
    uint32_t entered;      /**< that part, counted from 1; 0: none */
    clt_metrics metrics;   /**< that trials report: with every goal */
    uint32_t watched;      /**< index of the metric that early stopping watches */
    bool watched_rises;    /**< larger values of it are better */
    clt_box box; /**< where the plan is one with an [objective]; the data are then not there */
    clt_arena arena;
} clt_source;

/** Opens the plan's [data], checks what it hands over, divides it as [training] says and enters the
 *  first part; or opens its [objective]. CLT_BAD_INPUT for wrong files, naming the experiment's
 *  line. */
clt_status clt_source_open(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                           clt_error *err);

/** Names of the metrics of a trial, *count of them; they live as long as the source is open. */
const char *const *clt_source_metrics(const clt_source *source, size_t *count);

/** Enters a part of the division: split is its rows, and the dataset is fitted to those of them
 *  that train. The parts of the process that opened the source and of those that it forks are their
 *  own. */
clt_status clt_source_enter(clt_source *source, uint32_t part, clt_error *err);

/** Enters all rows that are not test rows at once, to train on every one of them, or with sample
 *  only those of [training] rows: split has no rows that validate, and the dataset is fitted to all
 *  of the others. */
clt_status clt_source_enter_whole(clt_source *source, bool sample, clt_error *err);

/** Closes it; also after a failure. */
void clt_source_close(clt_source *source);

#endif /* CLT_STUDY_SOURCE_H */

/**
 * @file study/source.h
 * @brief What all trials of a study share, opened once: the data, checked and split, or the
 * objective.
 */
#ifndef CLT_STUDY_SOURCE_H
#define CLT_STUDY_SOURCE_H

#include "data/split.h"
#include "plugin/host.h"
#include "study/box.h"
#include "study/plan.h"

#include <collet/dataset.h>

/** An open dataset or objective. Zero it before clt_source_open(); it must not move while open. */
typedef struct clt_source {
    const clt_plan *plan;
    clt_host host;
    const collet_dataset *dataset;
    void *self;
    const collet_data *data;
    clt_split split;
    clt_box box; /**< where the plan is one with an [objective]; the data is then not there */
    clt_arena arena;
} clt_source;

/** Opens the plan's [data], checks what it hands over, splits it as [training] says and fits the
 *  dataset to the training part; or opens its [objective]. CLT_BAD_INPUT for wrong files, naming
 * the experiment's line. */
clt_status clt_source_open(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                           clt_error *err);

/** Names of the metrics of a trial, *count of them; they live as long as the source is open. */
const char *const *clt_source_metrics(const clt_source *source, size_t *count);

/** Closes it; also after a failure. */
void clt_source_close(clt_source *source);

#endif /* CLT_STUDY_SOURCE_H */

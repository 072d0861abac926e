/**
 * @file study/fitting.h
 * @brief Options of [training] as the training loop takes them.
 */
#ifndef CLT_STUDY_FITTING_H
#define CLT_STUDY_FITTING_H

#include "study/source.h"
#include "train/train.h"

/** Chooses the metrics that trials report (those that cost nothing, every goal, `monitor`) and the
 *  one that early stopping watches. CLT_BAD_INPUT with the line of a metric that there is not. */
clt_status clt_fitting_metrics(clt_source *source, const clt_plan *plan,
                               const clt_training_options *options, clt_error *err);

/** Sets what of a training depends on these options alone: early stopping, weight averaging. */
void clt_fitting_set(clt_train_setup *setup, const clt_source *source,
                     const clt_training_options *options);

#endif /* CLT_STUDY_FITTING_H */

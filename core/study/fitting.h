/**
 * @file study/fitting.h
 * @brief Options of [training] and [augment] as the training loop takes them.
 */
#ifndef CLT_STUDY_FITTING_H
#define CLT_STUDY_FITTING_H

#include "study/source.h"
#include "train/train.h"

/** Chooses the metrics that trials report (those that cost nothing, every goal, `monitor`) and the
 *  one that early stopping watches. CLT_BAD_INPUT with the line of a metric that there is not. */
clt_status clt_fitting_metrics(clt_source *source, const clt_plan *plan,
                               const clt_training_options *options, clt_error *err);

/** Does the file set options of [augment] or [training] that are not for such data? CLT_BAD_INPUT
 *  with the line of the first. */
clt_status clt_fitting_check(const clt_source *source, const clt_plan *plan, clt_error *err);

/** Sets what of a training depends on these options alone: early stopping, weight averaging,
 *  augmentation. */
void clt_fitting_set(clt_train_setup *setup, const clt_source *source,
                     const clt_training_options *options, const clt_augment *augment);

#endif /* CLT_STUDY_FITTING_H */

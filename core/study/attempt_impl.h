/**
 * @file study/attempt_impl.h
 * @brief The two kinds of attempts; nobody but study/attempt.c calls them, and study/refit.c what
 * they share with it.
 */
#ifndef CLT_STUDY_ATTEMPT_IMPL_H
#define CLT_STUDY_ATTEMPT_IMPL_H

#include "study/attempt.h"
#include "train/train.h"

/** Trains the model that x describes. *result is zeroed before. */
void clt_attempt_train(const clt_attempt_task *task, const clt_attempt_listener *listener,
                       clt_attempt_result *result);

/** Evaluates the objective at x. *result is zeroed before. */
void clt_attempt_evaluate(const clt_attempt_task *task, const clt_attempt_listener *listener,
                          clt_attempt_result *result);

/** Everything of a training's setup that depends on x: model, optimizer, their configs from the
 *  arena, [training] and [augment]. */
clt_status clt_attempt_prepare(const clt_plan *plan, const clt_source *source, const double *x,
                               clt_arena *arena, clt_train_setup *setup, clt_error *err);

#endif /* CLT_STUDY_ATTEMPT_IMPL_H */

/**
 * @file study/attempt_impl.h
 * @brief The two kinds of attempts; nobody but study/attempt.c calls them.
 */
#ifndef CLT_STUDY_ATTEMPT_IMPL_H
#define CLT_STUDY_ATTEMPT_IMPL_H

#include "study/attempt.h"

/** Trains the model that x describes. *result is zeroed before. */
void clt_attempt_train(const clt_attempt_task *task, const clt_attempt_listener *listener,
                       clt_attempt_result *result);

/** Evaluates the objective at x. *result is zeroed before. */
void clt_attempt_evaluate(const clt_attempt_task *task, const clt_attempt_listener *listener,
                          clt_attempt_result *result);

#endif /* CLT_STUDY_ATTEMPT_IMPL_H */

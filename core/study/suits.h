/**
 * @file study/suits.h
 * @brief Can the experiment's models learn from its data at all?
 */
#ifndef CLT_STUDY_SUITS_H
#define CLT_STUDY_SUITS_H

#include "study/source.h"

/** Makes each model of the plan for the data, in a process of its own, at a few points of the
 * space. CLT_BAD_INPUT with the line of `use` and the models that could, where one refuses the data
 *  (COLLET_E_UNSUPPORTED) at all of them. What else goes wrong is left for the trials to say. */
clt_status clt_suits_check(const clt_source *source, clt_error *err);

#endif /* CLT_STUDY_SUITS_H */

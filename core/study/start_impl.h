/**
 * @file study/start_impl.h
 * @brief What the files of the start of a study share; nobody else includes it.
 */
#ifndef CLT_STUDY_START_IMPL_H
#define CLT_STUDY_START_IMPL_H

#include "study/start.h"

/** CLT_BAD_INPUT, naming file and line, where the data of a study in fixed order is not what it was
 *  when it ran last, and that is not accepted: trials that were judged on other data cannot be
 *  compared, nor can the order be had again with them. */
clt_status clt_start_check_inputs(const clt_start *start, const clt_study_row *study,
                                  clt_arena *arena, clt_error *err);

/** Names what of environment and inputs has changed since the study's last run, and notes it. */
clt_status clt_start_note_environment(const clt_start *start, const clt_study_row *study,
                                      clt_arena *arena, clt_error *err);

#endif /* CLT_STUDY_START_IMPL_H */

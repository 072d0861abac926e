/**
 * @file study/edit.h
 * @brief Trials that somebody changes by hand, while no run has the study.
 *
 * What a sampler has proposed before such a change it proposed knowing what holds no more. So a
 * study goes on as after a change of its ranges (study/change.h): the next trial is asked of a
 * fresh sampler, which is told of all older ones as they are now, once all of them are finished.
 * Replay derives the decisions from there on. The table of edits keeps what each trial was.
 */
#ifndef CLT_STUDY_EDIT_H
#define CLT_STUDY_EDIT_H

#include "base/vec.h"
#include "study/store.h"

/** What is to be done, and what was. Zero it; CLT_VEC_FINISH(&edit.done) frees it. */
typedef struct clt_editing {
    clt_store *store;
    clt_study_row *study;
    const clt_trial_row *rows; /**< [count]; number i is at i */
    size_t count;
    clt_edit_kind kind;
    const char *why;        /**< REJECT: one line */
    CLT_VEC(clt_edit) done; /**< in the order of numbers; texts are the arena's */
} clt_editing;

/** Changes the trials numbers[n], and those that have the result of one of them; all or none.
 *  CLT_USAGE where one cannot be changed so: it is not finished, has no result of its own, or is so
 *  already. */
clt_status clt_edit_trials(clt_editing *editing, const uint64_t *numbers, size_t n,
                           clt_arena *arena, clt_error *err);

/** "dropped", "restored", "to be run again", "rejected". */
const char *clt_edit_text(clt_edit_kind kind);

#endif /* CLT_STUDY_EDIT_H */

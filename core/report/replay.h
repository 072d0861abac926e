/**
 * @file report/replay.h
 * @brief What a replay found, as text and as JSON.
 */
#ifndef CLT_REPORT_REPLAY_H
#define CLT_REPORT_REPLAY_H

#include "base/json.h"
#include "study/environment.h"
#include "study/replay.h"

/** A replay and where it took place. */
typedef struct clt_replay_report {
    const clt_study_row *study;
    size_t trials; /**< of the study */
    const clt_replay *replay;
    const clt_environment_row *environments; /**< [environment_count], of the study */
    size_t environment_count;
    const clt_edit *edits; /**< [edit_count], of the study */
    size_t edit_count;
    const char *here; /**< the environment of the replay */
} clt_replay_report;

/** Appends: what was asked and run again and how much of it agrees; every difference with both
 *  texts; what of the environment differs, or that nothing does. */
void clt_replay_text(const clt_replay_report *report, clt_str *out);

/** Appends the same as one JSON object. */
void clt_replay_json(const clt_replay_report *report, clt_json *json);

#endif /* CLT_REPORT_REPLAY_H */

/**
 * @file api/lines.h
 * @brief The ask-tell protocol: one JSON object a line in, one out, over collet/study.h.
 *
 *     {"op":"ask"}                                 {"id":3,"params":{"x":0.5,"kind":"relu"}}
 *                                                  {"done":true} when there is nothing left
 *     {"op":"tell","id":3,"value":0.12}            {"id":3,"state":"complete"}
 *     {"op":"tell","id":3,"values":[0.12,4]}       of several goals, in the order of the experiment
 *     {"op":"tell","id":3,"metrics":{"loss":0.12,"size":4}}
 * {"id":3,"state":"complete","meets":true} the same by name, in any order: goals and what [study]
 * require compares. Beside "value" or "values" the rest of it
 *     {"op":"tell","id":3,"state":"failed","why":"out of memory"}
 *     {"op":"tell","id":3,"state":"pruned"}        its value is what it reported last
 *     {"op":"report","id":3,"step":1,"value":0.4}  {"stop":false}
 *     {"op":"best"}                                {"id":3,"value":0.12,"params":{...}}, or
 *                                                  {"id":null} where no trial is complete
 *     {"op":"open"}                                {"open":[{"id":4,"params":{...}}]}
 *
 * "meets" is there where the study requires something. A report may have "metrics" as well; those
 * that are no goals may be left out of it, but a "pruned" trial without values needs them reported.
 *
 * What is wrong gets {"error":"..."} and changes nothing. Parameters that are inactive are left
 * out; numbers are numbers, words are strings.
 */
#ifndef CLT_API_LINES_H
#define CLT_API_LINES_H

#include "base/str.h"

#include <collet/study.h>

#include <stddef.h>

/** Does what a line of `length` bytes asks for, and appends the answer, with its newline. Returns
 *  the status of the study's call: COLLET_STUDY_E_INPUT where the line itself is wrong. */
int32_t clt_lines_answer(collet_study *study, const char *line, size_t length, clt_str *out);

#endif /* CLT_API_LINES_H */

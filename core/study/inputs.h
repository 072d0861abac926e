/**
 * @file study/inputs.h
 * @brief What an experiment reads beside its own text: data files, programs; by their content.
 *
 * Lines of the environment (study/environment.h), a file each:
 *
 *     input data rows.csv = 812 bytes, sha256 5f70bf18a086...
 *
 * with the role, and a name from the experiment's folder, absolute for what lies elsewhere. Of more
 * than CLT_MOST_INPUTS files of a role there is a line a folder, "20 files, 812 bytes, sha256 ...",
 * of more than that many folders one for all. Datasets and objectives say what they read
 * (collet/dataset.h); of other units it is the files that their options of type COLLET_PATH name,
 * of a dataset also what lies in such folders.
 */
#ifndef CLT_STUDY_INPUTS_H
#define CLT_STUDY_INPUTS_H

#include "study/environment.h"

/** The most lines of a role. */
enum { CLT_MOST_INPUTS = 32 };

/** How the keys of inputs begin. */
#define CLT_INPUT "input "

/** Appends the lines of the plan's inputs, which are read whole. */
void clt_inputs_add(const clt_plan *plan, clt_str *out);

/** The same as a text of their own, from the plan's arena; NULL when memory ran out. */
const char *clt_inputs_here(clt_plan *plan);

/** Appends what a line says of one file: "812 bytes, sha256 5f70bf18a086...". */
void clt_input_add_value(const char *path, clt_str *out);

/** Which inputs differ between two environments, from the arena; none where the older one is of a
 *  study that did not record any. NULL when memory ran out. */
const clt_change *clt_inputs_compare(const char *was, const char *is, clt_arena *arena,
                                     size_t *count);

/** Is it an entry of an input? */
bool clt_is_input(const clt_change *change);

/** Is it a program or a script, that an objective runs? */
bool clt_input_is_program(const clt_change *change);

/** Appends "rows.csv: was 812 bytes (sha256 5f70bf18a086), is 813 bytes (sha256 ...)". */
void clt_input_text(const clt_change *change, clt_str *out);

/** Appends the first of some changes, programs or not, between "; ", and how many more there are.
 */
void clt_inputs_text(const clt_change *changes, size_t count, bool programs, clt_str *out);

/** How many of them are programs, or are not. */
size_t clt_inputs_count(const clt_change *changes, size_t count, bool programs);

/** Does the environment record any? */
bool clt_inputs_recorded(const char *environment);

/** Adds all of an environment's inputs to a hash (base/hash.h). */
uint64_t clt_inputs_hash(uint64_t hash, const char *environment);

#endif /* CLT_STUDY_INPUTS_H */

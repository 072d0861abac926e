/**
 * @file study/change.h
 * @brief A study whose ranges were widened or narrowed goes on with what it has learnt.
 *
 * Only bounds and choices may change: names, kinds, log, steps, laws and conditions stay. From the
 * next trial on the sampler is one of the new ranges; before it is asked first it is told of every
 * older trial that lies within them, once all of those are finished. The store keeps them all.
 *
 * The study's identity says it: after its lines stand "# before trial 40" (where trials are paused
 * "# before trial 40 at slot 52") and the lines that held until then, and so on (the same lines
 * where trials were changed by hand, study/edit.h); at the very end "# planned for 100 trials",
 * what it began with. A choice's index in the store is that of the new ranges, NaN where they do
 * not have it any more; its text stays what it was.
 */
#ifndef CLT_STUDY_CHANGE_H
#define CLT_STUDY_CHANGE_H

#include "study/history.h"

/** One range that is another now. */
typedef struct clt_change_of_range {
    const clt_variable *variable; /**< as it is now */
    const char *was;              /**< as it was written */
    clt_range before;
} clt_change_of_range;

/** How trials are run has been corrected: a line of [objective] use = command is another one, which
 * changes neither the space nor what a sampler knows. The identity has behind the lines that hold
 * "# until trial 12: objective.run = sh old.sh", and nothing behind the colon but the key where
 * there was no such line. */
typedef struct clt_change_of_call {
    const char *key;      /**< "objective.run" */
    const char *was, *is; /**< NULL: there is no such line */
} clt_change_of_call;

/** All that is another than it was; in an arena. */
typedef struct clt_changes {
    clt_change_of_range *ranges; /**< [range_count] */
    size_t range_count;
    clt_change_of_call *calls; /**< [call_count] */
    size_t call_count;
} clt_changes;

/** What held for trials before some number, oldest change first. */
typedef struct clt_until {
    uint64_t trial;
    const char *line; /**< "objective.run = sh old.sh" */
} clt_until;

/** How the identity of a study begins that another program has run: no experiment has such a line.
 */
#define CLT_CHANGE_IMPORTED "imported.from = "

/** Was it run by another program, and is here as history only? */
bool clt_change_imported(const char *identity);

/** The first trial that was asked for in the present ranges; 0 where they have never changed. */
uint64_t clt_change_since(const char *identity);

/** The identity that the study began with: the end of the text. */
const char *clt_change_origin(const char *identity);

/** The slot (study/curves.h) behind the stretches of a study; UINT64_MAX where there are none. */
uint64_t clt_change_slot(const clt_stretch_row *stretches, size_t count);

/** The slot from which on the study is in the present ranges, where trials can be paused;
 * UINT64_MAX where the identity does not say. */
uint64_t clt_change_since_slot(const char *identity);

/** The same identity, from the arena, of a study whose `trials` trials were changed by hand, so
 * that the next one is the first of the present ranges; slot: clt_change_slot(). NULL: no memory.
 */
const char *clt_change_mark(const char *identity, uint64_t trials, uint64_t slot, clt_arena *arena);

/** The identity of a study that begins with the plan's experiment, from the arena; NULL: no memory.
 */
const char *clt_change_begin(const clt_plan *plan, clt_arena *arena);

/** The trials that the study meant to run when it began; as many as the plan has where the identity
 *  does not say, being older. */
uint64_t clt_change_planned(const clt_plan *plan, const char *identity);

/** What of the plan is another than it was by the stored identity, from the arena. CLT_BAD_INPUT
 *  where anything else differs, as clt_plan_same() has it. */
clt_status clt_change_find(const clt_plan *plan, const char *study, const char *identity,
                           clt_arena *arena, clt_changes *changes, clt_error *err);

/** Notes it in the store and in *study, the row of a study of `trials` trials: it goes on with the
 *  plan's experiment. */
clt_status clt_change_note(const clt_plan *plan, const clt_changes *changes, uint64_t trials,
                           clt_store *store, clt_study_row *study, clt_arena *arena,
                           clt_error *err);

/** How trials of a study were run before that was corrected, in *rows, from the arena. False: no
 *  memory. */
bool clt_change_untils(const char *identity, clt_arena *arena, clt_until **rows, size_t *count);

/** The first trial that was run as the study runs them now, but for `grace`; 0: all were. */
uint64_t clt_change_same_call(const char *identity);

/* ---- For study/change_call.c ---------------------------------------------------------------- */

/** Takes the lines that may be corrected out of an identity's lines (without those that begin with
 *  '#'), in *rest, from the arena. NULL: no memory. */
const char *clt_change_rest(const clt_plan *plan, const char *lines, clt_arena *arena);

/** Compares the lines that may be corrected. */
clt_status clt_change_calls(const clt_plan *plan, const char *was, clt_arena *arena,
                            clt_changes *changes, clt_error *err);

/** "# until trial 12: ..." for each of the changes, from the arena; "" where trials is 0. NULL: no
 *  memory. */
const char *clt_change_until_lines(const clt_changes *changes, uint64_t trials, clt_arena *arena);

/** x[dim_count] of a stored trial that is to run again. CLT_BAD_INPUT where it has a choice that is
 * no more. */
clt_status clt_change_point(const clt_plan *plan, const clt_trial_row *trial, double *x,
                            clt_error *err);

/** Does a point x[dim_count] lie within the plan's ranges, and meet its constraints? */
bool clt_change_within(const clt_plan *plan, const double *x);

#endif /* CLT_STUDY_CHANGE_H */

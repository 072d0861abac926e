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

/** Which ranges of the plan are others than those of the stored identity, in *changes, from the
 *  arena. CLT_BAD_INPUT where anything else differs, as clt_plan_same() has it. */
clt_status clt_change_find(const clt_plan *plan, const char *study, const char *identity,
                           clt_arena *arena, clt_change_of_range **changes, size_t *count,
                           clt_error *err);

/** Notes them in the store and in *study, the row of a study of `trials` trials: it goes on with
 * the plan's experiment. */
clt_status clt_change_note(const clt_plan *plan, const clt_change_of_range *changes, size_t count,
                           uint64_t trials, clt_store *store, clt_study_row *study,
                           clt_arena *arena, clt_error *err);

/** x[dim_count] of a stored trial that is to run again. CLT_BAD_INPUT where it has a choice that is
 * no more. */
clt_status clt_change_point(const clt_plan *plan, const clt_trial_row *trial, double *x,
                            clt_error *err);

/** Does a point x[dim_count] lie within the plan's ranges, and meet its constraints? */
bool clt_change_within(const clt_plan *plan, const double *x);

#endif /* CLT_STUDY_CHANGE_H */

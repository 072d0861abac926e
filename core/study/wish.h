/**
 * @file study/wish.h
 * @brief Settings that somebody wants to be run: from text to a point of the space.
 *
 * A wish names some parameters of the search, "name = value" a line. Those that it leaves out are
 * drawn from their ranges, by a stream of the study's seed and the trial's number, so that a wish
 * gives the same trial whoever draws; where constraints forbid what was drawn, that is moved, and
 * what is named never is. The sampler is not asked: it is told, as of any trial that it
 * did not propose. One that names a parameter with a condition names what that depends on as well.
 */
#ifndef CLT_STUDY_WISH_H
#define CLT_STUDY_WISH_H

#include "study/plan.h"

/** Appends "name = value\n" to a wish that is being put together. */
void clt_wish_add(clt_str *text, const char *name, const char *value);

/** Can the wish be a trial? CLT_BAD_INPUT, without file and line: a name that is not searched over
 *  ("did you mean"), or named twice; a value outside its range; a parameter that is inactive;
 * values with which no point is found that meets the constraints. */
clt_status clt_wish_check(const clt_plan *plan, const char *text, clt_error *err);

/** The same for one parameter, whatever it depends on. */
clt_status clt_wish_check_one(const clt_plan *plan, const char *name, const char *value,
                              clt_error *err);

/** The point of the wish as trial `number`, in x[dim_count]; fails as clt_wish_check() does. */
clt_status clt_wish_point(const clt_plan *plan, const char *text, uint64_t number, double *x,
                          clt_error *err);

/** What each of `count` wishes has become, from the arena: 1 + number of its trial, 0 where none of
 *  the rows[trials] is. NULL: no memory. */
const uint64_t *clt_wish_trials(clt_arena *arena, const clt_trial_row *rows, size_t trials,
                                size_t count);

/** Reads text as a value of dimension i: is it one of its categories, or a number within its range
 *  and on its steps? CLT_BAD_INPUT, without the name. */
clt_status clt_dim_read(const clt_space *space, uint32_t i, const char *text, double *value,
                        clt_error *err);

#endif /* CLT_STUDY_WISH_H */

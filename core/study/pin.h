/**
 * @file study/pin.h
 * @brief Parameters that a study has searched over, and that its experiment gives a value now.
 *
 * `x = 0.25` where the study has had `x = real(-1, 1)` is read as `x = real(0.25, 0.25) pinned`: a
 * range of one value, so that what changes is a range (study/change.h). Older trials with that
 * value count, and the range comes back when it is written again.
 */
#ifndef CLT_STUDY_PIN_H
#define CLT_STUDY_PIN_H

#include "config/ini.h"
#include "study/ancestry.h"

/** Rewrites what is pinned, in an experiment that goes on with the study of its name in the store
 *  at path; where there is none, or the store cannot be read, nothing is. The ini is another one
 *  then, with the same lines, in the arena. CLT_BAD_INPUT for what no longer is an experiment. */
clt_status clt_pin(clt_ini *ini, const char *store, clt_store_opener open, clt_arena *arena,
                   clt_error *err);

/** The same, for a study of that identity. */
clt_status clt_pin_by(clt_ini *ini, const char *identity, clt_arena *arena, clt_error *err);

#endif /* CLT_STUDY_PIN_H */

/**
 * @file study/nursery.h
 * @brief The process from which attempts are forked.
 *
 * It is started fresh, opens the plugins and the data once, and then forks an attempt whenever
 * the coordinator says so: data is shared, and starting costs a fraction of a millisecond. It
 * runs no trial itself, reaps what ends, kills what attempts leave behind, and ends with the
 * coordinator.
 */
#ifndef CLT_STUDY_NURSERY_H
#define CLT_STUDY_NURSERY_H

#include "study/plan.h"

/** Descriptor at which a nursery finds the coordinator's socket. */
enum { CLT_NURSERY_SOCKET = 3 };

/** Opens the plan's data, says READY (or BROKEN) and serves until the coordinator goes. */
clt_status clt_nursery_serve(const clt_plan *plan, int control, clt_error *err);

/** Says BROKEN: the plan itself could not be made. */
void clt_nursery_broken(int control, const clt_error *err);

#endif /* CLT_STUDY_NURSERY_H */

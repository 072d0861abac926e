/**
 * @file study/box.h
 * @brief The objective of an experiment with [params]: opened once, evaluated at many points.
 *
 * The objective sees a space of its own: every parameter in the order of the file (parents before
 * their children), also those that are constants. So the plain experiment of a trial shows it the
 * same names and texts as the search did.
 */
#ifndef CLT_STUDY_BOX_H
#define CLT_STUDY_BOX_H

#include "plugin/host.h"
#include "study/plan.h"

#include <collet/objective.h>

/** An open objective. Zero it before clt_box_open(); it must not move while open. */
typedef struct clt_box {
    clt_host host;
    const collet_objective *objective;
    void *self;
    const collet_metrics *metrics;
    collet_space space;
    const clt_variable **variables; /**< [space.dim_count]: where each dimension comes from */
    clt_arena arena;
} clt_box;

/** Makes the plan's objective and checks its metrics. CLT_BAD_INPUT, naming the experiment's line,
 *  where it refuses the space; CLT_PLUGIN_FAILED for metrics that are none. */
clt_status clt_box_open(clt_box *box, const clt_plan *plan, const clt_host_hooks *hooks,
                        clt_error *err);

/** Destroys it; also after a failure. */
void clt_box_close(clt_box *box);

/** The plan's point x[dim_count of the plan's space] as the objective sees it, from the arena. */
clt_status clt_box_point(const clt_box *box, const clt_plan *plan, const double *x,
                         clt_arena *arena, collet_point *point, clt_error *err);

/** Index of a metric, or -1. */
int clt_box_metric(const clt_box *box, const char *name);

#endif /* CLT_STUDY_BOX_H */

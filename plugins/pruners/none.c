/*
 * none - every trial runs to its end.
 *
 * Options: none.
 *
 *     [pruner]
 *     use = none
 *
 * How it works: it always says that the trial goes on. The same as no [pruner] section; for an
 * experiment that switches pruning off in one line, and to compare others with.
 */
#include "prune/prune.h"

static collet_status decide(void *self, const collet_curve *own, const collet_curves *peers,
                            collet_decision *out)
{
    (void)self;
    (void)own;
    (void)peers;
    out->action = COLLET_PRUNE_CONTINUE;
    return COLLET_OK;
}

static const collet_pruner vtable = {.struct_size = COLLET_SIZE(collet_pruner),
                                     .create = prune_create,
                                     .destroy = prune_destroy,
                                     .decide = decide};

PRUNE_PLUGIN("none", "every trial runs to its end", NULL, vtable, COLLET_NO_OPTIONS);

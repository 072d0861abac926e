/**
 * @file plugin/surroundings.h
 * @brief What a plugin that runs in this process may change around it: noted, and put back.
 *
 * Arithmetic (rounding, flushing of small numbers), the signal mask, the limit of open files, the
 * umask, the working folder and the locale belong to the process: a sampler that changes one of
 * them changes the host.
 */
#ifndef CLT_PLUGIN_SURROUNDINGS_H
#define CLT_PLUGIN_SURROUNDINGS_H

#include "plugin/arithmetic.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/** What clt_surroundings_restore() calls arithmetic. */
#define CLT_CHANGED_ARITHMETIC "the floating-point state"

/** How they were. Zero it before clt_surroundings_note(). */
typedef struct clt_surroundings {
    clt_arithmetic arithmetic;
    sigset_t mask;
    struct rlimit files;
    mode_t creation;
    int folder; /**< descriptor of the working folder, 0: none yet */
    char locale[64];
} clt_surroundings;

/** Notes how they are now. */
void clt_surroundings_note(clt_surroundings *s);

/** Puts back what differs, and names it ("the signal mask"; of several, one); NULL where nothing
 *  does. *closed: the descriptor that was noted is gone, and so may be any other. */
const char *clt_surroundings_restore(const clt_surroundings *s, bool *closed);

/** Closes what clt_surroundings_note() opened. */
void clt_surroundings_finish(clt_surroundings *s);

#endif /* CLT_PLUGIN_SURROUNDINGS_H */

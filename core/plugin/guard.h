/**
 * @file plugin/guard.h
 * @brief Names a plugin that crashes, hangs, exits or misbehaves inside the coordinator.
 *
 * Trials run in processes of their own; a sampler does not, because it is asked thousands of times
 * a second. If it takes the process down, the guard says which call it was, and that nothing which
 * had finished is lost, and ends the process with CLT_PLUGIN_FAILED.
 */
#ifndef CLT_PLUGIN_GUARD_H
#define CLT_PLUGIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/** Sets the guard up: handlers of fatal signals, on a stack of their own, and of exit(). For a
 *  program's main(): signals belong to the program, so in one that only uses the library there is
 * no guard, and the functions below do nothing. */
void clt_guard_set_up(void);

/** From here on SIGINT, SIGTERM and SIGHUP, but for those that are ignored (nohup, a background job
 *  of a script), no longer end the program: each is a byte with its number at the descriptor that
 *  is returned, which does not block; -1 where there is none to be had, and nothing changes. The
 *  descriptor stays the guard's.
 *
 *  The program is to end by itself then, at once after SIGTERM, SIGHUP or the second SIGINT: where
 * it has not within the patience, or where another signal comes a second later or more, the guard
 * ends it, with CLT_STOPPED, or CLT_INTERRUPTED if SIGINT alone had come. So it does whatever the
 * program waits for: a plugin, a terminal that takes nothing, a disk. */
int clt_guard_take_signals(void);

/** How long the program may take to end, in seconds. */
void clt_guard_set_patience(double seconds);

/** Signals end the program again as they do any, unless one of them is to end it already. */
void clt_guard_give_signals_back(void);

/** Notes the surroundings, which clt_guard_leave() puts back. */
void clt_guard_note(void);

/** The process is inside `call` of unit ("sampler \"x\"") for trial `number` (UINT64_MAX: none).
 *  Texts stay valid until clt_guard_leave(). After `seconds` it counts as hanging. */
void clt_guard_enter(const char *unit, const char *call, uint64_t number, double seconds);

/** It has come back. What it changed of the process' surroundings is put back, and named: "the
 *  signal mask"; NULL where it changed nothing. Where it has closed the host's descriptors the
 *  process ends, before anything can be written to a wrong file. */
const char *clt_guard_leave(void);

#endif /* CLT_PLUGIN_GUARD_H */

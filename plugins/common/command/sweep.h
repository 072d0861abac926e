/**
 * @file command/sweep.h
 * @brief Ends the processes that carry an entry in their environment.
 */
#ifndef COMMAND_SWEEP_H
#define COMMAND_SWEEP_H

/** Kills every process that was started with exactly that entry, "NAME=value", in its environment:
 *  whatever a program has started carries the program's, in whichever session or group it is now
 * and whoever its parent has become, unless it was given another environment. Those that start
 * while it looks are found too. */
void command_sweep(const char *entry);

#endif /* COMMAND_SWEEP_H */

/**
 * @file command/inputs.h
 * @brief Which files the call of a program names: what its outcome depends on beside parameters.
 */
#ifndef COMMAND_INPUTS_H
#define COMMAND_INPUTS_H

#include "command/words.h"

/** Calls add() for the program's file, and for every word without a parameter that names a regular
 *  file from folder: as it stands, behind "=", as a module behind "-m", or as a word of a word with
 *  blanks, which is how scripts are handed to a shell. */
void command_inputs(const command_line *line, const char *folder,
                    void (*add)(void *ctx, const char *path), void *ctx);

#endif /* COMMAND_INPUTS_H */

/**
 * @file command/script.h
 * @brief What the system needs to start a program's file, told before it is asked to.
 */
#ifndef COMMAND_SCRIPT_H
#define COMMAND_SCRIPT_H

#include <stddef.h>

/** Can the system start the file at path? Writes why not into out, "" where it can, or where only
 *  starting it would tell: a script needs a first line such as #!/usr/bin/python3, which ends
 *  without a carriage return and names a program that is there (env's is looked for in PATH).
 *  folder: where relative names start. */
void command_script_check(const char *path, const char *folder, char *out, size_t size);

#endif /* COMMAND_SCRIPT_H */

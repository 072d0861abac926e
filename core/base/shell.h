/**
 * @file base/shell.h
 * @brief Words of a command that a person may paste into a shell.
 */
#ifndef CLT_BASE_SHELL_H
#define CLT_BASE_SHELL_H

#include "base/str.h"

/** Appends a word so that a shell takes it as one, to the byte: as it is where that is safe, else
 * in single quotes; and in $'...' (bash, zsh, ksh, POSIX 2024) where it holds what cannot be seen
 * or is no UTF-8. */
void clt_shell_add(clt_str *out, const char *word);

#endif /* CLT_BASE_SHELL_H */

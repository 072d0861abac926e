/**
 * @file plugin/elf.h
 * @brief Can this file be given to dlopen() at all? Mapping a truncated object would end the
 * process with SIGBUS, so its headers are checked against its size first.
 */
#ifndef CLT_PLUGIN_ELF_H
#define CLT_PLUGIN_ELF_H

#include "base/error.h"

/** Checks that path is a regular file, a 64-bit ELF shared object of this machine, and holds all
 *  the bytes that its headers speak of. CLT_PLUGIN_FAILED with what was found instead, without
 *  the path. */
clt_status clt_elf_check(const char *path, clt_error *err);

#endif /* CLT_PLUGIN_ELF_H */

/**
 * @file plugin/machine.h
 * @brief What of the machine and of this process may change a number: "key = value" lines.
 */
#ifndef CLT_PLUGIN_MACHINE_H
#define CLT_PLUGIN_MACHINE_H

#include "base/str.h"

#include <stdbool.h>

/** Appends the processor's model and vector extensions, the operating system, the C library, the
 *  rounding of this thread, and the variables of the environment that numerical libraries heed
 *  (OPENBLAS_, OMP_, GLIBC_TUNABLES, COLLET_SIMD, LD_PRELOAD ...; not the kernel and the threads of
 *  OpenBLAS, which clt_blas tells). */
void clt_machine_lines(clt_str *out);

/** Appends a line for each shared library that this process has loaded, with its build ID; those
 *  whose path `skip` claims are left out. */
void clt_machine_libraries(bool (*skip)(const void *ctx, const char *path), const void *ctx,
                           clt_str *out);

/** Appends the build ID of this program, "unknown" where the linker gave it none. */
void clt_machine_build(clt_str *out);

#endif /* CLT_PLUGIN_MACHINE_H */

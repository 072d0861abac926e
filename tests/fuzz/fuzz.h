/**
 * @file fuzz.h
 * @brief What the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(): it hands the bytes to a reader of Collet's,
 * as whoever reads a file or a line would, and aborts where a promise is broken. clang's libFuzzer
 * drives it (scripts/fuzz), or replay.c, which any compiler builds and the tests run.
 *
 * A target keeps nothing from one input to the next but what start() made, so that an input alone
 * repeats what it did.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/arena.h"
#include "base/error.h"
#include "plugin/registry.h"

#include <stddef.h>
#include <stdint.h>

/** The target: reads the bytes, and returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** The bytes as text that ends at the first NUL, from the arena. */
const char *fuzz_text(clt_arena *arena, const uint8_t *data, size_t size);

/** Writes the bytes to the file of that name in a folder of this process, in memory, which is gone
 *  when it exits; its path. Aborts where that fails. */
const char *fuzz_file(const char *name, const uint8_t *data, size_t size);

/** The path of a file in that folder, whether there is one or not. It lives until the next call. */
const char *fuzz_path(const char *name);

/** The registry of the bundled plugins; the same at each call. */
clt_registry *fuzz_registry(void);

/** Aborts, naming what is wrong, unless a failure comes with one line of valid UTF-8 (or status is
 *  CLT_OK). */
void fuzz_check_error(clt_status status, const clt_error *err);

/** Aborts, with the text, unless it holds. */
void fuzz_require(bool holds, const char *promise);

#endif /* FUZZ_H */

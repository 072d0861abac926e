/**
 * @file unit.h
 * @brief Units of the bundled plugins for the programs that measure; whatever fails ends the
 * program with its error.
 */
#ifndef BENCH_UNIT_H
#define BENCH_UNIT_H

#include "config/option.h"
#include "plugin/host.h"
#include "plugin/registry.h"
#include "train/train.h"

/** A unit with its options. */
typedef struct bench_unit {
    const collet_unit *unit;
    clt_options options;
    void *config; /**< to free() */
    clt_host host;
} bench_unit;

/** Prints the error's text and ends the program. */
_Noreturn void bench_fail(const clt_error *err);

/** The plugins of the build folder. */
clt_registry *bench_registry(void);

/** Finds a unit and fills in its defaults. */
void bench_load(clt_registry *registry, const char *kind, const char *id, bench_unit *out);

/** Sets an option as the experiment file would. */
void bench_set(bench_unit *unit, const char *key, const char *text);

/** The setup of a training but for data, split and rates. */
clt_train_setup bench_setup(bench_unit *model, bench_unit *optimizer);

#endif /* BENCH_UNIT_H */

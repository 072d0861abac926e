/* What programs that measure have in common: units of the bundled plugins with their options. */
#ifndef BENCH_LOADED_H
#define BENCH_LOADED_H

#include "config/option.h"
#include "plugin/registry.h"
#include "train/train.h"

/* A unit, ready to create instances. */
typedef struct loaded {
    const collet_unit *unit;
    clt_options options;
    void *config; /* defaults; free() it */
    clt_host host;
} loaded;

/* Each ends the program with its message where it cannot. */
clt_registry *make_registry(void);
void load(clt_registry *registry, const char *kind, const char *id, loaded *out);
void set(loaded *unit, const char *key, const char *text);
_Noreturn void fail(const clt_error *err);

/* The setup of a training but for data, split and rates. */
clt_train_setup setup_of(loaded *model, loaded *optimizer);

#endif /* BENCH_LOADED_H */

/**
 * @file study/sections.h
 * @brief The host's own sections of an experiment file, each an option table like a plugin's.
 */
#ifndef CLT_STUDY_SECTIONS_H
#define CLT_STUDY_SECTIONS_H

#include "config/option.h"
#include "data/augment.h"

/** [study]: what is looked for, and for how long. */
typedef struct clt_study_options {
    const char *name;
    const char *maximize, *minimize, *require, *reference;
    int64_t trials;
    const char *time;
    int64_t seed, trial_seed;
    const char *warm_start;
    int32_t duplicates, reserved;
    int64_t repeats;
    const char *target;
    int64_t no_improvement;
    double expected_improvement;
} clt_study_options;

/** Values of [study] duplicates. */
enum { CLT_DUPLICATES_ALLOW = 0, CLT_DUPLICATES_RESAMPLE = 1, CLT_DUPLICATES_REUSE = 2 };

/** [training]: how a trial's model is fitted. */
typedef struct clt_training_options {
    int64_t epochs, batch;
    double validation;
    double test;
    int64_t folds, repeats;
    int32_t stratify;
    double min_delta, ema, label_smoothing;
    int64_t patience;
    const char *monitor;
    int32_t restore_best;
    int64_t rows, seed;
    int32_t schedule, per; /**< clt_curve; 0: step, 1: epoch */
    double warmup, warmup_share, lr_floor, lr_decay, step_every, step_factor, power;
    int64_t restarts;
    double restart_growth, cycle_start, cycle_peak;
    double clip_norm, clip_value, l1, l2;
} clt_training_options;

/** [run]: how trials are carried out. Nothing of it but order and window changes what is found. */
typedef struct clt_run_options {
    int64_t workers;
    const char *trial_time, *no_progress, *grace, *time, *sampler_time;
    const char *trial_memory;
    int64_t max_failed;
    int32_t checkpoint, order, reuse, reserved;
    int64_t window;
    int64_t retries;
} clt_run_options;

/** Values of [run] order. */
enum { CLT_ORDER_FIXED = 0, CLT_ORDER_FREE = 1 };

/** [plugins]: where to look for plugins first. */
typedef struct clt_plugins_options {
    const char *path;
} clt_plugins_options;

/** One host section. */
typedef struct clt_host_section {
    const char *name;
    const char *summary;
    clt_options options;
    size_t config_size;
} clt_host_section;

/** The host section of that name, or NULL. */
const clt_host_section *clt_host_section_find(const char *name);

/** Host section i in alphabetical order, or NULL past the end. */
const clt_host_section *clt_host_section_at(size_t i);

/** Reads "90", "45s", "10m", "2h", "1d" or several in a row ("1h 30m") as seconds. CLT_BAD_INPUT
 *  without file and line. */
clt_status clt_duration_parse(const char *text, double *seconds, clt_error *err);

/** Reads "512M", "2G", "800K" or a number of bytes; units are powers of 1024. CLT_BAD_INPUT
 *  without file and line. */
clt_status clt_size_parse(const char *text, uint64_t *bytes, clt_error *err);

#endif /* CLT_STUDY_SECTIONS_H */

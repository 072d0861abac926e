#include "study/sections.h"

#include "config/ini.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const collet_option augment_options[] = {
    COLLET_OPT_INT(clt_augment, shift, "0", 0, 1000, "int(0, 4)", 0,
                   "images: move them by up to so many pixels each way, as a random crop of the "
                   "padded image does"),
    COLLET_OPT_REAL(clt_augment, flip, "0", 0, 1, "choice(0, 0.5)", 0,
                    "images: share that is mirrored left to right"),
    COLLET_OPT_REAL(clt_augment, rotate, "0", 0, 180, "real(0, 20)", 0,
                    "images: turn them by up to so many degrees each way"),
    COLLET_OPT_REAL(clt_augment, zoom, "0", 0, 1, "real(0, 0.2)", COLLET_OPEN_MAX,
                    "images: scale them by 1 - zoom to 1 + zoom"),
    COLLET_OPT_REAL(clt_augment, crop, "0", 0, 1, "real(0, 0.6)", COLLET_OPEN_MAX,
                    "images: show a part of them, anywhere, in the size of the whole; up to this "
                    "share of the area is cut off, and nothing comes in at the border, as it does "
                    "with shift and with a zoom below 1"),
    COLLET_OPT_INT(clt_augment, cutout, "0", 0, 1000, "int(0, 12)", 0,
                   "images: black out a square with sides of so many pixels, anywhere"),
    COLLET_OPT_ENUM(clt_augment, fill, "black", "black|edge|reflect", 0,
                    "images: what comes in at the border"),
    COLLET_OPT_REAL(clt_augment, noise, "0", 0, 1000, "real(0, 0.2)", 0,
                    "add normal noise of this standard deviation to every number"),
    COLLET_OPT_REAL(clt_augment, mixup, "0", 0, 1000, "real(0, 0.4)", 0,
                    "mix each row with another, and their classes or targets, in shares drawn from "
                    "Beta(mixup, mixup)"),
    COLLET_OPT_REAL(clt_augment, word_dropout, "0", 0, 1, "real(0, 0.5)", COLLET_OPEN_MAX,
                    "texts: leave each token out with this probability, but never all of a text"),
};

static const collet_option plugins_options[] = {
    COLLET_OPT_STRING(clt_plugins_options, path, "", COLLET_FIXED,
                      "folders to look in first, separated by ':', relative to this file"),
};

static const collet_option run_options[] = {
    COLLET_OPT_INT(
        clt_run_options, workers, "0", 0, 4096, NULL, COLLET_FIXED,
        "trials, or folds of them, at a time; 0: one for each processor that may be used"),
    COLLET_OPT_STRING(
        clt_run_options, trial_time, "", COLLET_FIXED,
        "time that a trial, or each fold of one, may take; it fails when that is over"),
    COLLET_OPT_STRING(clt_run_options, no_progress, "", COLLET_FIXED,
                      "time that a trial may go without a batch, an epoch or a report"),
    COLLET_OPT_STRING(clt_run_options, grace, "2s", COLLET_FIXED,
                      "time between asking a trial to end (SIGTERM) and ending it (SIGKILL)"),
    COLLET_OPT_STRING(
        clt_run_options, sampler_time, "10m", COLLET_FIXED,
        "time that a sampler may think about one trial; the run ends when that is over"),
    COLLET_OPT_STRING(clt_run_options, time, "", COLLET_FIXED,
                      "time that a run may take; no trial begins after it"),
    COLLET_OPT_STRING(clt_run_options, trial_memory, "", COLLET_FIXED,
                      "memory that a trial may need beyond the data: 512M, 2G"),
    COLLET_OPT_INT(clt_run_options, max_failed, "0", 0, 1e12, NULL, COLLET_FIXED,
                   "failed trials in all that end the run; 0: no such limit"),
    COLLET_OPT_BOOL(clt_run_options, checkpoint, "off", COLLET_FIXED,
                    "save each trial after each epoch, and go on from there after a stop"),
    COLLET_OPT_ENUM(clt_run_options, order, "fixed", "fixed|free", COLLET_FIXED,
                    "fixed: the same trials for any number of workers; free: each result is used "
                    "at once"),
    COLLET_OPT_ENUM(
        clt_run_options, reuse, "auto", "off|auto", COLLET_FIXED,
        "auto: a process whose evaluation of an objective took less than 10 ms, or whose fold "
        "less than 0.5 s, and that left nothing behind goes on with another; off: each gets a "
        "process of its own"),
    COLLET_OPT_INT(clt_run_options, retries, "-1", -1, 1000, NULL, COLLET_FIXED,
                   "how often a trial is run again that crashed, ran out of memory or time, ended "
                   "without a result or reported an error; -1: once, "
                   "and not after an error or a time limit"),
    COLLET_OPT_INT(
        clt_run_options, window, "0", 0, 4096, NULL, COLLET_FIXED,
        "with order = fixed, trial t knows the results up to t - window, which keeps as many "
        "workers busy; 0: 8"),
};

static const collet_option study_options[] = {
    COLLET_OPT_STRING(clt_study_options, name, "", COLLET_FIXED,
                      "name of the study in the store; the file's name without .ini if left out"),
    COLLET_OPT_STRING(clt_study_options, maximize, "", COLLET_FIXED,
                      "metrics to maximise, separated by commas"),
    COLLET_OPT_STRING(
        clt_study_options, minimize, "", COLLET_FIXED,
        "metrics to minimise, separated by commas; with a model also what it costs: parameters, "
        "seconds (of training), predict_seconds (for 1,000 rows)"),
    COLLET_OPT_STRING(
        clt_study_options, require, "", COLLET_FIXED,
        "what a trial must come to, separated by commas: any metric, <=, <, >= or >, a "
        "number; one that does not is kept, but is never the best nor on the front"),
    COLLET_OPT_STRING(clt_study_options, reference, "", COLLET_FIXED,
                      "with several goals: a number for each, in their order, up to which the "
                      "hypervolume counts; the worst value of each if left out"),
    COLLET_OPT_INT(clt_study_options, trials, "0", 0, 1e12, NULL, COLLET_FIXED,
                   "trials in all; 0 goes on until the sampler has no more"),
    COLLET_OPT_STRING(clt_study_options, time, "", COLLET_FIXED,
                      "time that a run may take: 90s, 10m, 2h; no trial begins after it"),
    COLLET_OPT_INT(clt_study_options, seed, "0", 0, 9007199254740992.0, NULL, COLLET_FIXED,
                   "all random numbers derive from it"),
    COLLET_OPT_INT(clt_study_options, trial_seed, "-1", -1, 9007199254740992.0, NULL, COLLET_FIXED,
                   "with an [objective]: the same random numbers for every trial; -1 derives them "
                   "from the seed and the trial's number"),
    COLLET_OPT_STRING(clt_study_options, warm_start, "", COLLET_FIXED,
                      "an older study whose finished trials the sampler is told of before it "
                      "proposes anything: a name in the same store, or path.db:name"),
    COLLET_OPT_ENUM(clt_study_options, duplicates, "allow", "allow|resample|reuse", COLLET_FIXED,
                    "a proposal at the point of an earlier trial: allow: it is run like any; "
                    "reuse: it has that trial's result and is not run; resample: another one is "
                    "asked for in its place, so that there are as many different trials as wanted"),
    COLLET_OPT_INT(clt_study_options, repeats, "1", 1, 1000, NULL, COLLET_FIXED,
                   "times that each trial is run, or each fold of it, every time with another "
                   "seed; its values are means over all runs"),
    COLLET_OPT_STRING(clt_study_options, target, "", COLLET_FIXED,
                      "a value of the goal that is good enough: a trial that reaches it ends the "
                      "study; several goals: one for each, separated by commas"),
    COLLET_OPT_INT(clt_study_options, no_improvement, "0", 0, 1e12, NULL, COLLET_FIXED,
                   "trials in a row, none better than the best before them, that end the study; "
                   "several goals: none new on the Pareto front; 0: none do"),
    COLLET_OPT_REAL(clt_study_options, expected_improvement, "0", 0, 1e300, NULL, COLLET_FIXED,
                    "ends the study once the sampler expects its proposal to be better than the "
                    "best by less than this, in units of the goal; of gp and auto; 0: off"),
};

static const collet_option training_options[] = {
    COLLET_OPT_INT(clt_training_options, epochs, "10", 1, 1e6, "int(1, 20)", 0,
                   "passes over the training rows"),
    COLLET_OPT_INT(clt_training_options, batch, "64", 1, 1e6, "choice(32, 64, 128, 256)", 0,
                   "rows a step of the optimizer"),
    COLLET_OPT_REAL(clt_training_options, validation, "0.1", 0, 1, NULL,
                    COLLET_FIXED | COLLET_OPEN_MIN | COLLET_OPEN_MAX,
                    "share of the rows that judge a trial and are never trained on"),
    COLLET_OPT_REAL(clt_training_options, test, "0", 0, 1, NULL, COLLET_FIXED | COLLET_OPEN_MAX,
                    "share of the rows that no trial sees; where the dataset has test rows of its "
                    "own it is these"),
    COLLET_OPT_INT(clt_training_options, folds, "0", 0, 1000, NULL, COLLET_FIXED,
                   "cross-validation instead of one validation part: a trial fits a model for each "
                   "of so many folds, and its values are means over them; 0: off"),
    COLLET_OPT_INT(clt_training_options, repeats, "1", 1, 1000, NULL, COLLET_FIXED,
                   "times that the rows are divided into folds, each time differently"),
    COLLET_OPT_BOOL(clt_training_options, stratify, "on", COLLET_FIXED,
                    "give each part the same share of every class"),
    COLLET_OPT_INT(clt_training_options, patience, "0", 0, 1e6, "int(2, 10)", 0,
                   "epochs without a better value of monitor that end a training; 0: none do"),
    COLLET_OPT_REAL(clt_training_options, min_delta, "0", 0, 1e9, NULL, 0,
                    "with patience: by how much a value must be better to count as better"),
    COLLET_OPT_STRING(
        clt_training_options, monitor, "", COLLET_FIXED,
        "with patience: the metric that is watched; the first goal if left out, but none of what "
        "a model costs"),
    COLLET_OPT_BOOL(clt_training_options, restore_best, "on", 0,
                    "with patience: the best epoch counts, not the last"),
    COLLET_OPT_REAL(clt_training_options, label_smoothing, "0", 0, 1, "real(0, 0.2)",
                    COLLET_OPEN_MAX,
                    "classes: train on labels of which this share is spread over all classes"),
    COLLET_OPT_REAL(clt_training_options, ema, "0", 0, 1, "real(0.9, 0.9999)", COLLET_OPEN_MAX,
                    "weight averaging: judge the mean of the weights over the steps, the step k "
                    "steps ago with weight ema^k; 0: the weights themselves"),
    COLLET_OPT_INT(clt_training_options, rows, "0", 0, 1e12, NULL, COLLET_FIXED,
                   "use this many rows only, drawn at random; 0 uses all"),
    COLLET_OPT_INT(clt_training_options, seed, "-1", -1, 9007199254740992.0, NULL, COLLET_FIXED,
                   "the same random numbers for every trial; -1 derives them from the study's seed "
                   "and the trial's number"),
    COLLET_OPT_ENUM(clt_training_options, schedule, "constant",
                    "constant|exponential|step|cosine|linear|polynomial|one_cycle", 0,
                    "how the learning rate changes, from the optimizer's lr, after the warm-up"),
    COLLET_OPT_ENUM(clt_training_options, per, "step", "step|epoch", 0,
                    "when the schedule changes the rate; the warm-up does with each step"),
    COLLET_OPT_REAL(clt_training_options, warmup, "0", 0, 1e6, "real(0, 2)", 0,
                    "epochs in which the rate first rises from 0 to lr, in a line"),
    COLLET_OPT_REAL(clt_training_options, warmup_share, "0", 0, 1, "real(0, 0.3)", 0,
                    "the same as a share of all epochs; the longer of both counts"),
    COLLET_OPT_REAL(clt_training_options, lr_floor, "0", 0, 1, "real(1e-4, 0.1, log)", 0,
                    "where the schedule ends, as a share of lr"),
    COLLET_OPT_REAL(clt_training_options, lr_decay, "0.1", 0, 1000, "real(0.01, 1, log)", 0,
                    "exponential: k of lr exp(-k t), t in epochs"),
    COLLET_OPT_REAL(clt_training_options, step_every, "3", 0, 1e6, "real(1, 10)", COLLET_OPEN_MIN,
                    "step: epochs from one step of the rate to the next"),
    COLLET_OPT_REAL(clt_training_options, step_factor, "0.3", 0, 1, "real(0.1, 0.9)", 0,
                    "step: what each step multiplies the rate by"),
    COLLET_OPT_REAL(clt_training_options, power, "2", 0, 100, "real(0.5, 4)", COLLET_OPEN_MIN,
                    "polynomial: p of (1 - t/T)^p, T the epochs after the warm-up"),
    COLLET_OPT_INT(clt_training_options, restarts, "0", 0, 100, "int(0, 3)", 0,
                   "cosine: times that the rate jumps back to lr"),
    COLLET_OPT_REAL(clt_training_options, restart_growth, "1", 1, 10, "real(1, 3)", 0,
                    "cosine: how much longer each cycle is than the one before"),
    COLLET_OPT_REAL(clt_training_options, cycle_start, "0.04", 0, 1, "real(0.01, 0.5, log)", 0,
                    "one_cycle: the rate to begin with, as a share of lr"),
    COLLET_OPT_REAL(clt_training_options, cycle_peak, "0.3", 0, 1, "real(0.1, 0.6)",
                    COLLET_OPEN_MIN | COLLET_OPEN_MAX,
                    "one_cycle: share of the epochs after which the rate is lr"),
    COLLET_OPT_REAL(clt_training_options, clip_norm, "0", 0, 1e6, "real(0.1, 10, log)", 0,
                    "scale the gradient down to this Euclidean norm; 0: off"),
    COLLET_OPT_REAL(clt_training_options, clip_value, "0", 0, 1e6, "real(0.01, 1, log)", 0,
                    "cut each number of the gradient to this size, before clip_norm; 0: off"),
    COLLET_OPT_REAL(clt_training_options, l1, "0", 0, 1000, "real(1e-7, 1e-2, log)", 0,
                    "penalty l1 |w| on weights, but not biases, whatever the optimizer"),
    COLLET_OPT_REAL(clt_training_options, l2, "0", 0, 1000, "real(1e-6, 1e-1, log)", 0,
                    "penalty l2/2 w^2 on weights, but not biases, whatever the optimizer"),
};

#define SECTION(name, summary, table, config)                                                      \
    {                                                                                              \
        name, summary, {table, COLLET_COUNT(table), sizeof(collet_option)}, sizeof(config)         \
    }

static const clt_host_section sections[] = {
    SECTION("augment", "what is done to training rows, in each epoch anew", augment_options,
            clt_augment),
    {CLT_INI_LINES,
     "what points must meet, one a line: units.2 <= units, lr < 0.1 or batch >= 64",
     {NULL, 0, sizeof(collet_option)},
     0},
    {"enqueue",
     "a setting to be run before what the sampler proposes; several are [enqueue.1], [enqueue.2]; "
     "each key is a parameter that is searched over, and the others are drawn",
     {NULL, 0, sizeof(collet_option)},
     0},
    {"params",
     "the parameters of an objective: any key, each a value or a range, such as real() or choice()",
     {NULL, 0, sizeof(collet_option)},
     0},
    SECTION("plugins", "where plugins are looked for", plugins_options, clt_plugins_options),
    SECTION("run", "how trials are carried out", run_options, clt_run_options),
    SECTION("study", "what is looked for, and for how long", study_options, clt_study_options),
    SECTION("training", "how each trial's model is fitted", training_options, clt_training_options),
};

const clt_host_section *clt_host_section_at(size_t i)
{
    return i < sizeof sections / sizeof sections[0] ? &sections[i] : NULL;
}

const clt_host_section *clt_host_section_find(const char *name)
{
    const clt_host_section *section;
    for (size_t i = 0; (section = clt_host_section_at(i)) != NULL; i++) {
        if (strcmp(section->name, name) == 0) {
            return section;
        }
    }
    return NULL;
}

static double unit_seconds(char unit)
{
    switch (unit) {
    case '\0':
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    default:
        return NAN;
    }
}

clt_status clt_duration_parse(const char *text, double *seconds, clt_error *err)
{
    const char *at = text;
    *seconds = 0;
    do {
        char *end;
        double number = strtod(at, &end);
        bool thousandth = end[0] == 'm' && end[1] == 's';
        double unit = thousandth ? 1e-3 : unit_seconds(*end);
        end += thousandth;
        bool bare = *end == '\0'; /* seconds, where nothing else is there */
        if (end == at || !isfinite(number * unit) || number < 0 || isnan(unit) ||
            (bare && at != text) || strpbrk(text, "xXpP") != NULL) { /* strtod takes hexadecimal */
            return clt_fail(err, CLT_BAD_INPUT,
                            "\"%s\" is not a time; write 90s, 10m, 2h, 500ms or 1h 30m", text);
        }
        *seconds += number * unit;
        at = *end != '\0' ? end + 1 : end;
        at += strspn(at, " \t");
    } while (*at != '\0');
    return CLT_OK;
}

clt_status clt_size_parse(const char *text, uint64_t *bytes, clt_error *err)
{
    static const char units[] = "KMGT";
    char *end;
    double number = strtod(text, &end);
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    double size = unit != NULL ? ldexp(number, 10 * (int)(unit - units + 1)) : number;
    end += unit != NULL;
    end += unit != NULL && *end == 'B';
    if (end == text || *end != '\0' || !(size >= 1) || !(size < 0x1p62) ||
        strpbrk(text, "xXpP") != NULL) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not a size; write 512M, 2G or bytes", text);
    }
    *bytes = (uint64_t)size;
    return CLT_OK;
}

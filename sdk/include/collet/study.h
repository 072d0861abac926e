/**
 * @file collet/study.h
 * @brief A study inside of your own program: ask for parameters, try them, tell what came of it.
 *
 * For programs that evaluate trials themselves; the library is libcollet (`pkg-config collet`).
 * What is searched over, what is optimised and by which sampler says an experiment, the same text
 * as that of `collet run`, with [params] but without an [objective]:
 *
 *     collet_study *study;
 *     uint64_t id;
 *     double x;
 *     collet_study_from_text("[study]\nminimize = value\n[params]\nx = real(-5, 5)\n"
 *                            "[sampler]\nuse = random\n", NULL, &study);
 *     for (int i = 0; i < 100 && collet_study_ask(study, &id) == COLLET_STUDY_OK; i++) {
 *         collet_study_number(study, id, "x", &x);
 *         double value = x * x;
 *         collet_study_tell(study, id, COLLET_STUDY_COMPLETE, &value, 1);
 *     }
 *     collet_study_destroy(study);
 *
 * Trials have ids from 0, without gaps. Any number may be open, that is asked for and not told;
 * they may be told in any order. Each result is the sampler's at once (`[run] order = free`),
 * unless the experiment says `order = fixed`: then the same seed gives the same study in whatever
 * order results come, and ask() refuses to run further ahead than the window.
 *
 * In memory, a study ends with its program. With a store (an SQLite file that `collet show` and the
 * other commands read), what ask() and tell() have returned is on the disk: a program that was
 * killed makes the study of the same name again, and goes on where it stood. Trials that were open
 * then are open still, under their ids: collet_study_state() finds them, and they can be told; what
 * they had reported is gone. A store is open for one study at a time.
 *
 * Errors are a status, 0 being success, and one text: collet_study_error(). The library prints
 * nothing, keeps no global state and takes over no signal; so a sampler that crashes takes the
 * program with it. Studies are independent of each other. One study is used by one thread at a
 * time; different studies may be used by different threads. After fork() only one of the two
 * processes may use a study, and none that has a store.
 */
#ifndef COLLET_STUDY_H
#define COLLET_STUDY_H

#include <collet/sampler.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define COLLET_API __attribute__((visibility("default")))
#else
#define COLLET_API
#endif

/** What every function returns. Errors are the exit codes of the program `collet`. */
enum {
    COLLET_STUDY_OK = 0,
    COLLET_STUDY_DONE = 1,        /**< nothing left: no more to ask for; no best trial yet */
    COLLET_STUDY_E_CALL = 64,     /**< the call is wrong: an id that is not open, no such name */
    COLLET_STUDY_E_INPUT = 65,    /**< the experiment is wrong; the text names the line */
    COLLET_STUDY_E_STORE = 69,    /**< the store cannot be reached, or is not what it should be */
    COLLET_STUDY_E_PLUGIN = 70,   /**< the sampler failed; the study can only be looked at */
    COLLET_STUDY_E_CREATE = 73,   /**< the store cannot be created */
    COLLET_STUDY_E_RESOURCES = 74 /**< memory ran out, or a file cannot be read or written */
};

/** State of a trial. */
enum {
    COLLET_STUDY_OPEN = COLLET_TRIAL_RUNNING, /**< asked for, not told */
    COLLET_STUDY_COMPLETE = COLLET_TRIAL_COMPLETE,
    COLLET_STUDY_PRUNED = COLLET_TRIAL_PRUNED, /**< ended early; its values are the last ones */
    COLLET_STUDY_FAILED = COLLET_TRIAL_FAILED  /**< has no values */
};

/** A study. */
typedef struct collet_study collet_study;

/** How to make a study. Zero it and set struct_size = COLLET_SIZE(collet_study_options). Texts are
 *  copied. */
typedef struct collet_study_options {
    uint32_t struct_size;
    uint32_t fresh;          /**< not 0: begin another study where the store has one of that name */
    const char *store;       /**< path of the store; NULL: in memory only */
    const char *plugin_path; /**< folders separated by ':', searched before the usual ones; NULL */
    /** Hears what is worth knowing but no error, one line a call, in the thread of the call that
     *  made it; level is COLLET_LOG_DEBUG to COLLET_LOG_ERROR. NULL: nobody does. */
    void (*log)(void *ctx, int32_t level, const char *line);
    void *log_ctx;
} collet_study_options;

/** Makes a study of an experiment's text (messages call it "experiment"), or takes up the one of
 * its name in the store. options may be NULL. After a failure, too, *study can be asked for the
 * error and is to be destroyed; it is NULL only when memory ran out. */
COLLET_API int32_t collet_study_from_text(const char *text, const collet_study_options *options,
                                          collet_study **study);

/** The same for an experiment file. */
COLLET_API int32_t collet_study_from_file(const char *path, const collet_study_options *options,
                                          collet_study **study);

/** Frees it, and closes its store. Does nothing for NULL. */
COLLET_API void collet_study_destroy(collet_study *study);

/** The text of the last failure, one line; "" where there was none. Valid until the next call. */
COLLET_API const char *collet_study_error(const collet_study *study);

/* ---- Asking and telling --------------------------------------------------------------------- */

/** Opens one more trial. COLLET_STUDY_DONE: the sampler has nothing left, or there are as many
 *  trials as [study] trials says. Where [study] duplicates is not allow, a point that was tried is
 *  not handed out again: such a trial is told at once what the earlier one was, and another one is
 *  opened; but while the earlier one is open it is handed out. */
COLLET_API int32_t collet_study_ask(collet_study *study, uint64_t *id);

/** Puts a setting into the queue: the next ask() that finds it first in line gives a trial with
 *  values[i], as the experiment would write it, for the parameter names[i]; the others are drawn
 *  from their ranges. The sampler is told of it like of any trial. COLLET_STUDY_E_CALL: a name that
 *  is not searched over, a value outside its range. The [enqueue] sections of the experiment are in
 *  the queue from the beginning. With a store it outlives the program. */
COLLET_API int32_t collet_study_enqueue(collet_study *study, const char *const *names,
                                        const char *const *values, uint32_t count);

/** Ends an open trial. values[count]: one for each goal, in the order in which the experiment names
 *  them, in their own sign; then one for each thing that [study] require compares, in its order,
 *  also where that is a goal (collet_study_value_count(), collet_study_value_name()). COMPLETE and
 * PRUNED need them, but for a PRUNED one NULL stands for what was reported last; FAILED takes NULL
 * and 0. A value that is not finite makes a COMPLETE trial a FAILED one, as in any run. After a
 * failure of the store the trial is still open, and the call can be made again. */
COLLET_API int32_t collet_study_tell(collet_study *study, uint64_t id, uint32_t state,
                                     const double *values, uint32_t count);

/** Ends an open trial as FAILED, and says why in one line. */
COLLET_API int32_t collet_study_fail(collet_study *study, uint64_t id, const char *why);

/** Notes what an open trial has reached at a step (epochs, say; from 0, they do not fall; told
 *  again, a step has its later values): values[count] of the goals, or of all that tell() takes.
 * *stop (may be NULL): not 0 when it is not worth going on; tell() it as PRUNED then. What was
 * reported is stored with the trial's end. */
COLLET_API int32_t collet_study_report(collet_study *study, uint64_t id, uint64_t step,
                                       const double *values, uint32_t count, int32_t *stop);

/** The COMPLETE trial that is best by the first goal of those that meet what [study] requires, in
 *  *id; COLLET_STUDY_DONE where there is none. Of equal ones the first. */
COLLET_API int32_t collet_study_best(collet_study *study, uint64_t *id);

/* ---- A trial -------------------------------------------------------------------------------- */

/** How many trials there are; ids are below it. */
COLLET_API uint64_t collet_study_count(const collet_study *study);

/** State of a trial, in *state. */
COLLET_API int32_t collet_study_state(collet_study *study, uint64_t id, uint32_t *state);

/** Values of a COMPLETE or PRUNED trial, as tell() takes them. Valid until the
 * study is destroyed; NULL for any other id. */
COLLET_API const double *collet_study_values(const collet_study *study, uint64_t id);

/** Is it a trial with values that meet all that [study] requires? Where nothing is required, any
 *  trial with values does. */
COLLET_API int32_t collet_study_meets(const collet_study *study, uint64_t id);

/** The point of a trial as values: collet_study_dim_count() numbers, NaN where inactive, the index
 * of a category or ordinal. The quick way to parameters. Valid until the study is destroyed; NULL
 * where there is no such trial. */
COLLET_API const double *collet_study_point(const collet_study *study, uint64_t id);

/** A parameter of a trial as a number. COLLET_STUDY_E_CALL where there is none of that name, or it
 *  is a text; a parameter that is inactive is NaN. choice(32, 64) is a number, choice(a, b) a text.
 */
COLLET_API int32_t collet_study_number(collet_study *study, uint64_t id, const char *name,
                                       double *value);

/** Any parameter of a trial as the experiment would write it; NULL where it is inactive. Valid
 * until the next call of this function. */
COLLET_API int32_t collet_study_text(collet_study *study, uint64_t id, const char *name,
                                     const char **text);

/* ---- What the experiment says --------------------------------------------------------------- */

/** How many parameters there are: all of [params], constants as well; or, of an experiment that
 *  trains, all that is searched over. */
COLLET_API uint32_t collet_study_param_count(const collet_study *study);

/** Name of parameter i, in the order of the experiment; NULL past the end. */
COLLET_API const char *collet_study_param_name(const collet_study *study, uint32_t i);

/** Is parameter i a number? Else it is a text, or there is none. */
COLLET_API int32_t collet_study_param_is_number(const collet_study *study, uint32_t i);

/** Numbers of a point. */
COLLET_API uint32_t collet_study_dim_count(const collet_study *study);

/** Dimension i of a point, with its name, bounds, categories and conditions; NULL past the end. */
COLLET_API const collet_dim *collet_study_dim(const collet_study *study, uint32_t i);

/** How many goals there are, at least 1. */
COLLET_API uint32_t collet_study_goal_count(const collet_study *study);

/** Name of goal i; NULL past the end. *maximize (may be NULL): not 0 where more is better. */
COLLET_API const char *collet_study_goal(const collet_study *study, uint32_t i, int32_t *maximize);

/** How many values a trial has: of the goals, then of what [study] require compares. */
COLLET_API uint32_t collet_study_value_count(const collet_study *study);

/** Name of value i, a metric; NULL past the end. */
COLLET_API const char *collet_study_value_name(const collet_study *study, uint32_t i);

#ifdef __cplusplus
}
#endif
#endif /* COLLET_STUDY_H */

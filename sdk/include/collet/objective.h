/**
 * @file collet/objective.h
 * @brief Kind "objective/1": a black box that turns parameters into metrics.
 *
 * The built-in objective is training: a model, an optimizer and data. An objective plugin takes
 * its place: test functions, a simulator, an external command. Its parameters are those of the
 * experiment's [params] section; which metric is minimised or maximised is the experiment's
 * choice as well, so an objective gives each metric its natural sign.
 *
 * Scenario I, a study: the host makes one instance and asks for its metrics. Trials are evaluated
 * in processes forked from that one, so what create() loads is there for all of them; threads that
 * it started are not. A process may evaluate several points one after another.
 *
 * Scenario II, one trial again, alone: its values stand in [params] as constants.
 *
 * Advice: look parameters up by name, and let the outcome depend on config, space, point and the
 * stream given to evaluate() only, not on what was evaluated before. Where that cannot be, the
 * experiment says `reuse = off`, and each trial gets a process of its own.
 */
#ifndef COLLET_OBJECTIVE_H
#define COLLET_OBJECTIVE_H

#include <collet/sampler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KIND_OBJECTIVE "objective/1"

/** [host] Where to evaluate. */
typedef struct collet_point {
    uint32_t struct_size;
    uint32_t attempt;        /**< from 1; rises when a trial is run again after a crash */
    uint64_t number;         /**< of the trial */
    const double *x;         /**< dim_count values of the space; NaN where inactive */
    const char *const *text; /**< the same as the experiment file would write them; NULL where
                                  inactive. A category is told by its text: its index is another
                                  one where the text stands alone */
} collet_point;

/** What the host should know of an objective. */
enum {
    /** An evaluation acts on the world outside, or is a program that would notice: it is never
     *  repeated to see whether the same comes out, and each has a process of its own, as if the
     *  experiment said `reuse = off`. Since ABI 1.2. */
    COLLET_OBJECTIVE_ALONE = 1 << 0
};

/** [plugin] The metrics that an objective gives, in the order of evaluate()'s values. */
typedef struct collet_metrics {
    uint32_t struct_size;
    uint32_t count; /**< at least 1 */
    const char *const *names;
} collet_metrics;

/** [plugin] The vtable of kind "objective/1". */
typedef struct collet_objective {
    uint32_t struct_size;
    uint32_t flags; /**< COLLET_OBJECTIVE_ALONE, or 0 */

    /** Makes an instance; config and space live until destroy(). The space has a dimension for
     *  each key of [params], in the order of the file but for parents before their children. A
     *  constant is one as well: low == high for a number, else a category of one. A key whose
     *  condition can never hold is left out. COLLET_E_INVALID, with set_error(), for a space that
     *  the objective cannot use; a message that begins with the key of an option and a colon is
     *  told with that option's line. [instance] */
    collet_status (*create)(const collet_host *host, const void *config, const collet_space *space,
                            void **self);

    /** Frees the instance; does nothing for NULL. [instance] */
    void (*destroy)(void *self);

    /** The metrics; constant, valid until destroy(). [instance] */
    const collet_metrics *(*metrics)(void *self);

    /** Evaluates the point into values[count of metrics]. Noise draws from rng. An objective with
     *  a learning curve calls host->report() as it goes and returns COLLET_OK soon after that
     *  says COLLET_STOP. COLLET_E_NUMERIC fails the trial, not the study. [instance] */
    collet_status (*evaluate)(void *self, const collet_rng *rng, const collet_point *point,
                              double *values);

    /** Optional, since ABI 1.5: names every file that evaluations with config depend on, such as
     *  programs and their scripts, one call of add() a path, which add() copies. No file is read,
     *  and create() need not have been called. The host says when a study goes on with other ones.
     *  Of an objective that leaves this out the host watches the files, not folders, that its
     *  options of type COLLET_PATH name. [instance] */
    collet_status (*inputs)(const collet_host *host, const void *config,
                            void (*add)(void *ctx, const char *path), void *ctx);
} collet_objective;

#ifdef __cplusplus
}
#endif
#endif /* COLLET_OBJECTIVE_H */

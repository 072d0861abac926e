/**
 * @file collet/sampler.h
 * @brief Kind "sampler/1": proposes the parameters of the next trial.
 *
 * The host describes the search space once, at create(). Then it asks for a point a trial and
 * tells what became of each. Objectives are always minimised here: the host turns the sign of
 * what the user maximises.
 *
 * Scenario I, a fresh study: ask(0), tell(0), ask(1), tell(1), ... With several workers asks run
 * ahead of tells: ask(0), ask(1), tell(1), ask(2), tell(0), ...
 *
 * Scenario II, a study goes on after a crash: the host makes a new instance and repeats every ask()
 * and tell() of the past in their order, so that a sampler which is a function of its calls goes on
 * to the bit. One with COLLET_SAMPLER_FROM_HISTORY is spared the asks: it is told every finished
 * trial, then those that are under way (COLLET_TRIAL_RUNNING); then ask() goes on with the next
 * number.
 *
 * Scenario III, a study starts from an older one: the host tells the older study's finished trials
 * before the first ask, as numbers 0, 1, ...; the study's own come behind them.
 *
 * Scenario IV, somebody wants a certain setting to be run: the host does not ask for that number,
 * but tells the trial as RUNNING, and later its end.
 *
 * Scenario V, a point was proposed that was tried before, and the user wants others: the host asks
 * for the same number again, by another stream, and the last answer is the trial's point. It does
 * so with COLLET_SAMPLER_FROM_HISTORY only, where an answer spends nothing. What it puts in the
 * place of the last answer it tells as RUNNING; to any other sampler by the trial's end.
 *
 * Advice: derive everything from config, the stream given to ask() and the sequence of calls, and
 * the same study comes out again. Keep no global state: a teacher compares two of your instances
 * in one process.
 */
#ifndef COLLET_SAMPLER_H
#define COLLET_SAMPLER_H

#include <collet/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KIND_SAMPLER "sampler/1"

/* ---- The search space ----------------------------------------------------------------------- */

/** Type of a dimension. Values travel as double whatever the type. */
enum {
    COLLET_DIM_REAL = 1,    /**< low to high; with step: low + k * step */
    COLLET_DIM_INT = 2,     /**< whole numbers low to high; with step: low + k * step */
    COLLET_DIM_CATEGORY = 3 /**< index 0 to category_count - 1, without order */
};

/** Flags of a dimension. */
enum {
    COLLET_DIM_LOG = 1 << 0 /**< search evenly in the logarithm; low > 0; never with a step */
};

/** [host] The dimension is active only while the parent is active and its value lies in one of
 *  the closed intervals ranges[0]..ranges[1], ranges[2]..ranges[3], ... An interval of a category
 *  holds indices; an open end is -INFINITY, INFINITY or the next representable number. */
typedef struct collet_condition {
    uint32_t parent; /**< index of an earlier dimension */
    uint32_t range_count;
    const double *ranges; /**< 2 * range_count numbers */
} collet_condition;

/** [host] One searched parameter. */
typedef struct collet_dim {
    const char *name; /**< "optimizer.adam.lr" */
    double low, high; /**< both included; low <= high; a category: 0 and category_count - 1 */
    double step;      /**< 0: continuous (REAL) or 1 (INT, CATEGORY); high lies on the steps */
    uint32_t type;    /**< COLLET_DIM_REAL ... */
    uint32_t flags;   /**< COLLET_DIM_LOG */
    uint32_t category_count;  /**< 0 unless CATEGORY */
    uint32_t condition_count; /**< 0: always active; else all conditions must hold */
    const collet_condition *conditions;
    const char *const *categories; /**< their names; NULL unless CATEGORY */
} collet_dim;

/** [host] The search space; valid until destroy(). Parents stand before their children. */
typedef struct collet_space {
    uint32_t struct_size;
    uint32_t dim_count;      /**< may be 0: then the empty point is the only one */
    uint32_t dim_size;       /**< stride of dims, in bytes */
    uint32_t condition_size; /**< stride of conditions, in bytes */
    uint32_t objective_count;
    uint32_t constraint_count; /**< outcomes that must end <= 0 */
    uint32_t parallel;         /**< the most asks that may be open at once; at least 1 */
    uint32_t reserved;
    uint64_t trial_budget; /**< trials that the study meant to run when it began, also where
                                it was made longer since; 0: not known */
    const collet_dim *dims;
    uint64_t seed; /**< of the study: for what is random but the same in all its trials, such as
                        the scrambling of a sequence; since ABI 1.2 */
    /** [objective_count] metrics that the study minimises or maximises, in the order of a trial's
     *  values. Since ABI 1.2; NULL where none are known. */
    const char *const *objectives;
    /** The next three are since ABI 1.3; feasible and repair are NULL where every point is allowed.
     *
     *  Is x[dim_count], a point of the space, one that a trial may be spent on? Else the host moves
     *  what ask() proposes to an allowed point, so a sampler need not ask; one that does may know
     *  better where to look. Not 0: yes. Cheap, no side effects. [instance] */
    int32_t (*feasible)(void *context, const double *x);
    /** Moves x, a point of the space, to one that is allowed, by as little as is found; rng says
     *  where to. COLLET_E_INVALID, and x as it was, where x is no point of the space. [instance] */
    collet_status (*repair)(void *context, const collet_rng *rng, double *x);
    void *context; /**< hand it back as the first argument */
    /** [constraint_count] metrics that the study requires something of, in the order of a trial's
     *  constraints. Since ABI 1.3; NULL where none are known. */
    const char *const *constraints;
} collet_space;

/* ---- What became of a trial ----------------------------------------------------------------- */

enum {
    COLLET_TRIAL_RUNNING = 0,  /**< proposed elsewhere or before a restart, still under way */
    COLLET_TRIAL_COMPLETE = 1, /**< has its values */
    COLLET_TRIAL_PRUNED = 2,   /**< ended early: values as of last_step */
    COLLET_TRIAL_FAILED = 3    /**< crashed, timed out, NaN, ...: no values */
};

/** [host] One trial; valid during the call. */
typedef struct collet_trial {
    uint32_t struct_size;
    uint32_t state; /**< COLLET_TRIAL_RUNNING ... */
    uint64_t number;
    uint64_t last_step;   /**< resource used (epochs); 0 when nothing was reported */
    const double *x;      /**< dim_count values; NaN where inactive */
    const double *values; /**< objective_count, lower is better; NULL if RUNNING or FAILED */
    /** constraint_count, <= 0 is feasible, in parts of the bound; NULL like values */
    const double *constraints;
} collet_trial;

/* ---- The sampler itself --------------------------------------------------------------------- */

/** What a sampler understands; a space that needs more is refused before the first trial. */
enum {
    COLLET_SAMPLER_CONDITIONAL = 1 << 0, /**< dimensions with conditions */
    COLLET_SAMPLER_CATEGORY = 1 << 1,    /**< categories */
    COLLET_SAMPLER_MULTI = 1 << 2,       /**< more than one objective */
    COLLET_SAMPLER_CONSTRAINT = 1 << 3,  /**< constraints on outcomes */
    /** ask() depends on nothing but config, its stream and number, the set of finished trials and
     *  the set of those under way (asked for here, or told as RUNNING). Then a study goes on by
     *  telling alone; without the flag the host asks for every trial again, which takes as long
     *  as it took. */
    COLLET_SAMPLER_FROM_HISTORY = 1 << 4
};

/** [plugin] The vtable of kind "sampler/1". */
typedef struct collet_sampler {
    uint32_t struct_size;
    uint32_t flags; /**< COLLET_SAMPLER_CONDITIONAL ... */

    /** Makes an instance in *self. config is the unit's filled config struct, space the search
     *  space; both live until destroy(). On failure nothing is left behind. [instance] */
    collet_status (*create)(const collet_host *host, const void *config, const collet_space *space,
                            void **self);

    /** Frees the instance; does nothing for NULL. [instance] */
    void (*destroy)(void *self);

    /** Proposes trial `number` in x[dim_count]: every active dimension within its bounds and on
     *  its steps, NaN in every inactive one. Numbers rise but may have gaps. COLLET_DONE, with x
     *  untouched, when there is nothing left to try: the study then ends, and every later call
     *  says the same. [instance] */
    collet_status (*ask)(void *self, const collet_rng *rng, uint64_t number, double *x);

    /** Learns what became of a trial, also of one that this instance never proposed. A number may
     *  be told twice: RUNNING first, then its end; and a PRUNED one again, with a larger last_step
     *  or another state: it had been paused, and has gone on since. [instance] */
    collet_status (*tell)(void *self, const collet_trial *trial);

    /** Optional pair. save() writes all that the next ask() depends on, the same bytes for the
     *  same state; load() takes it up in a fresh instance. Without them the host tells the whole
     *  history. [instance] */
    collet_status (*save)(void *self, const collet_sink *out);
    collet_status (*load)(void *self, const collet_source *in);

    /** Optional, since ABI 1.4, asked with one objective only. *value: how much better than the
     * best of what it was told the sampler expects the point of its last ask() to be, 0 or more, in
     * the unit of the objective; NaN where it has no estimate, as for a point that was drawn. A
     * study may end where that is below a bound, so it is a function of what ask() depends on.
     *  [instance] */
    collet_status (*expected_improvement)(void *self, double *value);
} collet_sampler;

#ifdef __cplusplus
}
#endif
#endif /* COLLET_SAMPLER_H */

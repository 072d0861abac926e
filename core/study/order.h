/**
 * @file study/order.h
 * @brief What the sampler knows when it is asked.
 *
 * Fixed order: before trial t is asked for, the ends of the trials up to t - window have been told,
 * in the order of their numbers, and no others. So what is proposed depends neither on the number
 * of workers nor on how long trials take. Free order: each end is told at once.
 *
 * Where trials are paused (study/pruning.h), what counts is not the trial but each stretch of one,
 * from its beginning or a pause to the next pause or its end; its place in the order is its slot. A
 * pause is told as the end of a pruned trial, and what comes of it later as another one. In a slot
 * nothing may begin: that is when only what is under way could be gone on with.
 *
 * Where ranges have changed (study/change.h), trials from before are never asked for again: before
 * the first one after that, the ends of all of them are told that lie within.
 *
 * duplicates = resample: where a proposal was tried before, the sampler is asked again for the same
 * trial, by another stream; its new answer takes the place of the old one. That is done only where
 * a sampler spends nothing by an answer (COLLET_SAMPLER_FROM_HISTORY). What it never proposes
 * itself is drawn in its place, and it hears of that as of a wish; one that does count its answers
 * hears of it by the trial's end, as where a constraint has moved its point.
 *
 * Wishes come before what the sampler proposes, and are told to it as trials under way that it has
 * not proposed. The trials of an older study are told before anything else.
 *
 * A study that goes on: a sampler that says so (COLLET_SAMPLER_FROM_HISTORY) is told what it would
 * know; any other is asked and told all over again, and must propose the same.
 */
#ifndef CLT_STUDY_ORDER_H
#define CLT_STUDY_ORDER_H

#include "base/vec.h"
#include "study/halt.h"
#include "study/history.h"
#include "study/twins.h"

/** A trial that has not been told, or that failed in a way that will happen again. */
typedef struct clt_order_entry {
    uint64_t slot, number;
    double *x;      /**< [dim_count]; NULL: nothing began in this slot */
    double *values; /**< [value_count of the plan] */
    clt_trial_state state;
    clt_failure failure;
    uint64_t last_step, twin;
    bool dropped; /**< nobody is told of it */
} clt_order_entry;

/** What has become of a wish. */
typedef enum clt_wish_state {
    CLT_WISH_WAITS,
    CLT_WISH_GRANTED,  /**< it is a trial */
    CLT_WISH_LEFT_OUT, /**< it is no point of the space, as that is now; it may be one again */
    CLT_WISH_WITHDRAWN
} clt_wish_state;

/** A wish of the study. */
typedef struct clt_order_wish {
    const char *text;
    clt_wish_state state;
} clt_order_wish;

/** The order of a study. Zero it before clt_order_open(). */
typedef struct clt_order {
    const clt_plan *plan;
    clt_teller teller;
    uint64_t window;                     /**< 0: free */
    uint64_t since;                      /**< first trial asked for in the present ranges */
    uint64_t since_slot;                 /**< and its slot */
    uint64_t since_said;                 /**< that slot, where the study says it; else UINT64_MAX */
    uint64_t next;                       /**< number of the next trial */
    uint64_t slot;                       /**< the next one */
    uint64_t told;                       /**< fixed: slots below have been told */
    CLT_VEC(clt_order_entry) ends;       /**< finished, not told (fixed order) */
    CLT_VEC(clt_order_entry) quarantine; /**< told; their points are not tried again */
    CLT_VEC(clt_order_wish) wishes;      /**< all of the study's, in their order */
    size_t looked;                       /**< none of the first so many waits */
    uint64_t wish;   /**< what the last ask granted, from 1; 0: the sampler proposed it */
    clt_twins twins; /**< unless duplicates are allowed: where trials are, and what came of them */
    uint64_t first;  /**< of the last ask: the first trial at its point, which may be itself */
    clt_halt halt;   /**< the rules that end the study */
    bool repeats;    /**< what is asked for was asked for before: no rule ends that */
    uint64_t repeat; /**< repeats: the wish, from 1, that the trial was; 0: none */
    clt_arena arena;
} clt_order;

/** Makes the sampler, as clt_teller_open() has it. window 0: free order. */
clt_status clt_order_open(clt_order *order, const clt_plan *plan, uint64_t window, uint64_t planned,
                          const clt_host_hooks *hooks, clt_error *err);

/** Destroys it; also after a failure. */
void clt_order_close(clt_order *order);

/** Notes from where on the study is in the present ranges. */
void clt_order_begin_at(clt_order *order, const char *identity);

/** Appends a wish, which is copied. One that is no point of the space is left out. */
clt_status clt_order_add_wish(clt_order *order, const clt_wish *wish, clt_error *err);

/** Does a wish wait to become a trial? */
bool clt_order_has_wish(const clt_order *order);

/** Tells the sampler of an older study's trials; before anything is asked or told. */
clt_status clt_order_tell_ancestors(clt_order *order, const clt_ancestor *rows, size_t count,
                                    clt_error *err);

/** Where a study stands, from its store. */
typedef struct clt_order_past {
    const clt_trial_row *trials; /**< [count]; number i is at i. With stretches they have curves */
    size_t count;
    const clt_event *events; /**< [event_count], in free order */
    size_t event_count;
    const clt_stretch_row *stretches; /**< [stretch_count], by slot; none: no trial could be paused,
                                           and slots are numbers of trials */
    size_t stretch_count;
} clt_order_past;

/** Brings a fresh order to where a study stands. ask_all: asks again even a sampler that could do
 * without. CLT_PLUGIN_FAILED where the sampler proposes other than it did: *differs is then the
 * trial's number. */
clt_status clt_order_resume(clt_order *order, const clt_order_past *past, bool ask_all,
                            uint64_t *differs, clt_error *err);

/** Looks at the proposals of clt_order_replay(). */
typedef struct clt_order_check {
    void *ctx;
    /** Trial `number` was run at stored[dim_count]. proposed: what the sampler says now, NULL where
     *  it has nothing left. failed_before: as clt_order_ask() gives it. A status other than CLT_OK
     *  ends the replay. */
    clt_status (*asked)(void *ctx, uint64_t number, const double *stored, const double *proposed,
                        uint64_t failed_before, clt_error *err);
} clt_order_check;

/** The same as clt_order_resume() with ask_all, but whatever the sampler proposes, it is told what
 *  the store has and asked on. */
clt_status clt_order_replay(clt_order *order, const clt_order_past *past,
                            const clt_order_check *check, clt_error *err);

/** The same by telling alone, whatever the sampler: ends first, then what is under way. */
clt_status clt_order_tell_all(clt_order *order, const clt_order_past *past, clt_error *err);

/** May something begin in the next slot? */
bool clt_order_ready(const clt_order *order);

/** Fixed order: tells the ends that are told before anything begins in that slot. */
clt_status clt_order_tell_until(clt_order *order, uint64_t slot, clt_error *err);

/** Nothing begins in the next slot. */
clt_status clt_order_skip(clt_order *order, clt_error *err);

/** Asks for trial order->next in x[dim_count], after telling what is due: the next wish, or what
 *  the sampler proposes; order->wish says which. *done: there is nothing left, or a rule ends the
 * study (order->halt.by). *failed_before: a
 * finished trial at the same point that crashed, or UINT64_MAX. */
clt_status clt_order_ask(clt_order *order, double *x, bool *done, uint64_t *failed_before,
                         clt_error *err);

/** A trial is at x: the next one of the twins. clt_order_ask() notes its own; this is for those of
 * the store. dropped: its point is as good as never tried. False when memory ran out. */
bool clt_order_note(clt_order *order, const double *x, bool dropped);

/** Does the sampler learn of a trial at x? Not where it is of other ranges and lies beyond the
 * present ones. */
bool clt_order_counts(const clt_order *order, uint64_t number, const double *x);

/** Are two points the same? */
bool clt_order_same_point(const clt_order *order, const double *a, const double *b);

/** Takes the end of what began in that slot: a trial at x, or a stretch of it. Free order: tells
 *  it. */
clt_status clt_order_finish(clt_order *order, uint64_t slot, const clt_trial_row *trial,
                            const double *x, clt_error *err);

#endif /* CLT_STUDY_ORDER_H */

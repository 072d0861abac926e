#include "study/order.h"

#include <collet/sampler.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A stretch of a trial: all of it, unless it was paused. */
typedef struct leg {
    uint64_t slot, number;
    uint64_t until; /* the last step, where another one follows; else 0 */
    bool begins;    /* the trial's first */
    bool ended;
    bool told; /* free order: in the log, as far as that was read */
} leg;

/* The study that is taken up again. */
typedef struct past {
    clt_order *order;
    const clt_order_past *was;
    leg *legs; /* [leg_count], by slot */
    size_t leg_count;
    bool from_history;
    double *x, *y;  /* [dim_count] */
    double *values; /* [value_count] */
    uint64_t *differs;
    const clt_order_check *check; /* NULL: every proposal must be as it was */
    clt_error *err;
} past;

/* ---- Stretches ------------------------------------------------------------------------------ */

static bool is_final(const clt_trial_row *trial)
{
    return trial->state != CLT_TRIAL_RUNNING;
}

static clt_status fail_stretch(const past *p, uint64_t slot)
{
    return clt_fail(p->err, CLT_NO_STORE, "stretch %llu of the store makes no sense",
                    (unsigned long long)slot);
}

/* Slots that are left empty are gone through one by one: are there no more before a stretch than a
 * study may have? At most a window of them lies between two (clt_rungs_skip), and what is run again
 * by hand leaves the slots of its stretches. */
static bool follows(const past *p, size_t i)
{
    enum { BY_HAND = 1 << 24, MOST_RUNGS = 64 };
    uint64_t window = p->order->window > 0 ? p->order->window : 1;
    uint64_t empty = p->was->stretches[i].slot - i;
    return empty <= BY_HAND + MOST_RUNGS * window * p->was->count;
}

/* The stretches as the store has them. */
static clt_status read_legs(past *p)
{
    const clt_order_past *was = p->was;
    leg **last = calloc(was->count + 1, sizeof *last); /* of each trial, so far */
    clt_status status = last != NULL ? CLT_OK : clt_fail_memory(p->err);
    for (size_t i = 0; i < was->stretch_count && status == CLT_OK; i++) {
        const clt_stretch_row *row = &was->stretches[i];
        leg *now = &p->legs[p->leg_count++];
        if (row->number >= was->count || (last[row->number] == NULL) != (row->since == 0) ||
            !follows(p, i)) {
            status = fail_stretch(p, row->slot);
            break;
        }
        *now = (leg){.slot = row->slot, .number = row->number, .begins = row->since == 0};
        now->ended = is_final(&was->trials[row->number]);
        if (!now->begins) {
            last[row->number]->until = row->since;
            last[row->number]->ended = true;
        }
        last[row->number] = now;
    }
    free(last);
    return status;
}

static clt_status make_legs(past *p)
{
    const clt_order_past *was = p->was;
    size_t most = was->stretch_count > 0 ? was->stretch_count : was->count;
    p->legs = calloc(most + 1, sizeof *p->legs);
    if (p->legs == NULL) {
        return clt_fail_memory(p->err);
    }
    if (was->stretch_count > 0) {
        return read_legs(p);
    }
    for (size_t i = 0; i < was->count; i++) {
        p->legs[p->leg_count++] =
            (leg){.slot = i, .number = i, .begins = true, .ended = is_final(&was->trials[i])};
    }
    return CLT_OK;
}

/* The slot behind the last one. */
static uint64_t slots_of(const past *p)
{
    return p->leg_count > 0 ? p->legs[p->leg_count - 1].slot + 1 : 0;
}

/* The slot from which on the ranges are the present ones. Where the study does not say it, that of
 * the first trial in them: one that was gone on with before that is overlooked. */
static void find_since(past *p)
{
    clt_order *order = p->order;
    const uint64_t end = slots_of(p), said = order->since_said;
    order->since_slot = order->since > 0 ? end : 0;
    if (order->since > 0 && said != UINT64_MAX) {
        order->since_slot = said < end ? said : end;
        return;
    }
    for (size_t i = p->leg_count; i > 0 && order->since > 0; i--) {
        const leg *l = &p->legs[i - 1];
        order->since_slot = l->begins && l->number >= order->since ? l->slot : order->since_slot;
    }
}

/* What a stretch came to that another one followed: values at its last step. */
static clt_status row_at_pause(past *p, const leg *l, clt_trial_row *row)
{
    const clt_plan *plan = p->order->plan;
    row->state = CLT_TRIAL_PAUSED;
    row->last_step = l->until;
    row->values = p->values;
    row->value_count = plan->value_count;
    for (size_t v = 0; v < plan->value_count; v++) {
        p->values[v] = (double)NAN;
        for (size_t i = 0; i < row->curve_count; i++) {
            const clt_point *point = &row->curve[i];
            bool here = point->step == l->until && strcmp(point->metric, plan->value_names[v]) == 0;
            p->values[v] = here ? point->value : p->values[v];
        }
        if (isnan(p->values[v])) {
            return fail_stretch(p, l->slot);
        }
    }
    return CLT_OK;
}

/* A stored trial's point, in p->x; one of other ranges may be no point of these. */
static clt_status find_point(past *p, const clt_trial_row *trial)
{
    if (trial->number >= p->order->since) {
        return clt_point_of(p->order->plan, trial, p->x, p->err);
    }
    (void)clt_point_found(p->order->plan, trial, p->x);
    return CLT_OK;
}

/* The end of a stretch, with its point in p->x. */
static clt_status end_of(past *p, const leg *l, clt_trial_row *row)
{
    *row = p->was->trials[l->number];
    clt_status status = find_point(p, row);
    return status == CLT_OK && l->until > 0 ? row_at_pause(p, l, row) : status;
}

/* ---- Taking up ------------------------------------------------------------------------------ */

/* Hands all finished stretches to the order, which tells them when they are due. */
static clt_status take_ends(past *p)
{
    clt_order *order = p->order;
    clt_trial_row row;
    for (size_t i = 0; i < p->leg_count; i++) {
        for (order->slot = i > 0 ? p->legs[i - 1].slot + 1 : 0; order->slot < p->legs[i].slot;) {
            if (clt_order_skip(order, p->err) != CLT_OK) {
                return p->err->status;
            }
        }
        if (p->legs[i].ended &&
            (end_of(p, &p->legs[i], &row) != CLT_OK ||
             clt_order_finish(order, p->legs[i].slot, &row, p->x, p->err) != CLT_OK)) {
            return p->err->status;
        }
    }
    return CLT_OK;
}

/* The wishes that have become trials. */
static void note_granted(const past *p)
{
    for (size_t i = 0; i < p->was->count; i++) {
        const uint64_t wish = p->was->trials[i].wish;
        if (wish > 0 && wish <= p->order->wishes.count) {
            p->order->wishes.items[wish - 1].state = CLT_WISH_GRANTED;
        }
    }
    p->order->looked = 0;
}

/* Asks for trial `number` again, in that slot. */
static clt_status ask_again(past *p, uint64_t slot, uint64_t number)
{
    bool done;
    uint64_t failed;
    if (number < p->order->since) {
        return CLT_OK; /* in other ranges */
    }
    p->order->next = number;
    p->order->slot = slot;
    p->order->repeat = p->was->trials[number].wish;
    if (clt_point_of(p->order->plan, &p->was->trials[number], p->x, p->err) != CLT_OK ||
        clt_order_ask(p->order, p->y, &done, &failed, p->err) != CLT_OK) {
        return p->err->status;
    }
    if (p->check != NULL) {
        return p->check->asked(p->check->ctx, number, p->x, done ? NULL : p->y, failed, p->err);
    }
    if (done || !clt_order_same_point(p->order, p->x, p->y)) {
        *p->differs = number;
        return clt_fail(p->err, CLT_PLUGIN_FAILED,
                        "%s does not propose trial %llu as it did when that was run",
                        p->order->teller.host.unit, (unsigned long long)number);
    }
    return CLT_OK;
}

/* Tells that a trial is under way. */
static clt_status tell_running(past *p, uint64_t number)
{
    clt_trial_row row = p->was->trials[number];
    row.state = CLT_TRIAL_RUNNING;
    row.value_count = 0;
    if (find_point(p, &row) != CLT_OK || row.dropped || !clt_order_counts(p->order, number, p->x)) {
        return p->err->status;
    }
    return clt_teller_tell(&p->order->teller, &row, p->x, p->err);
}

/* Free order: tells the end of a stretch. */
static clt_status tell_leg(past *p, leg *l)
{
    clt_trial_row row;
    l->told = true;
    if (end_of(p, l, &row) != CLT_OK || !clt_order_counts(p->order, l->number, p->x)) {
        return p->err->status;
    }
    return clt_order_finish(p->order, l->slot, &row, p->x, p->err);
}

static clt_status ask_all_again(past *p)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < p->leg_count && status == CLT_OK; i++) {
        const leg *l = &p->legs[i];
        status = l->begins                         ? ask_again(p, l->slot, l->number)
                 : l->slot >= p->order->since_slot ? clt_order_tell_until(p->order, l->slot, p->err)
                                                   : CLT_OK;
    }
    return status;
}

static void go_behind(past *p)
{
    p->order->next = p->was->count;
    p->order->slot = slots_of(p);
}

/* Fixed order: what was told before the last ask, then what was under way as the sampler saw it. */
static clt_status take_up_fixed(past *p, bool from_history)
{
    clt_order *order = p->order;
    if (take_ends(p) != CLT_OK) {
        return p->err->status;
    }
    if (!from_history) {
        clt_status status = ask_all_again(p);
        go_behind(p);
        return status;
    }
    go_behind(p);
    if (order->slot > order->since_slot &&
        clt_order_tell_until(order, order->slot - 1, p->err) != CLT_OK) {
        return p->err->status;
    }
    for (size_t i = 0; i < p->leg_count; i++) {
        const leg *l = &p->legs[i];
        if (l->slot >= order->told && l->begins && tell_running(p, l->number) != CLT_OK) {
            return p->err->status;
        }
    }
    return CLT_OK;
}

/* The stretch of a trial that the log tells of next, or NULL. */
static leg *next_untold(const past *p, uint64_t number)
{
    size_t from = p->was->stretch_count > 0 || number >= p->leg_count ? 0 : (size_t)number;
    for (size_t i = from; i < p->leg_count; i++) {
        leg *l = &p->legs[i];
        if (l->number == number && l->ended && !l->told) {
            return l;
        }
    }
    return NULL;
}

/* Free order: what happened, as the log has it. */
static clt_status take_up_free(past *p, bool from_history)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < p->was->event_count && status == CLT_OK; i++) {
        const clt_event *event = &p->was->events[i];
        leg *l = event->told ? next_untold(p, event->number) : NULL;
        if (event->number >= p->was->count || (event->told && l == NULL)) {
            return clt_fail(p->err, CLT_NO_STORE,
                            "the log of the study names trial %llu, which "
                            "the store has not",
                            (unsigned long long)event->number);
        }
        if (event->told) {
            status = tell_leg(p, l);
        } else if (!from_history) {
            status = ask_again(p, p->order->slot, event->number);
        }
    }
    for (size_t i = 0; i < p->leg_count && status == CLT_OK && from_history; i++) {
        const leg *l = &p->legs[i];
        status = l->begins && !l->ended ? tell_running(p, l->number) : CLT_OK;
    }
    go_behind(p);
    return status;
}

static clt_status check_trials(const past *p)
{
    for (size_t i = 0; i < p->was->count; i++) {
        const clt_trial_row *trial = &p->was->trials[i];
        bool scored = is_final(trial) && trial->state != CLT_TRIAL_FAILED;
        if (trial->wish > p->order->wishes.count) {
            return clt_fail(p->err, CLT_NO_STORE, "the store lacks wish %llu, which is trial %zu",
                            (unsigned long long)trial->wish, i);
        }
        if (trial->number != i) {
            return clt_fail(p->err, CLT_NO_STORE, "the store lacks trial %zu of the study", i);
        }
        if (trial->value_count != (scored ? p->order->plan->value_count : 0)) {
            return clt_fail(p->err, CLT_NO_STORE, "trial %zu of the store is %s and has %zu values",
                            i, scored ? "finished" : "not finished, or failed", trial->value_count);
        }
    }
    return CLT_OK;
}

/* The shortest way: every end that is due, then what is under way. */
static clt_status tell_all(past *p)
{
    clt_status status = CLT_OK;
    if (p->order->window > 0) {
        return take_up_fixed(p, true);
    }
    for (size_t i = 0; i < p->leg_count && status == CLT_OK; i++) {
        leg *l = &p->legs[i];
        status = l->ended ? tell_leg(p, l) : l->begins ? tell_running(p, l->number) : CLT_OK;
    }
    go_behind(p);
    return status;
}

/* Where the trials of the store are. A replay tells itself of those that are nowhere. */
static clt_status note_points(past *p)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < p->was->count && status == CLT_OK; i++) {
        const clt_trial_row *trial = &p->was->trials[i];
        status = find_point(p, trial);
        if (status == CLT_OK && p->check == NULL && i >= p->order->since) {
            status = clt_point_check(p->order->plan, trial, p->x, true, p->err);
        }
        bool skipped = trial->dropped || !clt_order_counts(p->order, trial->number, p->x);
        if (status == CLT_OK && !clt_order_note(p->order, p->x, skipped)) {
            status = clt_fail_memory(p->err);
        }
    }
    return status;
}

static clt_status with_points(past *p, clt_status (*body)(past *p))
{
    p->x = calloc(p->order->plan->space.dim_count + 1u, sizeof *p->x);
    p->y = calloc(p->order->plan->space.dim_count + 1u, sizeof *p->y);
    p->values = calloc(p->order->plan->value_count + 1u, sizeof *p->values);
    clt_status status = p->x == NULL || p->y == NULL || p->values == NULL ? clt_fail_memory(p->err)
                                                                          : check_trials(p);
    p->order->repeats = true;
    status = status == CLT_OK ? note_points(p) : status;
    status = status == CLT_OK ? make_legs(p) : status;
    if (status == CLT_OK) {
        find_since(p);
        status = body(p);
    }
    note_granted(p);
    p->order->repeats = false;
    free(p->x);
    free(p->y);
    free(p->values);
    free(p->legs);
    return status;
}

clt_status clt_order_tell_all(clt_order *order, const clt_order_past *was, clt_error *err)
{
    past p = {.order = order, .was = was, .err = err};
    return with_points(&p, tell_all);
}

static clt_status take_up(past *p)
{
    return p->order->window > 0 ? take_up_fixed(p, p->from_history)
                                : take_up_free(p, p->from_history);
}

clt_status clt_order_resume(clt_order *order, const clt_order_past *was, bool ask_all,
                            uint64_t *differs, clt_error *err)
{
    past p = {.order = order, .was = was, .differs = differs, .err = err};
    p.from_history = !ask_all && !clt_teller_moves(&order->teller) && order->since == 0 &&
                     (order->teller.sampler->flags & COLLET_SAMPLER_FROM_HISTORY) != 0;
    *differs = UINT64_MAX;
    return with_points(&p, take_up);
}

clt_status clt_order_replay(clt_order *order, const clt_order_past *was,
                            const clt_order_check *check, clt_error *err)
{
    past p = {.order = order, .was = was, .check = check, .err = err};
    return with_points(&p, take_up);
}

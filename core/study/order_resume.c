#include "study/order.h"

#include <collet/sampler.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The study that is taken up again. */
typedef struct past {
    clt_order *order;
    const clt_trial_row *trials; /* [count]; number i is at i */
    size_t count;
    const clt_event *events; /* [event_count] */
    size_t event_count;
    bool from_history;
    double *x, *y; /* [dim_count] */
    uint64_t *differs;
    const clt_order_check *check; /* NULL: every proposal must be as it was */
    clt_error *err;
} past;

static bool is_final(const clt_trial_row *trial)
{
    return trial->state != CLT_TRIAL_RUNNING;
}

/* Hands all finished trials to the order, which tells them when they are due. */
static clt_status take_ends(past *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (is_final(&p->trials[i]) &&
            (clt_point_of(p->order->plan, &p->trials[i], p->x, p->err) != CLT_OK ||
             clt_order_finish(p->order, &p->trials[i], p->x, p->err) != CLT_OK)) {
            return p->err->status;
        }
    }
    return CLT_OK;
}

/* The next wish to be granted is the trial's own, or there is none. */
static void show_wish(past *p, const clt_trial_row *trial)
{
    clt_order *order = p->order;
    order->granted = trial->wish > 0 ? (size_t)trial->wish - 1 : order->wishes.count;
}

/* The wishes that have become trials. */
static void count_granted(past *p)
{
    p->order->granted = 0;
    for (size_t i = 0; i < p->count; i++) {
        size_t wish = (size_t)p->trials[i].wish;
        p->order->granted = wish > p->order->granted ? wish : p->order->granted;
    }
}

/* Asks for trial `number` again. */
static clt_status ask_again(past *p, uint64_t number)
{
    bool done;
    uint64_t failed;
    if (number < p->order->since) {
        return CLT_OK; /* in other ranges */
    }
    p->order->next = number;
    show_wish(p, &p->trials[number]);
    if (clt_point_of(p->order->plan, &p->trials[number], p->x, p->err) != CLT_OK ||
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

static clt_status tell_one(past *p, uint64_t number, clt_trial_state state)
{
    clt_trial_row row = p->trials[number];
    row.state = state;
    row.value_count = state == CLT_TRIAL_RUNNING ? 0 : row.value_count;
    if (clt_point_of(p->order->plan, &row, p->x, p->err) != CLT_OK ||
        !clt_order_counts(p->order, number, p->x)) {
        return p->err->status;
    }
    return state == CLT_TRIAL_RUNNING ? clt_teller_tell(&p->order->teller, &row, p->x, p->err)
                                      : clt_order_finish(p->order, &row, p->x, p->err);
}

/* Fixed order: what was told before the last ask, then what was under way as the sampler saw it. */
static clt_status take_up_fixed(past *p, bool from_history)
{
    clt_order *order = p->order;
    if (take_ends(p) != CLT_OK) {
        return p->err->status;
    }
    if (!from_history) {
        for (uint64_t n = 0; n < p->count; n++) {
            if (ask_again(p, n) != CLT_OK) {
                return p->err->status;
            }
        }
        order->next = p->count;
        return CLT_OK;
    }
    order->next = p->count;
    if (p->count > order->since && clt_order_tell_until(order, p->count - 1, p->err) != CLT_OK) {
        return p->err->status;
    }
    for (uint64_t n = order->told; n < p->count; n++) {
        if (tell_one(p, n, CLT_TRIAL_RUNNING) != CLT_OK) {
            return p->err->status;
        }
    }
    return CLT_OK;
}

/* Free order: what happened, as the log has it. */
static clt_status take_up_free(past *p, bool from_history)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < p->event_count && status == CLT_OK; i++) {
        uint64_t n = p->events[i].number;
        if (n >= p->count || (p->events[i].told && !is_final(&p->trials[n]))) {
            return clt_fail(p->err, CLT_NO_STORE,
                            "the log of the study names trial %llu, which "
                            "the store has not",
                            (unsigned long long)n);
        }
        if (p->events[i].told) {
            status = tell_one(p, n, p->trials[n].state);
        } else if (!from_history) {
            status = ask_again(p, n);
        }
    }
    for (uint64_t n = 0; n < p->count && status == CLT_OK && from_history; n++) {
        status = is_final(&p->trials[n]) ? CLT_OK : tell_one(p, n, CLT_TRIAL_RUNNING);
    }
    p->order->next = p->count;
    return status;
}

static clt_status check_trials(const past *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const clt_trial_row *trial = &p->trials[i];
        bool scored = trial->state == CLT_TRIAL_COMPLETE || trial->state == CLT_TRIAL_PRUNED;
        if (trial->wish > p->order->wishes.count) {
            return clt_fail(p->err, CLT_NO_STORE, "the store lacks wish %llu, which is trial %zu",
                            (unsigned long long)trial->wish, i);
        }
        if (trial->number != i) {
            return clt_fail(p->err, CLT_NO_STORE, "the store lacks trial %zu of the study", i);
        }
        if (trial->value_count != (scored ? p->order->plan->goal_count : 0)) {
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
    for (uint64_t n = 0; n < p->count && status == CLT_OK && p->order->window == 0; n++) {
        status = tell_one(p, n, p->trials[n].state);
    }
    p->order->next = p->count;
    return p->order->window > 0 ? take_up_fixed(p, true) : status;
}

static clt_status with_points(past *p, clt_status (*body)(past *p))
{
    p->x = calloc(p->order->plan->space.dim_count + 1u, sizeof *p->x);
    p->y = calloc(p->order->plan->space.dim_count + 1u, sizeof *p->y);
    p->order->repeats = true;
    clt_status status = p->x == NULL || p->y == NULL ? clt_fail_memory(p->err) : check_trials(p);
    status = status == CLT_OK ? body(p) : status;
    count_granted(p);
    p->order->repeats = false;
    free(p->x);
    free(p->y);
    return status;
}

clt_status clt_order_tell_all(clt_order *order, const clt_trial_row *trials, size_t count,
                              clt_error *err)
{
    past p = {.order = order, .trials = trials, .count = count, .err = err};
    return with_points(&p, tell_all);
}

static clt_status take_up(past *p)
{
    return p->order->window > 0 ? take_up_fixed(p, p->from_history)
                                : take_up_free(p, p->from_history);
}

clt_status clt_order_resume(clt_order *order, const clt_trial_row *trials, size_t count,
                            const clt_event *events, size_t event_count, bool ask_all,
                            uint64_t *differs, clt_error *err)
{
    past p = {.order = order,
              .trials = trials,
              .count = count,
              .events = events,
              .event_count = event_count,
              .differs = differs,
              .err = err};
    p.from_history = !ask_all && !clt_teller_moves(&order->teller) && order->since == 0 &&
                     (order->teller.sampler->flags & COLLET_SAMPLER_FROM_HISTORY) != 0;
    *differs = UINT64_MAX;
    return with_points(&p, take_up);
}

clt_status clt_order_replay(clt_order *order, const clt_trial_row *trials, size_t count,
                            const clt_event *events, size_t event_count,
                            const clt_order_check *check, clt_error *err)
{
    past p = {.order = order,
              .trials = trials,
              .count = count,
              .events = events,
              .event_count = event_count,
              .check = check,
              .err = err};
    return with_points(&p, take_up);
}

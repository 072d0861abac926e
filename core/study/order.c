#include "study/order.h"

#include "study/change.h"
#include "study/wish.h"

#include <collet/sampler.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

clt_status clt_order_open(clt_order *order, const clt_plan *plan, uint64_t window, uint64_t planned,
                          const clt_host_hooks *hooks, clt_error *err)
{
    order->plan = plan;
    order->window = window;
    order->halt.plan = plan;
    if (plan->study.duplicates != CLT_DUPLICATES_ALLOW) {
        clt_twins_init(&order->twins, plan);
    }
    return clt_teller_open(&order->teller, plan, planned, hooks, err);
}

static void free_entry(clt_order_entry *entry)
{
    free(entry->x);
    free(entry->values);
}

void clt_order_close(clt_order *order)
{
    for (size_t i = 0; i < order->ends.count; i++) {
        free_entry(&order->ends.items[i]);
    }
    for (size_t i = 0; i < order->quarantine.count; i++) {
        free_entry(&order->quarantine.items[i]);
    }
    CLT_VEC_FINISH(&order->ends);
    CLT_VEC_FINISH(&order->quarantine);
    CLT_VEC_FINISH(&order->wishes);
    clt_halt_finish(&order->halt);
    clt_twins_finish(&order->twins);
    clt_arena_finish(&order->arena);
    clt_teller_close(&order->teller);
    *order = (clt_order){0};
}

void clt_order_begin_at(clt_order *order, const char *identity)
{
    order->since = clt_change_since(identity);
    order->since_said = clt_change_since_slot(identity);
}

clt_status clt_order_add_wish(clt_order *order, const clt_wish *wish, clt_error *err)
{
    clt_error why = {0};
    clt_order_wish copy = {clt_arena_copy(&order->arena, wish->text), CLT_WISH_WAITS};
    if (wish->withdrawn) {
        copy.state = CLT_WISH_WITHDRAWN;
    } else if (clt_wish_check(order->plan, wish->text, &why) != CLT_OK) {
        copy.state = CLT_WISH_LEFT_OUT;
    }
    if (why.status != CLT_OK && why.status != CLT_BAD_INPUT) {
        *err = why;
        return why.status;
    }
    return copy.text != NULL && CLT_PUSH(&order->wishes, copy) ? CLT_OK : clt_fail_memory(err);
}

/* The place of the first that waits. */
static size_t first_waiting(const clt_order *order)
{
    size_t i = order->looked;
    while (i < order->wishes.count && order->wishes.items[i].state != CLT_WISH_WAITS) {
        i++;
    }
    return i;
}

bool clt_order_has_wish(const clt_order *order)
{
    return first_waiting(order) < order->wishes.count;
}

static double *copy_numbers(const double *from, size_t count)
{
    double *copy = calloc(count + 1, sizeof *copy);
    if (copy != NULL && count > 0) {
        memcpy(copy, from, count * sizeof *copy);
    }
    return copy;
}

static bool copy_entry(const clt_order *order, uint64_t slot, const clt_trial_row *trial,
                       const double *x, clt_order_entry *out)
{
    *out = (clt_order_entry){.slot = slot,
                             .number = trial->number,
                             .x = copy_numbers(x, order->plan->space.dim_count),
                             .values = copy_numbers(trial->values, trial->value_count),
                             .state = trial->state,
                             .failure = trial->failure,
                             .last_step = trial->last_step,
                             .twin = trial->twin,
                             .dropped = trial->dropped};
    if (out->x == NULL || out->values == NULL) {
        free_entry(out);
        return false;
    }
    return true;
}

/* Will the same point fail in the same way? A time limit may not be met for other reasons. */
static bool comes_again(clt_failure failure)
{
    return failure == CLT_FAIL_CRASH || failure == CLT_FAIL_MEMORY || failure == CLT_FAIL_NO_RESULT;
}

static clt_status remember_failure(clt_order *order, const clt_trial_row *trial, const double *x,
                                   clt_error *err)
{
    clt_order_entry entry;
    if (trial->state != CLT_TRIAL_FAILED || !comes_again(trial->failure)) {
        return CLT_OK;
    }
    if (!copy_entry(order, 0, trial, x, &entry)) {
        return clt_fail_memory(err);
    }
    if (!CLT_PUSH(&order->quarantine, entry)) {
        free_entry(&entry);
        return clt_fail_memory(err);
    }
    return CLT_OK;
}

bool clt_order_counts(const clt_order *order, uint64_t number, const double *x)
{
    return number >= order->since || clt_change_within(order->plan, x);
}

static clt_status tell(clt_order *order, const clt_trial_row *trial, const double *x,
                       clt_error *err)
{
    if (trial->dropped || !clt_order_counts(order, trial->number, x)) {
        return CLT_OK;
    }
    if (!clt_halt_tell(&order->halt, trial)) {
        return clt_fail_memory(err);
    }
    return remember_failure(order, trial, x, err) == CLT_OK
               ? clt_teller_tell(&order->teller, trial, x, err)
               : err->status;
}

static size_t find_end(const clt_order *order, uint64_t slot)
{
    size_t i = 0;
    while (i < order->ends.count && order->ends.items[i].slot != slot) {
        i++;
    }
    return i;
}

/* The first slot that may not be known when something begins in that one. */
static uint64_t horizon(const clt_order *order, uint64_t slot)
{
    uint64_t known = slot >= order->window ? slot - order->window + 1 : 0;
    return known > order->since_slot ? known : order->since_slot;
}

bool clt_order_ready(const clt_order *order)
{
    uint64_t until = order->window > 0 ? horizon(order, order->slot) : 0;
    for (uint64_t slot = order->told; slot < until; slot++) {
        if (find_end(order, slot) == order->ends.count) {
            return false;
        }
    }
    return true;
}

/* Tells the end of a slot, and forgets it. */
static clt_status tell_end(clt_order *order, clt_order_entry *end, clt_error *err)
{
    bool failed = end->state == CLT_TRIAL_FAILED;
    clt_trial_row row = {.number = end->number,
                         .state = end->state,
                         .failure = end->failure,
                         .last_step = end->last_step,
                         .twin = end->twin,
                         .dropped = end->dropped,
                         .values = failed ? NULL : end->values,
                         .value_count = failed ? 0 : order->plan->value_count};
    clt_status status = end->x == NULL ? CLT_OK : tell(order, &row, end->x, err);
    free_entry(end);
    return status;
}

clt_status clt_order_tell_until(clt_order *order, uint64_t slot, clt_error *err)
{
    clt_status status = CLT_OK;
    while (order->window > 0 && order->told < horizon(order, slot) && status == CLT_OK) {
        size_t i = find_end(order, order->told);
        if (i == order->ends.count) {
            return clt_fail(err, CLT_NO_STORE,
                            "%s %llu of the store is not finished, nor could it be run again",
                            order->slot == order->next ? "trial" : "stretch",
                            (unsigned long long)order->told);
        }
        clt_order_entry end = order->ends.items[i];
        order->ends.items[i] = order->ends.items[--order->ends.count];
        status = tell_end(order, &end, err);
        order->told++;
    }
    return status;
}

bool clt_order_same_point(const clt_order *order, const double *a, const double *b)
{
    for (uint32_t i = 0; i < order->plan->space.dim_count; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

static uint64_t find_failure(const clt_order *order, const double *x)
{
    for (size_t i = 0; i < order->quarantine.count; i++) {
        if (clt_order_same_point(order, order->quarantine.items[i].x, x)) {
            return order->quarantine.items[i].number;
        }
    }
    return UINT64_MAX;
}

/* The next wish, from 1; 0: none. */
static uint64_t next_wish(clt_order *order)
{
    if (order->repeats) {
        return order->repeat;
    }
    order->looked = first_waiting(order);
    return order->looked < order->wishes.count ? order->looked + 1 : 0;
}

/* The wish becomes trial order->next. */
static clt_status grant(clt_order *order, uint64_t number, double *x, clt_error *err)
{
    const clt_trial_row row = {.number = order->next, .state = CLT_TRIAL_RUNNING};
    clt_order_wish *wish = &order->wishes.items[number - 1];
    wish->state = CLT_WISH_GRANTED;
    order->wish = number;
    return clt_wish_point(order->plan, wish->text, order->next, x, err) == CLT_OK
               ? clt_teller_tell(&order->teller, &row, x, err)
               : err->status;
}

/* Has a trial before order->next been at x? */
static bool is_tried(const clt_order *order, const double *x)
{
    return clt_twins_before(&order->twins, x, order->next);
}

/* A point that no trial has had takes the place of one that the sampler has kept to. */
static clt_status draw_new(clt_order *order, double *x, clt_error *err)
{
    const bool open = (order->teller.sampler->flags & COLLET_SAMPLER_FROM_HISTORY) != 0;
    const clt_trial_row row = {.number = order->next, .state = CLT_TRIAL_RUNNING};
    double *drawn = copy_numbers(x, order->plan->space.dim_count);
    clt_status status = drawn != NULL ? CLT_OK : clt_fail_memory(err);
    for (uint64_t k = 1; k <= CLT_TWINS_AGAIN && status == CLT_OK && is_tried(order, x); k++) {
        const uint64_t stream = UINT64_MAX / 2 + order->next * UINT8_MAX + k; /* no trial's own */
        status = clt_wish_point(order->plan, "", stream, drawn, err);
        if (status == CLT_OK && !is_tried(order, drawn)) {
            memcpy(x, drawn, order->plan->space.dim_count * sizeof *x);
            status = open ? clt_teller_tell(&order->teller, &row, x, err) : CLT_OK;
        }
    }
    free(drawn);
    return status;
}

/* The sampler's answer; another one, as long as that was tried and duplicates are not wanted. */
static clt_status ask_sampler(clt_order *order, double *x, bool *done, clt_error *err)
{
    const bool renews = order->plan->study.duplicates == CLT_DUPLICATES_RESAMPLE;
    const bool again = (order->teller.sampler->flags & COLLET_SAMPLER_FROM_HISTORY) != 0;
    clt_status status = clt_teller_ask(&order->teller, order->next, 0, x, done, err);
    for (uint32_t k = 1; renews && again && k <= CLT_TWINS_AGAIN; k++) {
        if (status != CLT_OK || *done || !is_tried(order, x)) {
            break;
        }
        status = clt_teller_ask(&order->teller, order->next, k, x, done, err);
    }
    return status == CLT_OK && renews && !*done ? draw_new(order, x, err) : status;
}

/* The sampler's proposal for trial order->next. Where it expects too little of it, it is not run.
 */
static clt_status propose(clt_order *order, double *x, bool *done, clt_error *err)
{
    double expected = (double)NAN;
    bool wanted = !order->repeats && order->plan->study.expected_improvement > 0;
    clt_status status = ask_sampler(order, x, done, err);
    if (status == CLT_OK && !*done && wanted) {
        status = clt_teller_expected(&order->teller, order->next, &expected, err);
        *done = clt_halt_after_ask(&order->halt, order->next, expected);
    }
    return status;
}

bool clt_order_note(clt_order *order, const double *x, bool dropped)
{
    if (order->plan->study.duplicates == CLT_DUPLICATES_ALLOW) {
        return true;
    }
    return dropped ? clt_twins_skip(&order->twins, x)
                   : clt_twins_add(&order->twins, x, &order->first);
}

clt_status clt_order_ask(clt_order *order, double *x, bool *done, uint64_t *failed_before,
                         clt_error *err)
{
    *failed_before = UINT64_MAX;
    *done = false;
    order->wish = 0;
    if (clt_order_tell_until(order, order->slot, err) != CLT_OK) {
        return err->status;
    }
    *done = !order->repeats && clt_halt_before_ask(&order->halt);
    if (*done) {
        return CLT_OK;
    }
    const uint64_t wish = next_wish(order);
    clt_status status = wish > 0 ? grant(order, wish, x, err) : propose(order, x, done, err);
    if (status != CLT_OK) {
        return status;
    }
    if (*done) {
        return CLT_OK;
    }
    order->first = order->next;
    if (!order->repeats && !clt_order_note(order, x, false)) {
        return clt_fail_memory(err);
    }
    *failed_before = find_failure(order, x);
    order->next++;
    order->slot++;
    return CLT_OK;
}

static clt_status push_end(clt_order *order, clt_order_entry *entry, clt_error *err)
{
    if (!CLT_PUSH(&order->ends, *entry)) {
        free_entry(entry);
        return clt_fail_memory(err);
    }
    return CLT_OK;
}

clt_status clt_order_skip(clt_order *order, clt_error *err)
{
    clt_order_entry nothing = {.slot = order->slot++};
    return order->window > 0 ? push_end(order, &nothing, err) : CLT_OK;
}

clt_status clt_order_finish(clt_order *order, uint64_t slot, const clt_trial_row *trial,
                            const double *x, clt_error *err)
{
    clt_order_entry entry;
    if (order->window == 0) {
        return tell(order, trial, x, err);
    }
    return copy_entry(order, slot, trial, x, &entry) ? push_end(order, &entry, err)
                                                     : clt_fail_memory(err);
}

/* Tells of a finished trial of an older study. Of a study that goes on in other ranges a choice of
 * it may be gone: then there is nothing to tell. */
static clt_status tell_ancestor(clt_order *order, const clt_trial_row *trial, double *x,
                                clt_error *err)
{
    const bool changed = order->since > 0;
    clt_status status = clt_point_of(order->plan, trial, x, err);
    status = status == CLT_OK ? clt_point_check(order->plan, trial, x, !changed, err) : status;
    if (status == CLT_NO_STORE && changed) {
        *err = (clt_error){0};
        return CLT_OK;
    }
    return status == CLT_OK ? clt_teller_tell(&order->teller, trial, x, err) : status;
}

clt_status clt_order_tell_ancestors(clt_order *order, const clt_ancestor *rows, size_t count,
                                    clt_error *err)
{
    double *x = calloc(order->plan->space.dim_count + 1u, sizeof *x);
    clt_status status = x != NULL ? CLT_OK : clt_fail_memory(err);
    for (size_t i = 0; i < count && status == CLT_OK; i++) {
        status = tell_ancestor(order, &rows[i].trial, x, err);
    }
    order->teller.before = count;
    free(x);
    return status;
}

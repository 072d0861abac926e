#include "study/replay.h"

#include "config/option.h"
#include "space/steps.h"
#include "study/change.h"
#include "study/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool clt_replay_agrees(const clt_replay *replay)
{
    return replay->difference_count == 0 && replay->halted == NULL;
}

void clt_replay_finish(clt_replay *replay)
{
    CLT_VEC_FINISH(&replay->differences);
    CLT_VEC_FINISH(&replay->skipped);
    clt_arena_finish(&replay->arena);
}

bool clt_replay_same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == 0 && b == 0) || memcmp(&a, &b, sizeof a) == 0;
}

clt_status clt_replay_add(clt_replay *replay, clt_difference d, clt_error *err)
{
    replay->difference_count++;
    if (replay->differences.count == CLT_MOST_DIFFERENCES) {
        return CLT_OK;
    }
    d.name = clt_arena_copy(&replay->arena, d.name);
    d.stored = clt_arena_copy(&replay->arena, d.stored);
    d.replayed = clt_arena_copy(&replay->arena, d.replayed);
    bool ok = d.name != NULL && d.stored != NULL && d.replayed != NULL &&
              CLT_PUSH(&replay->differences, d);
    return ok ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_replay_add_real(clt_replay *replay, clt_difference d, double stored, double replayed,
                               clt_error *err)
{
    clt_str a = {0}, b = {0};
    clt_str_add_real(&a, stored);
    clt_str_add_real(&b, replayed);
    d.stored = clt_str_text(&a);
    d.replayed = clt_str_text(&b);
    clt_status status = clt_replay_add(replay, d, err);
    clt_str_finish(&a);
    clt_str_finish(&b);
    return status;
}

/* ---- Decisions ------------------------------------------------------------------------------ */

typedef struct decisions {
    const clt_replay_setup *setup;
    clt_replay *replay;
    clt_order order;
} decisions;

/* The value of dimension i as the experiment would write it; a store may hold anything. */
static void add_value(const clt_space *space, uint32_t i, double value, clt_str *out)
{
    const collet_dim *dim = &space->dims[i];
    bool category = dim->type == COLLET_DIM_CATEGORY;
    if (isnan(value)) {
        clt_str_add(out, "inactive");
    } else if (category && value >= dim->low && value <= dim->high && value == floor(value)) {
        clt_space_format(space, i, value, out);
    } else {
        clt_str_add_real(out, value);
    }
}

static clt_status compare_dim(const decisions *d, uint64_t number, uint32_t i, double stored,
                              double proposed, clt_error *err)
{
    const clt_space *space = &d->setup->plan->space;
    clt_str a = {0}, b = {0};
    d->replay->params += !isnan(stored) || !isnan(proposed);
    if (clt_replay_same(stored, proposed)) {
        return CLT_OK;
    }
    add_value(space, i, stored, &a);
    add_value(space, i, proposed, &b);
    clt_status status = clt_replay_add(d->replay,
                                       (clt_difference){.number = number,
                                                        .what = CLT_REPLAY_PARAM,
                                                        .name = space->dims[i].name,
                                                        .stored = clt_str_text(&a),
                                                        .replayed = clt_str_text(&b)},
                                       err);
    clt_str_finish(&a);
    clt_str_finish(&b);
    return status;
}

/* Of a range with a step an older version wrote 0.30000000000000004 for 0.3. */
static bool says_same(const clt_plan *plan, const clt_param *stored, const clt_param *now)
{
    double value;
    bool same = strcmp(stored->text, now->text) == 0;
    for (uint32_t i = 0; i < plan->space.dim_count && !same; i++) {
        const collet_dim *dim = &plan->space.dims[i];
        same = clt_step_is_real(dim) && strcmp(dim->name, now->name) == 0 &&
               clt_number_parse(stored->text, &value) &&
               clt_step_near(dim->low, dim->high, dim->step, value, &value) && value == now->value;
    }
    return same;
}

/* The text beside a value must say the same as the value. */
static clt_status compare_texts(const decisions *d, uint64_t number, const double *stored,
                                clt_error *err)
{
    const clt_plan *plan = d->setup->plan;
    const clt_trial_row *trial = &d->setup->trials[number];
    clt_trial_row again = {0};
    clt_arena arena = {0};
    clt_status status = clt_params_of(plan, stored, &arena, &again, err);
    for (size_t i = 0; i < again.param_count && status == CLT_OK; i++) {
        for (size_t k = 0; k < trial->param_count && status == CLT_OK; k++) {
            const clt_param *a = &trial->params[k], *b = &again.params[i];
            if (strcmp(a->name, b->name) == 0 && !says_same(plan, a, b)) {
                status = clt_replay_add(d->replay,
                                        (clt_difference){.number = number,
                                                         .what = CLT_REPLAY_PARAM,
                                                         .name = a->name,
                                                         .stored = a->text,
                                                         .replayed = b->text},
                                        err);
            }
        }
    }
    clt_arena_finish(&arena);
    return status;
}

/* Whether a trial is refused, because its point has failed before, is a decision as well. */
static clt_status compare_refusal(const decisions *d, uint64_t number, uint64_t failed_before,
                                  clt_error *err)
{
    const clt_trial_row *trial = &d->setup->trials[number];
    bool was = trial->state == CLT_TRIAL_FAILED && trial->failure == CLT_FAIL_QUARANTINE;
    bool is = failed_before != UINT64_MAX;
    return was == is ? CLT_OK
                     : clt_replay_add(d->replay,
                                      (clt_difference){.number = number,
                                                       .what = CLT_REPLAY_OUTCOME,
                                                       .name = "outcome",
                                                       .stored = was ? "refused" : "run",
                                                       .replayed = is ? "refused" : "run"},
                                      err);
}

static clt_status compare_point(const decisions *d, uint64_t number, const double *stored,
                                const double *proposed, clt_error *err)
{
    clt_status status = CLT_OK;
    for (uint32_t i = 0; i < d->setup->plan->space.dim_count && status == CLT_OK; i++) {
        status = compare_dim(d, number, i, stored[i], proposed[i], err);
    }
    return status;
}

static clt_status asked(void *ctx, uint64_t number, const double *stored, const double *proposed,
                        uint64_t failed_before, clt_error *err)
{
    const decisions *d = ctx;
    clt_replay *replay = d->replay;
    uint64_t before = replay->difference_count;
    clt_status status;
    replay->proposals++;
    if (proposed == NULL) {
        return clt_fail(err, CLT_DIFFERS, "trial %llu: the sampler has nothing left to propose",
                        (unsigned long long)number);
    }
    if (compare_point(d, number, stored, proposed, err) != CLT_OK) {
        return err->status;
    }
    if (clt_space_check(&d->setup->plan->space, stored, &(clt_error){0}) != CLT_OK) {
        return clt_fail(err, CLT_DIFFERS,
                        "trial %llu: what the store has is no point of the space, and no sampler "
                        "can be told of it",
                        (unsigned long long)number);
    }
    status = before == replay->difference_count ? compare_texts(d, number, stored, err) : CLT_OK;
    status = status == CLT_OK ? compare_refusal(d, number, failed_before, err) : status;
    replay->proposals_alike += before == replay->difference_count;
    return status;
}

/* In free order the log must ask for every trial once, and tell the end of every finished one. */
static clt_status check_log(const clt_replay_setup *s, unsigned char *seen, clt_error *err)
{
    enum { ASKED = 1, TOLD = 2 };
    for (size_t i = 0; i < s->event_count; i++) {
        uint64_t n = s->events[i].number;
        unsigned char mark = s->events[i].told ? TOLD : ASKED;
        bool again = mark == TOLD && s->stretch_count > 0; /* of a trial that was paused */
        if (n >= s->count || ((seen[n] & mark) != 0 && !again) ||
            (mark == TOLD && (seen[n] & ASKED) == 0)) {
            return clt_fail(err, CLT_NO_STORE,
                            "the log of study \"%s\" makes no sense at entry %zu: trial %llu",
                            s->study->name, i, (unsigned long long)n);
        }
        seen[n] |= mark;
    }
    for (size_t n = 0; n < s->count; n++) {
        bool running = s->trials[n].state == CLT_TRIAL_RUNNING;
        bool paused_once = running && s->stretch_count > 0;
        if (seen[n] != (running ? ASKED : ASKED | TOLD) && !paused_once) {
            return clt_fail(err, CLT_NO_STORE, "the log of study \"%s\" lacks trial %zu%s",
                            s->study->name, n, seen[n] == ASKED ? "'s end" : "");
        }
    }
    return CLT_OK;
}

static clt_status check_free_order(const clt_replay_setup *s, clt_error *err)
{
    unsigned char *seen = s->study->window == 0 ? calloc(s->count + 1, 1) : NULL;
    clt_status status = s->study->window > 0 ? CLT_OK
                        : seen == NULL       ? clt_fail_memory(err)
                                             : check_log(s, seen, err);
    free(seen);
    return status;
}

/* The order as the study began with it. */
static clt_status open_order(decisions *d, const clt_host_hooks *hooks, clt_error *err)
{
    const clt_replay_setup *s = d->setup;
    const uint64_t planned = clt_change_planned(s->plan, s->study->identity);
    clt_status status = clt_order_open(&d->order, s->plan, s->study->window, planned, hooks, err);
    clt_order_begin_at(&d->order, s->study->identity);
    for (size_t i = 0; i < s->wish_count && status == CLT_OK; i++) {
        status = clt_order_add_wish(&d->order, &s->wishes[i], err);
    }
    return status == CLT_OK
               ? clt_order_tell_ancestors(&d->order, s->ancestors, s->ancestor_count, err)
               : status;
}

clt_status clt_replay_decisions(const clt_replay_setup *s, clt_replay *replay, clt_error *err)
{
    const clt_host_hooks hooks = {.ctx = s->watcher.ctx, .log = s->watcher.log};
    decisions d = {.setup = s, .replay = replay};
    const clt_order_check check = {&d, asked};
    const clt_order_past past = {s->trials,      s->count,     s->events,
                                 s->event_count, s->stretches, s->stretch_count};
    if (check_free_order(s, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = open_order(&d, &hooks, err);
    if (status == CLT_OK) {
        status = clt_order_replay(&d.order, &past, &check, err);
        if (status == CLT_DIFFERS || status == CLT_PLUGIN_FAILED) { /* it did not fail then */
            replay->halted = clt_arena_copy(&replay->arena, err->text);
            *err = (clt_error){0};
            status = replay->halted != NULL ? CLT_OK : clt_fail_memory(err);
        }
    }
    clt_order_close(&d.order);
    return status;
}

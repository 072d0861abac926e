#include "study/edit.h"

#include "base/clock.h"
#include "study/change.h"

#include <stdlib.h>

const char *clt_edit_text(clt_edit_kind kind)
{
    static const char *const texts[] = {"dropped", "restored", "to be run again", "rejected"};
    return texts[kind];
}

/* ---- May it be? ----------------------------------------------------------------------------- */

static clt_status refuse(const clt_trial_row *trial, const char *why, clt_error *err)
{
    return clt_fail(err, CLT_USAGE, "trial %llu %s", (unsigned long long)trial->number, why);
}

static clt_status check_drop(const clt_editing *e, const clt_trial_row *t, clt_error *err)
{
    if (e->kind == CLT_EDIT_RESTORE) {
        return t->dropped ? CLT_OK : refuse(t, "was not dropped", err);
    }
    if (t->dropped) {
        return refuse(t, "was dropped already", err);
    }
    return t->state != CLT_TRIAL_RUNNING
               ? CLT_OK
               : refuse(t, "is not finished: it goes on with the study, or --fail ends it", err);
}

static clt_status check_retry(const clt_editing *e, const clt_trial_row *t, clt_error *err)
{
    if (clt_change_imported(e->study->identity)) {
        return refuse(t, "was run by another program, which is not at hand", err);
    }
    return t->state != CLT_TRIAL_RUNNING
               ? CLT_OK
               : refuse(t, "is not finished: it runs again when the study goes on", err);
}

static clt_status check_reject(const clt_trial_row *t, clt_error *err)
{
    if (t->dropped) {
        return refuse(t, "was dropped; --restore takes that back", err);
    }
    return t->state != CLT_TRIAL_FAILED ? CLT_OK : refuse(t, "has failed already", err);
}

static clt_status check(const clt_editing *e, const clt_trial_row *t, clt_error *err)
{
    if (t->twin > 0 && (e->kind == CLT_EDIT_RETRY || e->kind == CLT_EDIT_REJECT)) {
        return clt_fail(err, CLT_USAGE,
                        "trial %llu was not run, its result is that of trial %llu: name that one",
                        (unsigned long long)t->number, (unsigned long long)t->twin - 1);
    }
    return e->kind == CLT_EDIT_RETRY    ? check_retry(e, t, err)
           : e->kind == CLT_EDIT_REJECT ? check_reject(t, err)
                                        : check_drop(e, t, err);
}

/* ---- What it was ---------------------------------------------------------------------------- */

static const char *state_text(const clt_trial_row *t)
{
    static const char *const texts[] = {"running", "complete", "pruned", "failed", "paused"};
    return texts[t->state];
}

/* "complete, loss 0.25, attempt 2" */
static const char *describe(const clt_editing *e, const clt_trial_row *t, clt_arena *arena)
{
    const clt_study_row *study = e->study;
    clt_str text = {0};
    clt_str_addf(&text, "%s%s", t->dropped ? "dropped, before that " : "", state_text(t));
    for (size_t i = 0; i < t->value_count; i++) {
        clt_str_addf(&text, ", %s ",
                     i < study->goal_count ? study->goals[i].metric
                                           : study->demands[i - study->goal_count].metric);
        clt_str_add_real(&text, t->values[i]);
    }
    if (t->state == CLT_TRIAL_FAILED) {
        clt_str_addf(&text, " (%s: %s)", clt_failure_text(t->failure), t->why);
    }
    if (t->attempt > 1) {
        clt_str_addf(&text, ", attempt %u", t->attempt);
    }
    const char *copy = text.failed ? NULL : clt_arena_copy(arena, clt_str_text(&text));
    clt_str_finish(&text);
    return copy;
}

/* ---- Doing it ------------------------------------------------------------------------------- */

static clt_status add(clt_editing *e, const clt_trial_row *t, clt_arena *arena, clt_error *err)
{
    const clt_edit edit = {.number = t->number,
                           .kind = e->kind,
                           .before = e->count,
                           .at_ms = clt_date_ms(),
                           .was = describe(e, t, arena),
                           .why = e->why};
    if (edit.was == NULL || !CLT_PUSH(&e->done, edit)) {
        return clt_fail_memory(err);
    }
    return clt_store_add_edit(e->store, e->study->id, &edit, err);
}

/* Would the change do anything to a trial that has the result of one that is changed? */
static bool follows(const clt_editing *e, const clt_trial_row *t)
{
    return e->kind == CLT_EDIT_RETRY || t->dropped == (e->kind == CLT_EDIT_RESTORE);
}

/* Marks in wanted[count] what was named, then the twins of that. */
static clt_status choose(const clt_editing *e, const uint64_t *numbers, size_t n, bool *wanted,
                         clt_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] >= e->count) {
            return clt_fail(err, CLT_USAGE,
                            "study \"%s\" has no trial \"%llu\"; it has %zu, from 0",
                            e->study->name, (unsigned long long)numbers[i], e->count);
        }
        if (check(e, &e->rows[numbers[i]], err) != CLT_OK) {
            return err->status;
        }
        wanted[numbers[i]] = true;
    }
    for (size_t i = 0; i < e->count; i++) {
        const clt_trial_row *t = &e->rows[i];
        bool twin = t->twin > 0 && t->twin <= e->count && wanted[t->twin - 1];
        wanted[i] = wanted[i] || (twin && follows(e, t));
    }
    return CLT_OK;
}

/* The next trial is asked of a sampler that knows the trials as they are now; what ended the study
 * has to be seen anew. */
static clt_status mark(const clt_editing *e, clt_arena *arena, clt_error *err)
{
    const clt_ended none = {0};
    clt_stretch_row *stretches;
    size_t count;
    clt_study_change change = {.experiment = e->study->experiment};
    if (clt_change_imported(e->study->identity)) {
        return CLT_OK;
    }
    if (clt_store_stretches(e->store, e->study->id, arena, &stretches, &count, err) != CLT_OK) {
        return err->status;
    }
    change.identity =
        clt_change_mark(e->study->identity, e->count, clt_change_slot(stretches, count), arena);
    if (change.identity == NULL) {
        return clt_fail_memory(err);
    }
    e->study->identity = change.identity;
    return clt_store_change_study(e->store, e->study->id, &change, err) == CLT_OK
               ? clt_store_note_ended(e->store, e->study->id, &none, err)
               : err->status;
}

static clt_status change_all(clt_editing *e, const bool *wanted, clt_arena *arena, clt_error *err)
{
    clt_status status = clt_store_open_group(e->store, err);
    for (size_t i = 0; i < e->count && status == CLT_OK; i++) {
        status = wanted[i] ? add(e, &e->rows[i], arena, err) : CLT_OK;
    }
    status = status == CLT_OK ? mark(e, arena, err) : status;
    if (status == CLT_OK) {
        return clt_store_commit(e->store, err);
    }
    clt_store_roll_back(e->store);
    return status;
}

clt_status clt_edit_trials(clt_editing *e, const uint64_t *numbers, size_t n, clt_arena *arena,
                           clt_error *err)
{
    bool *wanted = calloc(e->count + 1, sizeof *wanted);
    clt_status status = wanted != NULL ? choose(e, numbers, n, wanted, err) : clt_fail_memory(err);
    status = status == CLT_OK && n > 0 ? change_all(e, wanted, arena, err) : status;
    free(wanted);
    return status;
}

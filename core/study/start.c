#include "study/start.h"

#include "base/clock.h"
#include "base/file.h"
#include "study/change.h"
#include "study/pruning.h"
#include "study/start_impl.h"

#include <string.h>

/* The first of name, name-2, name-3 ... that is free. */
static clt_status free_name(const clt_start *s, clt_arena *arena, const char **name, clt_error *err)
{
    bool found = true;
    clt_study_row row;
    for (int i = 2; found; i++) {
        *name = clt_arena_printf(arena, "%s-%d", s->plan->study.name, i);
        if (*name == NULL) {
            return clt_fail_memory(err);
        }
        if (clt_store_find_study(s->store, *name, arena, &found, &row, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

/* Less makes workers wait for one another, more hides results from the sampler: docs/decisions.md
 * has the figures. Whatever it is, it may depend on the experiment alone, not on the machine. */
uint64_t clt_start_window(const clt_limits *limits)
{
    enum { USUAL = 8 };
    uint64_t window = limits->window > 0 ? limits->window : USUAL;
    return limits->free_order ? 0 : window;
}

/* A study keeps the order that it began with. */
static clt_status check_order(const clt_plan *plan, const clt_study_row *study, clt_error *err)
{
    const clt_entry *order = clt_ini_find(plan->ini, "run", "order");
    const clt_entry *window = clt_ini_find(plan->ini, "run", "window");
    bool was_free = study->window == 0;
    if (order != NULL && was_free != plan->limits.free_order) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s:%d: run.order: study \"%s\" began with order = %s; keep that, or start "
                        "another study with --new",
                        plan->ini->path, order->line, study->name, was_free ? "free" : "fixed");
    }
    if (window != NULL && !was_free && plan->limits.window > 0 &&
        plan->limits.window != study->window) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s:%d: run.window: study \"%s\" began with window = %llu; keep that, or "
                        "start another study with --new",
                        plan->ini->path, window->line, study->name,
                        (unsigned long long)study->window);
    }
    return CLT_OK;
}

static void log_at(const clt_start *s, int32_t level, const char *unit, const char *line)
{
    if (s->hooks.log != NULL) {
        s->hooks.log(s->hooks.ctx, unit, level, line);
    }
}

/* Values are told apart by their place, so the places must be those of the store: once goals to
 * maximise stood first there, whatever the file said. */
static clt_status check_goals(const clt_plan *plan, const clt_study_row *study, clt_error *err)
{
    bool same = study->goal_count == plan->goal_count;
    for (size_t i = 0; same && i < plan->goal_count; i++) {
        same = strcmp(study->goals[i].metric, plan->goals[i].metric) == 0;
    }
    return same ? CLT_OK
                : clt_fail(err, CLT_BAD_INPUT,
                           "%s:%d: [study]: the goals of study \"%s\" are stored in another order, "
                           "\"%s\" first; start another study with --new",
                           plan->ini->path, clt_ini_section(plan->ini, "study")->line, study->name,
                           study->goal_count > 0 ? study->goals[0].metric : "");
}

static void log_line(const clt_start *s, const char *unit, const char *line)
{
    log_at(s, COLLET_LOG_WARN, unit, line);
}

/* A trial that was under way in other ranges cannot run in these. */
static clt_status end_outside(const clt_start *s, const clt_study_row *study,
                              const clt_trial_row *trial, clt_error *err)
{
    const clt_trial_row end = {.number = trial->number,
                               .state = CLT_TRIAL_FAILED,
                               .attempt = trial->attempt,
                               .started_ms = trial->started_ms,
                               .failure = CLT_FAIL_LOST,
                               .why = "it lies outside of the ranges that the experiment has now"};
    const clt_event told = {true, trial->number};
    clt_status status = clt_store_open_group(s->store, err);
    status = status == CLT_OK ? clt_store_finish(s->store, study->id, &end, err) : status;
    if (status == CLT_OK && study->window == 0) {
        status = clt_store_add_event(s->store, study->id, told, err);
    }
    if (status == CLT_OK) {
        return clt_store_commit(s->store, err);
    }
    clt_store_roll_back(s->store);
    return status;
}

/* How many trials of other ranges lie within these; those under way that do not are ended. */
static clt_status sift(const clt_start *s, const clt_study_row *study, clt_arena *arena,
                       uint64_t *within, clt_error *err)
{
    clt_trial_row *rows;
    size_t count;
    double *x = clt_arena_array(arena, s->plan->space.dim_count + 1u, sizeof *x);
    uint64_t since = clt_change_since(study->identity);
    *within = 0;
    clt_status status =
        x == NULL ? clt_fail_memory(err)
                  : clt_store_trials(s->store, study->id, false, arena, &rows, &count, err);
    for (size_t i = 0; status == CLT_OK && i < count && rows[i].number < since; i++) {
        bool inside = clt_point_found(s->plan, &rows[i], x) && clt_change_within(s->plan, x);
        *within += inside;
        if (status == CLT_OK && !inside && rows[i].state == CLT_TRIAL_RUNNING) {
            status = end_outside(s, study, &rows[i], err);
        }
    }
    return status;
}

/* Says in one line what has changed, and what that means. */
static void say_ranges(const clt_start *s, const clt_changes *changes, uint64_t trials,
                       uint64_t within)
{
    clt_str line = {0};
    clt_str_addf(&line, "other ranges from trial %llu on: ", (unsigned long long)trials);
    for (size_t i = 0; i < changes->range_count; i++) {
        const clt_variable *v = changes->ranges[i].variable;
        const clt_entry *entry = NULL;
        for (size_t k = 0; k < s->plan->ini->entry_count; k++) {
            const clt_entry *e = &s->plan->ini->entries[k];
            entry = e->line == v->line ? e : entry;
        }
        clt_str_addf(&line, "%s%s = %s was %s", i > 0 ? "; " : "", v->name,
                     entry != NULL ? entry->value : "", changes->ranges[i].was);
    }
    clt_str_addf(&line, "; %llu of %llu trials lie within and count", (unsigned long long)within,
                 (unsigned long long)trials);
    log_line(s, "study", clt_str_text(&line));
    clt_str_finish(&line);
}

static void say_calls(const clt_start *s, const clt_changes *changes, uint64_t trials)
{
    clt_str line = {0};
    clt_str_addf(&line,
                 "trials are run in another way from trial %llu on: ", (unsigned long long)trials);
    for (size_t i = 0; i < changes->call_count; i++) {
        const clt_change_of_call *call = &changes->calls[i];
        clt_str_addf(&line, "%s%s", i > 0 ? "; " : "", call->key);
        if (call->is != NULL) {
            clt_str_addf(&line, " = %s", call->is);
        }
        clt_str_addf(&line, call->was != NULL ? " was %s" : " was not there",
                     call->was != NULL ? call->was : "");
        clt_str_add(&line, call->is == NULL ? ", and is no more" : "");
    }
    clt_str_add(&line, "; what is known stays");
    log_line(s, "study", clt_str_text(&line));
    clt_str_finish(&line);
}

/* Notes what is another one; *trials: how many there are. */
static clt_status note_changes(const clt_start *s, const clt_changes *changes, clt_study_row *study,
                               size_t *trials, clt_arena *arena, clt_error *err)
{
    clt_trial_row *rows;
    return clt_store_trials(s->store, study->id, false, arena, &rows, trials, err) == CLT_OK
               ? clt_change_note(s->plan, changes, *trials, s->store, study, arena, err)
               : err->status;
}

/* Takes up other ranges, and another way to run trials, where those are all that has changed. */
static clt_status take_changes(const clt_start *s, clt_study_row *study, clt_arena *arena,
                               clt_error *err)
{
    clt_changes changes;
    size_t trials = 0;
    uint64_t within = 0;
    if (clt_change_find(s->plan, study->name, study->identity, arena, &changes, err) != CLT_OK ||
        check_order(s->plan, study, err) != CLT_OK || check_goals(s->plan, study, err) != CLT_OK ||
        clt_start_check_inputs(s, study, arena, err) != CLT_OK) {
        return err->status;
    }
    if (changes.range_count + changes.call_count > 0 &&
        note_changes(s, &changes, study, &trials, arena, err) != CLT_OK) {
        return err->status;
    }
    if (clt_change_since(study->identity) > 0 && sift(s, study, arena, &within, err) != CLT_OK) {
        return err->status;
    }
    if (changes.call_count > 0) {
        say_calls(s, &changes, trials);
    }
    if (changes.range_count > 0) {
        say_ranges(s, &changes, trials, within);
    }
    return CLT_OK;
}

static clt_status go_on(const clt_start *s, clt_arena *arena, clt_study_row *study, clt_error *err)
{
    return take_changes(s, study, arena, err) == CLT_OK
               ? clt_start_note_environment(s, study, arena, err)
               : err->status;
}

static void tell_ancestry(const clt_start *s, const clt_ancestry *ancestry)
{
    clt_str line = {0};
    if (ancestry->study != NULL) {
        clt_ancestry_text(ancestry, &line);
        bool all = ancestry->count == ancestry->finished;
        log_at(s, all ? COLLET_LOG_INFO : COLLET_LOG_WARN, "study", clt_str_text(&line));
    }
    clt_str_finish(&line);
}

static clt_status add_all(const clt_start *s, const clt_ancestry *ancestry, clt_study_row *study,
                          clt_error *err)
{
    clt_status status = clt_store_add_study(s->store, study, err);
    for (size_t i = 0; i < ancestry->count && status == CLT_OK; i++) {
        status = clt_store_add_ancestor(s->store, study->id, &ancestry->rows[i], err);
    }
    for (size_t i = 0; i < s->plan->wish_count && status == CLT_OK; i++) {
        status = clt_store_add_wish(s->store, study->id, &s->plan->wishes[i], err);
    }
    return status;
}

/* Sampler and pruner are made once before anything is written: where one refuses what it is given,
 * no study is left behind whose file would have to stay as it is. */
static clt_status rehearse(const clt_start *s, const clt_study_row *study, clt_error *err)
{
    const clt_host_hooks quiet = {0};
    const uint64_t planned = clt_change_planned(s->plan, study->identity);
    clt_order order = {0};
    clt_pruning pruning = {0};
    clt_status status = clt_order_open(&order, s->plan, study->window, planned, &quiet, err);
    if (status == CLT_OK) {
        status = clt_pruning_open(&pruning, s->plan, study->window, order.teller.space.trial_budget,
                                  s->prunable, &quiet, err);
        clt_pruning_close(&pruning);
    }
    clt_order_close(&order);
    return status;
}

/* A study is there with all that it begins with, or not at all. */
static clt_status add(const clt_start *s, clt_arena *arena, clt_study_row *study, clt_error *err)
{
    clt_ancestry ancestry;
    clt_status status = clt_start_check(s->plan, s->store, true, err);
    status = status == CLT_OK ? rehearse(s, study, err) : status;
    status = status == CLT_OK ? clt_ancestry_read(s->plan, s->store, s->open, arena, &ancestry, err)
                              : status;
    status = status == CLT_OK ? clt_store_open_group(s->store, err) : status;
    status = status == CLT_OK ? add_all(s, &ancestry, study, err) : status;
    status = status == CLT_OK ? clt_store_commit(s->store, err) : status;
    if (status != CLT_OK) {
        clt_store_roll_back(s->store);
        return status;
    }
    tell_ancestry(s, &ancestry);
    return CLT_OK;
}

clt_status clt_start_find(const clt_start *s, clt_arena *arena, clt_study_row *study,
                          clt_error *err)
{
    const clt_plan *plan = s->plan;
    const char *name = plan->study.name;
    bool found;
    if (clt_store_find_study(s->store, name, arena, &found, study, err) != CLT_OK ||
        (found && s->fresh && free_name(s, arena, &name, err) != CLT_OK)) {
        return err->status;
    }
    if (found && !s->fresh) {
        return go_on(s, arena, study, err);
    }
    const char *source = clt_path_absolute(arena, plan->ini->path);
    *study = (clt_study_row){.name = name,
                             .experiment = plan->ini->text,
                             .source = source != NULL ? source : plan->ini->path,
                             .identity = clt_change_begin(plan, arena),
                             .environment = s->environment,
                             .seed = (uint64_t)plan->study.seed,
                             .created_ms = clt_date_ms(),
                             .window = clt_start_window(&plan->limits),
                             .goals = plan->goals,
                             .goal_count = plan->goal_count,
                             .demands = plan->demands,
                             .demand_count = plan->demand_count};
    return study->identity != NULL ? add(s, arena, study, err) : clt_fail_memory(err);
}

/* Opens the sampler; it knows what came before the study, and the order what is wished. */
static clt_status open_order(const clt_start *s, const clt_study_row *study, clt_arena *arena,
                             clt_order *order, clt_error *err)
{
    clt_wish *wishes;
    clt_ancestor *ancestors;
    size_t count, ancestor_count;
    const uint64_t planned = clt_change_planned(s->plan, study->identity);
    if (clt_order_open(order, s->plan, study->window, planned, &s->hooks, err) != CLT_OK ||
        clt_store_wishes(s->store, study->id, arena, &wishes, &count, err) != CLT_OK ||
        clt_store_ancestors(s->store, study->id, arena, &ancestors, &ancestor_count, err) !=
            CLT_OK) {
        return err->status;
    }
    clt_order_begin_at(order, study->identity);
    clt_status status = clt_order_tell_ancestors(order, ancestors, ancestor_count, err);
    for (size_t i = 0; i < count && status == CLT_OK; i++) {
        status = clt_order_add_wish(order, &wishes[i], err);
    }
    return status;
}

/* The sampler does not repeat itself: another version, another processor. What it is told is still
 * true, so the study goes on, but it is no longer to be had again. */
static clt_status resume_by_telling(const clt_start *s, const clt_study_row *study,
                                    clt_arena *arena, clt_order *order, const clt_order_past *past,
                                    clt_error *err)
{
    log_line(s, "sampler", err->text);
    log_line(s, "sampler",
             "going on from the finished trials; this study can no longer be replayed");
    *err = (clt_error){0};
    clt_order_close(order);
    return open_order(s, study, arena, order, err) == CLT_OK ? clt_order_tell_all(order, past, err)
                                                             : err->status;
}

/* What the store has of the study. */
static clt_status read_past(const clt_start *s, const clt_study_row *study, bool curves,
                            clt_arena *arena, clt_order_past *past, clt_error *err)
{
    clt_event *events = NULL;
    clt_stretch_row *stretches;
    clt_trial_row *trials;
    *past = (clt_order_past){0};
    if (clt_store_stretches(s->store, study->id, arena, &stretches, &past->stretch_count, err) !=
            CLT_OK ||
        clt_store_trials(s->store, study->id, curves || past->stretch_count > 0, arena, &trials,
                         &past->count, err) != CLT_OK ||
        (study->window == 0 && clt_store_events(s->store, study->id, arena, &events,
                                                &past->event_count, err) != CLT_OK)) {
        return err->status;
    }
    past->stretches = stretches;
    past->trials = trials;
    past->events = events;
    return CLT_OK;
}

clt_status clt_start_order(const clt_start *s, const clt_study_row *study, bool curves,
                           clt_arena *arena, clt_order *order, clt_order_past *past, clt_error *err)
{
    uint64_t differs;
    if (open_order(s, study, arena, order, err) != CLT_OK ||
        read_past(s, study, curves, arena, past, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = clt_order_resume(order, past, false, &differs, err);
    if (status != CLT_OK && differs != UINT64_MAX) {
        status = resume_by_telling(s, study, arena, order, past, err);
    }
    return status == CLT_OK ? clt_start_say_left_out(s, study, order, err) : status;
}

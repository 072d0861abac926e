/* A study with a store: what was asked for and told is durable before the caller hears of it. */
#include "api/study_impl.h"

#include "base/clock.h"
#include "store/sqlite.h"
#include "study/environment.h"
#include "study/start.h"

#include <string.h>

static bool add(collet_study *s, const clt_write *write)
{
    return clt_journal_add(&s->journal, write);
}

/* All that is in the journal, or nothing of it: whoever called may call again. */
static clt_status commit(collet_study *s, bool whole)
{
    clt_status status = whole ? clt_journal_commit(&s->journal, s->store, s->row.id, &s->err)
                              : clt_fail_memory(&s->err);
    clt_journal_clear(&s->journal);
    return status;
}

static bool add_event(collet_study *s, uint64_t number, bool told)
{
    const clt_write write = {.type = CLT_WRITE_EVENT, .event = {told, number}};
    return s->row.window > 0 || add(s, &write);
}

/* Where the pruner has put the trial. */
static bool add_stretch(collet_study *s, uint64_t number)
{
    clt_write write = {.type = CLT_WRITE_STRETCH};
    return !clt_pruning_stretch(&s->pruning, number, &write.stretch) || add(s, &write);
}

clt_status clt_study_store_begin(collet_study *s, uint64_t number, uint64_t twin, const double *x)
{
    clt_write write = {.type = CLT_WRITE_BEGIN};
    if (s->store == NULL) {
        return CLT_OK;
    }
    write.trial = (clt_trial_row){.number = number,
                                  .wish = s->order.wish,
                                  .twin = twin,
                                  .attempt = 1,
                                  .started_ms = clt_date_ms()};
    locale_t usual = uselocale(s->plain);
    clt_status status = clt_params_of(&s->plan, x, &s->journal.arena, &write.trial, &s->err);
    (void)uselocale(usual);
    if (status != CLT_OK) {
        clt_journal_clear(&s->journal);
        return s->err.status;
    }
    return commit(s, add_event(s, number, false) && add(s, &write) && add_stretch(s, number));
}

clt_status clt_study_store_end(collet_study *s, const clt_trial_row *row)
{
    const clt_write write = {.type = CLT_WRITE_FINISH, .trial = *row};
    return s->store == NULL ? CLT_OK : commit(s, add(s, &write) && add_event(s, row->number, true));
}

static clt_status add_trial(collet_study *s, const clt_trial_row *row)
{
    clt_held trial = {.numbers = clt_study_spare(s),
                      .since = clt_clock(),
                      .state = row->dropped ? COLLET_STUDY_FAILED : (uint32_t)row->state,
                      .attempt = row->attempt,
                      .last_step = row->last_step};
    if (trial.numbers == NULL || !CLT_PUSH(&s->trials, trial)) {
        return clt_fail_memory(&s->err);
    }
    s->spare = NULL;
    if (row->value_count > 0) {
        memcpy(clt_study_values(s, &trial), row->values, row->value_count * sizeof *row->values);
    }
    clt_study_note_best(s, row->number);
    if (row->number < s->order.since) {
        (void)clt_point_found(&s->plan, row, trial.numbers);
    } else if (clt_point_of(&s->plan, row, trial.numbers, &s->err) != CLT_OK) {
        return s->err.status;
    }
    bool over = row->state != CLT_TRIAL_RUNNING;
    bool taken =
        !clt_study_has_twins(s) || !over || row->dropped || clt_twins_end(&s->order.twins, row);
    return taken ? CLT_OK : clt_fail_memory(&s->err);
}

static clt_status take_trials(collet_study *s, const clt_start *start)
{
    clt_arena arena = {0};
    clt_order_past past = {0};
    bool prunes = clt_plan_component(&s->plan, "pruner", NULL) != NULL;
    clt_status status = clt_start_order(start, &s->row, prunes, &arena, &s->order, &past, &s->err);
    status = status == CLT_OK ? clt_pruning_open(&s->pruning, &s->plan, s->row.window,
                                                 s->order.teller.space.trial_budget,
                                                 (clt_prunable){0}, &start->hooks, &s->err)
                              : status;
    status = status == CLT_OK ? clt_pruning_recall(&s->pruning, &past, &s->err) : status;
    for (size_t i = 0; i < past.count && status == CLT_OK; i++) {
        status = add_trial(s, &past.trials[i]);
    }
    clt_arena_finish(&arena);
    return status;
}

clt_status clt_study_take_up(collet_study *s, const char *path, bool fresh, const clt_blas *blas)
{
    clt_start start = {.plan = &s->plan,
                       .fresh = fresh,
                       .accept_changes = true, /* whoever asks has the data */
                       .open = clt_sqlite_open_to_read,
                       .hooks = {.ctx = s, .log = clt_study_log}};
    if (clt_sqlite_open(path, CLT_STORE_WRITE, &s->store, &s->err) != CLT_OK) {
        return s->err.status;
    }
    start.store = s->store;
    start.environment = clt_environment_text(&s->plan, s->registry, blas, clt_sqlite_version());
    if (start.environment == NULL) {
        return clt_fail_memory(&s->err);
    }
    return clt_start_find(&start, &s->arena, &s->row, &s->err) == CLT_OK ? take_trials(s, &start)
                                                                         : s->err.status;
}

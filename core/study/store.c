#include "study/store.h"

#include <string.h>

void clt_store_close(clt_store *store)
{
    if (store != NULL) {
        store->ops->close(store);
    }
}

clt_status clt_store_add_study(clt_store *store, clt_study_row *study, clt_error *err)
{
    return store->ops->add_study(store, study, err);
}

clt_status clt_store_find_study(clt_store *store, const char *name, clt_arena *arena, bool *found,
                                clt_study_row *study, clt_error *err)
{
    return store->ops->find_study(store, name, arena, found, study, err);
}

clt_status clt_store_list(clt_store *store, clt_arena *arena, clt_study_summary **rows,
                          size_t *count, clt_error *err)
{
    return store->ops->list(store, arena, rows, count, err);
}

clt_status clt_store_begin(clt_store *store, int64_t study, const clt_trial_row *trial,
                           clt_error *err)
{
    return store->ops->begin(store, study, trial, err);
}

clt_status clt_store_finish(clt_store *store, int64_t study, const clt_trial_row *trial,
                            clt_error *err)
{
    return store->ops->finish(store, study, trial, err);
}

clt_status clt_store_add_fold(clt_store *store, int64_t study, const clt_trial_row *fold,
                              clt_error *err)
{
    return store->ops->add_fold(store, study, fold, err);
}

clt_status clt_store_folds(clt_store *store, int64_t study, uint64_t number, clt_arena *arena,
                           clt_trial_row **rows, size_t *count, clt_error *err)
{
    return store->ops->folds(store, study, number, arena, rows, count, err);
}

clt_status clt_store_trials(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                            clt_trial_row **rows, size_t *count, clt_error *err)
{
    return store->ops->trials(store, study, with_curves, arena, rows, count, err);
}

clt_status clt_store_open_group(clt_store *store, clt_error *err)
{
    return store->ops->open_group(store, err);
}

clt_status clt_store_commit(clt_store *store, clt_error *err)
{
    return store->ops->commit(store, err);
}

void clt_store_roll_back(clt_store *store)
{
    store->ops->roll_back(store);
}

clt_status clt_store_backup(clt_store *store, const char *path, clt_error *err)
{
    return store->ops->backup(store, path, err);
}

clt_status clt_store_tend(clt_store *store, clt_error *err)
{
    return store->ops->tend(store, err);
}

bool clt_store_is_run(clt_store *store, int64_t study)
{
    return store->ops->is_run(store, study);
}

bool clt_store_is_full(const clt_store *store)
{
    return store->ops->is_full(store);
}

clt_status clt_store_add_event(clt_store *store, int64_t study, clt_event event, clt_error *err)
{
    return store->ops->add_event(store, study, event, err);
}

clt_status clt_store_events(clt_store *store, int64_t study, clt_arena *arena, clt_event **rows,
                            size_t *count, clt_error *err)
{
    return store->ops->events(store, study, arena, rows, count, err);
}

clt_status clt_store_add_environment(clt_store *store, int64_t study,
                                     const clt_environment_row *row, clt_error *err)
{
    return store->ops->add_environment(store, study, row, err);
}

clt_status clt_store_environments(clt_store *store, int64_t study, clt_arena *arena,
                                  clt_environment_row **rows, size_t *count, clt_error *err)
{
    return store->ops->environments(store, study, arena, rows, count, err);
}

clt_status clt_store_change_study(clt_store *store, int64_t study, const clt_study_change *change,
                                  clt_error *err)
{
    return store->ops->change_study(store, study, change, err);
}

clt_status clt_store_add_stretch(clt_store *store, int64_t study, const clt_stretch_row *row,
                                 clt_error *err)
{
    return store->ops->add_stretch(store, study, row, err);
}

clt_status clt_store_stretches(clt_store *store, int64_t study, clt_arena *arena,
                               clt_stretch_row **rows, size_t *count, clt_error *err)
{
    return store->ops->stretches(store, study, arena, rows, count, err);
}

clt_status clt_store_add_wish(clt_store *store, int64_t study, const clt_wish *wish, clt_error *err)
{
    return store->ops->add_wish(store, study, wish, err);
}

clt_status clt_store_withdraw_wish(clt_store *store, int64_t study, uint64_t wish, clt_error *err)
{
    return store->ops->withdraw_wish(store, study, wish, err);
}

clt_status clt_store_wishes(clt_store *store, int64_t study, clt_arena *arena, clt_wish **rows,
                            size_t *count, clt_error *err)
{
    return store->ops->wishes(store, study, arena, rows, count, err);
}

clt_status clt_store_note_ended(clt_store *store, int64_t study, const clt_ended *ended,
                                clt_error *err)
{
    return store->ops->note_ended(store, study, ended, err);
}

clt_status clt_store_add_ancestor(clt_store *store, int64_t study, const clt_ancestor *row,
                                  clt_error *err)
{
    return store->ops->add_ancestor(store, study, row, err);
}

clt_status clt_store_ancestors(clt_store *store, int64_t study, clt_arena *arena,
                               clt_ancestor **rows, size_t *count, clt_error *err)
{
    return store->ops->ancestors(store, study, arena, rows, count, err);
}

clt_status clt_store_verify(clt_store *store, clt_str *findings, clt_error *err)
{
    return store->ops->verify(store, findings, err);
}

static void *copy_array(clt_arena *arena, const void *from, size_t count, size_t size)
{
    void *to = clt_arena_array(arena, count + 1, size);
    if (to != NULL && count > 0) {
        memcpy(to, from, count * size);
    }
    return to;
}

bool clt_trial_row_copy(clt_arena *arena, const clt_trial_row *row, clt_trial_row *copy)
{
    *copy = *row;
    copy->why = clt_arena_copy(arena, row->why);
    copy->log = clt_arena_copy(arena, row->log);
    copy->params = NULL;
    copy->param_count = 0;
    copy->values = row->value_count == 0
                       ? NULL
                       : copy_array(arena, row->values, row->value_count, sizeof *row->values);
    copy->curve = copy_array(arena, row->curve, row->curve_count, sizeof *row->curve);
    return copy->curve != NULL && (row->value_count == 0 || copy->values != NULL) &&
           (row->why == NULL || copy->why != NULL) && (row->log == NULL || copy->log != NULL);
}

static const struct {
    const char *text, *meaning;
} failures[] = {
#define CLT_FAILURE_ROW(name, text, meaning) {text, meaning},
    CLT_FAILURES(CLT_FAILURE_ROW)
#undef CLT_FAILURE_ROW
};

const char *clt_failure_text(clt_failure failure)
{
    bool known = (size_t)failure < sizeof failures / sizeof failures[0];
    return known ? failures[failure].text : "unknown";
}

const char *clt_failure_meaning(clt_failure failure)
{
    bool known = (size_t)failure < sizeof failures / sizeof failures[0];
    return known ? failures[failure].meaning : "stored by a newer collet";
}

clt_status clt_store_add_edit(clt_store *store, int64_t study, const clt_edit *edit, clt_error *err)
{
    return store->ops->add_edit(store, study, edit, err);
}

clt_status clt_store_edits(clt_store *store, int64_t study, clt_arena *arena, clt_edit **rows,
                           size_t *count, clt_error *err)
{
    return store->ops->edits(store, study, arena, rows, count, err);
}

clt_status clt_store_rename_study(clt_store *store, int64_t study, const char *name, clt_error *err)
{
    return store->ops->rename_study(store, study, name, err);
}

clt_status clt_store_delete_study(clt_store *store, int64_t study, clt_error *err)
{
    return store->ops->delete_study(store, study, err);
}

clt_status clt_store_copy_study(clt_store *store, const char *from, int64_t study, const char *name,
                                clt_error *err)
{
    return store->ops->copy_study(store, from, study, name, err);
}

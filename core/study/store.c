#include "study/store.h"

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

clt_status clt_store_verify(clt_store *store, clt_str *findings, clt_error *err)
{
    return store->ops->verify(store, findings, err);
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

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

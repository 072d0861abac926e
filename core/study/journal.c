#include "study/journal.h"

bool clt_journal_add(clt_journal *journal, const clt_write *write)
{
    return CLT_PUSH(&journal->writes, *write);
}

static clt_status write_one(const clt_write *w, clt_store *store, int64_t study, clt_error *err)
{
    switch (w->type) {
    case CLT_WRITE_BEGIN:
        return clt_store_begin(store, study, &w->trial, err);
    case CLT_WRITE_FOLD:
        return clt_store_add_fold(store, study, &w->trial, err);
    case CLT_WRITE_FINISH:
        return clt_store_finish(store, study, &w->trial, err);
    case CLT_WRITE_STRETCH:
        return clt_store_add_stretch(store, study, &w->stretch, err);
    default:
        return clt_store_add_event(store, study, w->event, err);
    }
}

clt_status clt_journal_commit(const clt_journal *journal, clt_store *store, int64_t study,
                              clt_error *err)
{
    clt_status status = clt_store_open_group(store, err);
    for (size_t i = 0; i < journal->writes.count && status == CLT_OK; i++) {
        status = write_one(&journal->writes.items[i], store, study, err);
    }
    status = status == CLT_OK ? clt_store_commit(store, err) : status;
    if (status != CLT_OK) {
        clt_store_roll_back(store);
    }
    return status;
}

void clt_journal_clear(clt_journal *journal)
{
    journal->writes.count = 0;
    clt_arena_finish(&journal->arena);
}

void clt_journal_finish(clt_journal *journal)
{
    CLT_VEC_FINISH(&journal->writes);
    clt_arena_finish(&journal->arena);
}

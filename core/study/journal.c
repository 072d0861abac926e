#include "study/journal.h"

#include <string.h>

bool clt_journal_add(clt_journal *journal, const clt_write *write)
{
    return CLT_PUSH(&journal->writes, *write);
}

static void *copy_array(clt_arena *arena, const void *from, size_t count, size_t size)
{
    void *to = clt_arena_array(arena, count + 1, size);
    if (to != NULL && count > 0) {
        memcpy(to, from, count * size);
    }
    return to;
}

bool clt_journal_copy(clt_journal *journal, const clt_trial_row *row, clt_trial_row *copy)
{
    clt_arena *arena = &journal->arena;
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

static clt_status write_one(const clt_write *w, clt_store *store, int64_t study, clt_error *err)
{
    switch (w->type) {
    case CLT_WRITE_BEGIN:
        return clt_store_begin(store, study, &w->trial, err);
    case CLT_WRITE_FINISH:
        return clt_store_finish(store, study, &w->trial, err);
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

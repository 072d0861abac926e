/* The stretches of trials that can be paused. */
#include "store/sqlite_impl.h"

static clt_status insert(clt_sqlite *s, int64_t study, const clt_stretch_row *row, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "INSERT INTO stretch VALUES (?, ?, ?, ?, ?, ?)", &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, (int64_t)row->slot);
    sqlite3_bind_int64(q, 3, (int64_t)row->number);
    sqlite3_bind_int64(q, 4, (int64_t)row->since);
    sqlite3_bind_int64(q, 5, (int64_t)row->until);
    sqlite3_bind_int64(q, 6, (int64_t)row->bracket);
    return clt_sqlite_finish(s, q, err);
}

clt_status clt_sqlite_add_stretch(clt_store *store, int64_t study, const clt_stretch_row *row,
                                  clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK ? clt_sqlite_leave(s, insert(s, study, row, err), err)
                                              : err->status;
}

static clt_status count_rows(clt_sqlite *s, int64_t study, size_t *count, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "SELECT count(*) FROM stretch WHERE study = ?", &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    bool ok = sqlite3_step(q) == SQLITE_ROW;
    *count = ok ? (size_t)sqlite3_column_int64(q, 0) : 0;
    clt_sqlite_release(q);
    return ok ? CLT_OK : clt_sqlite_fail(s, "cannot be read", err);
}

static clt_stretch_row row_of(sqlite3_stmt *q)
{
    return (clt_stretch_row){.slot = (uint64_t)sqlite3_column_int64(q, 0),
                             .number = (uint64_t)sqlite3_column_int64(q, 1),
                             .since = (uint64_t)sqlite3_column_int64(q, 2),
                             .until = (uint64_t)sqlite3_column_int64(q, 3),
                             .bracket = (uint32_t)sqlite3_column_int64(q, 4)};
}

static bool has_sense(sqlite3_stmt *q)
{
    return clt_sqlite_in_range(CLT_RANGE_STRETCH_SLOT, q, 0) &&
           clt_sqlite_in_range(CLT_RANGE_STRETCH_NUMBER, q, 1) &&
           clt_sqlite_in_range(CLT_RANGE_STRETCH_SINCE, q, 2) &&
           clt_sqlite_in_range(CLT_RANGE_STRETCH_UNTIL, q, 3) &&
           clt_sqlite_in_range(CLT_RANGE_STRETCH_BRACKET, q, 4);
}

clt_status clt_sqlite_stretches(clt_store *store, int64_t study, clt_arena *arena,
                                clt_stretch_row **rows, size_t *count, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    sqlite3_stmt *q;
    size_t most;
    *count = 0;
    if (count_rows(s, study, &most, err) != CLT_OK) {
        return err->status;
    }
    *rows = clt_arena_array(arena, most + 1, sizeof **rows);
    if (*rows == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_sqlite_prepare(s,
                           "SELECT slot, number, since, until, bracket FROM stretch "
                           "WHERE study = ? ORDER BY slot",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    bool sound = true;
    while (sound && *count < most && sqlite3_step(q) == SQLITE_ROW) {
        sound = has_sense(q);
        (*rows)[(*count)++] = row_of(q);
    }
    clt_sqlite_release(q);
    if (!sound) {
        return clt_sqlite_fail_damaged(s, "a stretch of a trial", err);
    }
    return *count == most ? CLT_OK : clt_sqlite_fail(s, "cannot be read", err);
}

#include "store/sqlite.h"
#include "store/sqlite_impl.h"

const char *clt_sqlite_version(void)
{
    return sqlite3_libversion();
}

static clt_status insert(clt_sqlite *s, int64_t study, const clt_environment_row *row,
                         clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "INSERT INTO environment (study, position, since_ms, text) VALUES (?1, "
                           "(SELECT coalesce(max(position), 0) + 1 FROM environment WHERE study = "
                           "?1), ?2, ?3)",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, row->since_ms);
    sqlite3_bind_text(q, 3, row->text, -1, SQLITE_TRANSIENT);
    return clt_sqlite_finish(s, q, err);
}

clt_status clt_sqlite_add_environment(clt_store *store, int64_t study,
                                      const clt_environment_row *row, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK ? clt_sqlite_leave(s, insert(s, study, row, err), err)
                                              : err->status;
}

clt_status clt_sqlite_environments(clt_store *store, int64_t study, clt_arena *arena,
                                   clt_environment_row **rows, size_t *count, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    sqlite3_stmt *q;
    int64_t room = 0;
    *count = 0;
    if (clt_sqlite_number(s, "SELECT count(*) FROM environment", &room, err) != CLT_OK ||
        clt_sqlite_prepare(s,
                           "SELECT 0 AS place, created_ms, environment FROM study WHERE id = ?1 "
                           "UNION ALL SELECT position, since_ms, text FROM environment WHERE study "
                           "= ?1 ORDER BY place",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    *rows = clt_arena_array(arena, (size_t)room + 1, sizeof **rows);
    sqlite3_bind_int64(q, 1, study);
    int code = SQLITE_NOMEM;
    clt_status status = *rows != NULL ? CLT_OK : clt_fail_memory(err);
    while (status == CLT_OK && *count < (size_t)room + 1 &&
           (code = sqlite3_step(q)) == SQLITE_ROW) {
        if (!clt_sqlite_in_range(CLT_RANGE_ENVIRONMENT_SINCE, q, 1)) {
            status = clt_sqlite_fail_damaged(s, "the date of an environment", err);
            break;
        }
        clt_environment_row row = {sqlite3_column_int64(q, 1), clt_sqlite_text(q, 2, arena)};
        status = row.text != NULL ? CLT_OK : clt_sqlite_fail_text(s, err);
        (*rows)[(*count)++] = row;
    }
    if (status == CLT_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_sqlite_release(q);
    return status;
}

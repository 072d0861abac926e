#include "store/sqlite_impl.h"

static clt_status update_study(clt_sqlite *s, int64_t study, const clt_study_change *change,
                               clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "UPDATE study SET experiment = ?, identity = ? WHERE id = ?", &q,
                           err) != CLT_OK) {
        return err->status;
    }
    clt_sqlite_bind_text(q, 1, change->experiment);
    clt_sqlite_bind_text(q, 2, change->identity);
    sqlite3_bind_int64(q, 3, study);
    return clt_sqlite_finish(s, q, err);
}

static clt_status move_in(clt_sqlite *s, const char *sql, int64_t study, const clt_study_move *move,
                          clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, sql, &q, err) != CLT_OK) {
        return err->status;
    }
    if (move->gone) {
        sqlite3_bind_null(q, 1);
    } else {
        sqlite3_bind_double(q, 1, move->value);
    }
    sqlite3_bind_int64(q, 2, study);
    clt_sqlite_bind_text(q, 3, move->name);
    clt_sqlite_bind_text(q, 4, move->text);
    return clt_sqlite_finish(s, q, err);
}

/* The text says which choice it is, whatever its index was; also of the trials that the study began
 * with. */
static clt_status move(clt_sqlite *s, int64_t study, const clt_study_move *move, clt_error *err)
{
    static const char own[] =
        "UPDATE param SET value = ? WHERE study = ? AND name = ? AND text = ?";
    static const char older[] =
        "UPDATE ancestor_param SET value = ? WHERE study = ? AND name = ? AND text = ?";
    return move_in(s, own, study, move, err) == CLT_OK ? move_in(s, older, study, move, err)
                                                       : err->status;
}

clt_status clt_sqlite_change_study(clt_store *store, int64_t study, const clt_study_change *change,
                                   clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    if (clt_sqlite_enter(s, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = update_study(s, study, change, err);
    for (size_t i = 0; i < change->move_count && status == CLT_OK; i++) {
        status = move(s, study, &change->moves[i], err);
    }
    return clt_sqlite_leave(s, status, err);
}

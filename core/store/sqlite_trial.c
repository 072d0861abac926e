#include "store/sqlite_impl.h"

clt_status clt_sqlite_look_up(clt_sqlite *s, int64_t study, uint64_t number, bool *found,
                              int *state, int64_t *attempt, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "SELECT state, attempt FROM trial WHERE study = ? AND number = ?", &q,
                           err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, (int64_t)number);
    int code = sqlite3_step(q);
    *found = code == SQLITE_ROW;
    *state = *found ? sqlite3_column_int(q, 0) : 0;
    *attempt = *found ? sqlite3_column_int64(q, 1) : 0;
    clt_sqlite_release(q);
    return code == SQLITE_ROW || code == SQLITE_DONE ? CLT_OK
                                                     : clt_sqlite_fail(s, "cannot be read", err);
}

static clt_status insert_params(clt_sqlite *s, int64_t study, const clt_trial_row *trial,
                                clt_error *err)
{
    for (size_t i = 0; i < trial->param_count; i++) {
        sqlite3_stmt *q;
        if (clt_sqlite_prepare(s, "INSERT INTO param VALUES (?, ?, ?, ?, ?, ?)", &q, err) !=
            CLT_OK) {
            return err->status;
        }
        sqlite3_bind_int64(q, 1, study);
        sqlite3_bind_int64(q, 2, (int64_t)trial->number);
        sqlite3_bind_int64(q, 3, (int64_t)i);
        clt_sqlite_bind_text(q, 4, trial->params[i].name);
        clt_sqlite_bind_text(q, 5, trial->params[i].text);
        sqlite3_bind_double(q, 6, trial->params[i].value);
        if (clt_sqlite_finish(s, q, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

/* What a trial has of a table that a statement names. */
static clt_status delete_rows(clt_sqlite *s, const char *sql, int64_t study, uint64_t number,
                              clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, sql, &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, (int64_t)number);
    return clt_sqlite_finish(s, q, err);
}

static clt_status begin_body(clt_sqlite *s, int64_t study, const clt_trial_row *trial,
                             clt_error *err)
{
    bool found;
    int state;
    int64_t attempt;
    sqlite3_stmt *q;
    if (clt_sqlite_look_up(s, study, trial->number, &found, &state, &attempt, err) != CLT_OK) {
        return err->status;
    }
    bool open = state == CLT_TRIAL_RUNNING || state == CLT_TRIAL_PAUSED;
    if (found && (!open || attempt >= trial->attempt)) {
        return clt_fail(err, CLT_NO_STORE, "%s: trial %llu has begun already", s->path,
                        (unsigned long long)trial->number);
    }
    if (found && (delete_rows(s, "DELETE FROM param WHERE study = ? AND number = ?", study,
                              trial->number, err) != CLT_OK ||
                  delete_rows(s, "DELETE FROM value WHERE study = ? AND number = ?", study,
                              trial->number, err) != CLT_OK)) {
        return err->status;
    }
    if (clt_sqlite_prepare(
            s,
            "INSERT INTO trial (study, number, state, attempt, started_ms, seconds, "
            "last_step, wish, twin) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, ?7) ON "
            "CONFLICT "
            "(study, number) DO UPDATE SET state = ?3, attempt = ?4, started_ms = ?5",
            &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, (int64_t)trial->number);
    sqlite3_bind_int(q, 3, CLT_TRIAL_RUNNING);
    sqlite3_bind_int64(q, 4, trial->attempt);
    sqlite3_bind_int64(q, 5, trial->started_ms);
    sqlite3_bind_int64(q, 6, (int64_t)trial->wish);
    sqlite3_bind_int64(q, 7, (int64_t)trial->twin);
    return clt_sqlite_finish(s, q, err) == CLT_OK ? insert_params(s, study, trial, err)
                                                  : err->status;
}

clt_status clt_sqlite_begin(clt_store *store, int64_t study, const clt_trial_row *trial,
                            clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    clt_sqlite_claim(s, study);
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, begin_body(s, study, trial, err), err)
               : err->status;
}

static clt_status insert_values(clt_sqlite *s, int64_t study, const clt_trial_row *trial,
                                clt_error *err)
{
    for (size_t i = 0; i < trial->value_count; i++) {
        sqlite3_stmt *q;
        if (clt_sqlite_prepare(s, "INSERT INTO value VALUES (?, ?, ?, ?)", &q, err) != CLT_OK) {
            return err->status;
        }
        sqlite3_bind_int64(q, 1, study);
        sqlite3_bind_int64(q, 2, (int64_t)trial->number);
        sqlite3_bind_int64(q, 3, (int64_t)i);
        sqlite3_bind_double(q, 4, trial->values[i]);
        if (clt_sqlite_finish(s, q, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

static clt_status insert_curve(clt_sqlite *s, int64_t study, const clt_trial_row *trial,
                               clt_error *err)
{
    for (size_t i = 0; i < trial->curve_count; i++) {
        sqlite3_stmt *q;
        if (clt_sqlite_prepare(s, "INSERT INTO curve VALUES (?, ?, ?, ?, ?, ?)", &q, err) !=
            CLT_OK) {
            return err->status;
        }
        sqlite3_bind_int64(q, 1, study);
        sqlite3_bind_int64(q, 2, (int64_t)trial->number);
        sqlite3_bind_int64(q, 3, (int64_t)i);
        sqlite3_bind_int64(q, 4, (int64_t)trial->curve[i].step);
        clt_sqlite_bind_text(q, 5, trial->curve[i].metric);
        sqlite3_bind_double(q, 6, trial->curve[i].value);
        if (clt_sqlite_finish(s, q, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

static clt_status finish_body(clt_sqlite *s, int64_t study, const clt_trial_row *trial,
                              clt_error *err)
{
    bool found;
    int state;
    int64_t attempt;
    sqlite3_stmt *q;
    if (clt_sqlite_look_up(s, study, trial->number, &found, &state, &attempt, err) != CLT_OK) {
        return err->status;
    }
    if (found && state != CLT_TRIAL_RUNNING && attempt == trial->attempt) {
        return CLT_OK; /* told twice */
    }
    if (!found || attempt != trial->attempt || state != CLT_TRIAL_RUNNING) {
        return clt_fail(err, CLT_NO_STORE, "%s: trial %llu, attempt %u, is not under way", s->path,
                        (unsigned long long)trial->number, trial->attempt);
    }
    if (clt_sqlite_prepare(s,
                           "UPDATE trial SET state = ?, seconds = ?, last_step = ?, why = ?, "
                           "failure = ?, signal = ?, log = ? WHERE study = ? AND number = ?",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int(q, 1, (int)trial->state);
    sqlite3_bind_double(q, 2, trial->seconds);
    sqlite3_bind_int64(q, 3, (int64_t)trial->last_step);
    clt_sqlite_bind_text(q, 4, trial->why);
    sqlite3_bind_int(q, 5, (int)trial->failure);
    sqlite3_bind_int(q, 6, trial->signal);
    clt_sqlite_bind_text(q, 7, trial->log);
    sqlite3_bind_int64(q, 8, study);
    sqlite3_bind_int64(q, 9, (int64_t)trial->number);
    if (clt_sqlite_finish(s, q, err) != CLT_OK || insert_values(s, study, trial, err) != CLT_OK ||
        clt_sqlite_drop_folds(s, study, trial->number, err) != CLT_OK) {
        return err->status;
    }
    /* A trial that was paused has a curve already, which is the beginning of this one. */
    if (trial->attempt > 1 && delete_rows(s, "DELETE FROM curve WHERE study = ? AND number = ?",
                                          study, trial->number, err) != CLT_OK) {
        return err->status;
    }
    return insert_curve(s, study, trial, err);
}

clt_status clt_sqlite_end(clt_store *store, int64_t study, const clt_trial_row *trial,
                          clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, finish_body(s, study, trial, err), err)
               : err->status;
}

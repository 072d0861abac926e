/* Folds that are complete while their trial is under way. */
#include "store/sqlite_impl.h"

#include <stdint.h>
#include <stdio.h>

/* Prepares a statement whose first parameters are study and trial. */
static clt_status prepare(clt_sqlite *s, const char *sql, int64_t study, uint64_t number,
                          sqlite3_stmt **q, clt_error *err)
{
    if (clt_sqlite_prepare(s, sql, q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(*q, 1, study);
    sqlite3_bind_int64(*q, 2, (int64_t)number);
    return CLT_OK;
}

static clt_status has_fold(clt_sqlite *s, int64_t study, const clt_trial_row *fold, bool *found,
                           clt_error *err)
{
    sqlite3_stmt *q;
    if (prepare(s, "SELECT 1 FROM fold WHERE study = ? AND number = ? AND fold = ?", study,
                fold->number, &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 3, fold->fold);
    int code = sqlite3_step(q);
    *found = code == SQLITE_ROW;
    clt_sqlite_release(q);
    return code == SQLITE_ROW || code == SQLITE_DONE ? CLT_OK
                                                     : clt_sqlite_fail(s, "cannot be read", err);
}

static clt_status insert_fold(clt_sqlite *s, int64_t study, const clt_trial_row *fold,
                              clt_error *err)
{
    sqlite3_stmt *q;
    if (prepare(s, "INSERT INTO fold VALUES (?, ?, ?, ?)", study, fold->number, &q, err) !=
        CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 3, fold->fold);
    sqlite3_bind_double(q, 4, fold->seconds);
    return clt_sqlite_finish(s, q, err);
}

static clt_status insert_point(clt_sqlite *s, int64_t study, const clt_trial_row *fold, size_t i,
                               clt_error *err)
{
    sqlite3_stmt *q;
    if (prepare(s, "INSERT INTO fold_curve VALUES (?, ?, ?, ?, ?, ?, ?)", study, fold->number, &q,
                err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 3, fold->fold);
    sqlite3_bind_int64(q, 4, (int64_t)i);
    sqlite3_bind_int64(q, 5, (int64_t)fold->curve[i].step);
    clt_sqlite_bind_text(q, 6, fold->curve[i].metric);
    sqlite3_bind_double(q, 7, fold->curve[i].value);
    return clt_sqlite_finish(s, q, err);
}

static clt_status add_body(clt_sqlite *s, int64_t study, const clt_trial_row *fold, clt_error *err)
{
    bool found, there = false;
    int state;
    int64_t attempt;
    if (clt_sqlite_look_up(s, study, fold->number, &found, &state, &attempt, err) != CLT_OK ||
        has_fold(s, study, fold, &there, err) != CLT_OK) {
        return err->status;
    }
    if (!found || state != CLT_TRIAL_RUNNING) {
        return clt_fail(err, CLT_NO_STORE, "%s: trial %llu, fold %u, is not under way", s->path,
                        (unsigned long long)fold->number, fold->fold);
    }
    if (there) {
        return CLT_OK; /* told twice */
    }
    clt_status status = insert_fold(s, study, fold, err);
    for (size_t i = 0; i < fold->curve_count && status == CLT_OK; i++) {
        status = insert_point(s, study, fold, i, err);
    }
    return status;
}

clt_status clt_sqlite_add_fold(clt_store *store, int64_t study, const clt_trial_row *fold,
                               clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, add_body(s, study, fold, err), err)
               : err->status;
}

clt_status clt_sqlite_drop_folds(clt_sqlite *s, int64_t study, uint64_t number, clt_error *err)
{
    static const char *const statements[] = {
        "DELETE FROM fold_curve WHERE study = ? AND number = ?",
        "DELETE FROM fold WHERE study = ? AND number = ?"};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        sqlite3_stmt *q;
        if (prepare(s, statements[i], study, number, &q, err) != CLT_OK ||
            clt_sqlite_finish(s, q, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* How many folds and points there are. */
static clt_status count(clt_sqlite *s, int64_t study, uint64_t number, size_t *folds,
                        size_t *points, clt_error *err)
{
    sqlite3_stmt *q;
    if (prepare(s,
                "SELECT (SELECT count(*) FROM fold WHERE study = ?1 AND number = ?2),"
                " (SELECT count(*) FROM fold_curve WHERE study = ?1 AND number = ?2)",
                study, number, &q, err) != CLT_OK) {
        return err->status;
    }
    bool ok = sqlite3_step(q) == SQLITE_ROW;
    *folds = ok ? (size_t)sqlite3_column_int64(q, 0) : 0;
    *points = ok ? (size_t)sqlite3_column_int64(q, 1) : 0;
    clt_sqlite_release(q);
    return ok ? CLT_OK : clt_sqlite_fail(s, "cannot be read", err);
}

/* Folds being read. */
typedef struct reader {
    clt_sqlite *s;
    clt_arena *arena;
    clt_trial_row *rows; /* [most] */
    clt_point *points;   /* [most_points], of all of them */
    size_t count, most, point_count, most_points;
    uint64_t number;
    clt_error *err;
} reader;

static clt_status damaged(const reader *r)
{
    char what[48];
    (void)snprintf(what, sizeof what, "trial %llu: its folds", (unsigned long long)r->number);
    return clt_sqlite_fail_damaged(r->s, what, r->err);
}

/* One row: a fold's first, or a further point of it. */
static clt_status add_row(reader *r, sqlite3_stmt *q)
{
    int64_t fold = sqlite3_column_int64(q, 0), position = sqlite3_column_int64(q, 2);
    if (r->count == 0 || r->rows[r->count - 1].fold != fold) {
        if (r->count == r->most || !clt_sqlite_in_range(CLT_RANGE_FOLD_FOLD, q, 0) ||
            !clt_sqlite_is_duration(sqlite3_column_double(q, 1))) {
            return damaged(r);
        }
        r->rows[r->count++] = (clt_trial_row){.number = r->number,
                                              .fold = (uint32_t)fold,
                                              .state = CLT_TRIAL_COMPLETE,
                                              .seconds = sqlite3_column_double(q, 1),
                                              .curve = r->points + r->point_count};
    }
    clt_trial_row *row = &r->rows[r->count - 1];
    if (r->point_count == r->most_points || position != (int64_t)row->curve_count ||
        !clt_sqlite_in_range(CLT_RANGE_FOLD_STEP, q, 3)) {
        return damaged(r);
    }
    clt_point *point = &r->points[r->point_count++];
    *point = (clt_point){(uint64_t)sqlite3_column_int64(q, 3), clt_sqlite_text(q, 4, r->arena),
                         clt_sqlite_real(q, 5)};
    row->curve_count++;
    row->last_step = point->step;
    return point->metric != NULL ? CLT_OK : clt_sqlite_fail_text(r->s, r->err);
}

static clt_status read_rows(reader *r, int64_t study)
{
    sqlite3_stmt *q;
    if (prepare(r->s,
                "SELECT fold, f.seconds, c.position, c.step, c.metric, c.value"
                " FROM fold f JOIN fold_curve c USING (study, number, fold)"
                " WHERE study = ? AND number = ? ORDER BY fold, c.position",
                study, r->number, &q, r->err) != CLT_OK) {
        return r->err->status;
    }
    clt_status status = CLT_OK;
    int code;
    while (status == CLT_OK && (code = sqlite3_step(q)) != SQLITE_DONE) {
        status =
            code == SQLITE_ROW ? add_row(r, q) : clt_sqlite_fail(r->s, "cannot be read", r->err);
    }
    clt_sqlite_release(q);
    return status;
}

clt_status clt_sqlite_folds(clt_store *store, int64_t study, uint64_t number, clt_arena *arena,
                            clt_trial_row **rows, size_t *count_out, clt_error *err)
{
    reader r = {.s = (clt_sqlite *)store, .arena = arena, .number = number, .err = err};
    clt_status status = count(r.s, study, number, &r.most, &r.most_points, err);
    if (status == CLT_OK) {
        r.rows = clt_arena_array(arena, r.most + 1, sizeof *r.rows);
        r.points = clt_arena_array(arena, r.most_points + 1, sizeof *r.points);
        status = r.rows == NULL || r.points == NULL ? clt_fail_memory(err) : read_rows(&r, study);
    }
    *rows = r.rows;
    *count_out = r.count;
    return status;
}

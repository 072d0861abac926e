#include "store/sqlite_impl.h"

#include <string.h>

/* Reads the rows of a query, bound to the study, one by one into add(). */
typedef struct reader {
    clt_sqlite *s;
    clt_arena *arena;
    clt_trial_row *rows; /* [count], by number */
    size_t count;
    clt_error *err;
} reader;

static clt_status for_each(reader *r, int64_t study, const char *sql,
                           clt_status (*add)(reader *r, sqlite3_stmt *q))
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(r->s, sql, &q, r->err) != CLT_OK) {
        return r->err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    clt_status status = CLT_OK;
    int code;
    while (status == CLT_OK && (code = sqlite3_step(q)) != SQLITE_DONE) {
        status = code == SQLITE_ROW ? add(r, q) : clt_sqlite_fail(r->s, "cannot be read", r->err);
    }
    clt_sqlite_release(q);
    return status;
}

static clt_status count_trials(reader *r, sqlite3_stmt *q)
{
    size_t room = (size_t)sqlite3_column_int64(q, 0);
    r->rows = clt_arena_array(r->arena, room + 1, sizeof *r->rows);
    return r->rows != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status add_trial(reader *r, sqlite3_stmt *q)
{
    clt_trial_row *row = &r->rows[r->count++];
    *row = (clt_trial_row){.number = (uint64_t)sqlite3_column_int64(q, 0),
                           .state = (clt_trial_state)sqlite3_column_int(q, 1),
                           .attempt = (uint32_t)sqlite3_column_int64(q, 2),
                           .started_ms = sqlite3_column_int64(q, 3),
                           .seconds = sqlite3_column_double(q, 4),
                           .last_step = (uint64_t)sqlite3_column_int64(q, 5),
                           .why = clt_sqlite_text(q, 6, r->arena),
                           .param_count = (size_t)sqlite3_column_int64(q, 7),
                           .value_count = (size_t)sqlite3_column_int64(q, 8),
                           .curve_count = (size_t)sqlite3_column_int64(q, 9),
                           .failure = (clt_failure)sqlite3_column_int(q, 10),
                           .signal = sqlite3_column_int(q, 11),
                           .log = clt_sqlite_text(q, 12, r->arena)};
    row->params = clt_arena_array(r->arena, row->param_count, sizeof *row->params);
    row->values = row->value_count == 0
                      ? NULL
                      : clt_arena_array(r->arena, row->value_count, sizeof *row->values);
    row->curve = clt_arena_array(r->arena, row->curve_count, sizeof *row->curve);
    bool ok = row->params != NULL && row->curve != NULL &&
              (row->value_count == 0 || row->values != NULL) &&
              (row->why != NULL || sqlite3_column_type(q, 6) == SQLITE_NULL) &&
              (row->log != NULL || sqlite3_column_type(q, 12) == SQLITE_NULL);
    /* Filled again below, one by one. */
    row->param_count = row->value_count = row->curve_count = 0;
    return ok ? CLT_OK : clt_fail_memory(r->err);
}

/* The row of the query's first column; rows are sorted by number. */
static clt_trial_row *row_of(const reader *r, sqlite3_stmt *q)
{
    uint64_t number = (uint64_t)sqlite3_column_int64(q, 0);
    size_t low = 0, high = r->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(r->rows[middle].number <= number ? &low : &high) = middle;
    }
    return &r->rows[low];
}

static clt_status add_param(reader *r, sqlite3_stmt *q)
{
    clt_trial_row *row = row_of(r, q);
    clt_param *param = (clt_param *)row->params + row->param_count++;
    *param = (clt_param){clt_sqlite_text(q, 1, r->arena), clt_sqlite_text(q, 2, r->arena),
                         clt_sqlite_real(q, 3)};
    return param->name != NULL && param->text != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status add_value(reader *r, sqlite3_stmt *q)
{
    clt_trial_row *row = row_of(r, q);
    ((double *)row->values)[row->value_count++] = clt_sqlite_real(q, 1);
    return CLT_OK;
}

static clt_status add_point(reader *r, sqlite3_stmt *q)
{
    clt_trial_row *row = row_of(r, q);
    clt_point *point = (clt_point *)row->curve + row->curve_count++;
    *point = (clt_point){(uint64_t)sqlite3_column_int64(q, 1), clt_sqlite_text(q, 2, r->arena),
                         clt_sqlite_real(q, 3)};
    return point->metric != NULL ? CLT_OK : clt_fail_memory(r->err);
}

/* Which of the queries to run, in order. */
static clt_status read_all(reader *r, int64_t study, bool with_curves)
{
    clt_status status =
        for_each(r, study, "SELECT count(*) FROM trial WHERE study = ?", count_trials);
    if (status == CLT_OK) {
        status = for_each(
            r, study,
            "SELECT number, state, attempt, started_ms, seconds, last_step, why,"
            " (SELECT count(*) FROM param p WHERE p.study = t.study AND p.number = t.number),"
            " (SELECT count(*) FROM value v WHERE v.study = t.study AND v.number = t.number),"
            " (SELECT count(*) FROM curve c WHERE c.study = t.study AND c.number = t.number),"
            " failure, signal, log"
            " FROM trial t WHERE study = ? ORDER BY number",
            add_trial);
    }
    if (status == CLT_OK) {
        status = for_each(r, study,
                          "SELECT number, name, text, value FROM param WHERE study = ? "
                          "ORDER BY number, position",
                          add_param);
    }
    if (status == CLT_OK) {
        status = for_each(
            r, study, "SELECT number, value FROM value WHERE study = ? ORDER BY number, position",
            add_value);
    }
    if (status == CLT_OK && with_curves) {
        status = for_each(r, study,
                          "SELECT number, step, metric, value FROM curve WHERE study = ? "
                          "ORDER BY number, position",
                          add_point);
    }
    return status;
}

clt_status clt_sqlite_trials(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                             clt_trial_row **rows, size_t *count, clt_error *err)
{
    clt_error ignored;
    reader r = {.s = (clt_sqlite *)store, .arena = arena, .err = err};
    /* One snapshot for all queries: a run may be writing beside us. */
    if (clt_sqlite_run(r.s, "BEGIN", err) != CLT_OK) {
        return err->status;
    }
    clt_status status = read_all(&r, study, with_curves);
    (void)clt_sqlite_run(r.s, "ROLLBACK", &ignored);
    *rows = r.rows;
    *count = r.count;
    return status;
}

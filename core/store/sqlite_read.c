#include "store/sqlite_impl.h"

#include <stdint.h>

/* How much a trial's arrays have room for. */
typedef struct room {
    size_t params, values, points;
} room;

/* Reads the rows of a query, bound to the study, one by one into add(). */
typedef struct reader {
    clt_sqlite *s;
    clt_arena *arena;
    clt_trial_row *rows; /* [count], by number; room for `most` */
    room *rooms;         /* [count] */
    size_t count, most;
    size_t value_count; /* of a trial with values */
    clt_error *err;
} reader;

/* What a sound store never says, however its file came to say it: nobody above has to doubt a row
 * that is handed out. */
static clt_status damaged(const reader *r, int64_t number, const char *what)
{
    return clt_fail(r->err, CLT_NO_STORE,
                    "%s: damaged (trial %lld: %s); \"collet show --verify\" lists what is wrong",
                    r->s->path, (long long)number, what);
}

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
    r->most = (size_t)sqlite3_column_int64(q, 0);
    r->value_count = (size_t)sqlite3_column_int64(q, 1);
    r->rows = clt_arena_array(r->arena, r->most + 1, sizeof *r->rows);
    r->rooms = clt_arena_array(r->arena, r->most + 1, sizeof *r->rooms);
    return r->rows != NULL && r->rooms != NULL ? CLT_OK : clt_fail_memory(r->err);
}

/* The query's row, without parameters, values and points. */
static clt_trial_row trial_of(const reader *r, sqlite3_stmt *q)
{
    return (clt_trial_row){.number = (uint64_t)sqlite3_column_int64(q, 0),
                           .state = (clt_trial_state)sqlite3_column_int64(q, 1),
                           .attempt = (uint32_t)sqlite3_column_int64(q, 2),
                           .started_ms = sqlite3_column_int64(q, 3),
                           .seconds = sqlite3_column_double(q, 4),
                           .last_step = (uint64_t)sqlite3_column_int64(q, 5),
                           .why = clt_sqlite_text(q, 6, r->arena),
                           .failure = (clt_failure)sqlite3_column_int64(q, 10),
                           .signal = sqlite3_column_int(q, 11),
                           .log = clt_sqlite_text(q, 12, r->arena),
                           .wish = (uint64_t)sqlite3_column_int64(q, 13),
                           .twin = (uint64_t)sqlite3_column_int64(q, 14),
                           .dropped = sqlite3_column_int64(q, 15) != 0};
}

/* Whole numbers of the query's row, in the order of trial_of(). */
static bool has_sense(sqlite3_stmt *q)
{
    return clt_sqlite_in_range(CLT_RANGE_TRIAL_STARTED, q, 3) &&
           clt_sqlite_is_duration(sqlite3_column_double(q, 4)) &&
           clt_sqlite_in_range(CLT_RANGE_TRIAL_STEP, q, 5) &&
           clt_sqlite_in_range(CLT_RANGE_TRIAL_FAILURE, q, 10) &&
           clt_sqlite_in_range(CLT_RANGE_TRIAL_SIGNAL, q, 11) &&
           clt_sqlite_in_range(CLT_RANGE_TRIAL_WISH, q, 13) &&
           clt_sqlite_in_range(CLT_RANGE_TRIAL_TWIN, q, 14);
}

static clt_status check_trial(const reader *r, sqlite3_stmt *q)
{
    int64_t number = sqlite3_column_int64(q, 0), state = sqlite3_column_int64(q, 1);
    int64_t values = sqlite3_column_int64(q, 8);
    bool ended_well =
        state == CLT_TRIAL_COMPLETE || state == CLT_TRIAL_PRUNED || state == CLT_TRIAL_PAUSED;
    if (number < 0 || r->count == r->most) {
        return damaged(r, number, "its number");
    }
    if (state < CLT_TRIAL_RUNNING || state > CLT_TRIAL_PAUSED ||
        !clt_sqlite_in_range(CLT_RANGE_TRIAL_ATTEMPT, q, 2)) {
        return damaged(r, number, "its state");
    }
    if ((state == CLT_TRIAL_FAILED) != (sqlite3_column_type(q, 6) != SQLITE_NULL)) {
        return damaged(r, number, "why it failed");
    }
    if (!has_sense(q)) {
        return damaged(r, number, "a number that makes no sense");
    }
    return values == (ended_well ? (int64_t)r->value_count : 0)
               ? CLT_OK
               : damaged(r, number, "the number of its values");
}

static clt_status add_trial(reader *r, sqlite3_stmt *q)
{
    if (check_trial(r, q) != CLT_OK) {
        return r->err->status;
    }
    room *m = &r->rooms[r->count];
    clt_trial_row *row = &r->rows[r->count++];
    *row = trial_of(r, q);
    *m = (room){(size_t)sqlite3_column_int64(q, 7), (size_t)sqlite3_column_int64(q, 8),
                (size_t)sqlite3_column_int64(q, 9)};
    row->params = clt_arena_array(r->arena, m->params, sizeof *row->params);
    row->values = m->values == 0 ? NULL : clt_arena_array(r->arena, m->values, sizeof *row->values);
    row->curve = clt_arena_array(r->arena, m->points, sizeof *row->curve);
    bool ok = row->params != NULL && row->curve != NULL &&
              (m->values == 0 || row->values != NULL) &&
              (row->why != NULL || sqlite3_column_type(q, 6) == SQLITE_NULL) &&
              (row->log != NULL || sqlite3_column_type(q, 12) == SQLITE_NULL);
    return ok ? CLT_OK : clt_fail_memory(r->err);
}

/* The trial of the query's first column; rows are sorted by number. */
static clt_status find_trial(const reader *r, sqlite3_stmt *q, size_t *i)
{
    int64_t number = sqlite3_column_int64(q, 0);
    size_t low = 0, high = r->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(r->rows[middle].number <= (uint64_t)number ? &low : &high) = middle;
    }
    *i = low;
    return r->count > 0 && r->rows[low].number == (uint64_t)number
               ? CLT_OK
               : damaged(r, number, "it is not there, and has rows");
}

/* Rows of a trial come in the order of their positions, none left out: is the one of the query's
 * second column next, with room for it? */
static clt_status check_next(const reader *r, sqlite3_stmt *q, size_t next, size_t most)
{
    return next < most && sqlite3_column_int64(q, 1) == (int64_t)next
               ? CLT_OK
               : damaged(r, sqlite3_column_int64(q, 0), "rows of it are missing");
}

static clt_status add_param(reader *r, sqlite3_stmt *q)
{
    size_t i;
    if (find_trial(r, q, &i) != CLT_OK ||
        check_next(r, q, r->rows[i].param_count, r->rooms[i].params) != CLT_OK) {
        return r->err->status;
    }
    if (!clt_sqlite_is_place(q, 4)) {
        return damaged(r, sqlite3_column_int64(q, 0), "a parameter that is no number");
    }
    clt_trial_row *row = &r->rows[i];
    clt_param *param = (clt_param *)&row->params[row->param_count++];
    *param = (clt_param){clt_sqlite_text(q, 2, r->arena), clt_sqlite_text(q, 3, r->arena),
                         clt_sqlite_real(q, 4)};
    return param->name != NULL && param->text != NULL ? CLT_OK : clt_sqlite_fail_text(r->s, r->err);
}

static clt_status add_value(reader *r, sqlite3_stmt *q)
{
    size_t i;
    if (find_trial(r, q, &i) != CLT_OK ||
        check_next(r, q, r->rows[i].value_count, r->rooms[i].values) != CLT_OK) {
        return r->err->status;
    }
    clt_trial_row *row = &r->rows[i];
    ((double *)row->values)[row->value_count++] = clt_sqlite_real(q, 2);
    return CLT_OK;
}

static clt_status add_point(reader *r, sqlite3_stmt *q)
{
    size_t i;
    if (find_trial(r, q, &i) != CLT_OK ||
        check_next(r, q, r->rows[i].curve_count, r->rooms[i].points) != CLT_OK) {
        return r->err->status;
    }
    if (!clt_sqlite_in_range(CLT_RANGE_CURVE_STEP, q, 2)) {
        return damaged(r, sqlite3_column_int64(q, 0), "a step of its curve");
    }
    clt_trial_row *row = &r->rows[i];
    clt_point *point = (clt_point *)&row->curve[row->curve_count++];
    *point = (clt_point){(uint64_t)sqlite3_column_int64(q, 2), clt_sqlite_text(q, 3, r->arena),
                         clt_sqlite_real(q, 4)};
    return point->metric != NULL ? CLT_OK : clt_sqlite_fail_text(r->s, r->err);
}

/* Has every trial as many rows as were counted? */
static clt_status check_whole(const reader *r, bool with_curves)
{
    for (size_t i = 0; i < r->count; i++) {
        const clt_trial_row *row = &r->rows[i];
        const room *m = &r->rooms[i];
        if (row->param_count != m->params || row->value_count != m->values ||
            (with_curves && row->curve_count != m->points)) {
            return damaged(r, (int64_t)row->number, "rows of it are missing");
        }
    }
    return CLT_OK;
}

/* The queries, in the order in which they run. */
static const struct {
    const char *sql;
    clt_status (*add)(reader *r, sqlite3_stmt *q);
    bool curves;
} queries[] = {
    {"SELECT (SELECT count(*) FROM trial WHERE study = ?1),"
     " (SELECT count(*) FROM goal WHERE study = ?1) +"
     " (SELECT count(*) FROM demand WHERE study = ?1)",
     count_trials, false},
    {"SELECT number, state, attempt, started_ms, seconds, last_step, why,"
     " (SELECT count(*) FROM param p WHERE p.study = t.study AND p.number = t.number),"
     " (SELECT count(*) FROM value v WHERE v.study = t.study AND v.number = t.number),"
     " (SELECT count(*) FROM curve c WHERE c.study = t.study AND c.number = t.number),"
     " failure, signal, log, wish, twin, dropped"
     " FROM trial t WHERE study = ? ORDER BY number",
     add_trial, false},
    {"SELECT number, position, name, text, value FROM param WHERE study = ? "
     "ORDER BY number, position",
     add_param, false},
    {"SELECT number, position, value FROM value WHERE study = ? ORDER BY number, position",
     add_value, false},
    {"SELECT number, position, step, metric, value FROM curve WHERE study = ? "
     "ORDER BY number, position",
     add_point, true},
};

static clt_status read_all(reader *r, int64_t study, bool with_curves)
{
    clt_status status = CLT_OK;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0] && status == CLT_OK; i++) {
        if (with_curves || !queries[i].curves) {
            status = for_each(r, study, queries[i].sql, queries[i].add);
        }
    }
    return status == CLT_OK ? check_whole(r, with_curves) : status;
}

clt_status clt_sqlite_trials(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                             clt_trial_row **rows, size_t *count, clt_error *err)
{
    clt_error ignored;
    reader r = {.s = (clt_sqlite *)store, .arena = arena, .err = err};
    /* One snapshot for all queries: a run may be writing beside us. Who writes tells of results by
     * what is read here, of a file that others find. */
    if (clt_sqlite_check_place(r.s, err) != CLT_OK || clt_sqlite_run(r.s, "BEGIN", err) != CLT_OK) {
        return err->status;
    }
    clt_status status = read_all(&r, study, with_curves);
    (void)clt_sqlite_run(r.s, "ROLLBACK", &ignored);
    *rows = r.rows;
    *count = r.count;
    return status;
}

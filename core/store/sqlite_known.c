/* What a study knows beforehand: wishes, and the trials of an older study. */
#include "store/sqlite_impl.h"

#include <string.h>

clt_status clt_sqlite_add_wish(clt_store *store, int64_t study, const clt_wish *wish,
                               clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    sqlite3_stmt *q;
    if (clt_sqlite_enter(s, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = clt_sqlite_prepare(
        s,
        "INSERT INTO wish (study, position, text) VALUES (?1, "
        "(SELECT coalesce(max(position), 0) + 1 FROM wish WHERE study = ?1), ?2)",
        &q, err);
    if (status == CLT_OK) {
        sqlite3_bind_int64(q, 1, study);
        clt_sqlite_bind_text(q, 2, wish->text);
        status = clt_sqlite_finish(s, q, err);
    }
    return clt_sqlite_leave(s, status, err);
}

static clt_status withdraw(clt_sqlite *s, int64_t study, uint64_t wish, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "UPDATE wish SET withdrawn = 1 WHERE study = ?1 AND position = ?2 AND "
                           "NOT EXISTS (SELECT 1 FROM trial WHERE study = ?1 AND wish = ?2)",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, (int64_t)wish);
    return clt_sqlite_finish(s, q, err) != CLT_OK || sqlite3_changes(s->db) == 1
               ? err->status
               : clt_fail(err, CLT_NO_STORE, "%s: there is no setting %llu that waits", s->path,
                          (unsigned long long)wish);
}

clt_status clt_sqlite_withdraw_wish(clt_store *store, int64_t study, uint64_t wish, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, withdraw(s, study, wish, err), err)
               : err->status;
}

/* ---- Writing ancestors ---------------------------------------------------------------------- */

/* A statement whose first parameters are the study and an ancestor's number. */
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

static clt_status insert_param(clt_sqlite *s, int64_t study, const clt_trial_row *trial, size_t i,
                               clt_error *err)
{
    sqlite3_stmt *q;
    if (prepare(s, "INSERT INTO ancestor_param VALUES (?, ?, ?, ?, ?, ?)", study, trial->number, &q,
                err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 3, (int64_t)i);
    clt_sqlite_bind_text(q, 4, trial->params[i].name);
    clt_sqlite_bind_text(q, 5, trial->params[i].text);
    sqlite3_bind_double(q, 6, trial->params[i].value);
    return clt_sqlite_finish(s, q, err);
}

static clt_status insert_value(clt_sqlite *s, int64_t study, const clt_trial_row *trial, size_t i,
                               clt_error *err)
{
    sqlite3_stmt *q;
    if (prepare(s, "INSERT INTO ancestor_value VALUES (?, ?, ?, ?)", study, trial->number, &q,
                err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 3, (int64_t)i);
    sqlite3_bind_double(q, 4, trial->values[i]);
    return clt_sqlite_finish(s, q, err);
}

static clt_status insert_ancestor(clt_sqlite *s, int64_t study, const clt_ancestor *row,
                                  clt_error *err)
{
    const clt_trial_row *trial = &row->trial;
    sqlite3_stmt *q;
    if (prepare(s, "INSERT INTO ancestor VALUES (?, ?, ?, ?, ?)", study, trial->number, &q, err) !=
        CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int(q, 3, (int)trial->state);
    sqlite3_bind_int64(q, 4, (int64_t)trial->last_step);
    clt_sqlite_bind_text(q, 5, row->source);
    clt_status status = clt_sqlite_finish(s, q, err);
    for (size_t i = 0; i < trial->param_count && status == CLT_OK; i++) {
        status = insert_param(s, study, trial, i, err);
    }
    for (size_t i = 0; i < trial->value_count && status == CLT_OK; i++) {
        status = insert_value(s, study, trial, i, err);
    }
    return status;
}

clt_status clt_sqlite_add_ancestor(clt_store *store, int64_t study, const clt_ancestor *row,
                                   clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, insert_ancestor(s, study, row, err), err)
               : err->status;
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* Rows of one study being read. */
typedef struct reader {
    clt_sqlite *s;
    clt_arena *arena;
    int64_t study;
    size_t count, most;
    clt_wish *wishes;        /* [most], or */
    clt_ancestor *ancestors; /* [most] */
    size_t *params, *values; /* [most]: how many each ancestor has */
    clt_error *err;
} reader;

static clt_status damaged(const reader *r, const char *what)
{
    return clt_sqlite_fail_damaged(r->s, what, r->err);
}

static clt_status for_each(reader *r, const char *sql,
                           clt_status (*add)(reader *r, sqlite3_stmt *q))
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(r->s, sql, &q, r->err) != CLT_OK) {
        return r->err->status;
    }
    sqlite3_bind_int64(q, 1, r->study);
    clt_status status = CLT_OK;
    int code;
    while (status == CLT_OK && (code = sqlite3_step(q)) != SQLITE_DONE) {
        status = code == SQLITE_ROW ? add(r, q) : clt_sqlite_fail(r->s, "cannot be read", r->err);
    }
    clt_sqlite_release(q);
    return status;
}

static clt_status take_count(reader *r, sqlite3_stmt *q)
{
    r->most = (size_t)sqlite3_column_int64(q, 0);
    return CLT_OK;
}

static clt_status add_wish(reader *r, sqlite3_stmt *q)
{
    if (r->count == r->most || sqlite3_column_int64(q, 0) != (int64_t)r->count + 1) {
        return damaged(r, "a row of table wish is missing");
    }
    clt_wish *wish = &r->wishes[r->count++];
    wish->text = clt_sqlite_text(q, 1, r->arena);
    wish->withdrawn = sqlite3_column_int64(q, 2) != 0;
    return wish->text != NULL ? CLT_OK : clt_sqlite_fail_text(r->s, r->err);
}

clt_status clt_sqlite_wishes(clt_store *store, int64_t study, clt_arena *arena, clt_wish **rows,
                             size_t *count, clt_error *err)
{
    reader r = {.s = (clt_sqlite *)store, .arena = arena, .study = study, .err = err};
    clt_status status = for_each(&r, "SELECT count(*) FROM wish WHERE study = ?", take_count);
    if (status == CLT_OK) {
        r.wishes = clt_arena_array(arena, r.most + 1, sizeof *r.wishes);
        status = r.wishes == NULL
                     ? clt_fail_memory(err)
                     : for_each(&r,
                                "SELECT position, text, withdrawn FROM wish WHERE study = ? "
                                "ORDER BY position",
                                add_wish);
    }
    *rows = r.wishes;
    *count = r.count;
    return status;
}

static clt_status add_ancestor(reader *r, sqlite3_stmt *q)
{
    int64_t state = sqlite3_column_int64(q, 1);
    bool scored = state == CLT_TRIAL_COMPLETE || state == CLT_TRIAL_PRUNED;
    if (r->count == r->most || sqlite3_column_int64(q, 0) != (int64_t)r->count ||
        (!scored && state != CLT_TRIAL_FAILED) ||
        !clt_sqlite_in_range(CLT_RANGE_ANCESTOR_STEP, q, 2) ||
        sqlite3_column_int64(q, 5) != (scored ? sqlite3_column_int64(q, 6) : 0)) {
        return damaged(r, "a trial of the older study");
    }
    size_t i = r->count++;
    clt_ancestor *row = &r->ancestors[i];
    row->source = clt_sqlite_text(q, 3, r->arena);
    r->params[i] = (size_t)sqlite3_column_int64(q, 4);
    r->values[i] = (size_t)sqlite3_column_int64(q, 5);
    row->trial =
        (clt_trial_row){.number = i,
                        .state = (clt_trial_state)state,
                        .last_step = (uint64_t)sqlite3_column_int64(q, 2),
                        .params = clt_arena_array(r->arena, r->params[i] + 1, sizeof(clt_param)),
                        .values = clt_arena_array(r->arena, r->values[i] + 1, sizeof(double))};
    if (row->source == NULL) {
        return clt_sqlite_fail_text(r->s, r->err);
    }
    return row->trial.params != NULL && row->trial.values != NULL ? CLT_OK
                                                                  : clt_fail_memory(r->err);
}

/* The ancestor of a row's first column, where the row of its second is next and there is room. */
static clt_trial_row *find(const reader *r, sqlite3_stmt *q, bool param)
{
    int64_t i = sqlite3_column_int64(q, 0), position = sqlite3_column_int64(q, 1);
    if (i < 0 || (size_t)i >= r->count) {
        return NULL;
    }
    clt_trial_row *trial = &r->ancestors[i].trial;
    size_t next = param ? trial->param_count : trial->value_count;
    size_t room = param ? r->params[i] : r->values[i];
    return next < room && position == (int64_t)next ? trial : NULL;
}

static clt_status add_param(reader *r, sqlite3_stmt *q)
{
    clt_trial_row *trial = find(r, q, true);
    if (trial == NULL || !clt_sqlite_is_place(q, 4)) {
        return damaged(r, "a trial of the older study");
    }
    clt_param *param = (clt_param *)&trial->params[trial->param_count++];
    *param = (clt_param){clt_sqlite_text(q, 2, r->arena), clt_sqlite_text(q, 3, r->arena),
                         clt_sqlite_real(q, 4)};
    return param->name != NULL && param->text != NULL ? CLT_OK : clt_sqlite_fail_text(r->s, r->err);
}

static clt_status add_value(reader *r, sqlite3_stmt *q)
{
    clt_trial_row *trial = find(r, q, false);
    if (trial == NULL) {
        return damaged(r, "a trial of the older study");
    }
    ((double *)trial->values)[trial->value_count++] = clt_sqlite_real(q, 2);
    return CLT_OK;
}

static clt_status read_ancestors(reader *r)
{
    static const struct {
        const char *sql;
        clt_status (*add)(reader *r, sqlite3_stmt *q);
    } queries[] = {
        {"SELECT number, state, last_step, source,"
         " (SELECT count(*) FROM ancestor_param p WHERE p.study = a.study AND p.number = a.number),"
         " (SELECT count(*) FROM ancestor_value v WHERE v.study = a.study AND v.number = a.number),"
         " (SELECT count(*) FROM goal g WHERE g.study = a.study) +"
         " (SELECT count(*) FROM demand d WHERE d.study = a.study)"
         " FROM ancestor a WHERE study = ? ORDER BY number",
         add_ancestor},
        {"SELECT number, position, name, text, value FROM ancestor_param WHERE study = ? "
         "ORDER BY number, position",
         add_param},
        {"SELECT number, position, value FROM ancestor_value WHERE study = ? "
         "ORDER BY number, position",
         add_value},
    };
    clt_status status = CLT_OK;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0] && status == CLT_OK; i++) {
        status = for_each(r, queries[i].sql, queries[i].add);
    }
    for (size_t i = 0; i < r->count && status == CLT_OK; i++) {
        const clt_trial_row *trial = &r->ancestors[i].trial;
        bool whole = trial->param_count == r->params[i] && trial->value_count == r->values[i];
        status = whole ? CLT_OK : damaged(r, "a trial of the older study");
    }
    return status;
}

clt_status clt_sqlite_ancestors(clt_store *store, int64_t study, clt_arena *arena,
                                clt_ancestor **rows, size_t *count, clt_error *err)
{
    reader r = {.s = (clt_sqlite *)store, .arena = arena, .study = study, .err = err};
    clt_status status = for_each(&r, "SELECT count(*) FROM ancestor WHERE study = ?", take_count);
    if (status == CLT_OK) {
        r.ancestors = clt_arena_array(arena, r.most + 1, sizeof *r.ancestors);
        r.params = clt_arena_array(arena, r.most + 1, sizeof *r.params);
        r.values = clt_arena_array(arena, r.most + 1, sizeof *r.values);
        bool room = r.ancestors != NULL && r.params != NULL && r.values != NULL;
        status = room ? read_ancestors(&r) : clt_fail_memory(err);
    }
    *rows = r.ancestors;
    *count = r.count;
    return status;
}

/* Whole studies: renamed, deleted, copied. What belongs to a study is every table with a column
 * `study`, so that no table can be forgotten. */
#include "store/sqlite_impl.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TABLES = 64 };

/* The tables of a study, as SQLite's own strings. */
typedef struct tables {
    char *names[MOST_TABLES];
    size_t count;
} tables;

static void finish_tables(tables *t)
{
    for (size_t i = 0; i < t->count; i++) {
        sqlite3_free(t->names[i]);
    }
}

static clt_status list_tables(clt_sqlite *s, tables *t, clt_error *err)
{
    sqlite3_stmt *q;
    int code = SQLITE_NOMEM;
    if (clt_sqlite_prepare(s,
                           "SELECT m.name FROM main.sqlite_schema m WHERE m.type = 'table' AND "
                           "EXISTS (SELECT 1 FROM pragma_table_info(m.name) p WHERE p.name = "
                           "'study') ORDER BY m.name",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    while (t->count < MOST_TABLES && (code = sqlite3_step(q)) == SQLITE_ROW) {
        char *name = sqlite3_mprintf("%s", sqlite3_column_text(q, 0));
        code = name != NULL ? code : SQLITE_NOMEM;
        if (name == NULL) {
            break;
        }
        t->names[t->count++] = name;
    }
    clt_sqlite_release(q);
    return code == SQLITE_DONE ? CLT_OK : clt_sqlite_fail(s, "cannot be read", err);
}

/* Runs a statement of one time, which is freed, with numbers for its parameters 1 and 2. */
static clt_status run_once(clt_sqlite *s, char *sql, int64_t first, int64_t second, clt_error *err)
{
    sqlite3_stmt *q = NULL;
    bool ok = sql != NULL && sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_int64(q, 1, first);
        if (sqlite3_bind_parameter_count(q) > 1) {
            sqlite3_bind_int64(q, 2, second);
        }
        ok = sqlite3_step(q) == SQLITE_DONE;
    }
    clt_status status = ok ? CLT_OK : clt_sqlite_fail(s, "cannot be written", err);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    return status;
}

/* Rows refer to one another: whether all of that holds is looked at in the end. */
static clt_status defer_checks(clt_sqlite *s, clt_error *err)
{
    return clt_sqlite_run(s, "PRAGMA defer_foreign_keys = ON", err);
}

static clt_status check_name(clt_sqlite *s, const char *name, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "SELECT 1 FROM main.study WHERE name = ?", &q, err) != CLT_OK) {
        return err->status;
    }
    clt_sqlite_bind_text(q, 1, name);
    int code = sqlite3_step(q);
    clt_sqlite_release(q);
    return code == SQLITE_DONE ? CLT_OK
           : code == SQLITE_ROW
               ? clt_fail(err, CLT_BAD_INPUT, "%s: there is a study \"%s\" already", s->path, name)
               : clt_sqlite_fail(s, "cannot be read", err);
}

/* ---- Another name --------------------------------------------------------------------------- */

static clt_status rename_body(clt_sqlite *s, int64_t study, const char *name, clt_error *err)
{
    sqlite3_stmt *q;
    if (check_name(s, name, err) != CLT_OK ||
        clt_sqlite_prepare(s, "UPDATE study SET name = ? WHERE id = ?", &q, err) != CLT_OK) {
        return err->status;
    }
    clt_sqlite_bind_text(q, 1, name);
    sqlite3_bind_int64(q, 2, study);
    return clt_sqlite_finish(s, q, err);
}

clt_status clt_sqlite_rename_study(clt_store *store, int64_t study, const char *name,
                                   clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, rename_body(s, study, name, err), err)
               : err->status;
}

/* ---- Gone ----------------------------------------------------------------------------------- */

static clt_status delete_body(clt_sqlite *s, int64_t study, clt_error *err)
{
    tables t = {.count = 0};
    clt_status status = defer_checks(s, err);
    status = status == CLT_OK ? list_tables(s, &t, err) : status;
    for (size_t i = 0; i < t.count && status == CLT_OK; i++) {
        status = run_once(s, sqlite3_mprintf("DELETE FROM main.\"%w\" WHERE study = ?", t.names[i]),
                          study, 0, err);
    }
    finish_tables(&t);
    return status == CLT_OK
               ? run_once(s, sqlite3_mprintf("DELETE FROM main.study WHERE id = ?"), study, 0, err)
               : status;
}

clt_status clt_sqlite_delete_study(clt_store *store, int64_t study, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK ? clt_sqlite_leave(s, delete_body(s, study, err), err)
                                              : err->status;
}

/* ---- A copy --------------------------------------------------------------------------------- */

/* The columns of a table but that one (and with the id the name), quoted and with commas; NULL
 * after a failure. */
static char *columns_but(clt_sqlite *s, const char *table, const char *but)
{
    sqlite3_stmt *q = NULL;
    char *list = NULL;
    if (sqlite3_prepare_v2(
            s->db,
            "SELECT group_concat('\"' || name || '\"', ', ') FROM "
            "pragma_table_info(?1) WHERE name != ?2 AND NOT (?2 = 'id' AND name = 'name')",
            -1, &q, NULL) != SQLITE_OK) {
        return NULL;
    }
    clt_sqlite_bind_text(q, 1, table);
    clt_sqlite_bind_text(q, 2, but);
    if (sqlite3_step(q) == SQLITE_ROW) {
        list = sqlite3_mprintf("%s", sqlite3_column_text(q, 0));
    }
    sqlite3_finalize(q);
    return list;
}

static clt_status copy_row(clt_sqlite *s, const char *from, int64_t study, const char *name,
                           int64_t *copy, clt_error *err)
{
    sqlite3_stmt *q = NULL;
    char *columns = columns_but(s, "study", "id");
    char *sql =
        columns != NULL
            ? sqlite3_mprintf("INSERT INTO main.study (name, %s) SELECT ?1, %s FROM %s.study "
                              "WHERE id = ?2",
                              columns, columns, from)
            : NULL;
    bool ok = sql != NULL && sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK;
    if (ok) {
        clt_sqlite_bind_text(q, 1, name);
        sqlite3_bind_int64(q, 2, study);
        ok = sqlite3_step(q) == SQLITE_DONE;
        *copy = sqlite3_last_insert_rowid(s->db);
    }
    clt_status status = ok ? CLT_OK : clt_sqlite_fail(s, "cannot be written", err);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    sqlite3_free(columns);
    return status;
}

static clt_status copy_table(clt_sqlite *s, const char *from, const char *table, int64_t study,
                             int64_t copy, clt_error *err)
{
    char *columns = columns_but(s, table, "study");
    char *sql = columns != NULL
                    ? sqlite3_mprintf("INSERT INTO main.\"%w\" (study, %s) SELECT ?2, %s FROM "
                                      "%s.\"%w\" WHERE study = ?1",
                                      table, columns, columns, from, table)
                    : NULL;
    sqlite3_free(columns);
    return run_once(s, sql, study, copy, err);
}

static clt_status copy_body(clt_sqlite *s, const char *from, int64_t study, const char *name,
                            clt_error *err)
{
    tables t = {.count = 0};
    int64_t copy = 0;
    clt_status status = check_name(s, name, err);
    status = status == CLT_OK ? defer_checks(s, err) : status;
    status = status == CLT_OK ? list_tables(s, &t, err) : status;
    status = status == CLT_OK ? copy_row(s, from, study, name, &copy, err) : status;
    for (size_t i = 0; i < t.count && status == CLT_OK; i++) {
        status = copy_table(s, from, t.names[i], study, copy, err);
    }
    finish_tables(&t);
    return status;
}

/* The other store is only read: a transaction that began with a lock would lock it as well. */
static clt_status copy_from(clt_sqlite *s, const char *from, int64_t study, const char *name,
                            clt_error *err)
{
    char *attach = sqlite3_mprintf("ATTACH %Q AS other", from);
    clt_status status = attach != NULL ? clt_sqlite_run(s, attach, err) : clt_fail_memory(err);
    sqlite3_free(attach);
    if (status != CLT_OK) {
        return status;
    }
    status = clt_sqlite_run(s, "BEGIN", err);
    if (status == CLT_OK) {
        status = clt_sqlite_leave(s, copy_body(s, "other", study, name, err), err);
    }
    (void)sqlite3_exec(s->db, "DETACH other", NULL, NULL, NULL);
    return status;
}

clt_status clt_sqlite_copy_study(clt_store *store, const char *from, int64_t study,
                                 const char *name, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    if (from != NULL) {
        return copy_from(s, from, study, name, err);
    }
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, copy_body(s, "main", study, name, err), err)
               : err->status;
}

#include "store/sqlite.h"

#include "store/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

clt_status clt_sqlite_fail(clt_sqlite *s, const char *what, clt_error *err)
{
    int code = s->db != NULL ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    int cause = s->db != NULL ? sqlite3_system_errno(s->db) : 0;
    s->full = code == SQLITE_FULL ||
              (code == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT || cause == EFBIG));
    if (code == SQLITE_NOTADB) {
        return clt_fail(err, CLT_NO_STORE, "%s: not a store of collet, nor any SQLite file",
                        s->path);
    }
    if (code == SQLITE_CORRUPT) {
        return clt_fail(err, CLT_NO_STORE, "%s: damaged (%s); restore it from a copy", s->path,
                        sqlite3_errmsg(s->db));
    }
    return clt_fail(err, code == SQLITE_FULL || code == SQLITE_IOERR ? CLT_IO : CLT_NO_STORE,
                    "%s: %s: %s", s->path, what,
                    s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory");
}

clt_status clt_sqlite_run(clt_sqlite *s, const char *sql, clt_error *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? CLT_OK
               : clt_sqlite_fail(s, "cannot be used", err);
}

clt_status clt_sqlite_prepare(clt_sqlite *s, const char *sql, sqlite3_stmt **out, clt_error *err)
{
    for (size_t i = 0; i < s->prepared_count; i++) {
        if (s->prepared[i].sql == sql) {
            *out = s->prepared[i].statement;
            return CLT_OK;
        }
    }
    *out = NULL;
    if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK) {
        return clt_sqlite_fail(s, "cannot be read", err);
    }
    if (s->prepared_count == CLT_SQLITE_MOST_PREPARED) { /* the oldest makes room */
        sqlite3_finalize(s->prepared[0].statement);
        s->prepared[0] = s->prepared[--s->prepared_count];
    }
    s->prepared[s->prepared_count].sql = sql;
    s->prepared[s->prepared_count++].statement = *out;
    return CLT_OK;
}

void clt_sqlite_release(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

clt_status clt_sqlite_finish(clt_sqlite *s, sqlite3_stmt *statement, clt_error *err)
{
    int code = sqlite3_step(statement);
    clt_status status = code == SQLITE_DONE || code == SQLITE_ROW
                            ? CLT_OK
                            : clt_sqlite_fail(s, "cannot be written", err);
    clt_sqlite_release(statement);
    return status;
}

const char *clt_sqlite_text(sqlite3_stmt *statement, int column, clt_arena *arena)
{
    return clt_arena_copy(arena, (const char *)sqlite3_column_text(statement, column));
}

double clt_sqlite_real(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? (double)NAN
               : sqlite3_column_double(statement, column);
}

/* SQLite tells how long the log is after each commit. */
static int note_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    ((clt_sqlite *)ctx)->wal_pages = pages;
    return SQLITE_OK;
}

/* The lock goes when the process does, however it ends. The file stays, with the owner's number in
 * it for messages. */
static clt_status take_lock(clt_sqlite *s, clt_error *err)
{
    char name[4200], owner[32] = "";
    (void)snprintf(name, sizeof name, "%s-lock", s->path);
    s->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->lock < 0) {
        return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be written: %s", s->path,
                        strerror(errno));
    }
    if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = pread(s->lock, owner, sizeof owner - 1, 0);
        owner[n > 0 ? strcspn(owner, "\n") : 0] = '\0';
        return clt_fail(err, CLT_NO_STORE,
                        "%s: in use by process %s; one run at a time writes to it", s->path,
                        owner[0] != '\0' ? owner : "(unknown)");
    }
    int n = snprintf(owner, sizeof owner, "%d\n", (int)getpid());
    if (ftruncate(s->lock, 0) != 0 || pwrite(s->lock, owner, (size_t)n, 0) != n) {
        return clt_fail(err, CLT_IO, "%s: cannot be written: %s", name, strerror(errno));
    }
    return CLT_OK;
}

static clt_status check_exists(clt_sqlite *s, bool write, clt_error *err)
{
    if (access(s->path, F_OK) != 0) {
        return write ? CLT_OK
                     : clt_fail(err, CLT_NO_STORE,
                                "%s: there is no store; \"collet run\" makes one", s->path);
    }
    return !write || access(s->path, W_OK) == 0
               ? CLT_OK
               : clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be written: %s", s->path,
                          strerror(errno));
}

static clt_status open_database(clt_sqlite *s, bool write, clt_error *err)
{
    if (check_exists(s, write, err) != CLT_OK ||
        (write && clt_sqlite_check_place(s->path, err) != CLT_OK) ||
        (write && take_lock(s, err) != CLT_OK)) {
        return err->status;
    }
    int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK) {
        return clt_sqlite_fail(s, "cannot be opened", err);
    }
    sqlite3_busy_timeout(s->db, 5000);
    if (clt_sqlite_schema(s, write, err) == CLT_OK && write) {
        sqlite3_wal_hook(s->db, note_pages,
                         s); /* after it: "wal_autocheckpoint" is a hook as well */
    }
    return err->status;
}

static void close_store(clt_store *store)
{
    clt_sqlite *s = (clt_sqlite *)store;
    for (size_t i = 0; i < s->prepared_count; i++) {
        sqlite3_finalize(s->prepared[i].statement);
    }
    sqlite3_close(s->db);
    if (s->lock >= 0) {
        close(s->lock);
    }
    free(s->path);
    free(s);
}

static const clt_store_ops ops = {
    .close = close_store,
    .add_study = clt_sqlite_add_study,
    .find_study = clt_sqlite_find_study,
    .list = clt_sqlite_list,
    .begin = clt_sqlite_begin,
    .finish = clt_sqlite_end,
    .trials = clt_sqlite_trials,
    .open_group = clt_sqlite_open_group,
    .commit = clt_sqlite_commit,
    .roll_back = clt_sqlite_roll_back,
    .is_full = clt_sqlite_is_full,
    .add_event = clt_sqlite_add_event,
    .events = clt_sqlite_events,
    .verify = clt_sqlite_verify,
    .add_environment = clt_sqlite_add_environment,
    .environments = clt_sqlite_environments,
};

clt_status clt_sqlite_open(const char *path, clt_store_mode mode, clt_store **store, clt_error *err)
{
    clt_sqlite *s = calloc(1, sizeof *s);
    *store = NULL;
    if (s == NULL || (s->path = strdup(path)) == NULL) {
        free(s);
        return clt_fail_memory(err);
    }
    s->head.ops = &ops;
    s->lock = -1;
    clt_status status = open_database(s, mode == CLT_STORE_WRITE, err);
    if (status != CLT_OK) {
        close_store(&s->head);
        return status;
    }
    *store = &s->head;
    return CLT_OK;
}

#include "store/sqlite.h"

#include "base/file.h"
#include "store/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Did the last failure come of a full disk, a quota, or a limit on files? SQLite notes the system's
 * error in some failures only, and not in that of COMMIT, after which errno still has it. */
static bool is_full(const clt_sqlite *s, int code, int *cause)
{
    int noted = sqlite3_system_errno(s->db);
    *cause = code == SQLITE_FULL ? ENOSPC : noted == EDQUOT || noted == EFBIG ? noted : *cause;
    return code == SQLITE_FULL ||
           (code == SQLITE_IOERR && (*cause == ENOSPC || *cause == EDQUOT || *cause == EFBIG));
}

/*
 * A write that found no space has changed nothing, and may be tried again. A sync that failed has
 * perhaps thrown away what it should have made durable, and the next one on this descriptor may
 * report success all the same: nothing is written through it any more.
 */
static void note_cause(clt_sqlite *s, int *cause)
{
    int extended = s->db != NULL ? sqlite3_extended_errcode(s->db) : 0;
    bool sync = extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC;
    s->full = s->db != NULL && !sync && is_full(s, sqlite3_errcode(s->db), cause);
    s->unsynced = s->unsynced || sync;
}

void clt_sqlite_note_cause(clt_sqlite *s)
{
    int cause = errno;
    note_cause(s, &cause);
}

clt_status clt_sqlite_fail(clt_sqlite *s, const char *what, clt_error *err)
{
    int cause = errno;
    int code = s->db != NULL ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    int extended = s->db != NULL ? sqlite3_extended_errcode(s->db) : 0;
    note_cause(s, &cause);
    if (code == SQLITE_NOMEM) {
        return clt_fail_memory(err);
    }
    if (extended == SQLITE_READONLY_ROLLBACK || extended == SQLITE_READONLY_RECOVERY) {
        /* only who writes may roll back what lies beside the file */
        return clt_fail(err, CLT_NO_STORE,
                        "%s: left half-written by a run that was cut short; \"collet run\" with "
                        "this store sets it right",
                        s->path);
    }
    if (s->full) {
        return clt_fail(err, CLT_IO, "%s: cannot be written: the disk is full%s%s%s", s->path,
                        cause == ENOSPC ? "" : " (", cause == ENOSPC ? "" : strerror(cause),
                        cause == ENOSPC ? "" : ")");
    }
    if (code == SQLITE_NOTADB) {
        return clt_fail(err, CLT_NO_STORE, "%s: not a store of collet, nor any SQLite file",
                        s->path);
    }
    if (code == SQLITE_CORRUPT) {
        return clt_fail(err, CLT_NO_STORE, "%s: damaged (%s); restore it from a copy", s->path,
                        sqlite3_errmsg(s->db));
    }
    return clt_fail(err, code == SQLITE_IOERR ? CLT_IO : CLT_NO_STORE, "%s: %s: %s", s->path, what,
                    sqlite3_errmsg(s->db));
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

void clt_sqlite_bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    (void)sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

const char *clt_sqlite_text(sqlite3_stmt *statement, int column, clt_arena *arena)
{
    return clt_arena_copy(arena, (const char *)sqlite3_column_text(statement, column));
}

clt_status clt_sqlite_fail_text(const clt_sqlite *s, clt_error *err)
{
    return sqlite3_errcode(s->db) == SQLITE_NOMEM
               ? clt_fail_memory(err)
               : clt_fail(err, CLT_NO_STORE,
                          "%s: damaged (a text is missing); \"collet show "
                          "--verify\" lists what is wrong",
                          s->path);
}

clt_status clt_sqlite_fail_damaged(const clt_sqlite *s, const char *what, clt_error *err)
{
    return clt_fail(err, CLT_NO_STORE,
                    "%s: damaged (%s); \"collet show --verify\" lists what is wrong", s->path,
                    what);
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
    clt_sqlite_note_pages(ctx, pages);
    return SQLITE_OK;
}

clt_status clt_sqlite_check_version(int version, clt_error *err)
{
    enum { NEEDED = 3037000 }; /* tables that are STRICT */
    return version >= NEEDED
               ? CLT_OK
               : clt_fail(
                     err, CLT_NO_STORE,
                     "this program was started with SQLite %d.%d.%d; stores need 3.37 or newer",
                     version / 1000000, version / 1000 % 1000, version % 1000);
}

/* What the file says is data: no code in it runs, and a damaged one is not written to. */
static clt_status distrust(clt_sqlite *s, clt_error *err)
{
    sqlite3_busy_timeout(s->db, 5000);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return clt_sqlite_run(
        s, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;", err);
}

static clt_status open_file(clt_sqlite *s, bool write, clt_error *err)
{
    int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    /* One thread at a time has a study: no lock around every call. */
    if (sqlite3_open_v2(s->file, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        return clt_sqlite_fail(s, "cannot be opened", err);
    }
    if (distrust(s, err) != CLT_OK || (write && clt_sqlite_settle_log(s, err) != CLT_OK)) {
        return err->status;
    }
    return clt_sqlite_schema(s, write, err);
}

static clt_status open_to_read(clt_sqlite *s, clt_error *err)
{
    clt_status status = open_file(s, false, err);
    int code = sqlite3_errcode(s->db), extended = sqlite3_extended_errcode(s->db);
    bool half_written =
        extended == SQLITE_READONLY_ROLLBACK || extended == SQLITE_READONLY_RECOVERY;
    if (status == CLT_OK || half_written ||
        (code != SQLITE_CANTOPEN && code != SQLITE_READONLY && !s->full)) {
        return status;
    }
    /* Reading beside a run needs a file of shared memory, which this folder does not admit, or the
     * disk is too full for. */
    *err = (clt_error){0};
    return clt_sqlite_open_copy(s, err) == CLT_OK && distrust(s, err) == CLT_OK
               ? clt_sqlite_schema(s, false, err)
               : err->status;
}

/* A file that SQLite cannot open to write at that moment, as when descriptors are short, it opens
 * to read, without a word. */
static clt_status check_writes(clt_sqlite *s, clt_error *err)
{
    clt_status status = clt_sqlite_run(s, "BEGIN IMMEDIATE; ROLLBACK;", err);
    return sqlite3_errcode(s->db) == SQLITE_READONLY || sqlite3_db_readonly(s->db, "main") != 0
               ? clt_fail(err, CLT_IO, "%s: could not be opened to write; run again", s->path)
               : status;
}

/* SQLite would make the file for all to read; log and shared memory get the mode that it has. What
 * goes wrong here goes wrong again, with a message, when SQLite opens it. */
static void make_private(const clt_sqlite *s)
{
    int fd = open(s->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, CLT_FILE_MODE);
    if (fd >= 0) {
        close(fd);
    }
}

static clt_status open_to_write(clt_sqlite *s, clt_error *err)
{
    clt_status status = clt_sqlite_lock(s, err);
    s->made = status == CLT_OK && access(s->file, F_OK) != 0;
    if (s->made) {
        make_private(s);
    }
    if (status != CLT_OK || open_file(s, true, err) != CLT_OK || check_writes(s, err) != CLT_OK ||
        clt_sqlite_sync_folder(s, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_wal_hook(s->db, note_pages, s); /* after "wal_autocheckpoint", a hook as well */
    clt_sqlite_note_place(s);
    s->writes = true;
    return CLT_OK;
}

/* Has nothing been stored, nor could it be? */
static bool is_empty(clt_sqlite *s)
{
    int64_t studies = 0;
    clt_error ignored = {0};
    return !s->writes ||
           (clt_sqlite_number(s, "SELECT count(*) FROM study", &studies, &ignored) == CLT_OK &&
            studies == 0);
}

void clt_sqlite_close(clt_sqlite *s)
{
    if (s->writes) {
        clt_sqlite_roll_back(&s->head);
    }
    bool vain = s->made && is_empty(s);
    for (size_t i = 0; i < s->prepared_count; i++) {
        sqlite3_finalize(s->prepared[i].statement);
    }
    s->prepared_count = 0;
    if (s->writes && !s->gone) {
        clt_sqlite_fold(s);
    }
    sqlite3_close(s->db);
    s->db = NULL;
    if (vain && !s->gone) {
        clt_sqlite_unmake(s);
    }
}

static void close_store(clt_store *store)
{
    clt_sqlite *s = (clt_sqlite *)store;
    clt_sqlite_close(s);
    if (s->lock >= 0) {
        close(s->lock);
    }
    free(s->file);
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
    .add_fold = clt_sqlite_add_fold,
    .folds = clt_sqlite_folds,
    .trials = clt_sqlite_trials,
    .open_group = clt_sqlite_open_group,
    .commit = clt_sqlite_commit,
    .roll_back = clt_sqlite_roll_back,
    .is_full = clt_sqlite_is_full,
    .add_event = clt_sqlite_add_event,
    .events = clt_sqlite_events,
    .verify = clt_sqlite_verify,
    .add_edit = clt_sqlite_add_edit,
    .edits = clt_sqlite_edits,
    .rename_study = clt_sqlite_rename_study,
    .delete_study = clt_sqlite_delete_study,
    .copy_study = clt_sqlite_copy_study,
    .note_ended = clt_sqlite_note_ended,
    .add_environment = clt_sqlite_add_environment,
    .environments = clt_sqlite_environments,
    .add_stretch = clt_sqlite_add_stretch,
    .stretches = clt_sqlite_stretches,
    .change_study = clt_sqlite_change_study,
    .add_wish = clt_sqlite_add_wish,
    .withdraw_wish = clt_sqlite_withdraw_wish,
    .wishes = clt_sqlite_wishes,
    .add_ancestor = clt_sqlite_add_ancestor,
    .ancestors = clt_sqlite_ancestors,
    .backup = clt_sqlite_backup,
    .tend = clt_sqlite_tend,
    .is_run = clt_sqlite_is_run,
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
    bool write = mode == CLT_STORE_WRITE;
    clt_status status = clt_sqlite_check_version(sqlite3_libversion_number(), err);
    status = status == CLT_OK ? clt_sqlite_find(s, write, err) : status;
    if (status == CLT_OK) {
        status = write ? open_to_write(s, err) : open_to_read(s, err);
    }
    if (status != CLT_OK) {
        close_store(&s->head);
        return status;
    }
    *store = &s->head;
    return CLT_OK;
}

clt_status clt_sqlite_open_to_read(const char *path, clt_store **store, clt_error *err)
{
    return clt_sqlite_open(path, CLT_STORE_READ, store, err);
}

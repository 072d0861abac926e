#include "base/clock.h"
#include "store/sqlite_impl.h"

#include <stdio.h>
#include <string.h>

enum {
    CHECKPOINT_PAGES = 1000, /* in the log, after which it is copied into the database */
    PATIENCE_PAGES = 8000,   /* in the log, after which readers are waited for ... */
    PATIENCE_MS = 100,       /* ... this long */
    USUAL_MS = 5000          /* that anything else waits for a lock */
};

/* Seconds after which what was committed is copied as well, so that a copy of the file alone, as
 * people make them, is nearly whole. */
static const double FOLD_TIME = 1;

void clt_sqlite_note_pages(clt_sqlite *s, int pages)
{
    if (pages <= s->wal_pages || s->checkpoint_due == 0) { /* the log has started anew */
        s->checkpoint_due = CHECKPOINT_PAGES;
    }
    s->wal_pages = pages;
    s->unfolded = true;
}

/* The only connection that writes also copies the log into the database, between transactions:
 * then no two can do it at once, which some releases of SQLite survive badly. What fails here is
 * done the next time. Readers who come and go may keep a log that is copied from starting anew:
 * when it has grown long they are waited for. */
static void checkpoint(clt_sqlite *s)
{
    bool wait = s->wal_pages >= PATIENCE_PAGES;
    int mode = wait ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    sqlite3_busy_timeout(s->db, PATIENCE_MS);
    if (sqlite3_wal_checkpoint_v2(s->db, NULL, mode, NULL, NULL) != SQLITE_OK) {
        clt_sqlite_note_cause(s); /* nothing is lost, the log has it all */
    }
    sqlite3_busy_timeout(s->db, USUAL_MS);
    s->checkpoint_due = s->wal_pages + CHECKPOINT_PAGES;
    s->unfolded = false;
    s->folded = clt_clock();
}

void clt_sqlite_fold_some(clt_sqlite *s)
{
    if (s->unfolded && !s->gone && !s->unsynced && clt_clock() - s->folded >= FOLD_TIME) {
        checkpoint(s);
    }
}

void clt_sqlite_fold(clt_sqlite *s)
{
    clt_sqlite_roll_back(&s->head);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    sqlite3_busy_timeout(s->db, PATIENCE_MS);
    (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static clt_status begin(clt_sqlite *s, clt_error *err)
{
    if (s->gone) {
        return clt_sqlite_check_place(s, err);
    }
    return s->unsynced
               ? clt_fail(err, CLT_IO,
                          "%s: cannot be written: what was written before did not reach the "
                          "disk; run again",
                          s->path)
               : clt_sqlite_run(s, "BEGIN IMMEDIATE", err);
}

clt_status clt_sqlite_enter(clt_sqlite *s, clt_error *err)
{
    return s->in_group ? CLT_OK : begin(s, err);
}

static void undo(const clt_sqlite *s)
{
    if (!sqlite3_get_autocommit(s->db)) {
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

clt_status clt_sqlite_leave(clt_sqlite *s, clt_status status, clt_error *err)
{
    if (s->in_group) {
        return status; /* whoever opened the group rolls it back */
    }
    status = status == CLT_OK ? clt_sqlite_run(s, "COMMIT", err) : status;
    if (status != CLT_OK) {
        undo(s);
        return status;
    }
    s->full = false;
    if (s->writes && s->wal_pages >= s->checkpoint_due) {
        checkpoint(s);
    }
    clt_sqlite_fold_some(s);
    return clt_sqlite_check_place(s, err);
}

clt_status clt_sqlite_open_group(clt_store *store, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    clt_status status = begin(s, err);
    s->in_group = status == CLT_OK;
    return status;
}

clt_status clt_sqlite_commit(clt_store *store, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    s->in_group = false;
    return clt_sqlite_leave(s, CLT_OK, err);
}

void clt_sqlite_roll_back(clt_store *store)
{
    clt_sqlite *s = (clt_sqlite *)store;
    s->in_group = false;
    undo(s);
}

bool clt_sqlite_is_full(const clt_store *store)
{
    return ((const clt_sqlite *)store)->full;
}

static clt_status insert_event(clt_sqlite *s, int64_t study, clt_event event, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "INSERT INTO event (study, position, told, number) VALUES (?1, (SELECT "
                           "coalesce(max(position), 0) + 1 FROM event WHERE study = ?1), ?2, ?3)",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int(q, 2, event.told);
    sqlite3_bind_int64(q, 3, (int64_t)event.number);
    return clt_sqlite_finish(s, q, err);
}

clt_status clt_sqlite_add_event(clt_store *store, int64_t study, clt_event event, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, insert_event(s, study, event, err), err)
               : err->status;
}

static clt_status count_events(clt_sqlite *s, int64_t study, size_t *count, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "SELECT count(*) FROM event WHERE study = ?", &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    bool got = sqlite3_step(q) == SQLITE_ROW;
    clt_status status = got ? CLT_OK : clt_sqlite_fail(s, "cannot be read", err);
    *count = got ? (size_t)sqlite3_column_int64(q, 0) : 0;
    clt_sqlite_release(q);
    return status;
}

clt_status clt_sqlite_events(clt_store *store, int64_t study, clt_arena *arena, clt_event **rows,
                             size_t *count, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    sqlite3_stmt *q;
    size_t room = 0;
    *count = 0;
    if (count_events(s, study, &room, err) != CLT_OK) {
        return err->status;
    }
    *rows = clt_arena_array(arena, room + 1, sizeof **rows);
    if (*rows == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_sqlite_prepare(s, "SELECT told, number FROM event WHERE study = ? ORDER BY position",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    int code;
    bool any = false;
    unsigned char *back = clt_arena_array(arena, room + 1, sizeof *back);
    clt_status status = back != NULL ? CLT_OK : clt_fail_memory(err);
    while (status == CLT_OK && (code = sqlite3_step(q)) == SQLITE_ROW && *count < room) {
        status = clt_sqlite_in_range(CLT_RANGE_EVENT_TOLD, q, 0) &&
                         clt_sqlite_in_range(CLT_RANGE_EVENT_NUMBER, q, 1)
                     ? CLT_OK
                     : clt_sqlite_fail_damaged(s, "the log of the study", err);
        back[*count] = sqlite3_column_int(q, 0) > 1 ? 2 : 0;
        any = any || back[*count] > 0;
        (*rows)[(*count)++] =
            (clt_event){sqlite3_column_int(q, 0) == 1, (uint64_t)sqlite3_column_int64(q, 1)};
    }
    status = status != CLT_OK || code == SQLITE_DONE ? status
                                                     : clt_sqlite_fail(s, "cannot be read", err);
    clt_sqlite_release(q);
    return status == CLT_OK && any ? clt_sqlite_settle_events(s, *rows, back, count, err) : status;
}

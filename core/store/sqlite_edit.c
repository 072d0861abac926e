/* Trials that somebody changes by hand. */
#include "base/vec.h"
#include "store/sqlite_impl.h"

#include <stdlib.h>

/* What an entry of the log says: asked, told, or that all that was told of the trial is void. */
enum { TOLD = 1, BACK = 2 };

/* A statement whose parameters are the study and a trial's number. */
static clt_status change(clt_sqlite *s, const char *sql, int64_t study, uint64_t number,
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

/* All of them, up to NULL. */
static clt_status change_all(clt_sqlite *s, const char *const *sql, int64_t study, uint64_t number,
                             clt_error *err)
{
    clt_status status = CLT_OK;
    for (; *sql != NULL && status == CLT_OK; sql++) {
        status = change(s, *sql, study, number, err);
    }
    return status;
}

/* ---- Trials --------------------------------------------------------------------------------- */

#define NEXT_EVENT "(SELECT coalesce(max(position), 0) + 1 FROM event WHERE study = ?1)"

/* What was told of the trial is void, where there is a log that says so. */
static const char take_back[] =
    "INSERT INTO event (study, position, told, number) SELECT ?1, " NEXT_EVENT ", 2, ?2 WHERE "
    "EXISTS (SELECT 1 FROM event WHERE study = ?1 AND number = ?2 AND told = 1)";

static const char tell_again[] =
    "INSERT INTO event (study, position, told, number) SELECT ?1, " NEXT_EVENT ", 1, ?2 WHERE "
    "EXISTS (SELECT 1 FROM event WHERE study = ?1 AND number = ?2)";

static const char forget_values[] = "DELETE FROM value WHERE study = ? AND number = ?";
static const char forget_folds[] = "DELETE FROM fold WHERE study = ? AND number = ?";
static const char forget_fold_curves[] = "DELETE FROM fold_curve WHERE study = ? AND number = ?";
static const char forget_stretches[] =
    "DELETE FROM stretch WHERE study = ? AND number = ? AND since > 0";

static const char *const drop[] = {
    "UPDATE trial SET dropped = 1 WHERE study = ? AND number = ?",
    NULL,
};

static const char *const restore[] = {
    "UPDATE trial SET dropped = 0 WHERE study = ? AND number = ?",
    NULL,
};

static const char *const retry[] = {
    "UPDATE trial SET state = 0, failure = 0, signal = 0, why = NULL, log = NULL, seconds = 0, "
    "last_step = 0, dropped = 0 WHERE study = ? AND number = ?",
    forget_values,
    "DELETE FROM curve WHERE study = ? AND number = ?",
    forget_stretches,
    take_back,
    NULL,
};

_Static_assert(CLT_FAIL_REJECTED == 10, "the number below");

static const char *const reject[] = {
    "UPDATE trial SET state = 3, failure = 10, signal = 0, log = NULL, dropped = 0 "
    "WHERE study = ? AND number = ?",
    forget_values,
    forget_fold_curves,
    forget_folds,
    forget_stretches,
    take_back,
    tell_again,
    NULL,
};

static clt_status set_why(clt_sqlite *s, int64_t study, const clt_edit *edit, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "UPDATE trial SET why = ? WHERE study = ? AND number = ?", &q, err) !=
        CLT_OK) {
        return err->status;
    }
    clt_sqlite_bind_text(q, 1, edit->why);
    sqlite3_bind_int64(q, 2, study);
    sqlite3_bind_int64(q, 3, (int64_t)edit->number);
    return clt_sqlite_finish(s, q, err);
}

static clt_status note(clt_sqlite *s, int64_t study, const clt_edit *edit, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "INSERT INTO edit (study, position, at_ms, number, kind, before, was) "
                           "VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM edit WHERE "
                           "study = ?1), ?2, ?3, ?4, ?5, ?6)",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    sqlite3_bind_int64(q, 2, edit->at_ms);
    sqlite3_bind_int64(q, 3, (int64_t)edit->number);
    sqlite3_bind_int(q, 4, (int)edit->kind);
    sqlite3_bind_int64(q, 5, (int64_t)edit->before);
    clt_sqlite_bind_text(q, 6, edit->was);
    return clt_sqlite_finish(s, q, err);
}

static clt_status edit_body(clt_sqlite *s, int64_t study, const clt_edit *edit, clt_error *err)
{
    static const char *const *const kinds[] = {drop, restore, retry, reject};
    bool found;
    int state;
    int64_t attempt;
    if (clt_sqlite_look_up(s, study, edit->number, &found, &state, &attempt, err) != CLT_OK) {
        return err->status;
    }
    if (!found) {
        return clt_fail(err, CLT_NO_STORE, "%s: there is no trial %llu", s->path,
                        (unsigned long long)edit->number);
    }
    clt_status status = change_all(s, kinds[edit->kind], study, edit->number, err);
    if (status == CLT_OK && edit->kind == CLT_EDIT_REJECT) {
        status = set_why(s, study, edit, err);
    }
    return status == CLT_OK ? note(s, study, edit, err) : status;
}

clt_status clt_sqlite_add_edit(clt_store *store, int64_t study, const clt_edit *edit,
                               clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, edit_body(s, study, edit, err), err)
               : err->status;
}

static clt_status read_edit(clt_sqlite *s, sqlite3_stmt *q, clt_arena *arena, clt_edit *edit,
                            clt_error *err)
{
    int64_t kind = sqlite3_column_int64(q, 2);
    *edit = (clt_edit){.at_ms = sqlite3_column_int64(q, 0),
                       .number = (uint64_t)sqlite3_column_int64(q, 1),
                       .kind = (clt_edit_kind)kind,
                       .before = (uint64_t)sqlite3_column_int64(q, 3),
                       .was = clt_sqlite_text(q, 4, arena)};
    if (kind < CLT_EDIT_DROP || kind > CLT_EDIT_REJECT ||
        !clt_sqlite_in_range(CLT_RANGE_EDIT_DATE, q, 0) ||
        !clt_sqlite_in_range(CLT_RANGE_EDIT_BEFORE, q, 3)) {
        return clt_sqlite_fail_damaged(s, "table edit", err);
    }
    return edit->was != NULL ? CLT_OK : clt_sqlite_fail_text(s, err);
}

clt_status clt_sqlite_edits(clt_store *store, int64_t study, clt_arena *arena, clt_edit **rows,
                            size_t *count, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    sqlite3_stmt *q;
    CLT_VEC(clt_edit) found = {0};
    clt_edit edit;
    *count = 0;
    if (clt_sqlite_prepare(s,
                           "SELECT at_ms, number, kind, before, was FROM edit WHERE study = ? "
                           "ORDER BY position",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    sqlite3_bind_int64(q, 1, study);
    clt_status status = CLT_OK;
    int code;
    while (status == CLT_OK && (code = sqlite3_step(q)) != SQLITE_DONE) {
        status = code == SQLITE_ROW ? read_edit(s, q, arena, &edit, err)
                                    : clt_sqlite_fail(s, "cannot be read", err);
        status = status == CLT_OK && !CLT_PUSH(&found, edit) ? clt_fail_memory(err) : status;
    }
    clt_sqlite_release(q);
    *rows = clt_arena_array(arena, found.count + 1, sizeof **rows);
    status = status == CLT_OK && *rows == NULL ? clt_fail_memory(err) : status;
    for (size_t i = 0; i < found.count && status == CLT_OK; i++) {
        (*rows)[(*count)++] = found.items[i];
    }
    CLT_VEC_FINISH(&found);
    return status;
}

/* ---- The log -------------------------------------------------------------------------------- */

/* Marks in dead[count] what is void: each entry that takes back, and what was told before it. */
static clt_status mark(clt_sqlite *s, const clt_event *rows, const unsigned char *back,
                       size_t count, unsigned char *dead, clt_error *err)
{
    int64_t trials = 0;
    if (clt_sqlite_number(s, "SELECT coalesce(max(number), 0) + 1 FROM trial", &trials, err) !=
        CLT_OK) {
        return err->status;
    }
    unsigned char *taken = calloc((size_t)trials + 1, 1);
    if (taken == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = count; i > 0; i--) {
        const clt_event *e = &rows[i - 1];
        bool known = e->number < (uint64_t)trials;
        dead[i - 1] = back[i - 1] == BACK || (known && e->told && taken[e->number]);
        if (known && back[i - 1] == BACK) {
            taken[e->number] = 1;
        }
    }
    free(taken);
    return CLT_OK;
}

clt_status clt_sqlite_settle_events(clt_sqlite *s, clt_event *rows, const unsigned char *back,
                                    size_t *count, clt_error *err)
{
    size_t kept = 0;
    unsigned char *dead = calloc(*count + 1, 1);
    clt_status status =
        dead != NULL ? mark(s, rows, back, *count, dead, err) : clt_fail_memory(err);
    for (size_t i = 0; i < *count && status == CLT_OK; i++) {
        if (!dead[i]) {
            rows[kept++] = rows[i];
        }
    }
    free(dead);
    *count = status == CLT_OK ? kept : *count;
    return status;
}

/**
 * @file store/sqlite_impl.h
 * @brief What the files of the SQLite store share; nobody else includes it.
 */
#ifndef CLT_STORE_SQLITE_IMPL_H
#define CLT_STORE_SQLITE_IMPL_H

#include "study/store.h"

#include <sqlite3.h>

/** The store; its head comes first. */
typedef struct clt_sqlite {
    clt_store head;
    sqlite3 *db;
    char *path;
    int lock; /**< descriptor of the lock file; -1 for readers */
} clt_sqlite;

/** "path: what: SQLite's words", CLT_NO_STORE. */
clt_status clt_sqlite_fail(clt_sqlite *s, const char *what, clt_error *err);

/** Runs statements without results. */
clt_status clt_sqlite_run(clt_sqlite *s, const char *sql, clt_error *err);

/** Prepares a statement; *out is to sqlite3_finalize(), NULL after a failure. */
clt_status clt_sqlite_prepare(clt_sqlite *s, const char *sql, sqlite3_stmt **out, clt_error *err);

/** Steps a statement that gives no rows, and finalises it. */
clt_status clt_sqlite_finish(clt_sqlite *s, sqlite3_stmt *statement, clt_error *err);

/** A column's text in the arena; NULL for NULL. */
const char *clt_sqlite_text(sqlite3_stmt *statement, int column, clt_arena *arena);

/** A column's number; NaN for NULL, which is how SQLite keeps NaN. */
double clt_sqlite_real(sqlite3_stmt *statement, int column);

/** Brings a fresh file, or one of an older schema, to the schema of this program; checks that the
 *  file is ours. Readers only check. */
clt_status clt_sqlite_schema(clt_sqlite *s, bool write, clt_error *err);

clt_status clt_sqlite_add_study(clt_store *store, clt_study_row *study, clt_error *err);
clt_status clt_sqlite_find_study(clt_store *store, const char *name, clt_arena *arena, bool *found,
                                 clt_study_row *study, clt_error *err);
clt_status clt_sqlite_list(clt_store *store, clt_arena *arena, clt_study_summary **rows,
                           size_t *count, clt_error *err);
clt_status clt_sqlite_begin(clt_store *store, int64_t study, const clt_trial_row *trial,
                            clt_error *err);
clt_status clt_sqlite_end(clt_store *store, int64_t study, const clt_trial_row *trial,
                          clt_error *err);
clt_status clt_sqlite_trials(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                             clt_trial_row **rows, size_t *count, clt_error *err);

#endif /* CLT_STORE_SQLITE_IMPL_H */

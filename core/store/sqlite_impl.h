/**
 * @file store/sqlite_impl.h
 * @brief What the files of the SQLite store share; nobody else includes it.
 */
#ifndef CLT_STORE_SQLITE_IMPL_H
#define CLT_STORE_SQLITE_IMPL_H

#include "study/store.h"

#include <sqlite3.h>

/** Most different statements that a store keeps prepared. */
enum { CLT_SQLITE_MOST_PREPARED = 32 };

/** The store; its head comes first. */
typedef struct clt_sqlite {
    clt_store head;
    sqlite3 *db;
    char *path;
    int lock;      /**< descriptor of the lock file; -1 for readers */
    bool in_group; /**< between open_group() and commit() */
    bool full;     /**< the last failure came of a full disk */
    int wal_pages; /**< in the write-ahead log after the last commit */
    struct {
        const char *sql; /**< a literal: known by its address */
        sqlite3_stmt *statement;
    } prepared[CLT_SQLITE_MOST_PREPARED];
    size_t prepared_count;
} clt_sqlite;

/** "path: what: SQLite's words", CLT_NO_STORE. */
clt_status clt_sqlite_fail(clt_sqlite *s, const char *what, clt_error *err);

/** Runs statements without results. */
clt_status clt_sqlite_run(clt_sqlite *s, const char *sql, clt_error *err);

/** A statement, prepared once and kept; sql must be a literal. *out is to be released, NULL after a
 *  failure. */
clt_status clt_sqlite_prepare(clt_sqlite *s, const char *sql, sqlite3_stmt **out, clt_error *err);

/** Gives a statement back: no row is read from it any more. */
void clt_sqlite_release(sqlite3_stmt *statement);

/** Steps a statement that gives no rows, and releases it. */
clt_status clt_sqlite_finish(clt_sqlite *s, sqlite3_stmt *statement, clt_error *err);

/** A column's text in the arena; NULL for NULL. */
const char *clt_sqlite_text(sqlite3_stmt *statement, int column, clt_arena *arena);

/** A column's number; NaN for NULL, which is how SQLite keeps NaN. */
double clt_sqlite_real(sqlite3_stmt *statement, int column);

/** The one number that a query (a literal) gives. */
clt_status clt_sqlite_number(clt_sqlite *s, const char *sql, int64_t *out, clt_error *err);

/** Begins and ends what is durable at once: the open group's, or a transaction of its own.
 *  clt_sqlite_leave() hands the status on. */
clt_status clt_sqlite_enter(clt_sqlite *s, clt_error *err);
clt_status clt_sqlite_leave(clt_sqlite *s, clt_status status, clt_error *err);

clt_status clt_sqlite_open_group(clt_store *store, clt_error *err);
clt_status clt_sqlite_commit(clt_store *store, clt_error *err);
void clt_sqlite_roll_back(clt_store *store);
bool clt_sqlite_is_full(const clt_store *store);
clt_status clt_sqlite_add_event(clt_store *store, int64_t study, clt_event event, clt_error *err);
clt_status clt_sqlite_events(clt_store *store, int64_t study, clt_arena *arena, clt_event **rows,
                             size_t *count, clt_error *err);
clt_status clt_sqlite_add_environment(clt_store *store, int64_t study,
                                      const clt_environment_row *row, clt_error *err);
clt_status clt_sqlite_environments(clt_store *store, int64_t study, clt_arena *arena,
                                   clt_environment_row **rows, size_t *count, clt_error *err);
clt_status clt_sqlite_verify(clt_store *store, clt_str *findings, clt_error *err);

/** Is a file system of that statfs() type shared between machines? Its name, or NULL. */
const char *clt_sqlite_network_name(long type);

/** Refuses a store that is to be written on a file system shared between machines. */
clt_status clt_sqlite_check_place(const char *path, clt_error *err);

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

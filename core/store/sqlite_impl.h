/**
 * @file store/sqlite_impl.h
 * @brief What the files of the SQLite store share; nobody else includes it.
 */
#ifndef CLT_STORE_SQLITE_IMPL_H
#define CLT_STORE_SQLITE_IMPL_H

#include "study/store.h"

#include <sqlite3.h>
#include <stdint.h>
#include <sys/stat.h>

/** Most different statements that a store keeps prepared. */
enum { CLT_SQLITE_MOST_PREPARED = 48 };

/** Which file it is, whatever it is called. */
typedef struct clt_sqlite_id {
    dev_t device;
    ino_t inode;
    bool known;
} clt_sqlite_id;

/** The store; its head comes first. */
typedef struct clt_sqlite {
    clt_store head;
    sqlite3 *db;
    char *path;         /**< as the user named it, for messages */
    char *file;         /**< the same, absolute and without symlinks */
    int lock;           /**< descriptor of the lock file; -1 for readers */
    int64_t claimed;    /**< the study that is said to be run by this process; 0: none */
    bool made;          /**< there was no file before this one opened it to write */
    bool writes;        /**< open, and ours to write */
    bool in_group;      /**< between open_group() and commit() */
    bool full;          /**< the last failure came of a full disk */
    bool unsynced;      /**< a sync has failed: this connection acknowledges nothing any more */
    int wal_pages;      /**< in the write-ahead log after the last commit */
    int checkpoint_due; /**< pages in the log at which it is copied */
    bool unfolded;      /**< something was committed since the log was copied last */
    double folded;      /**< when that was, by clt_clock() */
    double tended;      /**< when clt_sqlite_tend() last looked */
    clt_sqlite_id file_id, log_id; /**< what is open to write */
    bool gone; /**< that is no longer at its path: nothing is written any more */
    struct {
        const char *sql; /**< a literal: known by its address */
        sqlite3_stmt *statement;
    } prepared[CLT_SQLITE_MOST_PREPARED];
    size_t prepared_count;
} clt_sqlite;

/** "path: what: SQLite's words", CLT_NO_STORE. */
clt_status clt_sqlite_fail(clt_sqlite *s, const char *what, clt_error *err);

/** Notes what the last failure of SQLite means for later writes. */
void clt_sqlite_note_cause(clt_sqlite *s);

/** Makes what an earlier run left in the write-ahead log durable, before SQLite reads it. */
clt_status clt_sqlite_settle_log(clt_sqlite *s, clt_error *err);

/** Makes durable that the store's files are in their folder. */
clt_status clt_sqlite_sync_folder(clt_sqlite *s, clt_error *err);

/** Runs statements without results. */
clt_status clt_sqlite_run(clt_sqlite *s, const char *sql, clt_error *err);

/** A statement, prepared once and kept; sql must be a literal. *out is to be released, NULL after a
 *  failure. */
clt_status clt_sqlite_prepare(clt_sqlite *s, const char *sql, sqlite3_stmt **out, clt_error *err);

/** Gives a statement back: no row is read from it any more. */
void clt_sqlite_release(sqlite3_stmt *statement);

/** Steps a statement that gives no rows, and releases it. */
clt_status clt_sqlite_finish(clt_sqlite *s, sqlite3_stmt *statement, clt_error *err);

/** Binds a text, NULL for NULL. It is not copied, so that nothing can fail: it must live until the
 *  statement is released. */
void clt_sqlite_bind_text(sqlite3_stmt *statement, int column, const char *text);

/** A column's text in the arena; NULL for NULL, or when memory ran out. */
const char *clt_sqlite_text(sqlite3_stmt *statement, int column, clt_arena *arena);

/** Where a column that always has a text has none: the file is damaged, or memory ran out. */
clt_status clt_sqlite_fail_text(const clt_sqlite *s, clt_error *err);

/** A column's number; NaN for NULL, which is how SQLite keeps NaN. */
double clt_sqlite_real(sqlite3_stmt *statement, int column);

/** The end of the year 9999, in milliseconds. */
#define CLT_SQLITE_MOST_MS 253402300799999

/** Columns of whole numbers, from the smallest to the largest that a sound store has. Where a rule
 * of sqlite_verify.c says more of a column, it is not here. */
#define CLT_SQLITE_RANGES(X)                                                                       \
    X(CLT_RANGE_STUDY_CREATED, "study", "created_ms", -CLT_SQLITE_MOST_MS, CLT_SQLITE_MOST_MS)     \
    X(CLT_RANGE_STUDY_WINDOW, "study", "window", 0, 65536)                                         \
    X(CLT_RANGE_STUDY_ENDED, "study", "ended_trials", 0, INT64_MAX)                                \
    X(CLT_RANGE_GOAL_MAXIMIZE, "goal", "maximize", 0, 1)                                           \
    X(CLT_RANGE_DEMAND_RELATION, "demand", "relation", CLT_AT_MOST, CLT_ABOVE)                     \
    X(CLT_RANGE_TRIAL_STARTED, "trial", "started_ms", -CLT_SQLITE_MOST_MS, CLT_SQLITE_MOST_MS)     \
    X(CLT_RANGE_TRIAL_STEP, "trial", "last_step", 0, INT64_MAX)                                    \
    X(CLT_RANGE_TRIAL_ATTEMPT, "trial", "attempt", 1, UINT32_MAX)                                  \
    X(CLT_RANGE_TRIAL_FAILURE, "trial", "failure", 0, INT32_MAX)                                   \
    X(CLT_RANGE_TRIAL_SIGNAL, "trial", "signal", 0, 4096)                                          \
    X(CLT_RANGE_TRIAL_WISH, "trial", "wish", 0, INT64_MAX)                                         \
    X(CLT_RANGE_TRIAL_TWIN, "trial", "twin", 0, INT64_MAX)                                         \
    X(CLT_RANGE_CURVE_STEP, "curve", "step", 0, INT64_MAX)                                         \
    X(CLT_RANGE_EVENT_TOLD, "event", "told", 0, 2)                                                 \
    X(CLT_RANGE_EVENT_NUMBER, "event", "number", 0, INT64_MAX)                                     \
    X(CLT_RANGE_ENVIRONMENT_SINCE, "environment", "since_ms", -CLT_SQLITE_MOST_MS,                 \
      CLT_SQLITE_MOST_MS)                                                                          \
    X(CLT_RANGE_FOLD_FOLD, "fold", "fold", 1, UINT32_MAX)                                          \
    X(CLT_RANGE_FOLD_STEP, "fold_curve", "step", 0, INT64_MAX)                                     \
    X(CLT_RANGE_ANCESTOR_STATE, "ancestor", "state", CLT_TRIAL_COMPLETE, CLT_TRIAL_FAILED)         \
    X(CLT_RANGE_ANCESTOR_STEP, "ancestor", "last_step", 0, INT64_MAX)                              \
    X(CLT_RANGE_TRIAL_DROPPED, "trial", "dropped", 0, 1)                                           \
    X(CLT_RANGE_WISH_WITHDRAWN, "wish", "withdrawn", 0, 1)                                         \
    X(CLT_RANGE_EDIT_DATE, "edit", "at_ms", -CLT_SQLITE_MOST_MS, CLT_SQLITE_MOST_MS)               \
    X(CLT_RANGE_EDIT_BEFORE, "edit", "before", 0, INT64_MAX)                                       \
    X(CLT_RANGE_STRETCH_SLOT, "stretch", "slot", 0, INT64_MAX)                                     \
    X(CLT_RANGE_STRETCH_NUMBER, "stretch", "number", 0, INT64_MAX)                                 \
    X(CLT_RANGE_STRETCH_SINCE, "stretch", "since", 0, INT64_MAX)                                   \
    X(CLT_RANGE_STRETCH_UNTIL, "stretch", "until", 0, INT64_MAX)                                   \
    X(CLT_RANGE_STRETCH_BRACKET, "stretch", "bracket", 0, UINT32_MAX)

/** One of them. */
typedef enum clt_sqlite_range {
#define CLT_RANGE_ENUM(name, table, column, low, high) name,
    CLT_SQLITE_RANGES(CLT_RANGE_ENUM)
#undef CLT_RANGE_ENUM
} clt_sqlite_range;

/** Is the number in that column of the statement's row one that a sound store has? */
bool clt_sqlite_in_range(clt_sqlite_range range, sqlite3_stmt *statement, int column);

/** Are these seconds, and not infinitely many? */
bool clt_sqlite_is_duration(double seconds);

/** May that column be the value of a parameter: finite, or NULL for a choice that is gone? */
bool clt_sqlite_is_place(sqlite3_stmt *statement, int column);

/** Query i that gives a line for each study with numbers outside of a range; false past the last.
 */
bool clt_sqlite_range_query(size_t i, clt_str *sql);

/** "path: damaged (what)", CLT_NO_STORE. */
clt_status clt_sqlite_fail_damaged(const clt_sqlite *s, const char *what, clt_error *err);

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
clt_status clt_sqlite_note_ended(clt_store *store, int64_t study, const clt_ended *ended,
                                 clt_error *err);
clt_status clt_sqlite_add_environment(clt_store *store, int64_t study,
                                      const clt_environment_row *row, clt_error *err);
clt_status clt_sqlite_environments(clt_store *store, int64_t study, clt_arena *arena,
                                   clt_environment_row **rows, size_t *count, clt_error *err);
clt_status clt_sqlite_add_stretch(clt_store *store, int64_t study, const clt_stretch_row *row,
                                  clt_error *err);
clt_status clt_sqlite_stretches(clt_store *store, int64_t study, clt_arena *arena,
                                clt_stretch_row **rows, size_t *count, clt_error *err);
clt_status clt_sqlite_change_study(clt_store *store, int64_t study, const clt_study_change *change,
                                   clt_error *err);
clt_status clt_sqlite_add_wish(clt_store *store, int64_t study, const clt_wish *wish,
                               clt_error *err);
clt_status clt_sqlite_add_edit(clt_store *store, int64_t study, const clt_edit *edit,
                               clt_error *err);
clt_status clt_sqlite_edits(clt_store *store, int64_t study, clt_arena *arena, clt_edit **rows,
                            size_t *count, clt_error *err);
clt_status clt_sqlite_rename_study(clt_store *store, int64_t study, const char *name,
                                   clt_error *err);
clt_status clt_sqlite_delete_study(clt_store *store, int64_t study, clt_error *err);
clt_status clt_sqlite_copy_study(clt_store *store, const char *from, int64_t study,
                                 const char *name, clt_error *err);

/** Entries of the log that were taken back go with what they take back: *count is less then. */
clt_status clt_sqlite_settle_events(clt_sqlite *s, clt_event *rows, const unsigned char *back,
                                    size_t *count, clt_error *err);
clt_status clt_sqlite_withdraw_wish(clt_store *store, int64_t study, uint64_t wish, clt_error *err);
clt_status clt_sqlite_wishes(clt_store *store, int64_t study, clt_arena *arena, clt_wish **rows,
                             size_t *count, clt_error *err);
clt_status clt_sqlite_add_ancestor(clt_store *store, int64_t study, const clt_ancestor *row,
                                   clt_error *err);
clt_status clt_sqlite_ancestors(clt_store *store, int64_t study, clt_arena *arena,
                                clt_ancestor **rows, size_t *count, clt_error *err);
clt_status clt_sqlite_verify(clt_store *store, clt_str *findings, clt_error *err);

/** Looks at what lies at path, and sets file. Refuses what is no regular file, what may not be
 *  read or written, and a network file system to write on. */
clt_status clt_sqlite_find(clt_sqlite *s, bool write, clt_error *err);

/** Is a file system of that statfs() type shared between machines? Its name, or NULL. */
const char *clt_sqlite_network_name(long type);

/** Refuses a store that is to be written on such a file system. */
clt_status clt_sqlite_check_type(const char *path, long type, clt_error *err);

/** Refuses a version of SQLite (as sqlite3_libversion_number() has it) that is too old. */
clt_status clt_sqlite_check_version(int version, clt_error *err);

/** Becomes the one process that writes, by a lock on "file-lock". CLT_NO_STORE with the process
 *  that has it. */
clt_status clt_sqlite_lock(clt_sqlite *s, clt_error *err);

/** Removes a store that was made for nothing, and its lock, which must be held. */
void clt_sqlite_unmake(const clt_sqlite *s);

/** For readers in a folder that cannot be written: closes what is open, and opens a copy of the
 *  file in memory. CLT_NO_STORE where a log lies beside it, which a copy would lack. */
clt_status clt_sqlite_open_copy(clt_sqlite *s, clt_error *err);

/** Says that this process runs the study, as long as it has the lock. */
void clt_sqlite_claim(clt_sqlite *s, int64_t study);

bool clt_sqlite_is_run(clt_store *store, int64_t study);

/** Takes the lock anew where its file was removed. CLT_NO_STORE where another process was quicker.
 */
clt_status clt_sqlite_keep_lock(clt_sqlite *s, clt_error *err);

/** Notes which files are open to write. */
void clt_sqlite_note_place(clt_sqlite *s);

/** Are they still at their paths? Else CLT_NO_STORE with where the results are now, in a copy
 * unless the file was only moved; nothing is written any more then. */
clt_status clt_sqlite_check_place(clt_sqlite *s, clt_error *err);

/** Copies what was committed into the file, if that is a while ago. */
void clt_sqlite_fold_some(clt_sqlite *s);

/** A copy at path, which must be free: there whole or not at all. */
clt_status clt_sqlite_copy_to(clt_sqlite *s, const char *path, clt_error *err);

clt_status clt_sqlite_backup(clt_store *store, const char *path, clt_error *err);
clt_status clt_sqlite_tend(clt_store *store, clt_error *err);

/** Notes how long the write-ahead log is after a commit. */
void clt_sqlite_note_pages(clt_sqlite *s, int pages);

/** Copies the log into the database, so that the file is whole by itself. What fails is done when
 *  the store is opened again. */
void clt_sqlite_fold(clt_sqlite *s);

/** Closes the database; the rest of *s stays. */
void clt_sqlite_close(clt_sqlite *s);

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
/** State and attempt of a trial; *found is false where there is none. */
clt_status clt_sqlite_look_up(clt_sqlite *s, int64_t study, uint64_t number, bool *found,
                              int *state, int64_t *attempt, clt_error *err);

clt_status clt_sqlite_add_fold(clt_store *store, int64_t study, const clt_trial_row *fold,
                               clt_error *err);
clt_status clt_sqlite_folds(clt_store *store, int64_t study, uint64_t number, clt_arena *arena,
                            clt_trial_row **rows, size_t *count, clt_error *err);

/** Deletes the folds of a trial that ends. */
clt_status clt_sqlite_drop_folds(clt_sqlite *s, int64_t study, uint64_t number, clt_error *err);

clt_status clt_sqlite_trials(clt_store *store, int64_t study, bool with_curves, clt_arena *arena,
                             clt_trial_row **rows, size_t *count, clt_error *err);

#endif /* CLT_STORE_SQLITE_IMPL_H */

#include "base/file.h"
#include "store/sqlite_impl.h"

#include <string.h>

/* "CLT1" */
enum { APPLICATION_ID = 0x434c5431 };

/* Entry i brings a file of schema i to schema i + 1; what is released never changes. */
static const char *const migrations[] = {
    "CREATE TABLE study ("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL,"
    "  source TEXT NOT NULL, identity TEXT NOT NULL, environment TEXT NOT NULL,"
    "  seed INTEGER NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE goal ("
    "  study INTEGER NOT NULL REFERENCES study, position INTEGER NOT NULL, metric TEXT NOT NULL,"
    "  maximize INTEGER NOT NULL, PRIMARY KEY (study, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trial ("
    "  study INTEGER NOT NULL REFERENCES study, number INTEGER NOT NULL, state INTEGER NOT NULL,"
    "  attempt INTEGER NOT NULL, started_ms INTEGER NOT NULL, seconds REAL NOT NULL,"
    "  last_step INTEGER NOT NULL, why TEXT, PRIMARY KEY (study, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE param ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,"
    "  name TEXT NOT NULL, text TEXT NOT NULL, value REAL,"
    "  PRIMARY KEY (study, number, position),"
    "  FOREIGN KEY (study, number) REFERENCES trial) STRICT, WITHOUT ROWID;"
    "CREATE TABLE value ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, value REAL,"
    "  PRIMARY KEY (study, number, position),"
    "  FOREIGN KEY (study, number) REFERENCES trial) STRICT, WITHOUT ROWID;"
    "CREATE TABLE curve ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,"
    "  step INTEGER NOT NULL, metric TEXT NOT NULL, value REAL,"
    "  PRIMARY KEY (study, number, position),"
    "  FOREIGN KEY (study, number) REFERENCES trial) STRICT, WITHOUT ROWID;",
    "ALTER TABLE study ADD COLUMN window INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trial ADD COLUMN failure INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trial ADD COLUMN signal INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trial ADD COLUMN log TEXT;"
    /* What an older program stored: one trial at a time, which is a window of one. */
    "UPDATE study SET window = 1;"
    "UPDATE trial SET failure = 7 WHERE state = 3;"
    "CREATE TABLE event ("
    "  study INTEGER NOT NULL REFERENCES study, position INTEGER NOT NULL, told INTEGER NOT NULL,"
    "  number INTEGER NOT NULL, PRIMARY KEY (study, position)) STRICT, WITHOUT ROWID;",
    /* Position 0, where the study began, is study.environment. */
    "CREATE TABLE environment ("
    "  study INTEGER NOT NULL REFERENCES study, position INTEGER NOT NULL,"
    "  since_ms INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (study, position)) STRICT;",
    /* Folds of trials under way; they go with the trial's end, which has the whole curve. */
    "CREATE TABLE fold ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, fold INTEGER NOT NULL,"
    "  seconds REAL NOT NULL, PRIMARY KEY (study, number, fold),"
    "  FOREIGN KEY (study, number) REFERENCES trial) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fold_curve ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, fold INTEGER NOT NULL,"
    "  position INTEGER NOT NULL, step INTEGER NOT NULL, metric TEXT NOT NULL, value REAL,"
    "  PRIMARY KEY (study, number, fold, position),"
    "  FOREIGN KEY (study, number, fold) REFERENCES fold) STRICT, WITHOUT ROWID;",
    /* What is known beforehand: settings to be run first, and an older study's trials. */
    "ALTER TABLE trial ADD COLUMN wish INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trial ADD COLUMN twin INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE wish ("
    "  study INTEGER NOT NULL REFERENCES study, position INTEGER NOT NULL, text TEXT NOT NULL,"
    "  PRIMARY KEY (study, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE ancestor ("
    "  study INTEGER NOT NULL REFERENCES study, number INTEGER NOT NULL, state INTEGER NOT NULL,"
    "  last_step INTEGER NOT NULL, source TEXT NOT NULL,"
    "  PRIMARY KEY (study, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE ancestor_param ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,"
    "  name TEXT NOT NULL, text TEXT NOT NULL, value REAL,"
    "  PRIMARY KEY (study, number, position),"
    "  FOREIGN KEY (study, number) REFERENCES ancestor) STRICT, WITHOUT ROWID;"
    "CREATE TABLE ancestor_value ("
    "  study INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, value REAL,"
    "  PRIMARY KEY (study, number, position),"
    "  FOREIGN KEY (study, number) REFERENCES ancestor) STRICT, WITHOUT ROWID;"
    /* Values of what a study requires stand behind those of its goals. */
    "ALTER TABLE goal ADD COLUMN reference REAL;"
    "CREATE TABLE demand ("
    "  study INTEGER NOT NULL REFERENCES study, position INTEGER NOT NULL, metric TEXT NOT NULL,"
    "  relation INTEGER NOT NULL, bound REAL NOT NULL,"
    "  PRIMARY KEY (study, position)) STRICT, WITHOUT ROWID;",
    /* What ended a study that had more to do. */
    "ALTER TABLE study ADD COLUMN ended_by TEXT;"
    "ALTER TABLE study ADD COLUMN ended_why TEXT;"
    "ALTER TABLE study ADD COLUMN ended_trials INTEGER NOT NULL DEFAULT 0;"
    /* Where trials can be paused: what was begun or gone on with, one after another. */
    "CREATE TABLE stretch ("
    "  study INTEGER NOT NULL, slot INTEGER NOT NULL, number INTEGER NOT NULL,"
    "  since INTEGER NOT NULL, until INTEGER NOT NULL, bracket INTEGER NOT NULL,"
    "  PRIMARY KEY (study, slot),"
    "  FOREIGN KEY (study, number) REFERENCES trial) STRICT, WITHOUT ROWID;",
    /* What somebody has changed by hand: settings taken back, and trials. */
    "ALTER TABLE wish ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trial ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE edit ("
    "  study INTEGER NOT NULL REFERENCES study, position INTEGER NOT NULL,"
    "  at_ms INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL,"
    "  before INTEGER NOT NULL, was TEXT NOT NULL, PRIMARY KEY (study, position),"
    "  FOREIGN KEY (study, number) REFERENCES trial) STRICT, WITHOUT ROWID;",
};

enum { SCHEMA = sizeof migrations / sizeof migrations[0] };

clt_status clt_sqlite_number(clt_sqlite *s, const char *sql, int64_t *out, clt_error *err)
{
    sqlite3_stmt *statement;
    if (clt_sqlite_prepare(s, sql, &statement, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = CLT_OK;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
    } else {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_sqlite_release(statement);
    return status;
}

/* Sets *version; 0 for a file that is still empty. */
static clt_status check_owner(clt_sqlite *s, int64_t *version, clt_error *err)
{
    int64_t id = 0, tables = 0;
    if (clt_sqlite_number(s, "SELECT count(*) FROM sqlite_schema", &tables, err) != CLT_OK ||
        clt_sqlite_number(s, "PRAGMA application_id", &id, err) != CLT_OK ||
        clt_sqlite_number(s, "PRAGMA user_version", version, err) != CLT_OK) {
        return err->status;
    }
    bool empty = id == 0 && tables == 0 && *version == 0;
    if (id != APPLICATION_ID && !empty) {
        return clt_fail(err, CLT_NO_STORE, "%s: an SQLite file of another program", s->path);
    }
    if (!empty && (*version < 1 || tables == 0)) {
        return clt_fail(err, CLT_NO_STORE,
                        "%s: damaged (schema %lld, %lld tables); restore it from a copy", s->path,
                        (long long)*version, (long long)tables);
    }
    if (*version > SCHEMA) {
        return clt_fail(err, CLT_NO_STORE,
                        "%s: made by a newer collet: its schema is %lld, this program knows %d; "
                        "use the newer one",
                        s->path, (long long)*version, SCHEMA);
    }
    return CLT_OK;
}

static clt_status migrate(clt_sqlite *s, int64_t version, clt_error *err)
{
    char pragma[96];
    if (version == SCHEMA) {
        return CLT_OK;
    }
    (void)sqlite3_snprintf(sizeof pragma, pragma,
                           "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
                           SCHEMA);
    clt_status status = clt_sqlite_run(s, "BEGIN IMMEDIATE", err);
    for (int64_t i = version; i < SCHEMA && status == CLT_OK; i++) {
        status = clt_sqlite_run(s, migrations[i], err);
    }
    status = status == CLT_OK ? clt_sqlite_run(s, pragma, err) : status;
    status = clt_sqlite_leave(s, status, err); /* all of it or nothing */
    return status == CLT_OK || version == 0
               ? status
               : clt_prefix(err, "%s: cannot be brought from schema %d to %d, and stays as it was",
                            s->path, (int)version, SCHEMA);
}

/* A file with a header and nothing else is what is left of a store whose log did not come along. */
static clt_status fail_empty(const clt_sqlite *s, clt_error *err)
{
    struct stat info;
    if (stat(s->file, &info) == 0 && info.st_size == 0) {
        return clt_fail(err, CLT_NO_STORE, "%s: an empty file; \"collet run\" fills it", s->path);
    }
    return clt_fail(err, CLT_NO_STORE,
                    "%s: no study in it; if it was copied while a run had it, copy %s-wal too, or "
                    "copy with \"collet store backup\"",
                    s->path, clt_path_name(s->path));
}

static clt_status check_reader(const clt_sqlite *s, int64_t version, clt_error *err)
{
    if (version == 0) {
        return fail_empty(s, err);
    }
    return version == SCHEMA
               ? CLT_OK
               : clt_fail(err, CLT_NO_STORE,
                          "%s: made by an older collet; \"collet run\" with this store brings it "
                          "up to date",
                          s->path);
}

/* In this mode each commit is one synchronised write to the log, and readers do not wait. SQLite
 * says only by its answer that it could not have it. The change of mode is the one commit that
 * goes by a rollback journal: unless the folder is synchronised after that is deleted (EXTRA), the
 * journal may come back with a power cut, undo the change, and with it all that is in the log. */
static clt_status set_mode(clt_sqlite *s, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_run(s, "PRAGMA synchronous = EXTRA", err) != CLT_OK ||
        clt_sqlite_prepare(s, "PRAGMA journal_mode = WAL", &q, err) != CLT_OK) {
        return err->status;
    }
    int code = sqlite3_step(q);
    const char *mode = code == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
    clt_status status = CLT_OK;
    if (mode == NULL) {
        status = clt_sqlite_fail(s, "cannot be written", err);
    } else if (strcmp(mode, "wal") != 0) {
        status = clt_fail(err, CLT_NO_STORE,
                          "%s: its file system has no shared memory; name a file on a local disk "
                          "with --store",
                          s->path);
    }
    clt_sqlite_release(q);
    return status == CLT_OK ? clt_sqlite_run(s,
                                             "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
                                             "PRAGMA wal_autocheckpoint = 0; "
                                             "PRAGMA journal_size_limit = 16777216",
                                             err)
                            : status;
}

clt_status clt_sqlite_schema(clt_sqlite *s, bool write, clt_error *err)
{
    int64_t version = 0;
    if (check_owner(s, &version, err) != CLT_OK) {
        return err->status;
    }
    if (!write) {
        return check_reader(s, version, err);
    }
    return set_mode(s, err) == CLT_OK ? migrate(s, version, err) : err->status;
}

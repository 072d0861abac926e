/**
 * @file store/sqlite.h
 * @brief The store in one SQLite file: every finished trial survives kill -9 and power loss.
 *
 * One writer, which holds a lock on the file PATH-lock, in write-ahead mode with full
 * synchronisation; any number of readers beside it, which change nothing in the store. In a folder
 * that cannot be written a reader reads a copy in memory, and refuses a store with a log.
 */
#ifndef CLT_STORE_SQLITE_H
#define CLT_STORE_SQLITE_H

#include "study/store.h"

/** How to open. */
typedef enum clt_store_mode {
    CLT_STORE_READ, /**< must exist; nothing is changed */
    CLT_STORE_WRITE /**< made where it does not exist */
} clt_store_mode;

/** Opens the store at path. CLT_NO_STORE with one line: not there, not a store of ours, made by a
 *  newer version, damaged, in use by another process; CLT_CANNOT_CREATE where it cannot be
 *  written. */
clt_status clt_sqlite_open(const char *path, clt_store_mode mode, clt_store **store,
                           clt_error *err);

/** The same to read, for whoever takes any kind of store. */
clt_status clt_sqlite_open_to_read(const char *path, clt_store **store, clt_error *err);

/** What stands in the line where another process has the store to write. */
#define CLT_STORE_TAKEN "in use by process"

/** The version of SQLite that is at work: "3.40.1". */
const char *clt_sqlite_version(void);

#endif /* CLT_STORE_SQLITE_H */

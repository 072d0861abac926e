#include "base/file.h"
#include "store/sqlite_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where the header of an SQLite file says whether it is read through a write-ahead log. */
enum { WRITE_VERSION = 18, READ_VERSION = 19, HEADER = 100, ROLLBACK = 1 };

/* Is there a log with something in it? */
static bool has_log(const clt_sqlite *s, clt_arena *arena)
{
    struct stat info;
    const char *name = clt_arena_printf(arena, "%s-wal", s->file);
    return name == NULL || (stat(name, &info) == 0 && info.st_size > 0);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The bytes of the file, all of one moment: no run has written while they were read. */
static clt_status read_still(clt_sqlite *s, clt_arena *arena, clt_str *bytes, clt_error *err)
{
    struct stat before, after;
    if (stat(s->file, &before) != 0 || clt_file_read(s->file, SIZE_MAX / 2, bytes, err) != CLT_OK) {
        return err->status != CLT_OK ? err->status
                                     : clt_fail(err, CLT_NO_STORE, "%s: cannot be read", s->path);
    }
    if (has_log(s, arena) || stat(s->file, &after) != 0 || !same_file(&before, &after)) {
        return clt_fail(err, CLT_NO_STORE,
                        "%s: its last results wait in %s-wal, and its folder cannot be written; "
                        "copy both files to a folder of your own and read that copy",
                        s->path, s->path);
    }
    return CLT_OK;
}

/* The copy in memory of SQLite's; NULL where it is no SQLite file or memory ran out. */
static unsigned char *without_log(const clt_str *bytes)
{
    unsigned char *copy = bytes->length < HEADER ? NULL : sqlite3_malloc64(bytes->length);
    if (copy != NULL) {
        memcpy(copy, bytes->text, bytes->length);
        copy[WRITE_VERSION] = copy[READ_VERSION] = ROLLBACK;
    }
    return copy;
}

clt_status clt_sqlite_open_copy(clt_sqlite *s, clt_error *err)
{
    enum { FLAGS = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY };
    clt_arena arena = {0};
    clt_str bytes = {0};
    unsigned char *copy = NULL;
    clt_sqlite_close(s);
    clt_status status = read_still(s, &arena, &bytes, err);
    if (status == CLT_OK &&
        ((copy = without_log(&bytes)) == NULL ||
         sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)) {
        sqlite3_free(copy);
        status = clt_fail(err, CLT_NO_STORE, "%s: cannot be read", s->path);
    } else if (status == CLT_OK &&
               sqlite3_deserialize(s->db, "main", copy, (sqlite3_int64)bytes.length,
                                   (sqlite3_int64)bytes.length, FLAGS) != SQLITE_OK) {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_str_finish(&bytes);
    clt_arena_finish(&arena);
    return status;
}
